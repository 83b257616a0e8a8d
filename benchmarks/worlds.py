"""The worlds that speed is measured in: lists of 20,000 and of 1,000,000 parties, and customers to screen.

The 20,000 are real: OFAC's names of December 2025 (17,815 parties), the UN's list of 2026 (1,003), and
Canada's list of 2020 up to the round number. The million adds parties whose names are put together from
two names of one of those lists: the head of one, the tail of the other; the seed makes them the same every time.

Customers are people who mostly are on no list: half have a given and a family name drawn, each as often as
it occurs, from 7,466 people of the Arab world, Iran and South Asia (Wikidata), half are drawn from the
names of fourteen other countries in the proportions that Faker has for them. Queries are distinct.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from dragoman.lists.catalogue import find_format
from dragoman.lists.reading import Reading
from dragoman.model import Record

DATA = Path(__file__).parents[2] / "shared" / "data"
SMALL = 20_000
LARGE = 1_000_000

_LOCALES = (
    "cs_CZ", "de_DE", "en_GB", "en_US", "es_ES", "es_MX", "fr_FR", "id_ID", "it_IT", "nl_NL", "pl_PL", "pt_BR",
    "ro_RO", "tr_TR",
)  # fmt: skip
#: Letters that a typist puts for another, or adds.
_LETTERS = "aaeeiioourstlnhmdkbgyz"
#: Of the words of a synthetic party's main name, so many are spelled as on no real list; more in its aliases.
_NEW_SPELLING = 0.04
_ALIAS_SPELLING = 0.08


def small_world(data: Path = DATA, size: int = SMALL) -> list[Record]:
    """Return `size` real parties. Raises ValueError where the lists hold fewer."""
    found = [*_ofac(data), *_read(data, "un-sc", "un_2026-02-27.xml"), *_read(data, "ca-sema", "ca_sema_2020-04.xml")]
    if len(found) < size:
        raise ValueError(f"the lists hold {len(found)} parties, {size} are wanted")
    return found[:size]


def large_world(data: Path = DATA, size: int = LARGE, seed: int = 1) -> Iterator[Record]:
    """Yield the parties of the small world, then synthetic ones up to `size`, each with as many names as a real one."""
    real = small_world(data)
    yield from real
    rng = random.Random(seed)
    by_schema: dict[str, list[list[str]]] = {}
    for party in real:
        by_schema.setdefault(party.schema, []).append(party.names)
    pools = {schema: [name.split() for names in some for name in names] for schema, some in by_schema.items()}
    for number in range(size - len(real)):
        like = real[rng.randrange(len(real))]
        record = Record(f"synthetic-{number}", like.schema, source="synthetic", version="1")
        main = _recombined(pools[like.schema], rng)
        record.add("name", _respelled(main, _NEW_SPELLING, rng))
        for _ in like.names[1:]:
            record.add("alias", _respelled(_reordered(main, rng), _ALIAS_SPELLING, rng))
        yield record


def lists_of(records: list[Record]) -> dict[str, str]:
    """Return the lists that the records come from, with their versions."""
    return {record.source: record.version for record in records}


def _ofac(data: Path) -> Iterator[Record]:
    # This release names the parties without saying what they are: any kind of party.
    with (data / "lists/ofac_2025-12/sdn_entities_names.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            party = json.loads(line)
            record = Record(str(party["entity_id"]), "LegalEntity", source="us-ofac-sdn", version="2025-12")
            for row in sorted(party["names"], key=lambda row: not row["is_primary"]):
                record.add("alias" if record.statements else "name", row["full_name"])
            yield record


def _read(data: Path, name: str, file: str) -> Iterator[Record]:
    for record in find_format(name).read(data / "lists" / file, Reading()):
        record.source, record.version = name, file
        if record.is_party:
            yield record


def _recombined(pool: list[list[str]], rng: random.Random) -> list[str]:
    """Return the head of one name and the tail of another."""
    one, other = rng.choice(pool), rng.choice(pool)
    return [*one[: (len(one) + 1) // 2], *other[(len(other) + 1) // 2 :]]


def _reordered(words: list[str], rng: random.Random) -> list[str]:
    """Return what an alias makes of a name: the last word first, or a word less, or the same words."""
    if len(words) > 1 and rng.random() < 0.3:
        return [words[-1], *words[:-1]]
    if len(words) > 2 and rng.random() < 0.5:
        left_out = rng.randrange(len(words))
        return [word for at, word in enumerate(words) if at != left_out]
    return words


def _respelled(words: list[str], share: float, rng: random.Random) -> str:
    return " ".join(misspelled(word, rng) if rng.random() < share else word for word in words)


def misspelled(word: str, rng: random.Random) -> str:
    """Return a word with one letter changed, added, left out, or two letters exchanged; the first letter stays."""
    if len(word) < 3:
        return word + rng.choice(_LETTERS)
    at = rng.randrange(1, len(word))
    letter = rng.choice(_LETTERS)
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + letter + word[at + 1 :]
    if kind == 1:
        return word[:at] + letter + word[at:]
    if kind == 2 or at + 1 == len(word):
        return word[:at] + word[at + 1 :]
    return word[:at] + word[at + 1] + word[at] + word[at + 2 :]


@dataclass(frozen=True)
class Customers:
    """Distinct names to screen: as written, with one word misspelled, and with every word misspelled."""

    plain: list[str]
    misspelled: list[str]
    garbled: list[str]


def customers(count: int, data: Path = DATA, seed: int = 2) -> Customers:
    """Return `count` customers of each kind, no name twice."""
    rng = random.Random(seed)
    plain = _distinct(_mixed(data, rng), count)
    once = _distinct((_one_wrong(name, rng) for name in _mixed(data, rng)), count)
    every = _distinct((_respelled(name.split(), 1.0, rng) for name in _mixed(data, rng)), count)
    return Customers(plain, once, every)


def listed(parties: list[Record], count: int, seed: int = 3) -> list[str]:
    """Return `count` names that are on the list, one word of each misspelled: what brings up hits."""
    rng = random.Random(seed)
    return _distinct((_one_wrong(rng.choice(rng.choice(parties).names), rng) for _ in range(2 * count)), count)


def _distinct(names: Iterator[str], count: int) -> list[str]:
    return list(islice(dict.fromkeys(islice(names, 2 * count)), count))


def _one_wrong(name: str, rng: random.Random) -> str:
    words = name.split()
    at = rng.randrange(len(words))
    words[at] = misspelled(words[at], rng)
    return " ".join(words)


def _mixed(data: Path, rng: random.Random) -> Iterator[str]:
    from faker import Faker  # of the bench extra

    text = (data / "eval/arabic_latin_full_names_dev.tsv").read_text(encoding="utf-8")
    full = [line.split("\t")[1].split() for line in text.splitlines()[1:]]
    given = [words[0] for words in full if len(words) > 1]
    family = [words[-1] for words in full if len(words) > 1]
    others = [Faker(locale) for locale in _LOCALES]
    for other in others:
        other.seed_instance(rng.randrange(1 << 30))
    while True:
        middle = f" {rng.choice(given)}" if rng.random() < 0.2 else ""
        yield f"{rng.choice(given)}{middle} {rng.choice(family)}"
        other = rng.choice(others)
        middle = f" {other.first_name()}" if rng.random() < 0.2 else ""
        yield f"{other.first_name()}{middle} {other.last_name()}"
