"""The tree grows as RFC 6962 says; pymerkle is the oracle of roots and proofs."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from dragoman.audit.proofs import verify_consistency, verify_inclusion
from dragoman.audit.tree import (
    EMPTY_ROOT,
    Head,
    MemoryStore,
    consistency_proof,
    head_at,
    inclusion_proof,
    leaf_hash,
    root_at,
)
from dragoman.errors import JournalDamaged, ProofRefused, UsageError

MOST = 1400


def content(number: int) -> bytes:
    return b"%d" % number


@pytest.fixture(scope="module")
def oracle() -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries([content(number) for number in range(MOST)])
    return tree


def grown(*batches: int) -> tuple[Head, MemoryStore]:
    head, store, done = Head(), MemoryStore(), 0
    for count in batches:
        head = head.grow([leaf_hash(content(number)) for number in range(done, done + count)], store)
        done += count
    return head, store


HEAD, STORE = grown(MOST)
SIZES = st.integers(0, MOST)


def test_an_empty_tree_has_the_hash_of_nothing() -> None:
    assert Head().root == EMPTY_ROOT == sha256(b"").digest()


def test_leaves_and_nodes_are_told_apart() -> None:
    head, _ = grown(2)
    left, right = leaf_hash(b"0"), leaf_hash(b"1")
    assert left == sha256(b"\x000").digest()
    assert head.root == sha256(b"\x01" + left + right).digest()
    assert head.root != leaf_hash(left + right)


@given(st.lists(st.integers(0, 300), max_size=6))
def test_it_is_the_same_tree_however_it_was_batched(batches: list[int]) -> None:
    head, store = grown(*batches)
    again, other = grown(sum(batches))
    assert head == again
    assert {level: kept for level, kept in store.levels.items() if kept} == other.levels


@given(SIZES)
def test_each_former_root_is_that_of_the_oracle(oracle: InmemoryTree, size: int) -> None:
    assert root_at(STORE, size) == oracle.get_root(size) == grown(size)[0].root
    assert head_at(STORE, size) == grown(size)[0]


@given(SIZES.filter(bool), st.data())
def test_inclusion_proofs_are_those_of_the_oracle(oracle: InmemoryTree, size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(STORE, index, size)
    assert path == oracle.prove_inclusion(index + 1, size).path[1:]
    verify_inclusion(leaf_hash(content(index)), index, size, path, root_at(STORE, size))


def subproof(first: int, leaves: list[bytes], *, known: bool = True) -> list[bytes]:
    """SUBPROOF as RFC 9162, section 2.1.4.1 defines it. pymerkle splits at other places, so its paths differ."""
    count = len(leaves)
    if first == count:
        return [] if known else [Head().grow(leaves, MemoryStore()).root]
    left = 1
    while left * 2 < count:
        left *= 2
    if first <= left:
        return [*subproof(first, leaves[:left], known=known), Head().grow(leaves[left:], MemoryStore()).root]
    other = Head().grow(leaves[:left], MemoryStore()).root
    return [*subproof(first - left, leaves[left:], known=False), other]


@given(SIZES.filter(bool), SIZES.filter(bool))
def test_consistency_proofs_are_those_of_the_standard(oracle: InmemoryTree, one: int, other: int) -> None:
    first, second = sorted((one, other))
    path = consistency_proof(STORE, first, second)
    assert path == subproof(first, STORE.levels[0][:second])
    roots = oracle.get_root(first), oracle.get_root(second)
    verify_consistency(first, roots[0], second, roots[1], path)
    oracle.prove_consistency(first, second).verify(*roots)


def test_every_tree_follows_from_nothing() -> None:
    verify_consistency(0, EMPTY_ROOT, 5, root_at(STORE, 5), [])


def flipped(hash_: bytes, bit: int) -> bytes:
    return (int.from_bytes(hash_, "big") ^ 1 << bit).to_bytes(32, "big")


@settings(max_examples=200)
@given(st.integers(2, MOST), st.data())
def test_an_inclusion_proof_that_was_tampered_with_is_refused(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root = leaf_hash(content(index)), root_at(STORE, size)
    path = inclusion_proof(STORE, index, size)
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    broken = [flipped(each, bit) if number == at else each for number, each in enumerate(path)]
    elsewhere = data.draw(st.integers(0, size - 1).filter(lambda other: other != index))
    for claim in (
        (leaf, index, size, broken, root),
        (leaf, index, size, path[:-1], root),
        (leaf, index, size, [*path, path[0]], root),
        (leaf, elsewhere, size, path, root),
        (leaf, size, size, path, root),
        (flipped(leaf, bit), index, size, path, root),
        (leaf, index, size, path, flipped(root, bit)),
    ):
        with pytest.raises(ProofRefused):
            verify_inclusion(*claim)


@settings(max_examples=200)
@given(st.integers(2, MOST), st.data())
def test_a_consistency_proof_that_was_tampered_with_is_refused(second: int, data: st.DataObject) -> None:
    first = data.draw(st.integers(1, second - 1))
    path = consistency_proof(STORE, first, second)
    roots = root_at(STORE, first), root_at(STORE, second)
    at, bit = data.draw(st.integers(0, len(path) - 1)), data.draw(st.integers(0, 255))
    broken = [flipped(each, bit) if number == at else each for number, each in enumerate(path)]
    for claim in (
        (first, roots[0], second, roots[1], broken),
        (first, roots[0], second, roots[1], path[:-1]),
        (first, roots[0], second, roots[1], [*path, path[0]]),
        (first, flipped(roots[0], bit), second, roots[1], path),
        (first, roots[0], second, flipped(roots[1], bit), path),
        (second, roots[1], first, roots[0], path),
    ):
        with pytest.raises(ProofRefused):
            verify_consistency(*claim)


def test_two_trees_of_one_size_agree_only_where_their_roots_do() -> None:
    with pytest.raises(ProofRefused, match="contradict"):
        verify_consistency(5, root_at(STORE, 5), 5, root_at(STORE, 6), [])


@given(SIZES)
def test_a_head_is_read_as_it_was_packed(size: int) -> None:
    head = head_at(STORE, size)
    assert Head.unpack(size, head.pack()) == head
    with pytest.raises(JournalDamaged):
        Head.unpack(size, head.pack() + b"\x00" * 32)


def test_a_missing_hash_is_told_by_its_place() -> None:
    _, store = grown(600)
    del store.levels[1][1:]
    with pytest.raises(JournalDamaged, match="level 1 are missing from position 1 on"):
        root_at(store, 600)


def test_there_is_no_proof_of_what_is_not_there() -> None:
    with pytest.raises(UsageError):
        inclusion_proof(STORE, 5, 5)
    with pytest.raises(UsageError):
        consistency_proof(STORE, 6, 5)
