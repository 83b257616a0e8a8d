"""Policy: may this leave, and which clause says so. What no clause of an agreement in force allows does not.

    policies = Policies(Held(agreement, standing) for ...)
    for decision in policies.decide(asks, now):
        print(decision.allowed, decision.sentence)

The answer is Cedar's (cedarpy), over the agreement's own policies; the sentence is made from the policy that decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any

from dragoman.exchange.agreement import Agreement
from dragoman.exchange.agreement_acts import SKEW, Standing
from dragoman.exchange.handling import Colour, Handling, end_of
from dragoman.exchange.handling_words import load
from dragoman.exchange.policy_cedar import Compiled, Scope
from dragoman.exchange.policy_reasons import allowed_sentence, forbidden_sentence, no_agreement, no_clause

if TYPE_CHECKING:
    from cedarpy import Entities

FREE, LEAVE, NEVER = range(3)


@dataclass(frozen=True, slots=True)
class Ask:
    """A question: may `giver` do this to something of `data_class` and `handling` for `receiver`?

    `role` is that of the giver's person who releases it (or ``service``). `leave` is whether every originator's leave
    for just this was checked, `barred` whether a node that it comes from bars the receiver (both: `policy_onward`),
    `spent` whether a quota is used up (`quota_left`).
    """

    giver: str
    receiver: str
    action: str
    data_class: str
    purpose: str
    role: str
    handling: Handling
    leave: bool = False
    barred: bool = False
    spent: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer: `clause` is the clause or rule that decided (none: empty), `agreement` the hash it is in."""

    allowed: bool
    clause: str
    sentence: str
    agreement: str | None


@dataclass(frozen=True, slots=True)
class Held:
    """An agreement that this node holds, and how it stands."""

    agreement: Agreement
    standing: Standing


class Policies:
    """The policies of all agreements that this node holds. A pure value of these: build a new one when one changes.

    Compiling is lazy and kept, so keep the object between changes.
    """

    def __init__(self, held: Iterable[Held], *, skew: timedelta = SKEW) -> None:
        self._held = {each.agreement.hash: each for each in held}
        self._compiled: dict[str, Compiled] = {}
        self._skew = skew
        self._pairs: dict[frozenset[str], list[Held]] = {}
        for each in self._held.values():
            pair = frozenset(party.node for party in each.agreement.parties)
            self._pairs.setdefault(pair, []).append(each)

    def compiled(self, agreement: str) -> Compiled:
        """Return the policies of an agreement by its hash."""
        found = self._compiled.get(agreement)
        if found is None:
            found = self._compiled[agreement] = Compiled(self._held[agreement].agreement)
        return found

    def agreement(self, agreement: str) -> Agreement:
        """Return an agreement that is held by its hash."""
        return self._held[agreement].agreement

    def decide(self, asks: Sequence[Ask], now: datetime) -> list[Decision]:
        """Return the answers in the order of the questions. Equal questions are put once."""
        answers: dict[Any, Decision] = {}
        waiting: dict[tuple[str, Scope], list[_Question]] = {}
        plans = [self._plan(ask, answers, waiting) for ask in asks]
        for (held, scope), questions in waiting.items():
            _answer(questions, self.compiled(held), scope, (now - self._skew, now + self._skew), answers)
        return [_first_allowed([answers[key] for key in keys]) for keys in plans]

    def _plan(self, ask: Ask, answers: dict[Any, Decision], waiting: dict[Any, list[_Question]]) -> list[Any]:
        """Return the keys of the answers that this question needs: one for each agreement of the pair in force."""
        keys: list[Any] = []
        onward = self._onward(ask.handling) if ask.action == "pass_on" else FREE
        held = self._pairs.get(frozenset((ask.giver, ask.receiver)), ())
        scope = (ask.receiver, ask.action, ask.data_class, ask.purpose)
        for each in held:
            if each.standing.in_force:
                key = (each.agreement.hash, scope, onward, _facts(ask))
                if key not in answers:
                    answers[key] = _NOT_YET
                    waiting.setdefault((each.agreement.hash, scope), []).append((key, onward, ask))
                keys.append(key)
        if not keys:
            keys.append((ask.giver, ask.receiver))
            answers[keys[0]] = Decision(False, "", no_agreement(ask.receiver, held), None)
        return keys

    def _onward(self, handling: Handling) -> int:
        """Return what the agreements that it came under, and its colour, say about passing it on."""
        # GREEN is free for who got it under an agreement; without one it is not known which community it is for.
        free = handling.colour is Colour.CLEAR or (handling.agreements and handling.colour.onward == "free")
        level = FREE if free else LEAVE
        for came in handling.agreements:
            held = self._held.get(came)
            if held is None or not held.standing.in_force or held.agreement.onward == "never":
                return NEVER
            if held.agreement.onward == "leave" and handling.colour is not Colour.CLEAR:
                level = LEAVE
        return level


#: The key of an answer (all that it hangs on), what earlier agreements say of passing on, and the question.
_Question = tuple[Any, int, Ask]
_NOT_YET = Decision(False, "", "not answered", None)


def _answer(
    questions: list[_Question],
    compiled: Compiled,
    scope: Scope,
    clock: tuple[datetime, datetime],
    answers: dict[Any, Decision],
) -> None:
    """Put the questions of one scope to Cedar together, and ask of those that it denies which rule it was."""
    from cedarpy import is_authorized_batch

    agreement, nothing = compiled.agreement, _no_entities()
    requests = [_request(ask, onward, clock) for _, onward, ask in questions]
    denied = []
    for index, result in enumerate(is_authorized_batch(requests, compiled.deciding(scope), nothing)):
        key, _, ask = questions[index]
        if result.diagnostics.errors:  # cannot be, as the context is ours; and it must not let anything out
            sentence = f"the policy could not be asked: {result.diagnostics.errors[0]}"
            answers[key] = Decision(False, "", sentence, agreement.hash)
        elif result.allowed:
            clause = min(result.diagnostics.id_annotations_by_reason.values())
            answers[key] = Decision(True, clause, allowed_sentence(agreement, clause, ask), agreement.hash)
        elif result.diagnostics.reasons:
            denied.append(index)
        else:
            answers[key] = Decision(False, "", no_clause(agreement, ask), agreement.hash)
    again = [requests[index] for index in denied]
    for index, result in zip(denied, is_authorized_batch(again, compiled.forbidding(scope[1]), nothing), strict=True):
        key, _, ask = questions[index]
        rule = min(result.diagnostics.id_annotations_by_reason.values(), key=_rank)
        answers[key] = Decision(False, rule, forbidden_sentence(agreement, rule, ask), agreement.hash)


@cache
def _no_entities() -> Entities:
    from cedarpy import Entities

    return Entities.from_json_str("[]")


def _rank(rule: str) -> int:
    """Of several rules that forbid, the one that stands first in the table is told."""
    return list(load("policy.yaml")).index(rule)


def _facts(ask: Ask) -> tuple[Any, ...]:
    """Return what a decision within a scope hangs on; of recipients and purposes, whether this one is among them."""
    handling = ask.handling
    return (
        ask.giver, ask.role, handling.colour, handling.codes, handling.originators, handling.keep_until,
        handling.recipients is None or ask.receiver in handling.recipients,
        handling.purposes is None or ask.purpose in handling.purposes,
        ask.leave, ask.barred, ask.spent,
    )  # fmt: skip


def _request(ask: Ask, onward: int, clock: tuple[datetime, datetime]) -> dict[str, Any]:
    import orjson

    handling = ask.handling
    context: dict[str, Any] = {
        "giver": ask.giver, "purpose": ask.purpose, "role": ask.role, "tlp": int(handling.colour),
        "codes": list(handling.codes), "originators": list(handling.originators),
        "early": int(clock[0].timestamp()), "late": int(clock[1].timestamp()),
    }  # fmt: skip
    context |= {name: True for name in ("leave", "barred", "spent") if getattr(ask, name)}
    if onward != FREE:
        context["onward"] = onward
    if handling.purposes is not None:
        context["purposes"] = list(handling.purposes & {ask.purpose})
    if handling.recipients is not None:
        context |= {"recipients": list(handling.recipients & {ask.receiver}), "receiver": ask.receiver}
    if handling.keep_until is not None:
        context["until"] = int(end_of(handling.keep_until).timestamp())
    return {
        "principal": {"type": "Node", "id": ask.receiver},
        "action": {"type": "Action", "id": ask.action},
        "resource": {"type": "Class", "id": ask.data_class},
        "context": orjson.dumps(context).decode(),
    }


def _first_allowed(decisions: list[Decision]) -> Decision:
    """One agreement that allows is enough; else what a clause allowed but for one rule tells most."""
    for decision in decisions:
        if decision.allowed:
            return decision
    return next((each for each in decisions if each.clause), decisions[0])


def quota_left(
    agreement: Agreement, action: str, data_class: str, past: Iterable[datetime], now: datetime
) -> int | None:
    """Return how many more may be done now, or None where no quota is agreed.

    `past` are the moments of all before, in both nodes' books alike; the window slides. A moment from a clock that is
    ahead counts too.
    """
    quotas = [each for each in agreement.quotas if (each.action, each.data_class) == (action, data_class)]
    moments = list(past)
    left = [each.count - sum(at > now - timedelta(hours=each.hours) for at in moments) for each in quotas]
    return max(0, min(left)) if left else None
