"""What is called back is removed wherever it went: with what describes it, through others, and when a deal ends."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from dragoman.errors import SignatureRefused
from dragoman.exchange import recall
from dragoman.exchange.canonical import digest
from dragoman.exchange.keys import PrivateKey
from dragoman.exchange.stix.ids import Thing
from dragoman.exchange.stix.records import read_record
from dragoman.node.partners import polling, recalling, recalling_receiving, sharing
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.models import (
    Disclosure,
    Notice,
    NoticeDuty,
    Outgoing,
    ReceivedObject,
    SharedObject,
    SharedRecord,
)
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from tests.node.partners.parties import BANK, BORDER, KEYS, NOW, PURPOSE, Reader, Side, given_by_bank, listed
from tests.node.partners.test_passing_on import leave_for, receive_leave

pytestmark = pytest.mark.django_db
FAR = PrivateKey.from_seed(bytes([77] * 32))


def notice(kind: str, thing: Thing, key: PrivateKey = KEYS[BANK], **more: str) -> recall.Notice:
    return recall.notice(kind, thing["id"], BANK, "It was another person", NOW, key, **more)


def send_notice(bank: Side, *found: recall.Notice) -> None:
    recalling_receiving.take_notices(
        bank.letter("notice", {"notices": [each.to_json() for each in found]}), bank.partner
    )


def test_a_recall_goes_on_to_whom_it_was_passed_and_is_answered_when_they_have_answered(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    assert len(Reader(border).read()) == 2
    send_notice(bank, notice("recall", passed[0]))
    assert [each["id"] for each in Reader(border).read()] == [passed[1]["id"]]
    onward = Outgoing.objects.get(partner=border.partner, kind="notice").letter["body"]
    assert onward["notices"][0] == notice("recall", passed[0]).to_json()
    # The border service may never have met the bank: this node vouches for the key that signed.
    assert onward["keys"] == {BANK: KEYS[BANK].public.text}
    assert recalling_receiving.carry_out_all() == 0
    assert Disclosure.objects.get(object=passed[0]["id"]).recalled is not None

    below = recall.Done(notice("recall", passed[0]).id, "far.example", "removed", datetime.now(UTC)).signed(FAR)
    done = recall.Done(below.notice, BORDER, "removed", datetime.now(UTC), onward=(below,)).signed(KEYS[BORDER])
    body = {"done": [done.to_json()], "keys": {"far.example": FAR.public.text}}
    recalling_receiving.take_done(border.letter("done", body), border.partner)
    assert recalling_receiving.carry_out_all() == 1
    answer = Outgoing.objects.get(partner=bank.partner, kind="done").letter["body"]
    found = recall.Done.from_json(answer["done"][0])
    assert [each.node for each in recall.flatten(found)] == [node_id(), BORDER, "far.example"]
    assert answer["keys"] == {BORDER: KEYS[BORDER].public.text, "far.example": FAR.public.text}
    assert Record.objects.filter(source__name="from-bank-example", gone=False).count() == 1


def test_who_does_not_answer_an_onward_notice_is_reminded_of_the_same(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    Reader(border).read()
    send_notice(bank, notice("recall", passed[0]))
    NoticeDuty.objects.update(sent=datetime(2026, 1, 1, tzinfo=UTC))
    assert recalling.chase_all() == 1
    first, second = Outgoing.objects.filter(partner=border.partner, kind="notice").order_by("number")
    assert first.letter["body"] == second.letter["body"]


def test_only_who_gave_an_object_or_whose_it_is_calls_it_back_and_never_what_is_this_nodes_own(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(*passed))
    Reader(border).read()
    forged = recall.notice("recall", passed[0]["id"], "far.example", "A reason", NOW, FAR)
    letter = bank.letter("notice", {"notices": [forged.to_json()], "keys": {"far.example": FAR.public.text}})
    with pytest.raises(SignatureRefused):
        recalling_receiving.take_notices(letter, bank.partner)
    # The border service got it; it gave nothing, so its notice changes nothing here.
    theirs = recall.notice("recall", passed[0]["id"], BORDER, "A reason", NOW, KEYS[BORDER])
    recalling_receiving.take_notices(border.letter("notice", {"notices": [theirs.to_json()]}), border.partner)
    assert Notice.objects.get().outcome == "not_held"
    assert SharedObject.objects.filter(stix_id=passed[0]["id"]).exists()
    assert not ReceivedObject.objects.filter(revoked=True).exists()


def test_a_correction_goes_on_without_new_leave_to_whoever_has_what_was_wrong(
    bank: Side, border: Side, passed: list[Thing]
) -> None:
    receive_leave(bank, leave_for(passed[0]))
    reader = Reader(border)
    reader.read()
    mended = given_by_bank(bank, listed(1, note="Mended"), listed(2, note="Mended"), modified=NOW)
    send_notice(bank, *(notice("correction", each, replacement=digest(each)) for each in mended))
    polling.renew(bank.partner)
    sharing.write_all()
    assert reader.read() == [mended[0]]  # of the second the border service never had anything
    assert recalling_receiving.carry_out_all() == 1  # of the first, the border service owes an answer
    (waiting,) = Notice.objects.filter(own=False, done__isnull=True)
    done = recall.Done(waiting.digest, BORDER, "corrected", datetime.now(UTC)).signed(KEYS[BORDER])
    recalling_receiving.take_done(border.letter("done", {"done": [done.to_json()]}), border.partner)
    assert recalling_receiving.carry_out_all() == 1
    assert set(Notice.objects.values_list("outcome", flat=True)) == {"corrected"}


def test_the_last_object_of_a_received_list_is_removed_and_the_recall_answered(bank: Side) -> None:
    (thing,) = given_by_bank(bank, listed(1))
    polling.renew(bank.partner)
    send_notice(bank, notice("recall", thing))
    assert recalling_receiving.carry_out_all() == 1
    version = ListVersion.objects.get(source__name="from-bank-example", state="in_use")
    assert version.parties == 0
    assert not Record.objects.filter(source__name="from-bank-example", gone=False).exists()
    assert Outgoing.objects.get(kind="done").letter["body"]["done"][0]["outcome"] == "removed"
    given_by_bank(bank, listed(2))
    polling.renew(bank.partner)
    assert Record.objects.get(source__name="from-bank-example", gone=False).caption == "Exempla Ficta 2"


# What describes a record goes with it.

_LINES = """
{"id": "x", "schema": "Person", "properties": {"name": ["Exempla Ficta"], "addressEntity": ["a-both", "a-x"]}}
{"id": "y", "schema": "Person", "properties": {"name": ["Altera Ficta"], "addressEntity": ["a-both"]}}
{"id": "pass", "schema": "Passport", "properties": {"holder": ["x"], "number": ["X1234567"]}}
{"id": "listing", "schema": "Sanction", "properties": {"entity": ["x"], "authority": ["Nobody"]}}
{"id": "shared", "schema": "Identification", "properties": {"holder": ["x", "y"], "number": ["I-1"]}}
{"id": "link", "schema": "UnknownLink", "properties": {"subject": ["x"], "object": ["y"]}}
{"id": "a-x", "schema": "Address", "properties": {"full": ["Street 1"]}}
{"id": "a-both", "schema": "Address", "properties": {"full": ["Street 2"]}}
""".strip()


@pytest.fixture
def given(border: Side, liaison: Client, tmp_path: Path) -> dict[str, str]:
    """A list of this node that the border service has read: the STIX ids by the records' ids."""
    file = tmp_path / "own.ftm.json"
    file.write_text(_LINES, encoding="utf-8")
    import_list("own", file)
    liaison.post(
        f"/partners/agreements/{border.agreement.pk}/share", {"source": "own", "tlp": "AMBER", "purpose": PURPOSE}
    )
    assert len(Reader(border).read()) == 8
    return dict(SharedRecord.objects.values_list("record_id", "stix_id"))


def test_what_describes_nobody_else_goes_with_a_record_and_its_notice_says_so(
    border: Side, liaison: Client, given: dict[str, str]
) -> None:
    liaison.post("/partners/disclosures/recall", {"object": given["x"], "kind": "recall", "reason": "Another person"})
    reasons = {each.object: each.body["reason"] for each in Notice.objects.all()}
    assert reasons.keys() == {given[name] for name in ("x", "pass", "listing", "link", "a-x")}
    assert reasons[given["x"]] == "Another person"
    assert reasons[given["pass"]] == f"Another person (it describes {given['x']})"
    assert {each["id"] for each in Reader(border).read()} == {given[name] for name in ("y", "shared", "a-both")}
    liaison.post("/partners/disclosures/recall", {"object": given["y"], "kind": "recall", "reason": "Another person"})
    assert Notice.objects.filter(object__in=[given["shared"], given["a-both"]]).count() == 0  # x was not in that act


def test_both_owners_together_take_what_they_share(liaison: Client, given: dict[str, str]) -> None:
    both = {"object": [given["x"], given["y"]], "kind": "delisting", "reason": "Delisted"}
    liaison.post("/partners/disclosures/recall", both)
    assert set(Notice.objects.values_list("object", flat=True)) == set(given.values())


def test_a_correction_takes_nothing_along(liaison: Client, given: dict[str, str]) -> None:
    liaison.post("/partners/disclosures/recall", {"object": given["x"], "kind": "correction", "reason": "A typo"})
    assert Notice.objects.get().object == given["x"]


# Ending an agreement.


def test_ending_shows_how_much_it_calls_back_and_does_so(border: Side, liaison: Client, given: dict[str, str]) -> None:
    page = liaison.get(f"/partners/agreements/{border.agreement.pk}").content.decode()
    count = Disclosure.objects.values("object").distinct().count()
    assert f"End it and call back {count}" in page
    url = f"/partners/agreements/{border.agreement.pk}/act"
    refused = liaison.post(url, {"act": "end", "reason": "It is over", "seen": count - 1}, follow=True)
    assert "look again" in refused.content.decode()
    assert border.agreement.standing().in_force
    liaison.post(url, {"act": "end", "reason": "It is over", "seen": count})
    assert border.agreement.standing().state == "ended"
    assert set(Notice.objects.values_list("kind", "object")) >= {("narrowing", each) for each in given.values()}
    assert not SharedObject.objects.filter(stix_id__in=given.values()).exists()
    assert Reader(border).read() == []
    assert Notice.objects.count() == count == Disclosure.objects.exclude(recalled=None).count()


def test_what_another_partner_got_under_another_agreement_stays_with_it(
    bank: Side, border: Side, liaison: Client, given: dict[str, str]
) -> None:
    kept = Disclosure.objects.create(
        partner=bank.partner, agreement=bank.agreement, object=given["x"], version="1", data_class="list_entries",
        purpose=PURPOSE, clause="clause 1",
    )  # fmt: skip
    recalling.take_back(_somebody(liaison), border.agreement, "It is over")
    kept.refresh_from_db()
    assert kept.recalled is None
    assert set(NoticeDuty.objects.values_list("partner", flat=True)) == {border.partner.pk}


def _somebody(liaison: Client) -> object:
    from dragoman.node.access import principal_of
    from dragoman.node.people.models import Account

    request = liaison.get("/partners/").wsgi_request
    assert isinstance(request.user, Account)
    return principal_of(request)


# Nothing is lost on the way.


def test_a_statement_comes_with_quality_spelling_language_place_and_who_stated_it_first(bank: Side) -> None:
    record = listed(1)
    (thing,) = given_by_bank(bank, record)
    polling.renew(bank.partner)
    assert read_record(thing) == record
    rows = Statement.objects.filter(record__source__name="from-bank-example").order_by("pk")
    stated = [(each.prop, each.value, each.original, each.place, each.lang, each.quality) for each in rows]
    assert stated == [
        (each.prop, each.value, each.original, each.place, each.lang, each.quality) for each in record.statements
    ]
    assert all(each.handling and each.handling["originators"] == [BANK] and each.keep_until for each in rows)


def test_the_exercise_list_that_a_partner_gets_is_statement_by_statement_the_one_that_is_given(
    border: Side, tmp_path: Path
) -> None:
    from dragoman.exercise import make
    from dragoman.exercise.making import LIST_FILES

    make(tmp_path)
    import_list("un-sc", tmp_path / LIST_FILES["un-sc"][0])
    source = Source.objects.get(name="un-sc")
    shared = sharing.share("node", border.agreement, source, purpose=PURPOSE)
    sharing.write(shared)
    came = {record.id: record for each in Reader(border).read(limit="10000") if (record := read_record(each))}
    rows = Statement.objects.filter(record__source=source, gone=False).select_related("record").order_by("pk")
    given: dict[str, list[tuple[str | None, ...]]] = {}
    for each in rows:
        fields = (each.prop, each.value, each.original, each.place, each.lang, each.quality, f"un-sc@{each.first_seen}")
        given.setdefault(each.record.record_id, []).append(fields)
    assert len(given) > 30
    assert {
        key: [
            (each.prop, each.value, each.original, each.place, each.lang, each.quality, each.origin)
            for each in record.statements
        ]
        for key, record in came.items()
    } == given
    assert {record.version for record in came.values()} == {ListVersion.objects.get(source=source).version}
