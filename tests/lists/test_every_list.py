"""What holds for each real list: FollowTheMoney's properties, dates that can be compared, known places, unique ids."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from dragoman.lists.catalogue import recognise
from dragoman.lists.reading import Reading
from dragoman.model.dates import PartialDate
from dragoman.model.schemata import properties

LISTS = (
    "un_2026-02-27.xml",
    "ofac_2021-07",
    "ofac_cons_2025-12",
    "uk_conlist_2018-04-13.csv",
    "eu_journal",
    "eu_fsf_v1.0_2016-02-11.xml",
    "dfat_regulation8_2024-11.xlsx",
    "ca_sema_2020-04.xml",
    "in_mha/banned_organisations_2023-12.html",
    "il_nbctf/wallets.csv",
    "us_bis_dpl_2019.txt",
)


@pytest.mark.parametrize("name", LISTS)
def test_records_are_sound(data: Path, name: str) -> None:
    source = data / "lists" / name
    if not source.exists():
        pytest.skip("this list is not on this machine")
    identities: Counter[str] = Counter()
    for record in recognise(source).read(source, Reading()):
        identities[record.id] += 1
        kinds = properties(record.schema)
        for statement in record.statements:
            assert statement.prop in kinds, f"{record.schema} has no {statement.prop}"
            assert statement.place, f"{record.id} {statement.prop} has no place"
            if kinds[statement.prop] == "date":
                PartialDate.parse(statement.value)
            if kinds[statement.prop] == "country":
                assert 2 <= len(statement.value) <= 7, statement
    assert identities
    assert max(identities.values()) == 1
