"""Records to an index file."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

from dragoman.model import NAME_PROPERTIES, Record
from dragoman.names import Kind, Name, Token, acronym, acronyms, skeleton, tokenise
from dragoman.names.compiling import compiled
from dragoman.names.kernels import MAX_KEYS
from dragoman.names.likeness import costs, family_hash, forms
from dragoman.names.sounds import codes
from dragoman.screening import file
from dragoman.screening.facts import COUNTRIES, DATES, GROUPS, PLACES, FactsBuilder, group_of
from dragoman.screening.numbers import numbers_of
from dragoman.screening.rarity import first_key, rarity, world_share
from dragoman.screening.scoring import Strength
from dragoman.screening.units import units

Progress = Callable[[int], None]

#: Properties kept beside the names, for the explanation of a hit.
_SHOWN = (*DATES, *COUNTRIES, *PLACES, "gender")


@dataclass(frozen=True, slots=True)
class IndexSummary:
    """What an index holds: parties, names, distinct tokens; its size in bytes and when it was built (ISO 8601, UTC)."""

    parties: int
    names: int
    tokens: int
    bytes: int
    built: str
    lists: dict[str, str]

    @classmethod
    def of(cls, about: Mapping[str, Any], path: Path) -> IndexSummary:
        """Return the summary of an index file, from what it says of itself."""
        kept = {name: about[name] for name in ("parties", "names", "tokens", "built", "lists")}
        return cls(bytes=path.stat().st_size, **kept)


class _Vocabulary:
    """Numbers distinct tokens; spelling aside, tokens of the same forms, kind and families are one."""

    def __init__(self) -> None:
        self.numbers: dict[tuple[Any, ...], int] = {}
        self.tokens: list[Token] = []

    def number(self, token: Token) -> int:
        key = token[1:]
        known = self.numbers.get(key)
        if known is None:
            known = self.numbers[key] = len(self.tokens)
            self.tokens.append(token)
        return known

    def settle(self) -> None:
        """Number the tokens by their consonants: what is compared together lies together in memory."""
        self.tokens.sort(key=lambda token: (token.skeleton, token[1:]))
        self.numbers = {token[1:]: number for number, token in enumerate(self.tokens)}


@dataclass(slots=True)
class _Entry:
    """One name of one party."""

    name: Name
    party: int
    strength: Strength


def build_index(
    path: Path, records: Iterable[Record], lists: Mapping[str, str], progress: Progress | None = None
) -> IndexSummary:
    """Build the index of all parties among `records` and write it to `path`, replacing it atomically.

    `records` is the stream of all lists' records, each with source and version set; a record that
    describes a party (``holder``) adds its numbers to that party. `lists` maps each list to its version.
    `progress` is called with the number of parties read so far.
    """
    gathered = _Gathered()
    for record in records:
        gathered.add(record)
        if progress is not None and record.is_party:
            progress(len(gathered.parties))
    entries = sorted(gathered.entries, key=lambda entry: _has_initial(entry.name))
    vocabulary = _Vocabulary()
    arrays = _name_arrays(entries, vocabulary)
    arrays |= _blob("party", gathered.parties)
    arrays |= _blob("text", [entry.name.text.encode() for entry in entries])
    arrays |= {f"facts_{name}": value for name, value in gathered.facts.build()._asdict().items()}
    arrays |= gathered.number_arrays()
    arrays["party_source"] = np.array(gathered.sources, np.uint16)
    about = {
        "lists": dict(lists),
        "sources": list(gathered.source_numbers),
        "parties": len(gathered.parties),
        "names": len(entries),
        "tokens": len(vocabulary.tokens),
        "built": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
    }
    file.write(path, arrays, about)
    return IndexSummary.of(about, path)


class _Gathered:
    """What the index keeps of the records, gathered in one pass."""

    def __init__(self) -> None:
        self.parties: list[bytes] = []
        self.entries: list[_Entry] = []
        self.sources: list[int] = []
        self.source_numbers: dict[str, int] = {}
        self.facts = FactsBuilder()
        self._places: dict[tuple[str, str], int] = {}
        self._hashes: list[int] = []
        self._holders: list[int | tuple[str, str]] = []

    def add(self, record: Record) -> None:
        """Take in one record: a party, or the numbers of one."""
        if not record.is_party:
            for holder in record.values("holder"):
                self._number(record, (record.source, holder))
            return
        place = self._places[record.source, record.id] = len(self.parties)
        self.parties.append(_party_json(record))
        self.sources.append(self.source_numbers.setdefault(record.source, len(self.source_numbers)))
        self.facts.add(record)
        self._number(record, place)
        self.entries.extend(_Entry(name, place, strength) for name, strength in indexed_names(record))

    def _number(self, record: Record, holder: int | tuple[str, str]) -> None:
        for number in numbers_of(record):
            self._hashes.append(number.hash)
            self._holders.append(holder)

    def number_arrays(self) -> dict[str, npt.NDArray[Any]]:
        """Return the numbers' hashes, ascending, and the party that each belongs to."""
        places = [self._places.get(holder) if isinstance(holder, tuple) else holder for holder in self._holders]
        pairs = sorted({(h, place) for h, place in zip(self._hashes, places, strict=True) if place is not None})
        return {
            "number_hash": np.array([pair[0] for pair in pairs], np.uint64),
            "number_party": np.array([pair[1] for pair in pairs], np.int32),
        }


def _has_initial(name: Name) -> bool:
    return any(token.kind is Kind.INITIAL for token in name.tokens)


class IndexedName(NamedTuple):
    """A name to compare, and how much the publisher stands behind it: `Strength`."""

    name: Name
    strength: Strength


def indexed_names(record: Record) -> list[IndexedName]:
    """Return the names by which a record is found: those it states, and the initials an organisation may go by."""
    found: dict[str, bool] = {}
    for statement in record.statements:
        if statement.prop in NAME_PROPERTIES:
            weak = statement.prop in ("weakAlias", "abbreviation") or statement.quality in ("low", "weak")
            found[statement.value] = found.get(statement.value, True) and weak
    stated = {text: tokenise(text) for text in found}
    initials: dict[str, None] = {}
    if group_of(record.schema) != GROUPS["Person"]:
        initials = {short: None for name in stated.values() for short in acronyms(name)}
    # A weak alias that the party's own name spells out is more than weak.
    strength = {True: Strength.WEAK, False: Strength.FULL}
    names = [
        IndexedName(name, Strength.SPELLED if found[text] and text.upper() in initials else strength[found[text]])
        for text, name in stated.items()
    ]
    names.extend(IndexedName(acronym(short), Strength.INITIALS) for short in initials if short not in found)
    return [named for named in names if named.name.tokens]


def _party_json(record: Record) -> bytes:
    shown = {prop: values for prop in _SHOWN if (values := record.values(prop))}
    return orjson.dumps(
        {
            "id": record.id,
            "source": record.source,
            "caption": record.caption,
            "schema": record.schema,
            "facts": shown,
        }
    )


def _blob(name: str, pieces: list[bytes]) -> dict[str, npt.NDArray[Any]]:
    start = np.zeros(len(pieces) + 1, np.int64)
    np.cumsum([len(piece) for piece in pieces], out=start[1:])
    return {f"{name}_start": start, f"{name}_blob": np.frombuffer(b"".join(pieces), np.uint8)}


def _name_arrays(entries: list[_Entry], vocabulary: _Vocabulary) -> dict[str, npt.NDArray[Any]]:
    """Number the tokens of all names and lay out vocabulary, postings and units."""
    for entry in entries:
        for token in (*entry.name.tokens, *(token for _, token in entry.name.joins)):
            vocabulary.number(token)
    vocabulary.settle()
    numbered = [[vocabulary.number(token) for token in entry.name.tokens] for entry in entries]
    arrays = _form_arrays(vocabulary.tokens)
    weights = _weights(vocabulary, numbered, arrays)
    columns: dict[str, list[Any]] = {name: [] for name in ("token", "first", "span", "weight", "opening", "initial")}
    start = [0]
    for entry in entries:
        for unit in units(entry.name, lambda token: weights[vocabulary.number(token)]):
            columns["token"].append(vocabulary.number(unit.token))
            for column in ("first", "span", "weight", "opening", "initial"):
                columns[column].append(getattr(unit, column))
        start.append(len(columns["token"]))
    kinds = {
        "token": np.int32,
        "first": np.uint8,
        "span": np.uint8,
        "weight": np.float32,
        "opening": np.uint8,
        "initial": np.uint8,
    }
    arrays |= {f"names_{name}": np.array(values, kinds[name]) for name, values in columns.items()}
    arrays["names_start"] = np.array(start, np.int32)
    arrays["names_party"] = np.array([entry.party for entry in entries], np.int32)
    arrays["names_strength"] = np.array([entry.strength for entry in entries], np.uint8)
    first = next((at for at, entry in enumerate(entries) if _has_initial(entry.name)), len(entries))
    arrays["names_first_initial"] = np.array([first], np.int32)
    return arrays | _postings(arrays["names_start"], arrays["names_token"], len(vocabulary.tokens))


def _postings(start: npt.NDArray[np.int32], token: npt.NDArray[np.int32], tokens: int) -> dict[str, npt.NDArray[Any]]:
    """Invert names to tokens: for each token the names it stands in, ascending, each once."""
    owner = np.repeat(np.arange(len(start) - 1, dtype=np.int64), np.diff(start))
    pairs = np.unique(token.astype(np.int64) * max(1, len(start)) + owner)
    cuts = np.searchsorted(pairs, np.arange(tokens + 1, dtype=np.int64) * max(1, len(start)))
    return {
        "vocabulary_post_start": cuts.astype(np.int32),
        "vocabulary_post_name": (pairs % max(1, len(start))).astype(np.int32),
    }


def _form_arrays(tokens: list[Token]) -> dict[str, npt.NDArray[Any]]:
    """Lay out the forms of all tokens and the keys by which they are found."""
    kernels = compiled("dragoman.screening.kernels")
    every = [(number, *form) for number, token in enumerate(tokens) for form in forms(token)]
    every.sort(key=lambda form: (skeleton(form[1]), form[1]))
    start = np.zeros(len(every) + 1, np.int32)
    np.cumsum([len(sounds) for _, sounds, _ in every], out=start[1:])
    sound = np.frombuffer(codes("".join(sounds for _, sounds, _ in every)), np.uint8)
    writing = np.array([written for _, _, written in every], np.uint8)
    whole = np.array([tokens[number].whole for number, _, _ in every], np.uint8)
    exact = np.array([tokens[number].exact for number, _, _ in every], np.uint8)
    key = np.empty(len(every) * (MAX_KEYS + 1), np.uint64)
    form = np.empty(len(key), np.int32)
    count = kernels.forms_keys(start, sound, writing, whole, costs(), key, form)
    mass = np.empty((len(every), 2), np.float32)
    kernels.all_masses(start, sound, writing, exact, costs(), mass)
    main = {number: at for at, (number, sounds, _) in enumerate(every) if tokens[number].sounds == sounds}
    family_key, family_form = _family_keys(tokens, main)
    key = np.concatenate([key[:count], family_key])
    form = np.concatenate([form[:count], family_form])
    order = np.lexsort((form, key))
    hashes, cuts = np.unique(key[order], return_index=True)
    slots = np.full(1 << max(4, (2 * len(hashes)).bit_length()), -1, np.int32)
    kernels.fill_slots(hashes, slots)
    return {
        "vocabulary_form_start": start,
        "vocabulary_form_sound": sound,
        "vocabulary_form_writing": writing,
        "vocabulary_form_mass": mass,
        "vocabulary_form_token": np.array([number for number, _, _ in every], np.int32),
        "vocabulary_form_order": np.array(sorted(main.values(), key=lambda at: codes(every[at][1])), np.int32),
        "vocabulary_slots": slots,
        "vocabulary_key_hash": hashes,
        "vocabulary_key_start": np.append(cuts, len(order)).astype(np.int32),
        "vocabulary_key_form": form[order],
    }


def _family_keys(tokens: list[Token], main: dict[int, int]) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
    pairs = [(family_hash(family), main[number]) for number, token in enumerate(tokens) for family in token.families]
    return np.array([pair[0] for pair in pairs], np.uint64), np.array([pair[1] for pair in pairs], np.int32)


def _weights(vocabulary: _Vocabulary, numbered: list[list[int]], arrays: dict[str, npt.NDArray[Any]]) -> list[float]:
    """Weigh every token by how many names have one of its consonants; keep the weights by key for queries."""
    keys = [first_key(token.sounds) for token in vocabulary.tokens]
    with_key = Counter(key for tokens in numbered for key in {keys[token] for token in tokens})
    shares = world_share()
    weight = {key: rarity(with_key.get(key, 0), len(numbered), shares.get(key, 0.0)) for key in {*keys, *shares}}
    ordered = sorted(weight)
    arrays["rarity_key"] = np.array(ordered, np.uint64)
    arrays["rarity_weight"] = np.array([weight[key] for key in ordered], np.float32)
    arrays["rarity_unseen"] = np.array([rarity(0, len(numbered), 0.0)], np.float32)
    return [weight[key] for key in keys]
