"""Any text at all becomes tokens: never an error, always the same, whatever is invisible in it."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.names import ALPHABET, Kind, Token, acronym, acronyms, tokenise
from dragoman.names.likeness import likeness

_written = st.text(
    st.characters(codec="utf-8")
    | st.sampled_from("aeilmnrsdhk .-'´’ʼ\u200d\u0301\u064bабвгאבגابتثमनक김李ー\x00\x1f\t01358xX")
)
_WORDS = """
    Mohammed Ахмад Ivánović عبدالرحمن نصر الله ud-Din al-Sham ש'ב Ólafur Đặng Müller मोदी 김정은 习近平 サクラ
"""
_names = st.lists(st.sampled_from(_WORDS.split()), min_size=1, max_size=5).map(" ".join)
_invisible = st.sampled_from(
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2066\u2069\ufe0f\ufeff"
)
_many = settings(max_examples=400)


def told(name: str) -> tuple[object, ...]:
    found = tokenise(name)
    return found.tokens, found.joins


@_many
@given(_written)
def test_any_text_becomes_tokens_whose_sounds_are_of_the_alphabet(text: str) -> None:
    found = tokenise(text)
    acronyms(found)
    for token in (*found.tokens, *(token for _, token in found.joins)):
        assert token.sounds
        assert set(token.sounds) <= set(ALPHABET[1:]), token
        assert all(set(sounds) <= set(ALPHABET[1:]) for sounds, _ in token.others), token
    assert all(0 <= position < len(found.tokens) - 1 for position, _ in found.joins)


@given(st.text(st.characters(categories=["Cn", "Co", "Lo", "Mn", "Sk", "Cf", "Nl", "No"])))
def test_letters_of_every_plane_are_read_or_left_out_but_never_an_error(text: str) -> None:
    tokenise(text)


@pytest.mark.parametrize(
    "text", ["", " ", "-", "--", "'", "´", "...", "\x00", "\u200b", "\u0301", "ء", "\ud800", "م" * 3, "\U0001f600"]
)
def test_text_without_a_word_in_it_is_no_name_and_no_error(text: str) -> None:
    assert all(token.sounds for token in tokenise(text).tokens)


@pytest.mark.parametrize(
    "unit", ["a", "Mohammed ", "عبدال", "abd al ", "x", "o'", "ud din ", "習", "A.", "-", "\u0301", "1", "rn", "김"]
)
def test_long_texts_are_tokenised_too(unit: str) -> None:
    tokenise(unit * (20_000 // len(unit)))


def test_an_acronym_of_any_text_is_one_token() -> None:
    assert [token.kind for token in acronym("AQIM").tokens] == [Kind.ACRONYM]


@_many
@given(_written)
def test_the_same_text_always_gives_the_same_tokens(text: str) -> None:
    first = tokenise(text)
    tokenise.cache_clear()
    assert tokenise(text) == first


@_many
@given(_written | _names)
def test_composed_and_decomposed_letters_are_one_writing(text: str) -> None:
    assert told(unicodedata.normalize("NFC", text)) == told(unicodedata.normalize("NFD", text))


@_many
@given(_names, st.data())
def test_invisible_characters_change_nothing(name: str, data: st.DataObject) -> None:
    hidden = name
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(hidden)))
        hidden = hidden[:at] + data.draw(_invisible) + hidden[at:]
    assert told(hidden) == told(name)


@given(_names)
def test_a_stretched_arabic_word_is_the_word(name: str) -> None:
    stretched = "".join(char + "\u0640" if "\u0621" <= char <= "\u064a" else char for char in name)
    assert told(stretched) == told(name)


@given(_names)
def test_case_changes_nothing_where_no_letter_stands_alone(name: str) -> None:
    assert [token.sounds for token in tokenise(name.upper()).tokens] == [
        token.sounds for token in tokenise(name).tokens
    ]


@_many
@given(_written, _written)
def test_likeness_of_any_two_tokens_is_between_none_and_all_and_has_no_direction(left: str, right: str) -> None:
    for one in tokenise(left).tokens[:3]:
        for other in tokenise(right).tokens[:3]:
            value = likeness(one, other)
            assert 0.0 <= value <= 1.0
            assert value == pytest.approx(likeness(other, one), abs=1e-5)


@_many
@given(_written)
def test_every_token_is_wholly_like_itself(text: str) -> None:
    for token in tokenise(text).tokens:
        assert likeness(token, token) == 1.0


def test_what_was_written_stays_on_the_token() -> None:
    (token,) = tokenise("Abd al-Rahman").tokens
    assert isinstance(token, Token)
    assert token.text == "abd rahman"
    assert tokenise("Abd al-Rahman").text == "Abd al-Rahman"
