"""OFAC's Specially Designated Nationals, as the four legacy files (layout: OFAC's dat_spec.txt)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from dragoman.exercise.cast import Party

_NULL = "-0- "
_END = "\x1a"
_KINDS = {"Person": "individual", "Vessel": "vessel"}


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the party."""
    return f"ofac-{party.number}"


def write_list(parties: Iterable[Party], folder: Path) -> None:
    """Write ``sdn.csv``, ``alt.csv``, ``add.csv`` and ``sdn_comments.csv`` into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = list(parties)
    alternates = [(party, name) for party in listed for name in party.good]
    files = {
        "sdn": [_party(party) for party in listed],
        "alt": [
            _row(str(party.number), str(at), _quoted("aka"), _quoted(name), _NULL)
            for at, (party, name) in enumerate(alternates, 1)
        ],
        "add": [
            _row(str(party.number), str(at), _NULL, _NULL, _quoted(party.country), _NULL)
            for at, party in enumerate(listed, 1)
        ],
        "sdn_comments": [],
    }
    for name, rows in files.items():
        text = "".join(f"{row}\r\n" for row in rows) + _END
        (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")


def _party(party: Party) -> str:
    name = f"{party.family.upper()}, {party.given}" if party.schema == "Person" else party.name.upper()
    kind = _quoted(_KINDS[party.schema]) if party.schema in _KINDS else _NULL
    vessel = (
        [_NULL, _quoted("Bulk Carrier"), _NULL, _NULL, _quoted(party.country), _NULL]
        if party.schema == "Vessel"
        else [_NULL] * 6
    )
    remarks = _quoted("; ".join(_remarks(party)) + ".")
    return _row(str(party.number), _quoted(name), kind, _quoted(party.programme), _NULL, *vessel, remarks)


def _remarks(party: Party) -> list[str]:
    found = [f"a.k.a. '{name.upper()}'" for name in party.weak]
    if party.born:
        found.append(f"DOB {_day(party.born)}")
    if party.place:
        found.append(f"POB {party.place}, {party.country}")
    if party.schema == "Person":
        found.append(f"nationality {party.country}")
    if party.gender:
        found.append(f"Gender {party.gender}")
    if party.passport:
        found.append(f"Passport {party.passport} ({party.country})")
    if party.imo:
        found.append(f"Vessel Registration Identification IMO {party.imo}")
    return [*found, "(Invented for the training exercise)"]


def _day(born: str) -> str:
    return date.fromisoformat(born).strftime("%d %b %Y") if "-" in born else born


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def _row(*cells: str) -> str:
    return ",".join(cells)
