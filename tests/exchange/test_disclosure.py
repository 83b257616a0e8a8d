"""Disclosures, recall, co-signatures and letters: what was sent can be recalled, and it is known to whom it went."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, MessageRefused, OrderBroken, SignatureRefused
from dragoman.exchange.canonical import canonical
from dragoman.exchange.disclosure import Disclosure, Receipt, holders, reach, without_receipt
from dragoman.exchange.keys import KeyRing, NodeKey
from dragoman.exchange.messages import KINDS, Letter, new_nonce, read_letter, stream
from dragoman.exchange.messages_checkpoints import Cosignature, LastSeen, cosign
from dragoman.exchange.recall import (
    Done,
    Duty,
    Notice,
    Progress,
    answer,
    answered,
    chase,
    duties,
    flatten,
    missing,
    notice,
)
from tests.exchange.pacts import BANK, BORDER, DAY, FIU, HOUR, KEYS, NOW

RING = KeyRing(NodeKey(node, key.public) for node, key in KEYS.items())


def row(giver: str, recipient: str, at: int = 0) -> Disclosure:
    when = NOW + at * HOUR
    return Disclosure("o", "d", giver, recipient, "h", "clause 1", "counter-terrorism", "list_entries", when, "l")


def test_who_holds_an_object_is_a_tree_with_receipts() -> None:
    first, second = row(FIU, BORDER), row(BORDER, BANK, 1)
    tree = holders(FIU, [second, first, first], [Receipt(first.id, NOW)])
    assert [(each.node, each.received) for each in tree] == [(BORDER, NOW)]
    assert [(each.node, each.received) for each in tree[0].onward] == [(BANK, None)]
    assert reach(tree) == {BORDER, BANK}
    assert without_receipt([first, second], [Receipt(first.id, NOW)]) == [second]


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd")), max_size=12))
def test_circles_end_and_nobody_who_holds_it_is_left_out(pairs: list[tuple[str, str]]) -> None:
    rows = [row(giver, recipient, index) for index, (giver, recipient) in enumerate(pairs) if giver != recipient]
    reached, waiting = set[str](), ["a"]
    while waiting:
        node = waiting.pop()
        new = {each.recipient for each in rows if each.giver == node} - reached - {"a"}
        reached |= new
        waiting += new
    assert reach(holders("a", rows, [])) == reached


def recalled(kind: str = "recall", **changes: str) -> Notice:
    return notice(kind, "o", FIU, "it was about another person", NOW, KEYS[FIU], **changes)


def test_a_shortening_has_its_last_day_which_is_signed_and_no_other_notice_has_one() -> None:
    made = notice(
        "shortening", "o", FIU, "kept for less time", NOW, KEYS[FIU], until=date(2026, 7, 1), agreement="sha-256:x"
    )
    again = Notice.from_json(made.to_json())
    assert (again, again.until) == (made, date(2026, 7, 1))
    again.check([FIU], RING)
    for change in ({"until": date(2026, 8, 1)}, {"agreement": "sha-256:y"}):
        with pytest.raises(SignatureRefused):
            replace(again, **change).check([FIU], RING)
    with pytest.raises(MessageRefused):
        notice("shortening", "o", FIU, "kept for less time", NOW, KEYS[FIU])
    with pytest.raises(MessageRefused):
        notice("recall", "o", FIU, "another person", NOW, KEYS[FIU], until=date(2026, 7, 1))
    assert "until" not in recalled().to_json()
    for wrong in ({"until": None}, {"until": 5}, {"until": "soon"}, {"agreement": 5}, {"kind": "recall"}):
        with pytest.raises(MessageRefused):
            Notice.from_json(made.to_json() | wrong)
    without = {name: value for name, value in made.to_json().items() if name != "until"}
    with pytest.raises(MessageRefused):
        Notice.from_json(without)


def test_a_notice_is_the_originators_own_and_travels_unchanged() -> None:
    made = recalled()
    again = Notice.from_json(made.to_json())
    assert again == made
    again.check([FIU], RING)
    with pytest.raises(SignatureRefused, match="did not originate"):
        again.check([BANK], RING)
    with pytest.raises(SignatureRefused):
        replace(again, object="p").check([FIU], RING)
    with pytest.raises(SignatureRefused):
        notice("recall", "o", FIU, "x", NOW, KEYS[BANK]).check([FIU], RING)
    assert made.due == NOW + DAY
    assert recalled("correction", replacement="d2").replacement == "d2"


@pytest.mark.parametrize(
    ("kind", "reason", "new"), [("undo", "x", ""), ("recall", "", ""), ("correction", "x", ""), ("recall", "x", "d")]
)
def test_a_notice_without_its_parts_is_refused(kind: str, reason: str, new: str) -> None:
    with pytest.raises(MessageRefused):
        notice(kind, "o", FIU, reason, NOW, KEYS[FIU], replacement=new)


def test_a_recall_reaches_onward_recipients_and_is_answered_from_the_end() -> None:
    made = recalled()
    (ours,) = duties(made, [BORDER, BORDER], NOW)
    (theirs,) = duties(made, [BANK], NOW)  # at the border service, which passed it on
    assert answer(made, BORDER, "removed", [theirs], NOW) is None
    bank = answer(made, BANK, "removed", [], NOW)
    assert bank is not None
    theirs = answered(theirs, Done.from_json(bank.to_json()))
    border = answer(made, BORDER, "removed", [theirs], NOW + HOUR)
    assert border is not None
    ours = answered(ours, border)
    assert ours.progress(NOW) is Progress.DONE
    assert {each.node for each in flatten(border)} == {BORDER, BANK}
    assert missing(ours, {BORDER: [BANK]}) == frozenset()
    assert missing(ours, {BORDER: [BANK], BANK: [FIU]}) == {FIU}
    assert missing(replace(ours, done=None), {BORDER: [BANK]}) == {BORDER, BANK}


def test_nobody_answers_for_those_below() -> None:
    made = recalled()
    bank = Done(made.id, BANK, "removed", NOW).signed(KEYS[BANK])
    border = Done(made.id, BORDER, "removed", NOW, onward=(bank,)).signed(KEYS[BORDER])
    Done.from_json(border.to_json()).check(RING)
    claimed = Done(made.id, BANK, "removed", NOW).signed(KEYS[BORDER])
    other = Done("another", BANK, "removed", NOW).signed(KEYS[BANK])
    for below in (claimed, other, replace(bank, outcome="not_held")):
        with pytest.raises(SignatureRefused):
            Done(made.id, BORDER, "removed", NOW, onward=(below,)).signed(KEYS[BORDER]).check(RING)


def test_keeping_has_a_ground_and_is_shown() -> None:
    made = recalled()
    with pytest.raises(MessageRefused):
        answer(made, BORDER, "kept", [], NOW)
    kept = answer(made, BORDER, "kept", [], NOW, "an order of the court")
    assert kept is not None
    assert answered(duties(made, [BORDER], NOW)[0], kept).progress(NOW) is Progress.KEPT


def test_what_is_not_answered_is_chased_and_then_a_person_calls() -> None:
    owed = duties(recalled(), [BORDER, BANK], NOW)
    done = answer(recalled(), BANK, "removed", [], NOW)
    assert done is not None
    owed = tuple(answered(each, done) if each.recipient == BANK else each for each in owed)
    reminded = []
    for hour in range(30):
        owed, now_due = chase(owed, NOW + hour * HOUR)
        reminded += [(hour, each.recipient) for each in now_due]
    assert reminded == [(6, BORDER), (12, BORDER), (24, BORDER)]
    late = NOW + 25 * HOUR
    assert [each.recipient for each in owed if each.needs_a_person(late)] == [BORDER]
    assert [each.progress(late) for each in owed] == [Progress.DONE, Progress.OVERDUE]


def test_an_answer_to_another_notice_is_refused() -> None:
    duty = Duty(recalled(), BORDER, NOW)
    for wrong in (Done("x", BORDER, "removed", NOW), Done(recalled().id, BANK, "removed", NOW)):
        with pytest.raises(MessageRefused):
            answered(duty, wrong)


@pytest.mark.parametrize("found", [None, {}, [], {"at": "now"}, {"at": "2026-01-01"}])
def test_what_is_none_of_these_is_refused(found: object) -> None:
    for kind in (Disclosure, Receipt, Notice, Done, Cosignature):
        with pytest.raises(MessageRefused) as refused:
            kind.from_json(found)
        assert refused.value.remedy


def test_rows_travel_unchanged() -> None:
    assert Disclosure.from_json(row(FIU, BORDER).to_json()) == row(FIU, BORDER)
    assert Receipt.from_json(Receipt("x", NOW).to_json()) == Receipt("x", NOW)


def letter(**changes: object) -> Letter:
    made = Letter("notice", FIU, BORDER, "h", NOW, {"a": 1})
    return replace(made, **changes).signed(KEYS[FIU])  # type: ignore[arg-type]


def test_a_letter_stands_on_its_own_signature() -> None:
    made = letter()
    assert read_letter(canonical(made.to_json()), RING, BORDER) == made
    assert made.id.startswith("sha-256:")
    for wrong in (
        letter(recipient=BANK),
        letter(kind="spell"),
        letter(sender=BANK),
        replace(made, body={"a": 2}),
        replace(made, key="x"),
    ):
        with pytest.raises(MessageRefused):
            read_letter(wrong.to_json(), RING, BORDER)
    for strange in (b"{", None, {}, [], made.to_json() | {"more": 1}, made.to_json() | {"at": "2026-01-01T00:00"}):
        with pytest.raises(MessageRefused):
            read_letter(strange, RING, BORDER)
    assert len({stream(FIU, BORDER), stream(BORDER, FIU), stream(FIU, BORDER, 2)}) == 3
    assert len({new_nonce() for _ in range(9)}) == 9
    assert "notice" in KINDS


def grows(last: str | None, new: str) -> bool:
    return last is None or new.startswith(last)


def test_a_journal_that_grows_is_co_signed_and_one_that_was_rewritten_is_not() -> None:
    last, first = cosign(None, FIU, "1\n", grows, BORDER, KEYS[BORDER], NOW)
    last, second = cosign(last, FIU, "1\n2\n", grows, BORDER, KEYS[BORDER], NOW + HOUR)
    assert last == LastSeen(FIU, "1\n2\n")
    Cosignature.from_json(second.to_json()).check("1\n2\n", RING)
    for text, found in (
        ("1\n", second),
        ("1\n2\n", first),
        ("1\n2\n", replace(second, seconds=1)),
        ("1\n2\n", replace(second, node=FIU)),
    ):
        with pytest.raises(SignatureRefused):
            found.check(text, RING)
    with pytest.raises(OrderBroken, match="does not continue") as refused:
        cosign(last, FIU, "1\n3\n", grows, BORDER, KEYS[BORDER], NOW)
    assert "evidence" in (refused.value.remedy or "")


def test_a_co_signature_is_c2sp_version_1() -> None:
    _, found = cosign(None, FIU, "origin\n1\nroot\n", grows, BORDER, KEYS[BORDER], NOW)
    from dragoman.exchange.keys import decode

    signed = f"cosignature/v1\ntime {int(NOW.timestamp())}\norigin\n1\nroot\n".encode()
    assert KEYS[BORDER].public.verifies(decode(found.signature, 64), signed)
    assert found.at == NOW
    with pytest.raises(DragomanError):
        Cosignature.from_json(found.to_json() | {"seconds": -1})


def test_due_times_are_those_of_the_table() -> None:
    assert recalled("narrowing").due - NOW == timedelta(hours=72)
