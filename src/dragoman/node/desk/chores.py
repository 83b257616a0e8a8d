"""The desk's chores, found by the worker."""

from __future__ import annotations

from dragoman.node.desk import clocks  # noqa: F401  its chore counts
