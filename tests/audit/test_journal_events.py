"""An event holds identifiers only, and its bytes are canonical."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.audit.events import Event, detail_names, identifier
from dragoman.errors import EventRefused

NOON = datetime(2026, 3, 1, 12, 0, 0, 5, tzinfo=UTC)
EVENT = Event("account:7", "desk.hit.reviewed", "hit:17", NOON, "training", "false", {"review": 3, "list": "un-sc"})


def test_its_bytes_are_sorted_and_without_blanks() -> None:
    assert EVENT.encode().decode() == (
        '{"act":"desk.hit.reviewed","at":"2026-03-01T12:00:00.000005Z","details":{"list":"un-sc","review":3},'
        '"object":"hit:17","purpose":"training","result":"false","v":1,"who":"account:7"}'
    )


def test_a_moment_is_written_in_utc() -> None:
    there = NOON.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert replace(EVENT, at=there).encode() == EVENT.encode()


WORD = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._:@/+~=,-]{0,30}", fullmatch=True)


@given(
    st.from_regex(r"[a-z]{1,9}(:[0-9]{1,9})?", fullmatch=True),
    st.from_regex(r"[a-z]{1,9}(:[A-Za-z0-9][A-Za-z0-9./-]{0,40})?", fullmatch=True),
    st.datetimes(timezones=st.just(UTC)),
    WORD,
    st.dictionaries(st.sampled_from(sorted(detail_names())), st.integers(-(2**53) + 1, 2**53 - 1) | WORD),
)
def test_what_was_encoded_is_decoded(who, object_, at, result, details) -> None:
    event = Event(who, "app.thing.done", object_, at, "training", result, details)
    encoded = event.encode()
    assert Event.decode(encoded) == event
    # The oracle of the canonical form, for values without escapes and floats.
    assert encoded == json.dumps(json.loads(encoded), sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("who", "Amina Example"),
        ("who", ""),
        ("act", "looked at Amina"),
        ("act", "looked"),
        ("object", "hit 17"),
        ("object", "person:Amina Example"),
        ("object", "person:آمنة"),
        ("object", "x:" + "1" * 120),
        ("purpose", "because I wanted to know"),
        ("result", "not the same person"),
        ("result", 3),
    ],
)
def test_words_are_no_identifiers(field: str, value: object) -> None:
    with pytest.raises(EventRefused, match="personal data never goes into the journal") as caught:
        replace(EVENT, **{field: value})
    assert caught.value.place == field
    assert str(value) not in str(caught.value) or not value


@pytest.mark.parametrize("value", ["Amina Example", "1.5.1990 in Exampleton", None, 1.5, 2**53, ["hit:1"], "x" * 401])
def test_words_are_no_details(value: object) -> None:
    with pytest.raises(EventRefused) as caught:
        replace(EVENT, details={"hit": value})
    assert caught.value.place == "details.hit"


def test_a_detail_that_is_not_in_the_table_is_refused() -> None:
    with pytest.raises(EventRefused, match=r"fields\.tsv"):
        replace(EVENT, details={"birth_date": "1990-05-01"})


def test_a_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(EventRefused):
        replace(EVENT, at=NOON.replace(tzinfo=None))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", EVENT.encode() + b" ", EVENT.encode().replace(b'"v":1', b'"v":2'), b'{"v":1,"at":3}'],
)
def test_bytes_that_are_no_event_are_refused(content: bytes) -> None:
    with pytest.raises(EventRefused):
        Event.decode(content)


def test_an_id_that_somebody_chose_freely_is_named_by_its_digest() -> None:
    assert identifier("record", "un-sc", "QDi.430") == "record:un-sc/QDi.430"
    odd = identifier("record", "customers", "Amina Example")
    assert odd.startswith("record:sha256=")
    assert odd == identifier("record", "customers", "Amina Example")
    assert replace(EVENT, object=odd)
    assert replace(EVENT, object=identifier("record", "x" * 300))
