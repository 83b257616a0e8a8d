"""The lexicon lays a query's name out as `units` does, only remembered by token."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_worlds import WORDS

from dragoman.model import Record
from dragoman.names import tokenise
from dragoman.screening import Screener, build_index, lexicon
from dragoman.screening.units import units

_NAMES = st.lists(st.sampled_from([*WORDS, "J.", "bin", "Abd", "al-Rahman", "Ltd", "Ng"]), min_size=1, max_size=14)


def test_a_query_is_laid_out_as_its_units_say(tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("lexicon") / "index"
    build_index(path, [], {})
    known = Screener.open(path)._lexicon

    @given(_NAMES)
    def holds(words: list[str]) -> None:
        name = tokenise(" ".join(words))
        if not name.tokens:
            return
        expected = [
            (known.number(unit.token, unit.cut), unit.first, unit.span, unit.weight, unit.opening, unit.initial)
            for unit in units(name, known.rarity, query=True)
        ]
        assert known.rows(name) == expected
        assert known.rows(name) == expected, "the second time it is remembered"

    holds()


def test_the_lexicon_starts_afresh_when_it_has_met_many_tokens_and_finds_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lexicon, "_MOST_TOKENS", 40)
    path = tmp_path / "index"
    record = Record("A-1", "Person", source="made", version="1")
    record.add("name", "Velimir Ozerlyanski")
    build_index(path, [record], {"made": "1"})
    screener, queries = Screener.open(path), [f"Velimir Ozerlyanski {chr(65 + at)}ordovan" for at in range(20)]
    first = [[hit.score for hit in screener.screen(query)] for query in queries]
    for query, scores in zip(queries * 10, first * 10, strict=True):
        assert [hit.score for hit in screener.screen(query)] == scores
        assert len(screener._lexicon._numbers) <= 40 + 10
