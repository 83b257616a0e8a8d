"""Why a record is a hit: features that a reviewer can read."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from dragoman.model import Record
from dragoman.screening import kernels
from dragoman.screening.alignment import Alignment
from dragoman.screening.facts import COUNTRIES, DATES, PLACES
from dragoman.screening.numbers import Number
from dragoman.screening.scoring import DEFAULT_THRESHOLD, INITIALS_CEILING, POINTS, WEAK_CEILING, Rules, Strength

#: Agreeing weight under which the agreeing words are called common, and over which rare.
_COMMON, _RARE = 8.0, 14.0


class Pair(NamedTuple):
    """A query and a party that scored: by which query name and name, or by which equal number."""

    score: float
    party: int
    query_name: int
    name: int
    equal: Number | None = None
    names_unlike: bool = False


@dataclass(frozen=True, slots=True)
class Feature:
    """One finding: its score (0 to 1), its weight (log-odds added), both values, and what it means."""

    name: str
    score: float
    weight: float
    query: str
    record: str
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """Return the feature as plain values."""
        return {
            "name": self.name,
            "score": round(self.score, 4),
            "weight": round(self.weight, 3),
            "query": self.query,
            "record": self.record,
            "sentence": self.sentence,
        }


class Hit:
    """A record above the threshold. The features are worked out when they are first asked for."""

    def __init__(self, party: Mapping[str, Any], score: float, features: Callable[[], tuple[Feature, ...]]) -> None:
        self.record_id: str = party["id"]
        self.source: str = party["source"]
        self.caption: str = party["caption"]
        self.schema: str = party["schema"]
        self.score = score
        self._features = features

    @property
    def match(self) -> bool:
        """Whether the score reaches the default threshold; a person decides what that means."""
        return self.score >= DEFAULT_THRESHOLD

    @cached_property
    def features(self) -> tuple[Feature, ...]:
        """The findings, the name first."""
        return self._features()

    def to_json(self) -> dict[str, Any]:
        """Return the hit as plain values."""
        return {
            "id": self.record_id,
            "source": self.source,
            "caption": self.caption,
            "schema": self.schema,
            "score": round(self.score, 4),
            "match": self.match,
            "features": [feature.to_json() for feature in self.features],
        }

    def __repr__(self) -> str:
        return f"Hit({self.source} {self.record_id} {self.caption!r} {self.score:.3f})"


def log_odds(share: float) -> float:
    """Return the log-odds of a probability, held within ±7."""
    share = min(max(share, 0.001), 0.999)
    return math.log(share / (1.0 - share))


def name_feature(alignment: Alignment, query: str, record: str, rules: Rules) -> Feature:
    """Explain an alignment."""
    share = kernels.name_share(alignment.aligned, alignment.weight, rules)
    return Feature("name", share, log_odds(share), query, record, name_sentence(alignment))


def name_sentence(alignment: Alignment) -> str:
    """Say in words how two names compare."""
    if not alignment.pairs:
        return "No word of the one name is like a word of the other."
    same = [pair for pair in alignment.pairs if pair.like == 1.0]
    like = [pair for pair in alignment.pairs if pair.like < 1.0]
    parts = []
    if same:
        parts.append(f"{_quoted(pair.query.token.text for pair in same)} {'is' if len(same) == 1 else 'are'} the same")
    parts.extend(
        _likely(pair.query.token.text, pair.record.token.text, pair.query.initial or pair.record.initial)
        for pair in like
    )
    if alignment.query_rest:
        parts.append(f"only the query has {_quoted(unit.token.text for unit in alignment.query_rest)}")
    if alignment.record_rest:
        parts.append(f"only the record has {_quoted(unit.token.text for unit in alignment.record_rest)}")
    sentence = "; ".join(parts)
    if alignment.weight < _COMMON:
        sentence += "; what agrees is common and tells little"
    elif alignment.weight > _RARE:
        sentence += "; what agrees is rare"
    return sentence[0].upper() + sentence[1:] + "."


def _likely(query: str, record: str, initial: bool) -> str:
    if initial:
        return (
            f"“{query}” may stand for “{record}”" if len(query) < len(record) else f"“{record}” may stand for “{query}”"
        )
    return f"“{query}” may be a spelling of “{record}”"


def _quoted(texts: Any) -> str:
    return ", ".join(f"“{text}”" for text in texts)


_DATE_SENTENCES = {
    "date_same": "The dates are the same day.",
    "date_within": "The dates agree as far as they are known.",
    "date_swapped": "The dates agree if day and month were exchanged.",
    "date_same_year": "The year agrees, the day does not.",
    "date_near": "The dates are at most two years apart.",
    "date_apart": "The dates contradict: they are years apart.",
    "date_far": "The dates contradict: they are more than ten years apart.",
}


def _date_sentence(points: float) -> str:
    for name, sentence in _DATE_SENTENCES.items():
        if abs(getattr(POINTS, name) - points) < 1e-6:
            return sentence
    return "The dates agree within what “about” allows."


def fact_features(
    query: Mapping[str, list[str]], record: Mapping[str, list[str]], asker: int, party: int, rules: Rules
) -> list[Feature]:
    """Explain what is known beside the names; `query` and `record` map properties to values."""
    found = []
    arguments = (rules.queries, asker, rules.parties, party, rules.points)

    def add(name: str, points: float, props: tuple[str, ...], sentence: str) -> None:
        if points != 0.0:
            score = kernels.shift(0.5, points)
            found.append(Feature(name, score, points, _shown(query, props), _shown(record, props), sentence))

    points = kernels.date_points(*arguments)
    add("birth_date" if query.get("birthDate") else "date", points, DATES, _date_sentence(points))
    points = kernels.country_points(*arguments)
    add(
        "country",
        points,
        COUNTRIES,
        "A country agrees." if points > 0 else "No country agrees; people move, so this says little.",
    )
    add("birth_place", kernels.place_points(*arguments), PLACES, "The places of birth have a word in common.")
    add("gender", kernels.gender_points(*arguments), ("gender",), "The genders contradict.")
    return found


def _shown(values: Mapping[str, list[str]], props: tuple[str, ...]) -> str:
    return ", ".join(dict.fromkeys(value for prop in props for value in values.get(prop, ())))


def number_feature(equal: Number, *, names_unlike: bool) -> Feature:
    """Explain an equal number."""
    sentence = f"The {_NUMBER_NAMES.get(equal.kind, equal.kind)} is the same; that decides."
    if names_unlike:
        sentence += " The names are unlike: look whether the number was reused or the person goes by another name."
    return Feature("identifier", 1.0, 4.0, equal.written, equal.written, sentence)


_NUMBER_NAMES = {
    "document": "document number",
    "registration": "registration number",
    "lei": "legal entity identifier",
    "bank": "bank identifier code",
    "vessel": "vessel's IMO number",
    "radio": "vessel's MMSI",
    "aircraft": "aircraft's serial number",
    "wallet": "wallet address",
    "account": "account number",
    "licence": "licence number",
    "contact": "contact address",
}


def strength_feature(strength: Strength, query: str, record: str) -> Feature:
    """Explain the ceiling of a name that its publisher does not fully stand behind."""
    if strength is not Strength.WEAK:
        sentence = "The query is the initials of the record's name: worth a look, not a match by itself."
        return Feature("initials", INITIALS_CEILING, 0.0, query, record, sentence)
    sentence = "The publisher calls this alias weak: alone it does not make a match."
    return Feature("weak_alias", WEAK_CEILING, 0.0, query, record, sentence)


def facts_shown(record: Record) -> dict[str, list[str]]:
    """Return the properties of a query that features show."""
    return {prop: record.values(prop) for prop in (*DATES, *COUNTRIES, *PLACES, "gender")}
