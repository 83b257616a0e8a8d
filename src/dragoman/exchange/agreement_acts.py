"""What the parties do about an agreement (sign, suspend, resume, end), and how it stands by these acts and the clock.

How an agreement stands is a pure function of the signed acts that are known and of the clock. The order in which acts
arrive changes nothing: each party numbers its own. In doubt it does not hold: an act that is missing in a party's
count, or two different ones of one number, suspend it until that is cleared up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from dragoman.errors import AgreementRefused, SignatureRefused, StepRefused
from dragoman.exchange.agreement import Agreement, Party
from dragoman.exchange.keys import PrivateKey, check_document, sign_document
from dragoman.exchange.messages_typed import typed

KINDS = ("sign", "suspend", "resume", "end")
#: How far the clocks of two nodes may be apart. What gives waits that much longer, what takes away comes earlier.
SKEW = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Act:
    """One signed act of one party. `number` counts the party's acts on this agreement from 1.

    `vouched` is a second signature, with the party's key of the version before, where a new version changes the key.
    """

    kind: str
    agreement: str
    node: str
    number: int
    at: datetime
    reason: str
    signature: str = ""
    vouched: str = ""

    def body(self) -> dict[str, Any]:
        """Return what is signed."""
        return {
            "kind": self.kind, "agreement": self.agreement, "node": self.node, "number": self.number,
            "at": self.at.isoformat(), "reason": self.reason,
        }  # fmt: skip

    def to_json(self) -> dict[str, Any]:
        """Return the act as it travels."""
        return self.body() | {"signature": self.signature} | ({"vouched": self.vouched} if self.vouched else {})

    @classmethod
    def from_json(cls, found: Any) -> Act:
        """Read what `to_json` wrote, unchecked: see `check_act`. Raises AgreementRefused."""
        again = "ask the partner to send it again"
        try:
            act = typed(cls(**{**found, "at": datetime.fromisoformat(found["at"])}))
            texts = (act.agreement, act.node, act.reason, act.signature, act.vouched)
            sound = act.kind in KINDS and act.number >= 1 and act.at.tzinfo is not None
        except (TypeError, ValueError, KeyError) as error:
            raise AgreementRefused(f"not an act on an agreement: {error}", remedy=again) from error
        if not sound or not all(isinstance(each, str) for each in texts):
            raise AgreementRefused("not an act on an agreement", remedy=again)
        return act


def perform(
    kind: str,
    agreement: Agreement,
    key: PrivateKey,
    acts: Iterable[Act],
    at: datetime,
    reason: str = "",
    *,
    former: PrivateKey | None = None,
) -> Act:
    """Return the next act of the party whose key this is.

    `acts` are those known, `former` is the party's key of the version before. Raises StepRefused where the party cannot
    do this now, SignatureRefused where the key is of neither party.
    """
    party = next((each for each in agreement.parties if each.key == key.public), None)
    if party is None:
        raise SignatureRefused("this key is of neither party", remedy="sign with the key that the agreement names")
    own = _own(agreement, acts, party.node)
    _refuse_step(kind, agreement, party, own, reason)
    act = Act(kind, agreement.hash, party.node, len(own) + 1, at, reason)
    act = replace(act, signature=sign_document("act", act.body(), key))
    return replace(act, vouched=sign_document("act", act.body(), former)) if former is not None else act


#: What a party can do after what it did last.
_NEXT = {"": ("sign", "end"), "sign": ("suspend", "end"), "resume": ("suspend", "end"), "suspend": ("resume", "end")}


def _refuse_step(kind: str, agreement: Agreement, party: Party, own: Sequence[Act], reason: str) -> None:
    last = own[-1].kind if own else ""
    if kind not in _NEXT.get(last, ()):
        message = f"{party.name} cannot {kind} {agreement.name}: the last it did was {last or 'nothing'}"
        can = " or ".join(_NEXT.get(last, ()))
        raise StepRefused(message, remedy=f"it can {can}" if can else "what was ended stays so: draft a new agreement")
    if kind in ("suspend", "end") and not reason:
        raise StepRefused(f"no reason to {kind} is given", remedy="say why: the other party reads it")


def possible(agreement: Agreement, acts: Sequence[Act], node: str, state: State) -> tuple[str, ...]:
    """Return the kinds of acts that make sense for a party now, by what it did last and how the agreement stands."""
    if state in (State.ENDED, State.EXPIRED, State.SUPERSEDED):
        return ()
    own = _own(agreement, acts, node)
    return _NEXT.get(own[-1].kind if own else "", ())


def check_act(agreement: Agreement, act: Act, before: Agreement | None = None) -> None:
    """Check that a party did this act on this agreement; `before` is the version that it supersedes, where it does.

    A key that changed with the version must be vouched for with the old one. Raises AgreementRefused, SignatureRefused.
    """
    if act.agreement != agreement.hash:
        raise AgreementRefused("the act is on another text", remedy="compare the hash of the agreement on both sides")
    party = agreement.party(act.node)
    if party is None:
        raise AgreementRefused(f"{act.node} is no party", remedy="only the parties act on an agreement")
    check_document("act", act.body(), act.signature, party.key)
    if agreement.supersedes is None:
        return
    if before is None or not succeeds(agreement, before):
        raise AgreementRefused("the version before is missing or another", remedy="hand in what it supersedes")
    former = before.party(act.node)
    if former is not None and former.key != party.key:
        if not act.vouched:
            raise SignatureRefused("the new key is not vouched for with the old one", remedy="sign with both keys")
        check_document("act", act.body(), act.vouched, former.key)


def succeeds(new: Agreement, old: Agreement) -> bool:
    """Tell whether `new` takes the place of `old`: the next version of the same agreement between the same nodes."""
    same = new.id == old.id and {each.node for each in new.parties} == {each.node for each in old.parties}
    return same and new.supersedes == old.hash and new.version == old.version + 1


class State(StrEnum):
    """How an agreement stands."""

    DRAFT = "draft"
    OFFERED = "offered"
    AGREED = "agreed"  # signed by both, and not begun
    IN_FORCE = "in force"
    SUSPENDED = "suspended"
    SUPERSEDED = "superseded"
    ENDED = "ended"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Standing:
    """How an agreement stands, why as a sentence, and by which nodes' acts."""

    state: State
    sentence: str
    by: tuple[str, ...] = ()

    @property
    def in_force(self) -> bool:
        """Whether anything may leave under it."""
        return self.state is State.IN_FORCE


def standing(
    agreement: Agreement,
    acts: Iterable[Act],
    now: datetime,
    *,
    successors: Iterable[tuple[Agreement, Sequence[Act]]] = (),
    skew: timedelta = SKEW,
) -> Standing:
    """Return how the agreement stands.

    Hand in checked acts only (`check_act`); `successors` are newer versions with their acts. `skew` is how far the
    clocks may be apart.
    """
    known = list(acts)
    own = {each.node: _own(agreement, known, each.node) for each in agreement.parties}
    ended = [act for acts_of in own.values() for act in acts_of if act.kind == "end"]
    if ended:
        first = min(ended, key=lambda act: (act.at, act.node))
        return Standing(State.ENDED, f"{_name(agreement, first.node)} ended it: {first.reason}", (first.node,))
    signed = tuple(node for node, acts_of in own.items() if _signed(acts_of, now + skew))
    if len(signed) == 2:
        return _signed_by_both(agreement, own, now, skew, list(successors))
    if now + skew >= agreement.ends and signed:
        return Standing(State.EXPIRED, f"it expired on {_moment(agreement.ends)}, signed by one side only", signed)
    if signed:
        missing = _name(agreement, agreement.other(signed[0]).node)
        return Standing(State.OFFERED, f"{_name(agreement, signed[0])} signed it; {missing} has not", signed)
    return Standing(State.DRAFT, "nobody has signed it")


def _signed_by_both(
    agreement: Agreement,
    own: dict[str, list[Act]],
    now: datetime,
    skew: timedelta,
    successors: list[tuple[Agreement, Sequence[Act]]],
) -> Standing:
    for new, acts in successors:
        if succeeds(new, agreement) and _took_over(new, acts, now, skew):
            return Standing(State.SUPERSEDED, f"version {new.version} took its place", tuple(own))
    if now + skew >= agreement.ends:
        return Standing(State.EXPIRED, f"it expired on {_moment(agreement.ends)}")
    for node, acts_of in own.items():
        doubt = _doubt(acts_of)
        if doubt:
            sentence = f"{doubt} {_name(agreement, node)}; until that is cleared up it does not hold"
            return Standing(State.SUSPENDED, sentence, (node,))
    holders = tuple(node for node, acts_of in own.items() if _suspends(acts_of, now + skew))
    if holders:
        reasons = "; ".join(f"{_name(agreement, node)}: {_reason(own[node])}" for node in holders)
        return Standing(State.SUSPENDED, f"it is suspended ({reasons})", holders)
    if now - skew < agreement.starts:
        return Standing(State.AGREED, f"both signed it; it begins on {_moment(agreement.starts)}", tuple(own))
    return Standing(State.IN_FORCE, f"both signed it; it holds until {_moment(agreement.ends)}", tuple(own))


def _own(agreement: Agreement, acts: Iterable[Act], node: str) -> list[Act]:
    """Return one party's acts in its order; the same act that arrived twice is one."""
    found = {(act.number, act.signature): act for act in acts if act.node == node and act.agreement == agreement.hash}
    return [found[key] for key in sorted(found)]


def _signed(acts: list[Act], latest: datetime) -> bool:
    return any(act.kind == "sign" and act.at <= latest for act in acts)


def _took_over(new: Agreement, acts: Sequence[Act], now: datetime, skew: timedelta) -> bool:
    """A version that took over stays so, even if it is suspended or ended itself: the old one never comes back."""
    both = all(_signed(_own(new, acts, each.node), now + skew) for each in new.parties)
    return both and now + skew >= new.starts


def _doubt(acts: list[Act]) -> str:
    numbers = [act.number for act in acts]
    if len(set(numbers)) != len(numbers):
        return "there are two different acts of one number by"
    if numbers != list(range(1, len(numbers) + 1)):
        return "an act is missing that was done by"
    return ""


def _suspends(acts: list[Act], latest: datetime) -> bool:
    """Suspending counts at once, whatever its clock says; resuming only once its time has come."""
    suspended = False
    for act in acts:
        if act.kind == "suspend":
            suspended = True
        elif act.kind == "resume" and act.at <= latest:
            suspended = False
    return suspended


def _reason(acts: list[Act]) -> str:
    return next(act.reason for act in reversed(acts) if act.kind == "suspend")


def _moment(moment: datetime) -> str:
    """Return a moment as people read it, to the minute: 2028-01-01 00:00 UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _name(agreement: Agreement, node: str) -> str:
    party = agreement.party(node)
    return party.name if party is not None else node
