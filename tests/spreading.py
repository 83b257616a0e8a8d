"""How the tests are spread over processes (``make test PROCESSES=2``): long files first, what shares a node together.

A file that takes a minute and is begun last leaves the other processes idle. What is not named here goes by its
number of tests, a file at a time.
"""

from __future__ import annotations

from collections import Counter

import pytest
from xdist.scheduler import LoadFileScheduling

#: What is run by one process since it shares nodes that take long to start, by how its path begins.
TOGETHER = {
    "tests/node/browser/": "browser",
    "tests/node/exchange/test_line_": "pair",
    "tests/node/exchange/test_wire_": "pair",
}
#: What is begun first, in this order, by how its path begins.
LONG = (
    "tests/node/browser/",
    "tests/node/exchange/",
    "tests/node/test_reliability_storage.py",
    "tests/node/jobs/test_kills.py",
    "tests/node/serving/",
    "tests/node/test_access.py",
    "tests/node/partners/test_what_leaves",
    "tests/docs/",
    "tests/screening/",
    "tests/lists/test_every_list.py",
)


def scope_of(nodeid: str) -> str:
    """Return by what a test is handed to a process: its file, or what that shares a node with."""
    file = nodeid.partition("::")[0]
    return next((scope for begin, scope in TOGETHER.items() if file.startswith(begin)), file)


def put_in_order(items: list[pytest.Item]) -> None:
    """Put what takes long to the front; the tests of a scope stay together, and in their order."""
    counts = Counter(scope_of(item.nodeid) for item in items)
    ranks: dict[str, tuple[int, int, int]] = {}
    for item in items:
        scope = scope_of(item.nodeid)
        long = next((at for at, begin in enumerate(LONG) if item.nodeid.startswith(begin)), len(LONG))
        ranks.setdefault(scope, (long, -counts[scope], len(ranks)))
    items.sort(key=lambda item: ranks[scope_of(item.nodeid)])


class Spreading(LoadFileScheduling):
    """Hands scopes to whichever process has nothing left to do, in the order of the tests."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
