"""A partner's list, as FollowTheMoney JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from dragoman.exercise.cast import Party
from dragoman.model.countries import country_code


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the party."""
    return f"exercise-{party.number}"


def write_list(parties: Iterable[Party], path: Path) -> None:
    """Write one entity a line."""
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for party in parties:
            stream.write(json.dumps(_entity(party), ensure_ascii=False) + "\n")


def _entity(party: Party) -> dict[str, object]:
    person = party.schema == "Person"
    properties = {
        "name": [party.latin or party.native],
        "alias": [name for name in (*party.good, party.native if party.latin else "") if name],
        "weakAlias": list(party.weak),
        "birthDate": [party.born],
        "birthPlace": [party.place],
        "nationality" if person else "country": [country_code(party.country) or ""],
        "gender": [party.gender.lower()],
        "topics": ["sanction"],
        "notes": ["Invented for the training exercise."],
    }
    kept = {prop: values for prop, values in properties.items() if any(values)}
    return {"id": record_id(party), "schema": party.schema, "properties": kept}
