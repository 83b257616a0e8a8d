"""Tests that commit empty the database afterwards, which the journal's triggers refuse: out with them, and in again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management.commands import flush

from dragoman.node.journal import guard, keys
from dragoman.node.journal.group_commit import WRITER


@pytest.fixture(scope="session", autouse=True)
def journal_may_be_emptied() -> Iterator[None]:
    """Let tests empty the database, and let no writer keep a connection to it in the end."""
    original = flush.sql_flush

    def emptying(style: Any, connection: Any, **named: Any) -> list[str]:
        WRITER.stop()
        shutil.rmtree(keys.folder(), ignore_errors=True)  # what is kept outside belongs to the log that is emptied
        keys._signer.cache_clear()
        statements = original(style, connection, **named)
        return [*guard.removal(connection), *statements, *guard.creation(connection)] if statements else []

    flush.sql_flush = emptying
    yield
    WRITER.stop()
    flush.sql_flush = original
