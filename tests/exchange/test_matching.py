"""Private matching end to end, its commitments and its quotas."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import MatchingRefused, QuotaReached
from dragoman.exchange import matching, oprf
from dragoman.exchange.keys_of import MatchKey
from dragoman.exchange.matching_commitment import commitment, open_element, opens
from dragoman.exchange.matching_quota import Quota, Use, left, spend

LISTED = [MatchKey("document", f"xx:P{number:06d}") for number in range(40)]
KEY = matching.ListKey.draw()
PUBLISHED = matching.publish(LISTED, KEY)
NOW = datetime(2031, 5, 4, 12, tzinfo=UTC)


@settings(max_examples=8, deadline=None)
@given(st.sets(st.integers(0, 39), max_size=5), st.sets(st.integers(40, 999), max_size=6))
def test_the_asker_learns_exactly_which_of_its_keys_are_listed(on: set[int], off: set[int]) -> None:
    keys = [MatchKey("document", f"xx:P{number:06d}") for number in [*off, *on]]
    published = matching.PublishedList.read(PUBLISHED.content)
    asked = matching.ask(keys, published)
    reply = matching.answer(asked.question, published, KEY)
    assert asked.hits(reply, published) == [LISTED[number] for number in sorted(on)]


def test_a_key_of_another_kind_does_not_meet() -> None:
    asked = matching.ask([MatchKey("iban", LISTED[0].text)], PUBLISHED)
    assert asked.hits(matching.answer(asked.question, PUBLISHED, KEY), PUBLISHED) == []


def test_a_verifiable_list_refuses_an_answer_under_another_key() -> None:
    key = matching.ListKey.draw(verifiable=True)
    published = matching.PublishedList.read(matching.publish(LISTED, key).content)
    asked = matching.ask(LISTED[:3], published)
    reply = matching.answer(asked.question, published, key)
    assert asked.hits(reply, published) == LISTED[:3]
    forged = replace(reply, evaluated=oprf.evaluate_blinded(key.scalar + 1, asked.question.blinded))
    with pytest.raises(MatchingRefused, match="another key"):
        asked.hits(forged, published)


def test_questions_are_filled_up_so_that_their_size_tells_little() -> None:
    assert [matching.ask(LISTED[:count], PUBLISHED).question.size for count in (0, 1, 10, 11)] == [10, 10, 10, 20]


def test_too_large_a_question_is_refused_and_batches_split_it() -> None:
    keys = [MatchKey("phone", str(number)) for number in range(50_001)]
    with pytest.raises(MatchingRefused, match="50001 keys"):
        matching.ask(keys, PUBLISHED)
    assert [len(batch) for batch in matching.batches(keys, 20_000)] == [20_000, 20_000, 10_001]


def test_secrets_do_not_show_when_printed() -> None:
    asked = matching.ask(LISTED[:1], PUBLISHED)
    assert str(KEY.scalar) not in repr(KEY)
    assert LISTED[0].text not in repr(asked)
    assert str(asked.blinds[0]) not in repr(asked)


def test_two_lists_under_two_keys_share_no_member() -> None:
    other = matching.publish(LISTED, matching.ListKey.draw())
    assert not set(other.members.positions.tolist()) & set(PUBLISHED.members.positions.tolist())


def test_decoys_hide_the_number_of_keys() -> None:
    assert len(matching.publish(LISTED, KEY, decoys=60).members) == 100


@pytest.mark.parametrize(
    "wrong",
    [
        matching.Question("0" * 32, bytes(320)),
        matching.Question(PUBLISHED.id, bytes(320)),
        matching.Question(PUBLISHED.id, b"\x01" * 321),
        matching.Question(PUBLISHED.id, KEY.public * 11),
    ],
)
def test_a_malformed_question_is_refused(wrong: matching.Question) -> None:
    with pytest.raises(MatchingRefused):
        matching.answer(wrong, PUBLISHED, KEY)


def test_an_answer_to_another_question_is_refused() -> None:
    first, second = matching.ask(LISTED[:2], PUBLISHED), matching.ask(LISTED[:2], PUBLISHED)
    with pytest.raises(MatchingRefused, match="another question"):
        first.hits(matching.answer(second.question, PUBLISHED, KEY), PUBLISHED)


@pytest.mark.parametrize("content", [b"", b"DPL1", b"DPL1\x07" + bytes(60), b"x" * 80])
def test_what_is_no_published_list_is_refused(content: bytes) -> None:
    with pytest.raises(MatchingRefused):
        matching.PublishedList.read(content)


def test_every_element_can_be_opened_against_the_commitment_and_no_other() -> None:
    asked = matching.ask(LISTED[:13], PUBLISHED)
    root = asked.question.commitment
    for position, key in enumerate(asked.keys):
        opening = asked.open(position)
        assert opens(opening, root)
        assert key is None or opening.content == key.content
        assert not opens(replace(opening, content=b"a lie"), root)
        assert not opens(replace(opening, position=(position + 1) % 20), root)
        assert not opens(replace(opening, path=opening.path[1:]), root)
        assert not opens(replace(opening, position=20), root)


@settings(max_examples=12, deadline=None)
@given(st.integers(1, 40), st.data())
def test_paths_lead_to_the_root_in_trees_of_any_size(size: int, data: st.DataObject) -> None:
    asked = matching.ask([], PUBLISHED)
    elements = asked.question.blinded * 4
    position = data.draw(st.integers(0, size - 1))
    blinded = elements[: 32 * size]
    inner = position % 10
    opening = open_element(blinded, position, asked.contents[inner], asked.blinds[inner])
    assert opens(opening, commitment(blinded))


def test_the_tree_is_that_of_pymerkle() -> None:
    from pymerkle import InmemoryTree

    for count in (1, 2, 3, 7, 20):
        tree = InmemoryTree(algorithm="sha256")
        for number in range(count):
            tree.append_entry(bytes([number]) * 32)
        assert commitment(b"".join(bytes([number]) * 32 for number in range(count))) == tree.get_root().hex()


def test_a_quota_bounds_what_is_asked_in_any_window() -> None:
    quota = Quota(1_000, timedelta(days=1))
    uses: list[Use] = []
    for hour in range(4):
        uses.append(spend([quota], uses, 200, NOW + timedelta(hours=hour)))
    assert left(quota, uses, NOW + timedelta(hours=4)) == 200
    with pytest.raises(QuotaReached, match="500 elements asked, 200 of 1000") as refusal:
        spend([quota], uses, 500, NOW + timedelta(hours=4))
    assert "2031-05-05T13:00:00" in (refusal.value.remedy or "")
    assert spend([quota], uses, 500, NOW + timedelta(hours=26))


def test_a_question_larger_than_the_whole_quota_is_told_so() -> None:
    with pytest.raises(QuotaReached, match="smaller batches"):
        spend([Quota(50, timedelta(days=1))], [], 100, NOW)


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(0, 72), st.sampled_from([10, 20, 50, 100])), max_size=60))
def test_no_window_ever_holds_more_than_the_quota(asks: list[tuple[int, int]]) -> None:
    quotas = [Quota(200, timedelta(hours=24)), Quota(300, timedelta(hours=48))]
    uses: list[Use] = []
    for hour, size in sorted(asks):
        try:
            uses.append(spend(quotas, uses, size, NOW + timedelta(hours=hour)))
        except QuotaReached:
            continue
    for quota in quotas:
        for start in range(80):
            begin = NOW + timedelta(hours=start)
            within = [use.elements for use in uses if begin <= use.at < begin + quota.window]
            assert sum(within) <= quota.elements
