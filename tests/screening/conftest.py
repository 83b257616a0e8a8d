"""Real lists, read once, and indexes of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from dragoman.lists.catalogue import find_format
from dragoman.lists.reading import Reading
from dragoman.model import Record
from dragoman.screening import Screener, build_index
from tests.screening.list_files import FILES

Read = Callable[[str], list[Record]]
Open = Callable[..., Screener]


@pytest.fixture(scope="session")
def read(data: Path) -> Read:
    """Read a list of the data folder by its name."""

    @cache
    def records(name: str) -> list[Record]:
        found = []
        for record in find_format(name).read(data / "lists" / FILES[name], Reading()):
            record.source, record.version = name, "1"
            found.append(record)
        return found

    return records


@pytest.fixture(scope="session")
def index(tmp_path_factory: pytest.TempPathFactory) -> Open:
    """Index records and open the index; the first answer has been given, so that the kernels are compiled."""

    def opened(*records: Record, warm: bool = True) -> Screener:
        path = tmp_path_factory.mktemp("index") / "index"
        for record in records:
            record.source = record.source or "list"
            record.version = record.version or "1"
        build_index(path, records, {record.source: "1" for record in records})
        screener = Screener.open(path)
        if warm:
            list(screener.screen_batch(["two names", "at once"]))
        return screener

    return opened
