"""SWIFT MT messages: payments, advices and statements (categories 1, 2 and 9).

What the fields are is ``data/swift_mt_fields.yaml``. A file may hold any number of messages, one after
the other, with or without their headers; each is read by itself, so that a broken one costs no other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from dragoman.messages._swift_fields import Fields, Header, read_fields
from dragoman.messages._swift_table import table
from dragoman.messages.drafting import Findings, Shared
from dragoman.messages.parties import Fact, Message, opened, refusal

_CHUNK = 1 << 16
#: SWIFT allows 10,000 characters; with trailers and copies of it no message comes near this.
LONGEST = 1 << 20
_START = re.compile(rb"\{1:")
_BLOCK = re.compile(r"\{([1235S]):((?:[^{}]|\{[^{}]*\})*)\}")
_TERMINAL = re.compile(r"(?:[A-Z]\d\d)?([A-Z]{6}[A-Z0-9]{2})[A-Z0-9]([A-Z0-9]{3})")
_APPLICATION = re.compile(r"([IO])(\d{3})(.*)", re.DOTALL)
_TAGGED = re.compile(r"\{(\d{3}):([^{}]*)\}")
_FIELD = re.compile(r"(?:^|\r?\n)[ \t]*:(\d\d[A-Z]?):")
_END = re.compile(r"\r?\n-\}?[^\n]*+\s*+\Z")
#: Service messages (acknowledgements) carry no parties.
_SERVICE = re.compile(r"[A-Z]21")


def recognise(head: bytes) -> bool:
    """Tell whether `head`, the first 64 KiB, begins as a SWIFT MT message, or as the text of one."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n\x01$")
    if start.startswith(b"{1:") or start.startswith(b"{4:"):
        return True
    return start.startswith(b":20:") and b"\n:" in start


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield a message for every MT message, and for every transaction of an MT101 or MT102.

    Raises QueryRefused where the source holds no MT message at all, or one of more than LONGEST bytes.
    """
    with opened(source, name) as (stream, called):
        count = read_so_far = 0
        for text in _messages(stream, called):
            count += 1
            place = called if count == 1 else f"{called}, message {count}"
            for message in _read_one(text, place):
                read_so_far += 1
                yield message
        if not count:
            raise refusal(called, "a SWIFT MT message, {1:...}", "none", 0)


def _messages(stream: BinaryIO, name: str) -> Iterator[str]:
    """Yield the texts from one ``{1:`` to the next; texts without header from one ``:20:`` to the next."""
    buffer, start = stream.read(_CHUNK), _START
    if buffer.lstrip(b"\xef\xbb\xbf \t\r\n\x01$").startswith((b":20:", b"{4:")):
        start = re.compile(rb"(?<![^\n{])(?::20:|4:)") if b"{4:" in buffer[:8] else re.compile(rb"(?<![^\n]):20:")
    number, ended = 0, not buffer
    while buffer:
        first = start.search(buffer)
        following = start.search(buffer, first.end()) if first else None
        if first and following:
            number += 1
            yield _decoded(buffer[first.start() : following.start()])
            buffer = buffer[following.start() :]
            continue
        if len(buffer) > LONGEST:
            raise refusal(f"{name}, message {number + 1}", "a message of at most 10,000 characters", "more", number)
        chunk = b"" if ended else stream.read(_CHUNK)
        ended = not chunk
        buffer += chunk
        if ended:
            if first:
                yield _decoded(buffer[first.start() :])
            elif buffer.strip():
                raise refusal(name, "a SWIFT MT message, {1:...}", repr(buffer[:40].decode("latin-1")), number)
            return


def _decoded(text: bytes) -> str:
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:  # the standard's characters are ASCII; what some write beside it is most often this
        return text.decode("latin-1")


def _read_one(text: str, place: str) -> Iterator[Message]:
    header, found = Header(place), Findings()
    opening, mark, body = text.partition("{4:")
    if not mark and text.startswith(":"):
        opening, body = "", "\n" + text
    _headers(header, found, opening)
    if header.service:
        return
    trailer = _END.search(body)
    if trailer is None:
        found.problem(place, "the end of the message, -}", repr(body[-20:]))
    else:
        body = body[: trailer.start()]
    parts = _FIELD.split(body)
    fields: Fields = list(zip(parts[1::2], parts[2::2], strict=True))
    if parts[0].strip() or not fields:
        found.problem(place, "fields such as :20:", repr(parts[0].strip()[:60]) if parts[0].strip() else "none")
    _name_type(header, found, fields)
    for shared in read_fields(header, found, fields):
        yield _message(header, shared)


def _message(header: Header, shared: Shared) -> Message:
    id_ = next((fact.value for fact in shared.references if fact.kind == "message_id"), None)
    return shared.message(f"MT{header.kind}{header.variant}", id_, header.place)


def _headers(header: Header, found: Findings, text: str) -> None:
    """Read the blocks before the text: who sends, who receives, the type and the tracking reference."""
    blocks = {match[1]: match[2] for match in _BLOCK.finditer(text)}
    basic = blocks.get("1", "")
    header.service = bool(_SERVICE.match(basic)) and "2" not in blocks
    application = _APPLICATION.match(blocks.get("2", ""))
    if application:
        header.kind = application[2]
        output = application[1] == "O"
        other = application[3][10:] if output else application[3]  # after the time and date of input
        for role, terminal, block in (
            ("receiver" if output else "sender", basic, 1),
            ("sender" if output else "receiver", other, 2),
        ):
            _terminal(found, role, terminal, f"{header.place}: block {block}")
    elif text and not header.service:
        found.problem(f"{header.place}: block 2", "the message type, such as {2:I103...}", blocks.get("2", "none"))
    for tag, value in _TAGGED.findall(blocks.get("3", "")):
        if tag == "119":
            header.variant = value
        elif tag == "121":
            found.references.append(Fact("uetr", value, f"{header.place}: block 3"))


def _terminal(found: Findings, role: str, text: str, place: str) -> None:
    match = _TERMINAL.match(text)
    if match is None:
        found.problem(place, "a logical terminal address of 12 characters", text)
    else:
        found.party(role, place, "Organization").state("swiftBic", match[1] + match[2], place)


def _name_type(header: Header, found: Findings, fields: Fields) -> None:
    """A text without header is of the type that its fields show."""
    if header.kind:
        if header.kind not in table().messages:
            found.problem(header.place, "a message type of the table (103, 202, 940, ...)", f"MT{header.kind}")
        return
    tags = {tag for tag, _ in fields} | {tag[:2] for tag, _ in fields}
    for kind, wanted in table().known_by.items():
        if tags.issuperset(wanted) if kind in ("101", "910") else tags.intersection(wanted):
            header.kind = kind
            return
