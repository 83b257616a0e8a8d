"""Two invented lists in a small index, with their records in the registry; all that the desk's tests screen against."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk import screening
from dragoman.node.people.models import Account
from dragoman.node.registry import models as registry
from dragoman.screening import Screener, build_index


def party(source: str, record_id: str, schema: str = "Person", **given: str | list[str]) -> Record:
    """Return an invented record of a list."""
    record = Record(record_id, schema, source=source, version="2026-01-01")
    for prop, values in given.items():
        for value in [values] if isinstance(values, str) else values:
            record.add(prop, value)
    return record


RECORDS = (
    party(
        "harbour", "H-1", name=["Anwar Belhadi Tazmart", "أنور بلهادي تزمارت"], birthDate="1971-03-04", nationality="ma"
    ),
    party("harbour", "H-2", name="Oleksandra Virnychenko", birthDate="1985-11-20", passportNumber="FG4412893"),
    party("harbour", "H-3", schema="Vessel", name="Coral Meridian", imoNumber="9074729", flag="pa"),
    party("harbour", "H-4", schema="Organization", name="Tazmart Shipping and Trade", country="ma"),
    party("closed", "C-1", name="Anwar Belhadi Tazmart", birthDate="1971-03-04"),
)


def keep(record: Record) -> registry.Record:
    """Put a record into the registry, as an import would."""
    source, _ = registry.Source.objects.get_or_create(name=record.source, defaults={"title": record.source.title()})
    kept, _ = registry.Record.objects.update_or_create(
        source=source,
        record_id=record.id,
        defaults={
            "schema": record.schema,
            "caption": record.caption,
            "content": "",
            "first_seen": record.version,
            "last_seen": record.version,
        },
    )
    kept.statements.all().delete()
    registry.Statement.objects.bulk_create(
        registry.Statement(
            record=kept, prop=each.prop, value=each.value, first_seen=record.version, last_seen=record.version
        )
        for each in record.statements
    )
    return kept


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of both lists."""
    path: Path = tmp_path_factory.mktemp("index") / "lists.index"
    build_index(path, RECORDS, {"harbour": "2026-01-01", "closed": "2026-01-01"})
    return path


@pytest.fixture
def lists(db: None, index: Path, monkeypatch: pytest.MonkeyPatch) -> Screener:
    """The two lists in use; nobody sees ``closed`` unless its teams are emptied or joined."""
    from dragoman.node.people.models import Team

    for record in RECORDS:
        keep(record)
    registry.Source.objects.get(name="closed").teams.add(Team.objects.create(name="Closed desk"))
    opened = Screener.open(index)
    monkeypatch.setattr(screening, "screener", lambda: opened)
    return opened


@pytest.fixture
def principal_of(people: object) -> Callable[..., Principal]:
    """``principal_of(account)``: the account acting for a purpose."""

    def act(account: Account, purpose: str = "training") -> Principal:
        teams = frozenset(account.teams.values_list("pk", flat=True))
        return Principal(account, None, account.roles, teams, purpose=purpose)

    return act
