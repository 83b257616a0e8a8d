"""The UK Sanctions List, as CSV: a line with the report's date, then a row a name of each designation."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from dragoman.exercise.cast import Party

#: The columns of the published file that the exercise fills.
_COLUMNS = (
    "Last Updated", "Unique ID", "OFSI Group ID", "UN Reference Number",
    "Name 6", "Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name type", "Alias strength", "Title",
    "Name non-latin script", "Non-latin script type", "Non-latin script language",
    "Regime Name", "Designation Type", "Designation source", "Sanctions Imposed",
    "Other Information", "UK Statement of Reasons", "Address Country", "Date Designated",
    "D.O.B", "Nationality(/ies)", "Passport number", "Passport additional information",
    "Town of birth", "Country of birth", "Gender", "IMO number", "Current believed flag of ship",
)  # fmt: skip
_KINDS = {"Person": "Individual", "Organization": "Entity", "Vessel": "Ship"}


def unique_id(party: Party) -> str:
    """Return the designation's unique id, ``EXR912345``: EXR for the exercise."""
    return f"EXR{party.number}"


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the party."""
    return f"gb-uksl-{unique_id(party).lower()}"


def write_list(parties: Iterable[Party], path: Path, day: str) -> None:
    """Write the list as reported on `day` (``YYYY-MM-DD``)."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        stream.write(f"Report Date: {date.fromisoformat(day):%d-%b-%Y}\r\n")
        rows = csv.DictWriter(stream, _COLUMNS, restval="")
        rows.writeheader()
        for party in parties:
            rows.writerows(_rows(party))


def _rows(party: Party) -> Iterator[dict[str, str]]:
    common = {
        "Last Updated": "06/05/2024",
        "Unique ID": unique_id(party),
        "OFSI Group ID": str(party.number),
        "Regime Name": f"The {party.programme} Regulations",
        "Designation Type": _KINDS[party.schema],
        "Designation source": "UK",
        "Sanctions Imposed": "Asset freeze",
        "Other Information": "Invented for the training exercise.",
        "Date Designated": "06/05/2024",
    }
    yield common | _facts(party) | _name(party) | {"Name type": "Primary Name"}
    for name, strength in (
        *((name, "Good quality a.k.a") for name in party.good),
        *((name, "Low quality a.k.a") for name in party.weak),
    ):
        yield common | {"Name 6": name, "Name type": "Alias", "Alias strength": strength}


def _name(party: Party) -> dict[str, str]:
    given = dict(zip(("Name 1", "Name 2"), party.given.split(" ", 1), strict=False)) if party.given else {}
    return {"Name 6": party.family.upper() or party.name.upper(), **given, "Name non-latin script": party.native}


def _facts(party: Party) -> dict[str, str]:
    if party.schema == "Vessel":
        return {"IMO number": party.imo, "Current believed flag of ship": party.country}
    if party.schema != "Person":
        return {"Address Country": party.country}
    born = f"{date.fromisoformat(party.born):%d/%m/%Y}" if "-" in party.born else f"dd/mm/{party.born}"
    return {
        "D.O.B": born,
        "Nationality(/ies)": party.country,
        "Gender": party.gender,
        "Passport number": party.passport,
        "Town of birth": party.place,
        "Country of birth": party.country,
    }
