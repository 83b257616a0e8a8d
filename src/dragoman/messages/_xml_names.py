"""Names and texts of XML elements, fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element


class _LocalNames(dict[str, str]):
    """The local name of every tag met. The hot loops look up here rather than call a function."""

    def __missing__(self, tag: str) -> str:
        name = str(tag).rpartition("}")[2]
        if len(self) < 10_000:  # an invented name for every element may not fill the memory
            self[tag] = name
        return name


LOCAL = _LocalNames()


def local(element: _Element) -> str:
    """Return the name of an element without its namespace."""
    return LOCAL[element.tag]


def text_of(element: _Element) -> str:
    """Return an element's own text, white space collapsed."""
    text = element.text
    if text is None or (text.isascii() and text.isalnum()):
        return text or ""
    return " ".join(text.split())
