"""Write src/dragoman/model/data/countries.tsv from the installed rigour.

rigour takes more than a second to get its names of territories ready; a look-up needs only which
name means which country. ``--check`` compares instead of writing.
"""

from __future__ import annotations

import sys
from pathlib import Path

from rigour.territories.lookup import _load_territory_names
from rigour.territories.territory import Territory, get_index
from rigour.territories.util import normalize_territory_name

from dragoman.model.countries import plain_name

TARGET = Path(__file__).parents[1] / "src/dragoman/model/data/countries.tsv"
HEAD = """\
# Names and codes of countries. Compiled by tools/countries.py; do not edit.
# Source: rigour (MIT licence, https://github.com/opensanctions/rigour), the names and codes of its territories.
# A territory that FollowTheMoney does not know (a state, a province) stands for its country. Cities are left out,
# and so are regions whose name another country has, too: neither names one country.
# country, its codes, its names as compared in ASCII, its names as compared in other letters
"""
#: Regions of one country whose name is as well known of another.
AMBIGUOUS = frozenset(("acre", "amazonas", "federal district", "jura", "para", "punjab", "santa catarina", "victoria"))


def code_of(territory: Territory) -> str:
    """Return FollowTheMoney's code, of the country where the territory is a part of one."""
    return (territory.ftm_country if "-" in territory.code else None) or territory.code


def compile_countries() -> str:
    """Return the text of the table. A country's own name goes before a part's, and a usual name before a weak one."""
    names: dict[str, str] = {}
    ranks: dict[str, int] = {}
    for territory, strong, weak, _cities in _load_territory_names():
        for rank, written in enumerate((strong, weak)):
            for name in written:
                for spelling in {normalize_territory_name(name), plain_name(name)} - AMBIGUOUS - {""}:
                    if ranks.get(spelling, 9) > rank:
                        names[spelling], ranks[spelling] = code_of(territory), rank
    codes = {code: code_of(territory) for code, territory in get_index().items()}
    countries = sorted({*names.values(), *codes.values()})
    return HEAD + "".join(f"{country}\t{_row(country, codes, names)}\n" for country in countries)


def _row(country: str, codes: dict[str, str], names: dict[str, str]) -> str:
    own = sorted(name for name, code in names.items() if code == country)
    cells = (
        (code for code, meant in sorted(codes.items()) if meant == country),
        (name for name in own if name.isascii()),
        (name for name in own if not name.isascii()),
    )
    return "\t".join("|".join(cell) for cell in cells)


def main() -> int:
    text = compile_countries()
    if "--check" in sys.argv:
        return 0 if TARGET.read_text(encoding="utf-8") == text else 1
    TARGET.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
