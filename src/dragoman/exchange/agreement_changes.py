"""What a new version of an agreement, or its end, takes back: what was disclosed and may be held no longer."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from dragoman.exchange.agreement import Agreement, Clause
from dragoman.exchange.agreement_acts import Standing, State
from dragoman.exchange.handling import Handling
from dragoman.exchange.handling_words import words
from dragoman.exchange.policy import Ask, Held, Policies


@dataclass(frozen=True, slots=True)
class Given:
    """Something that was disclosed under the old version, on which day, and the question that was asked about it."""

    object: str
    ask: Ask
    on: date


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a change takes back.

    `lost` says in sentences what may no longer be given; `withdraw` holds the objects to recall with the reason, by
    giver and receiver; `shorten` those that may be kept until an earlier day, with that day.
    """

    lost: tuple[str, ...]
    withdraw: tuple[tuple[Given, str], ...]
    shorten: tuple[tuple[Given, date], ...]

    @property
    def narrows(self) -> bool:
        """Whether anything is taken back."""
        return bool(self.lost or self.withdraw or self.shorten)


def narrowing(old: Agreement, new: Agreement | None, given: Sequence[Given], now: datetime) -> Narrowing:
    """Compare two versions; `new` is None where the agreement ends and all that it carried is to be withdrawn.

    Each object is asked about anew under the new version, as if it were to leave now. A quota that is used up since,
    or a leave that has run out, takes nothing back.
    """
    if new is None:
        sentence = f"{old.name} ended"
        return Narrowing(tuple(_all(old)), tuple((each, sentence) for each in given), ())
    # The new version is asked as if it had begun: what it will not allow is withdrawn before.
    start = max(now, new.starts + timedelta(hours=1))
    policies = Policies([Held(new, Standing(State.IN_FORCE, ""))])
    asks = [
        replace(each.ask, spent=False, leave=True, barred=False, handling=_bare(each.ask.handling)) for each in given
    ]
    decisions = policies.decide(asks, start)
    withdraw = tuple((each, found.sentence) for each, found in zip(given, decisions, strict=True) if not found.allowed)
    gone = {id(each) for each, _ in withdraw}
    shorten = [(each, _until(new, each)) for each in given if id(each) not in gone]
    return Narrowing(
        lost=tuple(_lost(old, new)),
        withdraw=withdraw,
        shorten=tuple((each, day) for each, day in shorten if day < _until(old, each)),
    )


def keep_until(agreement: Agreement, data_class: str, handling: Handling, received: date) -> date:
    """Return the last day on which what is received under an agreement may be kept: the earlier of the two ends."""
    agreed = received + timedelta(days=agreement.retention[data_class])
    return agreed if handling.keep_until is None else min(agreed, handling.keep_until)


def received(agreement: Agreement, data_class: str, handling: Handling, on: date) -> Handling:
    """Return the handling under which the receiver holds something: as given, with the agreement and its retention."""
    until = keep_until(agreement, data_class, handling, on)
    return replace(handling, agreements=handling.agreements | {agreement.hash}, keep_until=until)


def _bare(handling: Handling) -> Handling:
    """An object's own end is not the agreement's narrowing; what it came under before does not matter here."""
    return replace(handling, keep_until=None, agreements=frozenset())


def _until(agreement: Agreement, given: Given) -> date:
    if given.ask.data_class not in agreement.retention:
        return given.on
    return keep_until(agreement, given.ask.data_class, given.ask.handling, given.on)


def _lost(old: Agreement, new: Agreement) -> Iterable[str]:
    """Yield what the old clauses allowed and no new one does, a sentence for each clause and class."""
    for clause in old.clauses:
        for data_class in sorted(clause.classes):
            same = [each for each in new.clauses if _same_way(each, clause) and data_class in each.classes]
            what = f"{_name(old, clause.giver)} to {_name(old, clause.receiver)}: {words().classes[data_class]}"
            if not same:
                yield f"{what} no longer"
                continue
            yield from (f"{what}: {part}" for part in _parts(clause, same))
    for data_class, days in sorted(old.retention.items()):
        less = new.retention.get(data_class, days)
        if less < days:
            yield f"{words().classes[data_class]}: kept for {less} days, not {days}"


def _same_way(one: Clause, two: Clause) -> bool:
    return (one.giver, one.receiver) == (two.giver, two.receiver)


def _parts(clause: Clause, same: list[Clause]) -> Iterable[str]:
    purposes = clause.purposes - frozenset().union(*(each.purposes for each in same))
    actions = clause.actions - frozenset().union(*(each.actions for each in same))
    codes = clause.codes - frozenset().union(*(each.codes for each in same))
    colour = max(each.colour for each in same)
    if purposes:
        yield f"not for {', '.join(sorted(purposes))}"
    if actions:
        yield f"not to {', '.join(words().actions[each] for each in sorted(actions))}"
    if codes:
        yield f"not under {', '.join(sorted(codes))}"
    if colour < clause.colour:
        yield f"up to {colour.label}, not {clause.colour.label}"


def _all(old: Agreement) -> Iterable[str]:
    for clause in old.clauses:
        for data_class in sorted(clause.classes):
            giver, receiver = _name(old, clause.giver), _name(old, clause.receiver)
            yield f"{giver} to {receiver}: {words().classes[data_class]} no longer"


def _name(agreement: Agreement, node: str) -> str:
    party = agreement.party(node)
    return party.name if party is not None else node
