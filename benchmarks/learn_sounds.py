"""Learn what it costs to write one sound for another, and write names/data/sound_costs.tsv.

    python benchmarks/learn_sounds.py [--data FOLDER] [--check]

The model is the stochastic edit distance of E. Ristad and P. Yianilos (Learning string-edit
distance, 1998): expectation maximisation over pairs of tokens that stand for one another.
``mixed`` (an abjad against a vowelled spelling) learns from Arabic and Latin labels of the same
people, ``open`` (two vowelled spellings) from the names that OFAC prints for one party.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt
from numba import njit
from rapidfuzz.distance import OSA

from dragoman.names import ALPHABET, Kind, Token, skeleton, tokenise
from dragoman.names.kernels import ABJAD, OPEN
from dragoman.names.likeness import encode

DATA = Path(__file__).parents[2] / "shared" / "data"
TARGET = Path(__file__).parents[1] / "src/dragoman/names/data/sound_costs.tsv"
CAP = 5.0
Table = npt.NDArray[np.float64]
Pairs = list[tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]]
WEAK = "AWYE+%&^"

HEAD = """\
# What it costs to write one sound for another, in nats; _ is no sound.
# Pairs that are not here cost 5; a sound for itself 0.
# open: two vowelled spellings (either order).
# mixed: an abjad's letter (first) against a vowelled spelling's sound (second).
# Learned by expectation maximisation over aligned tokens (E. Ristad, P. Yianilos: Learning string-edit distance, 1998):
# mixed from Arabic and Latin labels of 7,466 people in Wikidata (CC0), open from the aliases that OFAC prints
# for one party.
# Learn again with benchmarks/learn_sounds.py.
"""


@njit(cache=True)
def expect(left, right, joint, counts):  # type: ignore[no-untyped-def]  # noqa: C901
    """Add the expected uses of each edit in all alignments of two tokens; return their log-likelihood."""
    rows, columns = len(left), len(right)
    forward = np.zeros((rows + 1, columns + 1))
    backward = np.zeros((rows + 1, columns + 1))
    forward[0, 0] = backward[rows, columns] = 1.0
    for i in range(rows + 1):
        for j in range(columns + 1):
            if i > 0:
                forward[i, j] += forward[i - 1, j] * joint[left[i - 1], 0]
            if j > 0:
                forward[i, j] += forward[i, j - 1] * joint[0, right[j - 1]]
            if i > 0 and j > 0:
                forward[i, j] += forward[i - 1, j - 1] * joint[left[i - 1], right[j - 1]]
    for i in range(rows, -1, -1):
        for j in range(columns, -1, -1):
            if i < rows:
                backward[i, j] += backward[i + 1, j] * joint[left[i], 0]
            if j < columns:
                backward[i, j] += backward[i, j + 1] * joint[0, right[j]]
            if i < rows and j < columns:
                backward[i, j] += backward[i + 1, j + 1] * joint[left[i], right[j]]
    total = forward[rows, columns]
    if total <= 0.0:
        return -1e9
    for i in range(rows + 1):
        for j in range(columns + 1):
            share = forward[i, j] / total
            if i < rows:
                counts[left[i], 0] += share * joint[left[i], 0] * backward[i + 1, j]
            if j < columns:
                counts[0, right[j]] += share * joint[0, right[j]] * backward[i, j + 1]
            if i < rows and j < columns:
                counts[left[i], right[j]] += share * joint[left[i], right[j]] * backward[i + 1, j + 1]
    return np.log(total)


def learn(pairs: Pairs, rounds: int, least: float) -> Table:
    """Return the joint probabilities of edits.

    After three rounds, pairs under `least` log-likelihood a sound are left out: they are no spellings of one word.
    """
    size = len(ALPHABET)
    joint = np.full((size, size), 1e-4)
    np.fill_diagonal(joint, 0.02)
    for left, right in ("Aa", "Wu", "Wo", "Ww", "Yi", "Yy", "Ea", "+a", "%d", "&z", "^a", "^i", "^u"):
        joint[ALPHABET.index(left), ALPHABET.index(right)] = 0.01
    joint[0, 0] = 0.0
    joint /= joint.sum()
    for turn in range(rounds):
        counts = np.full((size, size), 0.05)
        counts[0, 0] = 0.0
        for left, right in pairs:
            own = np.zeros((size, size))
            if expect(left, right, joint, own) / (len(left) + len(right)) > least or turn < 3:
                counts += own
        joint = counts / counts.sum()
    return joint


def mixed_pairs(data: Path) -> Pairs:
    """Pair the tokens of Arabic and Latin labels that have equally many."""
    found: Pairs = []
    text = (data / "eval/arabic_latin_full_names_dev.tsv").read_text(encoding="utf-8")
    for line in text.splitlines()[1:]:
        arabic, latin, _ = line.split("\t")
        left, right = tokenise(arabic).tokens, tokenise(latin).tokens
        if len(left) == len(right):
            found.extend((encode(a.sounds), encode(b.sounds)) for a, b in zip(left, right, strict=True) if mixed(a, b))
    return found


def mixed(left: Token, right: Token) -> bool:
    return left.writing == ABJAD and right.writing == OPEN and right.kind is not Kind.INITIAL


def open_pairs(data: Path) -> Pairs:
    """Pair the tokens that OFAC spells in two ways for one party; of equal ones every twelfth."""
    found: Pairs = []
    equal = 0
    for names in parties(data):
        for at, first in enumerate(names):
            for second in names[at + 1 :]:
                for left, right in alike(first, second):
                    equal += left == right
                    if left != right or equal % 12 == 0:
                        found.append((encode(left), encode(right)))
    np.random.default_rng(1).shuffle(found)  # type: ignore[arg-type]
    return found[:40_000]


def parties(data: Path) -> Iterator[list[list[str]]]:
    with (data / "lists/ofac_2025-12/sdn_entities_names.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            names = [tokenise(row["full_name"]).tokens for row in json.loads(line)["names"][:12]]
            yield [[t.sounds for t in tokens if t.writing == OPEN] for tokens in names if len(tokens) <= 6]


def alike(first: list[str], second: list[str]) -> Iterator[tuple[str, str]]:
    rest = list(second)
    for left in first:
        best = min(rest, key=lambda other: OSA.distance(left, other), default=None)
        if best is None or len(left) < 3 or len(best) < 3:
            continue
        near = OSA.distance(left, best) <= 0.45 * max(len(left), len(best))
        bones = skeleton(left), skeleton(best)
        if left == best or (near and OSA.distance(*bones) <= 1 and len(bones[0]) >= 2):
            rest.remove(best)
            yield left, best


def open_costs(joint: Table) -> Table:
    joint = (joint + joint.T) / 2
    own = np.maximum(np.diag(joint), 1e-9)
    costs = -np.log(np.maximum(joint, 1e-12) / np.sqrt(own[:, None] * own[None, :]))
    costs[:, 0] = -np.log(np.maximum(2 * joint[:, 0], 1e-12) / own)
    costs[:, 0] = costs[0, :] = np.maximum(costs[:, 0], 0.3)
    np.fill_diagonal(costs, 0.0)
    return np.clip(costs, 0.0, CAP)


def mixed_costs(joint: Table) -> Table:
    rows = joint / np.maximum(joint.max(axis=1, keepdims=True), 1e-12)
    columns = joint / np.maximum(joint.max(axis=0, keepdims=True), 1e-12)
    costs = -np.log(np.sqrt(np.maximum(rows, 1e-9) * np.maximum(columns, 1e-9)))
    # Letters that only abjads have are judged by what they are read as, not by what else is read so.
    weak = [ALPHABET.index(sound) for sound in WEAK]
    costs[weak] = -np.log(np.maximum(rows[weak], 1e-9))
    costs[:, 0] = -np.log(np.maximum(rows[:, 0], 1e-9))
    costs[0, :] = -np.log(np.maximum(columns[0, :], 1e-9))
    return np.clip(costs, 0.0, CAP) + 0.0


def lines(name: str, costs: Table) -> Iterator[str]:
    for i, left in enumerate(ALPHABET):
        for j, right in enumerate(ALPHABET):
            outside = (
                left.isdigit()
                or right.isdigit()
                or right in WEAK
                or (name == "open" and (left in WEAK or j < i))
                or i == j == 0
            )
            if not outside and costs[i, j] < CAP - 0.05 and not (i == j and costs[i, j] < 0.005):
                yield f"{name}\t{left}\t{right}\t{costs[i, j]:.2f}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--rounds", type=int, default=10)
    options = parser.parse_args()
    open_joint = learn(open_pairs(options.data), options.rounds, -99.0)
    mixed_joint = learn(mixed_pairs(options.data), options.rounds, -3.6)
    text = HEAD + "".join([*lines("open", open_costs(open_joint)), *lines("mixed", mixed_costs(mixed_joint))])
    TARGET.write_text(text, encoding="utf-8")
    print(f"{text.count(chr(10)) - HEAD.count(chr(10))} costs written")


if __name__ == "__main__":
    main()
