"""The lexicon lays a query's name out as `units` does, only remembered by token."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from small_worlds import WORDS

from dragoman.names import tokenise
from dragoman.screening import Screener, build_index
from dragoman.screening.units import units

_NAMES = st.lists(st.sampled_from([*WORDS, "J.", "bin", "Abd", "al-Rahman", "Ltd", "Ng"]), min_size=1, max_size=14)


def test_a_query_is_laid_out_as_its_units_say(tmp_path_factory) -> None:
    path = tmp_path_factory.mktemp("lexicon") / "index"
    build_index(path, [], {})
    lexicon = Screener.open(path)._lexicon

    @given(_NAMES)
    def holds(words: list[str]) -> None:
        name = tokenise(" ".join(words))
        if not name.tokens:
            return
        expected = [
            (lexicon.number(unit.token, unit.cut), unit.first, unit.span, unit.weight, unit.opening, unit.initial)
            for unit in units(name, lexicon.rarity, query=True)
        ]
        assert lexicon.rows(name) == expected
        assert lexicon.rows(name) == expected, "the second time it is remembered"

    holds()
