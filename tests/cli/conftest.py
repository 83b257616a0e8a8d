"""A home of its own for every test, and a screening room that is simple enough to predict."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result

import dragoman.screening as real
from dragoman.cli.app import app
from dragoman.errors import IndexUnusable
from dragoman.model import Record


@dataclass(frozen=True)
class Feature:
    name: str
    score: float
    weight: float
    query: str
    record: str
    sentence: str


@dataclass(frozen=True)
class Hit:
    record_id: str
    source: str
    caption: str
    schema: str
    score: float
    match: bool
    features: tuple[Feature, ...]

    def to_json(self) -> dict[str, Any]:
        plain = {**self.__dict__, "id": self.record_id, "features": [each.__dict__ for each in self.features]}
        del plain["record_id"]
        return plain


class FakeScreener:
    """Finds the parties that share a name with the query, letter for letter."""

    def __init__(self, plain: dict[str, Any]) -> None:
        self.lists = plain["lists"]
        self.parties = plain["parties"]
        names = sum(len(party["names"]) for party in self.parties)
        self.summary = SimpleNamespace(
            parties=len(self.parties), names=names, tokens=names, bytes=1, built="2026-03-01T00:00:00+00:00"
        )

    @classmethod
    def open(cls, path: Path) -> FakeScreener:
        try:
            return cls(json.loads(path.read_bytes()))
        except ValueError as error:
            raise IndexUnusable("the index is damaged") from error

    def screen_batch(
        self, queries: list[Record], *, threshold: float, limit: int, lists: tuple[str, ...] | None
    ) -> Iterator[list[Hit]]:
        for query in queries:
            found = [
                Hit(party["id"], party["source"], party["names"][0], party["schema"], 0.93, True,
                    (Feature("name", 1.0, 3.0, name, name, f"The name {name} is the same."),))
                for party in self.parties
                for name in query.names
                if name in party["names"] and (lists is None or party["source"] in lists)
            ]  # fmt: skip
            yield found[:limit] if threshold <= 0.93 else []


class FakeTextScanner:
    """Finds the names of parties in texts, letter for letter."""

    def __init__(self, screener: FakeScreener) -> None:
        self.screener = screener

    def scan(self, texts: list[str], *, threshold: float, limit: int, lists: Any) -> list[list[Any]]:
        return [[*self._mentions(text, lists)] for text in texts]

    def _mentions(self, text: str, lists: Any) -> Iterator[Any]:
        for party in self.screener.parties:
            for name in party["names"]:
                if (start := text.find(name)) >= 0:
                    (hit,) = next(self.screener.screen_batch([_Named([name])], threshold=0.8, limit=1, lists=lists))
                    found = {"start": start, "end": start + len(name), "text": name, "kind": "name"}
                    yield SimpleNamespace(
                        **found, hit=hit, to_json=lambda hit=hit, f=found: {**hit.to_json(), "found": f}
                    )


@dataclass(frozen=True)
class _Named:
    names: list[str]


def _build(
    path: Path,
    records: Any,
    lists: dict[str, str],
    progress: Callable[[int], None] | None = None,
    *,
    former: Path | None = None,
) -> Any:
    parties = [
        {"id": record.id, "schema": record.schema, "source": record.source, "names": record.names}
        for record in records
        if record.is_party
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"lists": lists, "parties": parties}))
    return FakeScreener.open(path).summary


def _compare(left: Any, right: Any) -> Any:
    first, second = (name if isinstance(name, str) else name.caption for name in (left, right))
    score = 1.0 if first == second else 0.2
    features = (Feature("name", score, 3.0, first, second, "The names are compared."),)
    plain = {"score": score, "match": score >= 0.7, "features": [each.__dict__ for each in features]}
    return SimpleNamespace(score=score, match=score >= 0.7, features=features, to_json=lambda: plain)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty home, where this process and its children look."""
    monkeypatch.setenv("DRAGOMAN_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")
    return tmp_path / "home"


@pytest.fixture
def simple_screening(monkeypatch: pytest.MonkeyPatch) -> type[FakeScreener]:
    """Put the simple screening room in the place of the real one."""
    room = ModuleType("dragoman.screening")
    room.__path__ = list(real.__path__)  # its modules are the real ones
    room.Screener = FakeScreener  # type: ignore[attr-defined]
    room.TextScanner = FakeTextScanner  # type: ignore[attr-defined]
    room.build_index = _build  # type: ignore[attr-defined]
    room.compare = _compare  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "dragoman.screening", room)
    monkeypatch.setattr("dragoman.screening", room, raising=False)
    return FakeScreener


@pytest.fixture
def run(home: Path) -> Callable[..., Result]:
    """Run ``dragoman`` in this process; results and messages are told apart."""

    def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=stdin)

    return run


def _entities(*rows: tuple[str, str, str]) -> str:
    lines = ({"id": id_, "schema": schema, "properties": {"name": [name]}} for id_, schema, name in rows)
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)


@pytest.fixture
def entities() -> Callable[..., str]:
    """Write FollowTheMoney lines of (id, schema, name)."""
    return _entities


@pytest.fixture
def partners(tmp_path: Path) -> Path:
    """A list of three made-up parties."""
    path = tmp_path / "partners.ftm.json"
    rows = (("a", "Person", "Ruvan Telmori"), ("b", "Organization", "Varnak Front"), ("c", "Person", "Ödön Čapek"))
    path.write_text(_entities(*rows), encoding="utf-8")
    return path
