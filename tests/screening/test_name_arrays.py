"""Laying out all listed names at once gives what `units` gives for each of them."""

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.names import tokenise
from dragoman.screening.former import Former
from dragoman.screening.kernels import MAX_UNITS
from dragoman.screening.name_arrays import Entry, name_arrays
from dragoman.screening.rarity import first_key
from dragoman.screening.scoring import Strength
from dragoman.screening.units import units

WORDS = (
    *(
        "Abd",
        "al-Rahman",
        "bin",
        "J.",
        "Jong",
        "Un",
        "Company",
        "محمد",
        "الدين",
        "Иван",
        "M.O.G.E.",
        "No. 7",
        "Yi",
        "of",
    ),
    *("Kim", "Salah", "ud-Din", "Nasrallah", "Bou", "Krouh", "Mohd.", "Front", "3abbas", "O'Neil", "李小龙", "LTD"),
)
TOKEN = tuple[str, int, int, tuple[tuple[str, int], ...], tuple[str, ...]]
NAMES = st.lists(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=MAX_UNITS + 8).map(" ".join), min_size=1, max_size=12
)


@given(NAMES)
def test_the_units_of_all_names_are_those_of_each(texts: list[str]) -> None:
    names = [name for text in texts if (name := tokenise(text)).tokens]
    entries = [Entry(name, party, Strength.FULL) for party, name in enumerate(names)]
    arrays = name_arrays(entries, len(entries), Former(), range(len(entries)))
    entries.sort(key=lambda entry: entry.has_initial)
    start, blob = arrays["token_start"].tolist(), arrays["token_blob"].tobytes()
    token = [msgspec.msgpack.decode(blob[one:end], type=TOKEN) for one, end in pairwise(start)]
    rarities = dict(zip(arrays["rarity_key"].tolist(), arrays["rarity_weight"].tolist(), strict=True))
    for at, entry in enumerate(entries):
        rows = slice(arrays["names_start"][at], arrays["names_start"][at + 1])
        expected = units(entry.name, lambda token: float(rarities[first_key(token.sounds)]))
        found = [token[number] for number in arrays["names_token"][rows]]
        assert found == [unit.token[1:] for unit in expected]
        assert arrays["names_weight"][rows].tolist() == pytest.approx([unit.weight for unit in expected])
        for column in ("first", "span", "opening", "initial"):
            assert arrays[f"names_{column}"][rows].tolist() == [getattr(unit, column) for unit in expected]
    assert arrays["names_party"].tolist() == [entry.party for entry in entries]
