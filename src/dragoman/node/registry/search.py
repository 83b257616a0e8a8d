"""What the other desks search by: the screener over the lists in use, and their versions."""

from __future__ import annotations

from dragoman.node.registry.indexing import screener
from dragoman.node.registry.indexing import versions_in_use as versions

__all__ = ["screener", "versions"]
