"""The kernels of names: their compiled twin, and a textbook's edit distance, give the same values."""

from __future__ import annotations

from functools import cache
from types import ModuleType

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dragoman.names import ALPHABET, Kind, Token, kernels, tokenise
from dragoman.names.compiling import compiled, is_compiled
from dragoman.names.kernels import ABJAD, BARE, LONGEST, MAX_KEYS, MIXED, OPEN, UNLIKE
from dragoman.names.likeness import costs, encode, keys, likeness

CONSONANTS = "bptdkgqKGSTJszmnlrfv"
_open = st.text("aeiouyw" + CONSONANTS + "h", min_size=1, max_size=9)
_abjad = st.text("AWYE+^%&" + CONSONANTS + "h", min_size=1, max_size=7)
_any = st.text(ALPHABET[1:], min_size=1, max_size=60)
_forms = st.tuples(_open, st.just(OPEN)) | st.tuples(_open, st.just(BARE)) | st.tuples(_abjad, st.just(ABJAD))
_often = settings(max_examples=300)


@pytest.fixture(scope="module")
def machine() -> ModuleType:
    return compiled("dragoman.names.kernels")


def table() -> kernels.Reals:
    return np.empty((3, LONGEST + 1), np.float32)


def cost(module: ModuleType, left: str, right: str, mode: int, limit: float) -> float:
    a, b = encode(left), encode(right)
    found = costs()
    return float(module.edit_cost(a, 0, len(a), b, 0, len(b), found.matrices, mode, found.digraph, limit, table()))


def textbook(left: str, right: str, mode: int) -> float:
    """Weighted edit distance by its definition, prefix against prefix."""
    matrix, digraph = costs().matrices[mode], costs().digraph
    x, y = encode(left), encode(right)
    h = ALPHABET.index("h")

    @cache
    def least(i: int, j: int) -> float:
        if i == 0 and j == 0:
            return 0.0
        ways = []
        if i:
            ways.append(least(i - 1, j) + float(matrix[x[i - 1], 0]))
        if j:
            ways.append(least(i, j - 1) + float(matrix[0, y[j - 1]]))
        if i and j:
            change = float(matrix[x[i - 1], y[j - 1]])
            ways.append(least(i - 1, j - 1) + change)
            if i > 1 and x[i - 1] == h and digraph[y[j - 1]] and x[i - 2] == digraph[y[j - 1]]:
                ways.append(least(i - 2, j - 1) + 0.7)
            if j > 1 and y[j - 1] == h and digraph[x[i - 1]] and y[j - 2] == digraph[x[i - 1]]:
                ways.append(least(i - 1, j - 2) + 0.7)
            if i > 1 and j > 1 and x[i - 1] != y[j - 1] and x[i - 1] == y[j - 2] and x[i - 2] == y[j - 1]:
                ways.append(least(i - 2, j - 2) + change / 2 + 1.5)
        return min(ways)

    return least(len(x), len(y))


@_often
@given(_open, _open, st.sampled_from([OPEN, BARE]))
def test_the_edit_cost_of_vowelled_words_is_the_textbooks(left: str, right: str, mode: int) -> None:
    assert cost(kernels, left, right, mode, 1e9) == pytest.approx(textbook(left, right, mode), abs=1e-3)


@_often
@given(_abjad, _open)
def test_the_edit_cost_across_scripts_is_the_textbooks(left: str, right: str) -> None:
    assert cost(kernels, left, right, MIXED, 1e9) == pytest.approx(textbook(left, right, MIXED), abs=1e-3)


@given(_abjad, _abjad)
def test_the_edit_cost_of_abjad_words_is_the_textbooks(left: str, right: str) -> None:
    assert cost(kernels, left, right, ABJAD, 1e9) == pytest.approx(textbook(left, right, ABJAD), abs=1e-3)


@_often
@given(_open, _open, st.floats(0.0, 30.0))
def test_a_limit_changes_only_costs_that_are_over_it(left: str, right: str, limit: float) -> None:
    whole, limited = textbook(left, right, OPEN), cost(kernels, left, right, OPEN, limit)
    assume(abs(whole - limit) > 1e-3)
    if whole <= limit:
        assert limited == pytest.approx(whole, abs=1e-3)
    else:
        assert limited > limit - 1e-3


@pytest.mark.parametrize(
    ("left", "right"), [("adham", "aDam"), ("aDam", "adham"), ("iskhak", "isKak"), ("ashar", "aSar")]
)
def test_a_digraph_read_apart_costs_less_than_a_letter(left: str, right: str) -> None:
    assert cost(kernels, left, right, OPEN, 1e9) == pytest.approx(0.7)


@_often
@given(_forms, _forms)
def test_compiled_and_plain_likeness_are_equal(
    machine: ModuleType, left: tuple[str, int], right: tuple[str, int]
) -> None:
    values = [
        module.likeness(encode(left[0]), left[1], encode(right[0]), right[1], costs(), table())
        for module in (kernels, machine)
    ]
    if min(values) > 0.0 or max(values) > UNLIKE + 1e-4:
        assert values[0] == pytest.approx(values[1], abs=1e-5)


@_often
@given(_any, st.sampled_from([OPEN, ABJAD, BARE]), st.booleans())
def test_compiled_and_plain_keys_are_equal(machine: ModuleType, sounds: str, writing: int, whole: bool) -> None:
    out = np.empty(MAX_KEYS, np.uint64)
    count = machine.form_keys(encode(sounds), writing, whole, costs(), out)
    assert count <= MAX_KEYS
    assert set(out[:count].tolist()) == keys(sounds, writing, whole)


@_often
@given(_any, _any, st.sampled_from([OPEN, ABJAD, BARE]))
def test_compiled_and_plain_edit_costs_and_masses_are_equal(
    machine: ModuleType, left: str, right: str, mode: int
) -> None:
    left, right = left[:LONGEST], right[:LONGEST]
    assert cost(machine, left, right, mode, 1e9) == pytest.approx(cost(kernels, left, right, mode, 1e9), abs=1e-3)
    for writing in (OPEN, ABJAD, BARE):
        assert machine.masses(encode(left), writing, costs()) == pytest.approx(
            kernels.masses(encode(left), writing, costs()), abs=1e-3
        )


@_often
@given(_forms, _forms)
def test_likeness_has_no_direction_and_is_whole_only_for_equal_forms(
    left: tuple[str, int], right: tuple[str, int]
) -> None:
    there = kernels.likeness(encode(left[0]), left[1], encode(right[0]), right[1], costs(), table())
    back = kernels.likeness(encode(right[0]), right[1], encode(left[0]), left[1], costs(), table())
    if min(there, back) > 0.0 or max(there, back) > UNLIKE + 1e-4:
        assert there == pytest.approx(back, abs=1e-5)
    assert (there == 1.0) == (left == right)
    assert there == 0.0 or UNLIKE - 1e-4 <= there <= 1.0


@_often
@given(_forms, _forms)
def test_tokens_that_share_no_key_are_unlike(left: tuple[str, int], right: tuple[str, int]) -> None:
    if not keys(*left, False) & keys(*right, False):
        assert likeness(Token("", *left), Token("", *right)) == 0.0


@_often
@given(_open.filter(lambda sounds: len(sounds) > 4), st.data())
def test_one_slip_of_the_pen_keeps_a_key(sounds: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(sounds) - 1))
    assert keys(sounds, OPEN, False) & keys(sounds[:at] + sounds[at + 1 :], OPEN, False)


@given(_open, _open)
def test_a_joined_word_is_found_only_with_all_its_consonants(left: str, right: str) -> None:
    joined = Token("", left, OPEN, Kind.JOINED)
    if joined.skeleton[:12] != Token("", right, OPEN).skeleton[:12] and not keys(left, OPEN, True) & keys(
        right, OPEN, False
    ):
        assert likeness(joined, Token("", right, OPEN)) == 0.0
    assert len(keys(left, OPEN, True)) == 1


@given(st.text("0123456789ab", min_size=1, max_size=6), st.text("0123456789ab", min_size=1, max_size=6))
def test_words_with_a_digit_are_equal_or_unlike(left: str, right: str) -> None:
    assume(any(char.isdigit() for char in left + right))
    value = kernels.likeness(encode(left), OPEN, encode(right), OPEN, costs(), table())
    assert value == (1.0 if left == right else 0.0)


def test_the_cost_table_is_sound() -> None:
    found = costs()
    size = len(ALPHABET)
    assert found.matrices.shape == (4, size, size)
    assert found.matrices.min() >= 0.0
    for mode in (OPEN, ABJAD, BARE):
        assert np.array_equal(found.matrices[mode], found.matrices[mode].T)
        assert not np.diagonal(found.matrices[mode]).any()
    for masses in (found.mass_open, found.mass_mixed, found.mass_abjad):
        assert masses[0] == 0.0
        assert (masses[1:] > 0.0).all()


def test_a_compiled_copy_is_a_module_of_its_own(machine: ModuleType) -> None:
    assert is_compiled("dragoman.names.kernels")
    assert machine is compiled("dragoman.names.kernels")
    assert machine is not kernels


def test_only_modules_that_exist_are_compiled() -> None:
    with pytest.raises(ModuleNotFoundError):
        compiled("dragoman.names.nothing")


def test_very_long_words_are_compared_as_far_as_memory_allows() -> None:
    left, right = tokenise("a" + "bd" * 400).tokens[0], tokenise("a" + "bd" * 399 + "t").tokens[0]
    assert 0.0 <= likeness(left, right) <= 1.0
