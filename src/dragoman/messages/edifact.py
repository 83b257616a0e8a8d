"""UN/EDIFACT as it is really sent: a tokenizer that forgives, tells what it forgave, and loses no segment.

Syntax: ISO 9735 (UNA service string, UNB to UNZ). Forgiven, and told with the place: a UNA of the wrong length or with
separators that the message does not use, blanks before a segment or after a tag, a terminator that is missing or is a
typographic quote, a last segment without one, text around the interchange.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import BinaryIO

from dragoman.messages.parties import Problem

_BLOCK = 1 << 20
_LONGEST_SEGMENT = 1 << 18
_HEAD_LENGTH = 600
_HEAD = re.compile(r"\s*+(?:UNA(?P<service>.{0,12}?)\s*+)?UNB(?P<rest>.{0,400})", re.DOTALL)
_NEXT_HEAD = re.compile(r"UNA[^A-Za-z0-9]{3,7}UNB")
_SYNTAX = re.compile(r"UNB\s*[^A-Za-z0-9\s]\s*(UNO[A-Z])")
_ENCODINGS = dict(zip("CDEFGHIJK", ("1", "2", "5", "7", "3", "4", "6", "8", "9"), strict=True))


@dataclass(frozen=True, slots=True)
class Separators:
    """The characters that part components, elements and segments, and the one that releases them ('' for none)."""

    component: str = ":"
    element: str = "+"
    release: str = "?"
    terminator: str = "'"


class Segment:
    """A segment: its tag, its number from 1, its offset in characters; its elements are taken apart when asked for."""

    __slots__ = ("_elements", "_place", "_raw", "_used", "number", "offset", "tag")

    def __init__(
        self, tag: str, raw: str, used: Separators, number: int, offset: int, place: str | None = None
    ) -> None:
        self.tag = tag
        self.number = number
        self.offset = offset
        self._raw = raw
        self._used = used
        self._elements: list[list[str]] | None = None
        self._place = place

    @property
    def elements(self) -> list[list[str]]:
        """The elements as lists of components."""
        if self._elements is None:
            used, raw = self._used, self._raw
            if used.release and used.release in raw:
                self._elements = _split(raw, used)[1:]
            else:
                self._elements = [part.split(used.component) for part in raw.split(used.element)[1:]]
        return self._elements

    def get(self, element: int, component: int = 0) -> str:
        """Return one component, both counted from 0 behind the tag, without blanks around; '' where there is none."""
        elements = self._elements or self.elements
        if element < len(elements):
            parts = elements[element]
            if component < len(parts):
                return parts[component].strip()
        return ""

    @property
    def place(self) -> str:
        """Where it stands: ``segment 12 (NAD), offset 345``."""
        if self._place is None:
            self._place = f"segment {self.number} ({self.tag}), offset {self.offset}"
        return self._place

    @property
    def words(self) -> str:
        """All that it says in words, without separators."""
        used, raw = self._used, self._raw
        if used.release and used.release in raw:
            return " ".join(part for parts in self.elements for part in parts if part)
        _, _, body = raw.partition(used.element)
        return " ".join(body.replace(used.element, " ").replace(used.component, " ").split())

    @property
    def text(self) -> str:
        """All that it says, its elements parted by blanks."""
        return " ".join(":".join(parts) for parts in self.elements)


def looks_like_edifact(head: bytes) -> bool:
    """Tell whether the input begins as an interchange."""
    return _HEAD.match(head[:512].decode("latin-1").removeprefix("ï»¿")) is not None


def find_separators(text: str) -> tuple[Separators, list[str]]:
    """Return the separators that an interchange uses, and what is wrong with those that its UNA declares.

    What is used is seen from UNB (``UNB+UNOA:4``) and from what stands before the segment after it.
    """
    match = _HEAD.match(text)
    if match is None:
        return Separators(), ["UNB at the beginning"]
    service, rest = match["service"], match["rest"]
    declared, wrong = _declared(service)
    shape = re.match(r"\s*([^A-Za-z0-9\s])\s*[A-Za-z]{4}([^A-Za-z0-9\s])", rest)
    ending = re.search(r"([^A-Za-z0-9\s])\s*(?:UNG|UNH)\b", rest)
    used = Separators(
        shape[2] if shape else declared.component,
        shape[1] if shape else declared.element,
        declared.release,
        ending[1] if ending and not (shape and ending[1] == shape[1]) else declared.terminator,
    )
    if used.release in (used.component, used.element, used.terminator):
        used = Separators(used.component, used.element, "", used.terminator)
    if service is not None and not wrong and used != declared:
        wrong = [f"the separators that UNA declares ({service.strip()}) in use"]
    return used, wrong


def _declared(service: str | None) -> tuple[Separators, list[str]]:
    if service is None:
        return Separators(), []
    service = service.strip() if len(service) < 6 or service[6:].strip() else service[:6]
    if len(service) == 6:
        return Separators(service[0], service[1], service[3].strip(), service[5]), []
    middle = [char for char in service[2:-1] if char not in ".," and not char.isspace()]
    wrong = [f"six characters after UNA, of which {len(service)} are there"]
    if len(service) < 3:
        return Separators(), wrong
    return Separators(service[0], service[1], middle[0] if middle else "", service[-1]), wrong


def tokenize(stream: BinaryIO) -> Iterator[Segment | Problem]:
    """Yield the segments of a stream in order, and in between what is wrong with them. Raises nothing of its own."""
    state = _State()
    buffer = ""
    while block := stream.read(_BLOCK):
        buffer += state.decode(block)
        while head := _NEXT_HEAD.search(buffer, 1):
            yield from state.section(buffer[: head.start()], last=True)
            buffer = buffer[head.start() :]
        whole = state.last_end(buffer)
        if whole >= 0:
            yield from state.section(buffer[: whole + 1], last=False)
            buffer = buffer[whole + 1 :]
        elif len(buffer) > _LONGEST_SEGMENT:
            yield from state.section(buffer, last=True)
            buffer = ""
    yield from state.section(buffer + state.decode(b"", final=True), last=True)
    yield from state.folded()


class _State:
    """How far the reading is, what separates, and how often blanks were forgiven."""

    def __init__(self) -> None:
        self.separators: Separators | None = None
        self.number = 0
        self.offset = 0
        self.blanks = 0
        self._tags: set[str] = set()
        self._pending = b""
        self._encoding = ""

    def decode(self, block: bytes, *, final: bool = False) -> str:
        """Return the text of a block: UTF-8, or where it is not, what UNB declares (UNOC to UNOK), else Latin-1."""
        block = self._pending + block
        self._pending = b""
        if not self._encoding:
            try:
                return block.decode("utf-8-sig" if not self.number else "utf-8")
            except UnicodeDecodeError as error:
                if not final and error.start > len(block) - 4:
                    self._pending = block[error.start :]
                    return block[: error.start].decode("utf-8")
            syntax = _SYNTAX.search(block[:_HEAD_LENGTH].decode("latin-1"))
            self._encoding = f"iso8859-{_ENCODINGS.get(syntax[1][3] if syntax else 'C', '1')}"
        return block.decode(self._encoding, "replace")

    def last_end(self, text: str) -> int:
        """Return where the last whole segment of a text ends, -1 where none does."""
        used = self.separators
        if used is None or text.startswith("UNA"):
            used = find_separators(text[:_HEAD_LENGTH])[0]
        end = text.rfind(used.terminator)
        while used.release and end > 0 and text[end - 1] == used.release:
            end = text.rfind(used.terminator, 0, end)
        return end

    def section(self, text: str, *, last: bool) -> Iterator[Segment | Problem]:
        """Yield the segments of a text; if it is not the last it ends with a terminator."""
        start = 0
        head = _HEAD.match(text[:_HEAD_LENGTH])
        if self.separators is None or (head and head["service"] is not None):
            self.separators, wrong = find_separators(text[:_HEAD_LENGTH])
            start = text.find("UNB") if head else 0
            for expected in wrong:
                yield Problem(f"offset {self.offset}", expected, text[:40])
        used = self.separators
        missing = set(self._missing(text, start, used))
        tags = self._tags
        for begin, end in self._cuts(text, start, missing):
            raw = text[begin:end]
            body = raw.lstrip()
            if not body:
                continue
            blanks = len(raw) - len(body)
            offset = self.offset + begin + blanks
            if last and end >= len(text):
                yield from self._tail(raw, offset, used)
                continue
            segment = self._segment(body, offset, used)
            indented = blanks and raw[:blanks].strip("\r\n")
            if indented or body[3:4] != used.element or segment.tag not in tags:
                yield from self._oddities(segment, raw)
            yield segment
            if end in missing:
                found = text[max(begin, end - 8) : end + 8]
                yield Problem(f"offset {self.offset + end}", f"the terminator {used.terminator}", found)
        self.offset += len(text)

    def _cuts(self, text: str, start: int, missing: set[int]) -> Iterator[tuple[int, int]]:
        """Yield where segments begin and end: at terminators that are not released, and where one is missing."""
        used = self.separators or Separators()
        if used.release and used.release in text:
            ends = [match.start() for match in _ends(used).finditer(text, start) if match.group() == used.terminator]
        else:
            ends = [match.start() for match in re.compile(re.escape(used.terminator)).finditer(text, start)]
        if missing:
            ended = sorted({(end, end + 1) for end in ends} | {(place, place) for place in missing})
        else:
            ended = [(end, end + 1) for end in ends]
        begin = start
        for end, following in ended:
            yield begin, end
            begin = following
        yield begin, len(text)

    def _missing(self, text: str, start: int, used: Separators) -> list[int]:
        """Return where a segment clearly begins though the one before has no terminator."""
        found = []
        for match in _beginnings(used).finditer(text, start):
            place = match.start()
            before = place - 1
            while before >= start and text[before].isspace():
                before -= 1
            if before < start or text[before] == used.terminator:
                continue
            touching = text[place - 1]
            plain = not (touching.isalnum() or touching == " ") or touching.isdigit()
            if plain or _sure_beginnings(used).match(text, place):
                found.append(place)
        return found

    def _segment(self, raw: str, offset: int, used: Separators) -> Segment:
        """Return the segment that a text is, without line feeds and a word processor's apostrophe at its end."""
        if "\n" in raw or "\r" in raw:
            raw = raw.replace("\r", "").replace("\n", "")
        if raw[-1] in "’ \t":
            raw = raw.rstrip().removesuffix("’")
        self.number += 1
        return Segment(raw.partition(used.element)[0].strip(), raw, used, self.number, offset)

    def _oddities(self, segment: Segment, raw: str) -> Iterator[Problem]:
        """Yield what is wrong with how a segment begins."""
        if raw.lstrip("\r\n")[:1] in (" ", "\t") or raw.lstrip().startswith(f"{segment.tag} "):
            self.blanks += 1
            if self.blanks == 1:
                yield Problem(segment.place, "no blank before a segment or after its tag", repr(raw[:12]))
        tag = segment.tag
        if not (len(tag) == 3 and tag.isalnum() and tag.isascii() and tag == tag.upper()):
            yield Problem(segment.place, "a tag of three capital letters", raw.strip()[:80])
        else:
            self._tags.add(tag)

    def _tail(self, raw: str, offset: int, used: Separators) -> Iterator[Segment | Problem]:
        """Yield what stands behind the last terminator: a segment without one, or what is no segment."""
        body = raw.strip()
        tag = body.partition(used.element)[0].strip()
        if used.element not in body or not tag.isalnum():
            yield Problem(f"offset {offset}", "nothing after the last segment", body[:80])
            return
        segment = self._segment(body, offset, used)
        yield Problem(segment.place, f"the terminator {used.terminator} at the end of the segment", body[-40:])
        yield from self._oddities(segment, raw)
        yield segment

    def folded(self) -> Iterator[Problem]:
        """Yield what was told once and forgiven more often."""
        if self.blanks > 1:
            yield Problem("the interchange", "no blank before a segment or after its tag", f"{self.blanks} of them")


@lru_cache(maxsize=64)
def _ends(used: Separators) -> re.Pattern[str]:
    return re.compile(f"{re.escape(used.release)}.|{re.escape(used.terminator)}", re.DOTALL)


@lru_cache(maxsize=64)
def _sure_beginnings(used: Separators) -> re.Pattern[str]:
    """What only the beginning of a segment looks like, whatever stands before it."""
    e, c = re.escape(used.element), re.escape(used.component)
    return re.compile(
        rf"UNH{e}\w+{e}[A-Z]{{6}}{c}|UNT{e}\d+{e}|IFT{e}4{c}\d+|SSR{e}[A-Z]{{4}}{c}|TVL{e}\d{{6}}[{e}{c}]"
        rf"|DTM{e}\d{{2,3}}{c}\d|LOC{e}\d{{2,3}}{e}|NAD{e}F[LM]{e}"
    )


@lru_cache(maxsize=64)
def _beginnings(used: Separators) -> re.Pattern[str]:
    """What the beginning of a segment looks like. Some need more to be sure: LATIF+A is a name, not TIF+A."""
    e, c = re.escape(used.element), re.escape(used.component)
    return re.compile(
        f"{_sure_beginnings(used).pattern}"
        rf"|TIF{e}[A-Z]|RCI{e}\w\w{c}|NAD{e}[A-Z]{{2,3}}{e}|DOC{e}[A-Z]|RPI{e}\d|ORG{e}\w\w{c}|DAT{e}\d+{c}|UN[EZ]{e}\d"
    )


@lru_cache(maxsize=64)
def _parts(used: Separators) -> re.Pattern[str]:
    return re.compile(
        f"{re.escape(used.release)}(?P<kept>.)|(?P<mark>[{re.escape(used.component + used.element)}])", re.DOTALL
    )


def _split(raw: str, used: Separators) -> list[list[str]]:
    """Split a segment that has release characters."""
    elements, text, begin = [[""]], "", 0
    for match in _parts(used).finditer(raw):
        text += raw[begin : match.start()]
        begin = match.end()
        if match["kept"]:
            text += match["kept"]
            continue
        elements[-1][-1] = text
        text = ""
        if match["mark"] == used.component:
            elements[-1].append("")
        else:
            elements.append([""])
    elements[-1][-1] = text + raw[begin:]
    return elements
