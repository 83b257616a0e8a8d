"""How long one policy decision takes, in batches, on one core.

    python benchmarks/policy.py

`distinct`: no two questions of the batch are alike (as many handlings as questions), so Cedar is asked each.
`a list`: what a list or a page of objects looks like, 20 handlings among 2,000 objects. `cedarpy alone` puts every
question to the whole policy text with `is_authorized_batch`, parsed before, as its users do. Processor time, best of 5.
"""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from time import process_time
from typing import Any

from dragoman.exchange.agreement_acts import Standing, State
from dragoman.exchange.agreement_reading import read_agreement
from dragoman.exchange.handling import Colour, Handling
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.policy import Ask, Held, Policies, _request
from dragoman.exchange.policy_cedar import Compiled, parse

NOW = datetime(2026, 6, 1, tzinfo=UTC)
COUNT = 2000
CLASSES = [
    "list_entries",
    "persons_of_interest",
    "documents",
    "payments",
    "journeys",
    "indicators",
    "reports",
    "biometrics",
]
PURPOSES = ["counter-terrorism", "border-control", "aml-cft", "sanctions-compliance"]


def agreement(policies: int) -> Compiled:
    """Return an agreement of at least so many policies, its clauses spread over both ways, classes and purposes."""
    nodes = ("fiu.example", "border.example")
    parties = [
        {
            "node": node,
            "name": node,
            "key": PrivateKey.from_seed(bytes([i]) * 32).public.text,
            "contact": {"desk": "Desk"},
        }
        for i, node in enumerate(nodes, 1)
    ]
    clause = {"actions": ["disclose", "pass_on"], "codes": ["H0", "H1"], "roles": ["liaison", "service"]}
    clauses: list[dict[str, Any]] = []
    while True:
        index = len(clauses)
        giver, receiver = nodes if index // 7 % 2 == 0 else nodes[::-1]
        purposes = [PURPOSES[index % 4], PURPOSES[index // 4 % 4]]
        clauses.append(deepcopy(clause) | {
            "id": str(index), "giver": giver, "receiver": receiver, "classes": [CLASSES[index % 7]],
            "purposes": sorted(set(purposes)), "tlp": list(Colour)[index % 5].word,
        })  # fmt: skip
        document = {
            "type": "dragoman-agreement", "form": 1, "id": "bench", "version": 1, "title": "Bench", "clauses": clauses,
            "memorandum": {"title": "None", "reference": "0", "signed": "2026-01-01"}, "parties": parties,
            "retention": {each: 30 for found in clauses for each in found["classes"]}, "onward": "leave",
            "authors": "named", "references": "cut",
            "answers": {"urgent": 8, "prompt": 72, "routine": 168},
            "starts": "2026-01-01T00:00:00+00:00", "ends": "2028-01-01T00:00:00+00:00",
        }  # fmt: skip
        if len(clauses) >= 16 and len(clauses) + 13 >= policies:
            compiled = Compiled(read_agreement(document))
            if len(compiled.rules) >= policies:
                return compiled


def questions(kinds: int) -> list[Ask]:
    """Return the questions of a batch with so many different handlings."""
    made = []
    for index in range(COUNT):
        kind = index % kinds
        handling = Handling(
            Colour(kind % 3), frozenset({"fiu.example"}), codes=frozenset(["H0", "H1"][: kind % 3]),
            recipients=frozenset({"border.example"}), keep_until=date(2027, 1, 1) + timedelta(days=kind),
        )  # fmt: skip
        made.append(
            Ask("fiu.example", "border.example", "disclose", CLASSES[kind % 7], PURPOSES[kind % 4], "liaison", handling)
        )
    return made


def best(work: Callable[[], object]) -> float:
    """Return the microseconds a question takes."""
    work()
    times = []
    for _ in range(5):
        begun = process_time()
        work()
        times.append(process_time() - begun)
    return min(times) / COUNT * 1e6


def main() -> None:
    """Print a line for each size of agreement."""
    from cedarpy import Entities, is_authorized_batch

    nothing, skew = Entities.from_json_str("[]"), timedelta(minutes=5)
    for size in (30, 201):
        compiled = agreement(size)
        policies = Policies([Held(compiled.agreement, Standing(State.IN_FORCE, ""))])
        distinct, alike = questions(COUNT), questions(20)
        whole = parse(compiled.rules)
        requests = [_request(each, 0, (NOW - skew, NOW + skew)) for each in distinct]
        peer = is_authorized_batch(requests, whole, nothing)
        ours = policies.decide(distinct, NOW)
        assert [each.allowed for each in ours] == [each.allowed for each in peer]
        assert any(each.allowed for each in ours)
        assert not all(each.allowed for each in ours)
        print(
            f"{len(compiled.rules):4} policies, us a decision: "
            f"cedarpy alone {best(lambda: is_authorized_batch(requests, whole, nothing)):6.1f}, "  # noqa: B023
            f"distinct {best(lambda: policies.decide(distinct, NOW)):6.1f} "  # noqa: B023
            f"({sum(each.allowed for each in ours) / COUNT:.0%} allowed), "
            f"a list {best(lambda: policies.decide(alike, NOW)):6.1f}"  # noqa: B023
        )


if __name__ == "__main__":
    main()
