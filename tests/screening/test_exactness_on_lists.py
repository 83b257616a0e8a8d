"""Law 2 on real lists: names as printed and as they come in, against scoring every record."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from brute import Brute, difference

from dragoman.model import Record
from dragoman.screening import Screener

QUERIES, RECORDS = 100, 400
LETTERS = "aeioubdhkmnrstyz"

Read = Callable[[str], list[Record]]
Open = Callable[..., Screener]


def slip(word: str, chance: random.Random) -> str:
    at = chance.randrange(len(word))
    return chance.choice(
        [
            word[:at] + word[at + 1 :],
            word[:at] + chance.choice(LETTERS) + word[at:],
            word[:at] + chance.choice(LETTERS) + word[at + 1 :],
            word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
        ]
    )


def edited(name: str, chance: random.Random) -> str:
    """Return a name as it may come in: shuffled, abridged, misspelt, with an initial, joined or cut short."""
    words = name.split()
    for _ in range(chance.randint(0, 3)):
        at = chance.randrange(len(words))
        match chance.choice(["shuffle", "less", "slip", "slip", "initial", "join", "cut"]):
            case "shuffle":
                chance.shuffle(words)
            case "less" if len(words) > 1:
                del words[at]
            case "slip":
                words[at] = slip(words[at], chance)
            case "initial" if len(words) > 1:
                words[at] = words[at][0] + "."
            case "join" if at + 1 < len(words):
                words[at : at + 2] = [words[at] + words[at + 1].lower()]
            case "cut":
                words[-1] = words[-1][: max(1, len(words[-1]) - 2)]
        words = [word for word in words if word] or name.split()
    return " ".join(words)


def asked(source: list[Record], chance: random.Random) -> list[Record]:
    """Return queries made of parties of a list: one or two of their names, edited, and some of their facts."""
    queries = []
    for number, party in enumerate(chance.sample(source, QUERIES)):
        query = Record(f"q{number}", chance.choice([party.schema, "LegalEntity"]))
        for name in chance.sample(party.names, min(len(party.names), chance.randint(1, 2))):
            query.add("name", edited(name, chance))
        for statement in party.statements:
            kept = ("birthDate", "nationality", "country", "gender", "birthPlace")
            if statement.prop in kept and chance.random() < 0.3:
                query.add(statement.prop, statement.value)
        queries.append(query)
    return queries


@pytest.mark.parametrize("queried", ["un-sc", "us-ofac-sdn"])
def test_the_search_finds_what_scoring_every_record_of_a_list_finds(read: Read, index: Open, queried: str) -> None:
    chance = random.Random(queried)  # noqa: S311
    records = chance.sample([record for record in read("un-sc") if record.is_party and record.names], RECORDS)
    source = records if queried == "un-sc" else [r for r in read(queried) if r.is_party and r.names]
    queries = asked(source, chance)
    screener = index(*records)
    brute = Brute(records, screener._lexicon.rarity)
    due = [brute.scores(query) for query in queries]
    hits = 0
    for threshold in (0.5, 0.7, 0.9, round(chance.uniform(0.5, 1.0), 3)):
        answers = screener.screen_batch(queries, threshold=threshold, limit=1_000_000)
        for query, scores, found in zip(queries, due, answers, strict=True):
            given = {(hit.source, hit.record_id): hit.score for hit in found}
            hits += len(given)
            assert not difference(given, scores, threshold), query.names
    assert hits > (QUERIES if queried == "un-sc" else 0)
