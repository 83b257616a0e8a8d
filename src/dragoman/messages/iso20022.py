"""ISO 20022 payment messages (pacs, pain, camt), of any version and in any envelope.

What is read from where is ``data/iso20022_paths.yaml``. Elements are known by their names, whatever
their namespace, so that business application headers and the wrappers of SWIFT, Fedwire, SEPA and
others need no rules of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import msgspec

from dragoman.messages._iso20022_parts import Walker
from dragoman.messages._iso20022_table import table
from dragoman.messages._xml_names import Element, Seen, local, text_of
from dragoman.messages._xml_shapes import Shapes
from dragoman.messages._xml_stream import Documents
from dragoman.messages.drafting import Findings, Shared
from dragoman.messages.parties import Message, opened, refusal

if TYPE_CHECKING:
    from lxml import etree

_HEADER = "AppHdr"
_DEFINITION = re.compile(r"(?:pacs|pain|camt)\.\d{3}\.\d{3}\.\d{2}")
_NAMESPACE = re.compile(rb"(?:tech:xsd:|xsd:\$?|\$)(?:pacs|pain|camt)\.\d{3}")
#: In this order, a message is known by the first of these references that it bears.
_IDS = ("message_id", "statement_id", "report_id", "notification_id", "business_message_id")


def recognise(head: bytes) -> bool:
    """Tell whether `head`, the first 64 KiB, is XML that holds one of the messages of the table."""
    if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head[:4]:
        head = head.replace(b"\x00", b"")
    if b"<" not in head[:1024]:
        return False
    return bool(_NAMESPACE.search(head) or _element_pattern().search(head))


@cache
def _element_pattern() -> re.Pattern[bytes]:
    names = "|".join(sorted(map(re.escape, table().messages), reverse=True))
    return re.compile(rb"<(?:[\w.-]+:)?(?:" + names.encode() + rb")[\s/>]")


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield a message for every transaction, entry or, where there are none, message of the source.

    Raises QueryRefused where the XML is not well-formed, ends early, has a DTD, nests too deeply or holds no
    message of the table; what was read before that has been yielded.
    """
    shapes = _shapes()
    with opened(source, name) as (stream, called):
        documents = Documents(stream, called, shapes)
        reader = _Reader(called)
        while documents.more():
            before = reader.messages
            reader.begin()
            for seen in documents.events(shapes.tags, lambda: reader.read):
                message = reader.take(seen)
                if message is not None and documents.fault is not None:
                    message = msgspec.structs.replace(message, problems=(*message.problems, documents.fault))
                if message is not None:
                    yield message
            if reader.messages == before:
                place = called if documents.number == 1 else f"{called}, document {documents.number}"
                raise refusal(place, "a payment message such as FIToFICstmrCdtTrf", "none", reader.read)
        if not documents.number:
            raise refusal(called, "an ISO 20022 message", "an empty input", 0)


@cache
def _shapes() -> Shapes:
    rules = table()
    return Shapes((*rules.messages, *rules.batches, *rules.transactions, _HEADER))


class _Frame:
    """An element that holds transactions, as far as it has been read."""

    __slots__ = ("consumed", "counts", "element", "fresh", "path", "shared")

    def __init__(self, element: Element, path: str, shared: Shared) -> None:
        self.element = element
        self.path = path
        self.shared = shared
        self.consumed: Element | None = None
        self.counts: dict[str, int] = {}
        self.fresh = True  # nothing has been yielded since the last thing was found here


class _Reader:
    """Follows the starts and ends of headers, messages, batches and transactions."""

    def __init__(self, name: str) -> None:
        rules = table()
        self._rules = rules
        self._name = name
        self._frames: list[_Frame] = []
        self._inside: list[Element] = []
        self._header: tuple[Element | None, Shared, str | None] | None = None
        self._kind = ""
        self._definition: str | None = None
        self._walker = Walker(Findings())
        self.messages = 0
        self.read = 0

    def begin(self) -> None:
        """Begin a document: the header in another's envelope says nothing of it."""
        if self._header is not None and self._header[0] is not None:
            self._header = None

    def take(self, seen: Seen) -> Message | None:
        """Return the message that is whole when that element begins or ends, if any."""
        element, message = seen.element, None
        name = local(element)
        if seen.event == "start":
            self._start(element, name)
            return None
        if name == _HEADER:
            if not self._frames:
                self._read_header(element)
        elif self._frames and self._frames[-1].element is element:
            message = self._end_frame()
        elif self._inside and self._inside[-1] is element:
            self._inside.pop()
            if not self._inside and self._frames:
                message = self._transaction(element, name)
        if not seen.whole and not self._inside and name != _HEADER:
            _let_go(element)
        return message

    def _start(self, element: Element, name: str) -> None:
        if name == _HEADER:
            return
        if not self._frames:
            if name in self._rules.messages and not self._inside:
                self._begin(element, name)
            return
        if name in self._rules.transactions or self._inside:
            self._inside.append(element)
        elif name in self._rules.batches:
            parent = self._frames[-1]
            self._catch_up(element)
            self._frames.append(_Frame(element, f"{parent.path}/{self._counted(parent, name)}", parent.shared))
        else:
            self._inside.append(element)

    def _begin(self, element: Element, name: str) -> None:
        self.messages += 1
        header, definition = self._header_of(element)
        found = _DEFINITION.search(str(element.tag))
        self._definition = found[0] if found else definition
        self._kind = self._definition or self._rules.messages[name]
        counted = name if self.messages == 1 else f"{name}[{self.messages}]"
        self._frames = [_Frame(element, f"{self._name}: {counted}", header)]

    def _header_of(self, element: Element) -> tuple[Shared, str | None]:
        """A header speaks for the messages inside the envelope that holds it, and for no others."""
        if self._header is None:
            return Shared(), None
        envelope, shared, definition = self._header
        if envelope is None or any(each is envelope for each in element.iterancestors()):
            return shared, definition
        return Shared(), None

    def _read_header(self, element: Element) -> None:
        self._walker.found = found = Findings()
        self._walker.children(element, f"{self._name}: {_HEADER}")
        stated = next((text_of(each) for each in element if local(each) == "MsgDefIdr"), "")
        definition = _DEFINITION.search(stated)
        self._header = (element.getparent(), found.finish(), definition[0] if definition else None)

    def _counted(self, frame: _Frame, name: str) -> str:
        frame.counts[name] = count = frame.counts.get(name, 0) + 1
        return f"{name}[{count}]"

    def _catch_up(self, current: Element | None) -> None:
        """Read what stands in the innermost frame before `current` and has not been read."""
        frame = self._frames[-1]
        element = frame.element
        child = frame.consumed.getnext() if frame.consumed is not None else (element[0] if len(element) else None)
        if child is current:
            return
        self._walker.found = found = Findings()
        name = local(element)
        while child is not None and child is not current:
            if local(child) not in self._rules.transactions and local(child) not in self._rules.batches:
                self._walker.child(child, name, frame.path)
            frame.consumed = child
            child = child.getnext()
        shared = found.finish()
        if shared:
            frame.shared = frame.shared + shared
            frame.fresh = True

    def _transaction(self, element: Element, name: str) -> Message:
        self._catch_up(element)
        frame = self._frames[-1]
        frame.consumed = element
        path = f"{frame.path}/{self._counted(frame, name)}"
        self._walker.found = found = Findings()
        self._walker.children(element, path)
        for each in self._frames:
            each.fresh = False
        return self._message(frame.shared + found.finish(), path)

    def _end_frame(self) -> Message | None:
        """Return what a batch holds beside its transactions, where no message has told it."""
        self._catch_up(None)
        frame = self._frames.pop()
        if self._frames:
            self._frames[-1].consumed = frame.element
        if not frame.fresh:
            return None
        for each in self._frames:
            each.fresh = False
        return self._message(frame.shared, frame.path)

    def _message(self, shared: Shared, place: str) -> Message:
        self.read += 1
        ids = {fact.kind: fact.value for fact in reversed(shared.references)}
        id_ = next((ids[kind] for kind in _IDS if kind in ids), None)
        return shared.message(self._kind, id_, place)


def _let_go(element: etree._Element) -> None:
    """Free an element of a stream and what stands before it."""
    parent = element.getparent()
    element.clear()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
