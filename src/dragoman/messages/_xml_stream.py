"""XML documents from senders who are not trusted: several in one stream, of any size, in constant memory.

Entities, DTDs and the network are off. libxml2's own limits hold: 256 levels, ten million characters a text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Generator, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

from dragoman.errors import QueryRefused
from dragoman.messages._xml_names import Seen
from dragoman.messages._xml_shapes import Shapes, cut
from dragoman.messages.parties import Problem, refusal

if TYPE_CHECKING:
    from lxml import etree

_CHUNK = 1 << 16
#: Documents up to this size are parsed at one go, which is faster.
_WHOLE = 1 << 20
#: A prolog (declaration, comments) longer than this is no message's.
_LONGEST_PROLOG = 1 << 20
_ROOT = re.compile(rb"<([A-Za-z_\x80-\xff][^\s/>!?<]*)")
_SKIPPED = re.compile(rb"<\?.*?\?>|<!--.*?-->", re.DOTALL)
#: What of a document is looked at to find its end: tags of its root's name, but for those in comments and CDATA.
_TAGS = (
    rb"(?s:<!--.*?-->|<!\[CDATA\[.*?\]\]>|<\?.*?\?>|<(?P<tag>/?)%b(?=[\s/>])[^<>]*>"
    rb"|(?P<open><(?:!--|!\[CDATA\[|\?).*|<[^>]{0,300})\Z)"
)
_BLANK = b" \t\r\n\x00\xef\xbb\xbf\x1a"
_OPTIONS: dict[str, Any] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
    "remove_blank_text": True,  # this and the next only save time
    "collect_ids": False,
}


class Documents:
    """The XML documents that follow one another in a byte stream.

    `number` counts them. `fault` is what is wrong with the one being read, where its events are those of a repair.
    With `shapes`, a document of a shape met before is not parsed; its elements are `Node` and of no use once the next
    document is asked for.
    """

    def __init__(self, stream: BinaryIO, name: str, shapes: Shapes | None = None) -> None:
        self._stream = stream
        self._name = name
        self._shapes = shapes
        self._buffer = b""
        self._at = 0
        self._ended = False
        self._root_at = 0
        self._parser: etree.XMLParser | None = None
        self.number = 0
        self.fault: Problem | None = None

    def more(self) -> bool:
        """Tell whether another document follows, and count it."""
        while True:
            while self._at < len(self._buffer) and self._buffer[self._at] in _BLANK:
                self._at += 1
            if self._at < len(self._buffer):
                self.number += 1
                self.fault = None
                return True
            if not self._fill():
                return False

    def events(self, tags: Collection[str], count: Callable[[], int]) -> Iterator[Seen]:
        """Yield the starts and ends of the elements of those local names in the next document.

        `count` tells how many messages have been read. Raises QueryRefused on a DTD, and where the XML is not
        well-formed or ends early.
        """
        parts = self._parts()
        first = b""
        for part in parts:
            first += part
            if len(first) > _WHOLE:
                yield from self._streamed(first, parts, tags, count)
                return
        yield from self._at_once(first, tags, count)

    def _fill(self) -> bool:
        if self._ended:
            return False
        chunk = self._stream.read(_CHUNK)
        self._root_at -= self._at
        self._buffer, self._at = self._buffer[self._at :] + chunk, 0
        self._ended = not chunk
        return bool(chunk)

    def _root_name(self) -> bytes | None:
        """Return the name of the document element as written; None where it is not in sight (UTF-16, no XML)."""
        while True:
            position = self._at
            while skipped := _SKIPPED.match(self._buffer, position):
                position = skipped.end()
                while position < len(self._buffer) and self._buffer[position] in _BLANK:
                    position += 1
            match = _ROOT.match(self._buffer, position)
            if match and match.end() < len(self._buffer):
                self._root_at = position
                return match[1]
            if len(self._buffer) - self._at > _LONGEST_PROLOG or not self._fill():
                return None

    def _parts(self) -> Iterator[bytes]:
        """Yield the bytes up to the end of the document element, or all that is left where that is not in sight."""
        root = self._root_name()
        if root and (end := self._plain_end_ahead(root)):
            part, self._at = self._buffer[self._at : end], end
            yield part
            return
        depth = 0
        mark = _TAGS % re.escape(root) if root else b"(?!)"
        while True:
            cut = len(self._buffer)
            for match in re.finditer(mark, self._buffer[self._at :]):
                end = self._at + match.end()
                if match["open"] is not None:  # a comment, or a tag, that goes on in the next chunk
                    cut = self._at + match.start()
                elif match["tag"] is not None:
                    depth += -1 if match["tag"] == b"/" else 0 if match[0].endswith(b"/>") else 1
                    if depth <= 0:
                        part, self._at = self._buffer[self._at : end], end
                        yield part
                        return
            if len(self._buffer) - cut > _WHOLE:
                cut = len(self._buffer)
            part, self._at = self._buffer[self._at : cut], cut
            if part:
                yield part
            if not self._fill():
                yield self._buffer[self._at :]
                self._at = len(self._buffer)
                return

    def _plain_end_ahead(self, root: bytes) -> int | None:
        """Return where the document ends, after reading on until its end may be in the buffer."""
        while self._buffer.find(b"</" + root, self._root_at) < 0:
            if len(self._buffer) - self._at > _WHOLE or not self._fill():
                return None
        return self._plain_end(root)

    def _plain_end(self, root: bytes) -> int | None:
        """Return where the document ends, if it does in the buffer and nothing in it makes that hard to tell."""
        buffer, position = self._buffer, self._root_at + 1
        close = buffer.find(b"</" + root, position)
        while doubt := _doubtful(root).search(buffer, position, max(close, 0)):
            if doubt[0] != b"<!--":
                return None
            position = buffer.find(b"-->", doubt.end()) + 3
            if position < 3:
                return None
            if close < position:
                close = buffer.find(b"</" + root, position)
        end = buffer.find(b">", close) + 1
        if close < 0 or not end or buffer[close + 2 + len(root) : end].strip() != b">":
            return None
        return end

    def _at_once(self, text: bytes, tags: Collection[str], count: Callable[[], int]) -> Iterator[Seen]:
        found = cut(text) if self._shapes is not None else None
        if self._shapes is not None and found is not None and (shape := self._shapes.take(found)):
            try:
                yield from shape.seen
            finally:
                self._shapes.give(found, shape)
            return
        root = yield from self._parsed(text, tags, count)
        if self._shapes is not None and found is not None:
            self._shapes.learn(found, root)

    def _parsed(
        self, text: bytes, tags: Collection[str], count: Callable[[], int]
    ) -> Generator[Seen, None, etree._Element]:
        from lxml import etree

        if self._parser is None:
            self._parser = etree.XMLParser(**_OPTIONS)
        try:
            root = etree.fromstring(text, self._parser)
        except etree.XMLSyntaxError as error:
            self.fault = self._fault(error)
            yield from self._as_far_as_it_goes(text, tags)
            raise self._refusal(error, count()) from error
        self._refuse_dtd(root)
        yield from _walked(root, tags)
        return root

    def _as_far_as_it_goes(self, text: bytes, tags: Collection[str]) -> Iterator[Seen]:
        """Yield what stands before the fault, so that its parties are screened although the message is refused."""
        from lxml import etree

        root = etree.fromstring(text, etree.XMLParser(recover=True, **_OPTIONS))
        if root is not None:
            self._refuse_dtd(root)
            yield from _walked(root, tags)

    def _streamed(
        self, first: bytes, parts: Iterator[bytes], tags: Collection[str], count: Callable[[], int]
    ) -> Iterator[Seen]:
        from lxml import etree

        parser = etree.XMLPullParser(events=("start", "end"), tag=_anywhere(frozenset(tags)), **_OPTIONS)
        try:
            parser.feed(first)
            yield from self._pulled(parser)
            for part in parts:
                parser.feed(part)
                yield from self._pulled(parser)
            parser.close()
            yield from self._pulled(parser)
        except etree.XMLSyntaxError as error:
            raise self._refusal(error, count()) from error

    def _pulled(self, parser: Any) -> Iterator[Seen]:
        for event, element in parser.read_events():
            self._refuse_dtd(element)
            yield Seen(event, element, False)

    def _refuse_dtd(self, element: etree._Element) -> None:
        if element.getroottree().docinfo.internalDTD is not None:
            raise QueryRefused(
                "the message has a DTD, which no payment message has",
                place=self._place(),
                remedy="it was not read: check where it comes from",
            )

    def _refusal(self, error: Any, read: int) -> QueryRefused:
        fault = self._fault(error)
        return refusal(fault.place, fault.expected, fault.found, read)

    def _fault(self, error: Any) -> Problem:
        found = re.sub(r", line \d+(, column \d+)?.*$", "", str(error.msg or "nothing")).strip()
        return Problem(f"{self._place()}, line {error.position[0]}", "well-formed XML", found)

    def _place(self) -> str:
        return self._name if self.number == 1 else f"{self._name}, document {self.number}"


@lru_cache(maxsize=16)
def _doubtful(root: bytes) -> re.Pattern[bytes]:
    """Return what makes the end of a document hard to tell, and comments."""
    return re.compile(rb"<(?:!--|!\[CDATA\[|\?|" + re.escape(root) + rb")")


@lru_cache(maxsize=16)
def _anywhere(tags: frozenset[str]) -> tuple[str, ...]:
    """Return the patterns by which lxml finds these local names in any namespace."""
    return tuple(f"{{*}}{tag}" for tag in sorted(tags))


def _walked(root: etree._Element, tags: Collection[str]) -> Iterator[Seen]:
    """Yield the starts and ends in a whole tree: what etree.iterwalk does, in a fraction of its time.

    All that are yielded are held while this runs: lxml makes an element anew each time it is come upon otherwise.
    """
    elements = list(root.iter(*_anywhere(frozenset(tags))))
    open_: list[etree._Element] = []
    for element in elements:
        while open_ and not _is_inside(element, open_[-1]):
            yield Seen("end", open_.pop(), True)
        open_.append(element)
        yield Seen("start", element, True)
    while open_:
        yield Seen("end", open_.pop(), True)


def _is_inside(element: etree._Element, outer: etree._Element) -> bool:
    return any(each is outer for each in element.iterancestors())
