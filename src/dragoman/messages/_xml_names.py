"""What readers know of XML elements: lxml's, or those of a shape met before. Names and texts of them, fast."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Protocol


class Element(Protocol):
    """An element of lxml, as far as it is needed here."""

    @property
    def tag(self) -> str:
        """The name, with its namespace in braces."""

    @property
    def text(self) -> str | None:
        """The text before the first element inside."""

    def __iter__(self) -> Iterator[Any]: ...

    def __len__(self) -> int: ...

    def __getitem__(self, place: int, /) -> Any: ...

    def get(self, name: str, /) -> str | None:
        """Return an attribute."""

    def getparent(self) -> Any:
        """Return the element that holds this one."""

    def getnext(self) -> Any:
        """Return the element that follows in the same parent."""

    def iterancestors(self) -> Iterable[Any]:
        """Yield the elements that hold this one, the innermost first."""

    def itertext(self) -> Iterable[Any]:
        """Yield the texts of this element and of all inside it."""


class Seen(NamedTuple):
    """An element that begins or ends; `whole` says that the tree around it is whole and need not be freed."""

    event: str
    element: Any
    whole: bool


class _LocalNames(dict[str, str]):
    """The local name of every tag met. The hot loops look up here rather than call a function."""

    def __missing__(self, tag: str) -> str:
        name = str(tag).rpartition("}")[2]
        if len(self) < 10_000:  # an invented name for every element may not fill the memory
            self[tag] = name
        return name


LOCAL = _LocalNames()


def local(element: Element) -> str:
    """Return the name of an element without its namespace."""
    return LOCAL[element.tag]


def text_of(element: Element) -> str:
    """Return an element's own text, white space collapsed."""
    text = element.text
    if text is None or (text.isascii() and text.isalnum()):
        return text or ""
    return " ".join(text.split())
