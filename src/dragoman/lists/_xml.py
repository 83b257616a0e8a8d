"""Reading XML of any size from a publisher who is not trusted.

Entities, DTDs and the network are off, depth is limited, and elements are let go of as soon as
they have been handed out, so that memory does not grow with the file.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

from dragoman.errors import ListRefused

if TYPE_CHECKING:
    from lxml import etree

#: Publishers' files nest at most 12 deep.
DEEPEST = 64

_AGAIN = "fetch the file again from its publisher and compare its size"
# libxml2's codes for "the document is empty", "extra content or end", "premature end in a tag".
_ENDS_EARLY = {4, 5, 74, 77}


def iter_elements(
    source: Path, tags: Collection[str], *, comments: bool = False
) -> Iterator[tuple[str, etree._Element]]:
    """Yield each element whose local name is in `tags`, with its place (``INDIVIDUAL[12]``, counted from 1).

    Namespaces do not matter. Comments are left out unless `comments` (see `take_comments`). An element
    inside one that is yielded is not yielded by itself. An element is emptied when the next one is
    asked for: take what is needed before. Raises ListRefused on malformed or truncated XML, on a DTD,
    and on elements nested deeper than DEEPEST.
    """
    counts = dict.fromkeys(tags, 0)
    depth = wanted = 0
    with _opened(source) as stream:
        for event, element in _events(source, stream, ("start", "end"), comments):
            if event == "start":
                depth += 1
                if depth > DEEPEST:
                    raise ListRefused(f"elements nest deeper than {DEEPEST}", place=source.name, remedy=_AGAIN)
                if not wanted and local_name(element) in counts:
                    wanted = depth
                continue
            if wanted == depth:
                name = local_name(element)
                counts[name] += 1
                yield f"{name}[{counts[name]}]", element
                wanted = 0
            depth -= 1
            if not wanted:
                _let_go(element)


def read_root(source: Path) -> tuple[str, dict[str, str]]:
    """Return the local name and the attributes (local names too) of the document element.

    Raises ListRefused where `source` does not begin as XML, or has a DTD.
    """
    with _opened(source) as stream:
        for _, element in _events(source, stream, ("start",)):
            return local_name(element), attributes(element)
    raise ListRefused("the file holds no XML element", place=source.name, remedy=_AGAIN)


def begins_with_element(head: bytes, name: str) -> bool:
    """Tell whether `head`, the first bytes of a file, opens an XML document element of that local name.

    For `recognise`: a quick look that parses nothing and raises nothing.
    """
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        head = head.decode("utf-16", errors="replace").encode()
    head = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    while head.startswith((b"<?", b"<!--")):
        ending = b"?>" if head.startswith(b"<?") else b"-->"
        _, found, head = head.partition(ending)
        head = head.lstrip()
        if not found:
            return False
    return re.match(rb"<(?:[\w.-]+:)?" + re.escape(name.encode()) + rb"[\s/>]", head) is not None


def local_name(element: etree._Element) -> str:
    """Return the element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def attributes(element: etree._Element) -> dict[str, str]:
    """Return the element's attributes by local name, white space collapsed."""
    return {str(name).rpartition("}")[2]: " ".join(str(value).split()) for name, value in element.attrib.items()}


def children(element: etree._Element, name: str) -> list[etree._Element]:
    """Return the direct children of that local name, in document order."""
    return [child for child in element if local_name(child) == name]


def text_of(element: etree._Element) -> str:
    """Return the element's own text and that of its descendants, white space collapsed."""
    return " ".join("".join(map(str, element.itertext())).split())


def child_text(element: etree._Element, name: str) -> str:
    """Return the text of the first child of that local name, white space collapsed; empty where there is none."""
    return next((text_of(child) for child in element if local_name(child) == name), "")


def take_comments(element: etree._Element) -> list[str]:
    """Remove the comments from the element and its descendants and return their texts, white space collapsed."""
    from lxml import etree

    found = [" ".join((comment.text or "").split()) for comment in element.iter(etree.Comment)]
    etree.strip_elements(element, etree.Comment, with_tail=False)
    return found


@contextmanager
def _opened(source: Path) -> Iterator[BinaryIO]:
    try:
        stream = source.open("rb")
    except OSError as error:
        raise ListRefused(f"cannot be opened: {error.strerror}", place=str(source), remedy="check the path") from error
    with stream:
        yield stream


def _events(
    source: Path, stream: BinaryIO, events: tuple[str, ...], comments: bool = False
) -> Iterator[tuple[str, Any]]:
    """Yield (event, element) pairs, having refused a DTD at the first of them."""
    from lxml import etree

    parser = etree.iterparse(
        stream,
        events=events,
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=not comments,
        remove_pis=True,
    )
    first = True
    try:
        for event, element in parser:
            if first and element.getroottree().docinfo.internalDTD is not None:
                raise ListRefused("has a DTD", place=source.name, remedy="official lists have none: check the source")
            first = False
            yield event, element
    except etree.XMLSyntaxError as error:
        raise _refusal(source, error) from error


def _refusal(source: Path, error: Any) -> ListRefused:
    line, column = error.position
    text = re.sub(r", line \d+(, column \d+)?$", "", str(error.msg or "nothing there"))
    if error.code in _ENDS_EARLY or _is_at_end(source, line, column):
        return ListRefused(f"the XML ends in the middle, at line {line} ({text})", place=source.name, remedy=_AGAIN)
    return ListRefused(f"not well-formed XML at line {line} ({text})", place=source.name, remedy=_AGAIN)


def _is_at_end(source: Path, line: int, column: int) -> bool:
    """Tell whether that spot is the end of the file: then the file was cut rather than written badly."""
    lines = length = 0
    with source.open("rb") as stream:
        for lines, text in enumerate(stream, 1):  # noqa: B007
            length = len(text.decode(errors="replace"))
    return line > lines or (line == lines and column >= length)


def _let_go(element: etree._Element) -> None:
    parent = element.getparent()
    element.clear()
    if parent is None:
        return
    while element.getprevious() is not None:
        del parent[0]
