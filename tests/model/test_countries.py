"""Names of countries: the compiled table is rigour's, without the cities."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from rigour.territories import lookup_territory

from dragoman.model.countries import country_code

TOOL = Path(__file__).parents[2] / "tools" / "countries.py"
WITHOUT_RIGOUR = """
import sys
from dragoman.model.countries import country_code
assert country_code("Peru") == "pe" and country_code("Côte d'Ivoire") == "ci" and country_code("nowhere") is None
assert not any(name.partition(".")[0] == "rigour" for name in sys.modules), "a look-up needs no rigour"
"""


def test_the_table_is_what_the_tool_compiles() -> None:
    done = subprocess.run([sys.executable, str(TOOL), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, "run: python tools/countries.py"


def test_a_look_up_does_not_wait_for_rigour() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_RIGOUR], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("city", ["LIMA", "Paris", "Tehran", "London", "Seoul", "Toronto", "Tbilisi"])
def test_a_city_is_no_country(city: str) -> None:
    assert country_code(city) is None


@pytest.mark.parametrize("region", ["Punjab", "VICTORIA", "Amazonas"])
def test_a_region_of_which_there_are_several_is_no_country(region: str) -> None:
    assert country_code(region) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Peru", "pe"),
        (" PERÚ ", "pe"),
        ("Peruvian", "pe"),
        ("PER", "pe"),
        ("UK", "gb"),
        ("Korea, North", "kp"),
        ("Iran (Islamic Republic of)", "ir"),
        ("Côte d’Ivoire", "ci"),
        ("Россия", "ru"),
        ("中国", "cn"),
        ("سوريا", "sy"),
        ("Singapore", "sg"),
        ("Dubai", "ae"),
        ("California", "us"),
        ("us-tx", "us"),
        ("Georgia", "ge"),
        ("", None),
        ("QQ", None),
        ("Ruritania", None),
    ],
)
def test_codes_names_demonyms_and_states_give_the_country(text: str, code: str | None) -> None:
    assert country_code(text) == code


def test_every_name_of_a_country_means_what_it_means_to_rigour() -> None:
    from dragoman.model.countries import _names

    told = {name: lookup_territory(name) for name in list(_names())[::7]}
    wrong = {
        name: found and found.code
        for name, found in told.items()
        if found and country_code(name) != ((found.ftm_country if "-" in found.code else None) or found.code)
    }
    assert not wrong
