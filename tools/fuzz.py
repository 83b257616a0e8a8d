"""Hand damaged messages to every parser of messages: nothing but a DragomanError may come of it, in bounded work.

Starts from the real messages of a folder where one is given, else from made-up ones. Prints the seed of the run and,
for a failure, the parser, the seed of the input, and the input itself, so that ``--seed`` repeats it:

    python tools/fuzz.py --minutes 5 --folder ../shared/data/messages
    python tools/fuzz.py --parser pnrgov --seed 1234 --count 1
"""

from __future__ import annotations

import argparse
import io
import random
import resource
import sys
import time
from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path

from dragoman.errors import DragomanError
from dragoman.messages.sources import FORMATS, recognise

SAMPLES = Path(__file__).parent / "fuzz_samples.txt"
#: Longer inputs are cut, so that a run meets many inputs rather than large ones.
LONGEST = 8_000
#: Calls of functions of the package for each byte of input (and for one of no bytes) that a parser may make. The most
#: seen is about 12 a byte; a loop that does not end, or grows with the square, goes past this.
CALLS_A_BYTE, CALLS_AT_LEAST = 200, 200_000
_MARKS = (
    *(bytes((char,)) for char in b"<>/'+:?{}[]\"\n\x00\xff "),
    *(b"\r\n:", b"-}", b"UNH+", b"UNT+9+1'", b"9" * 400),
    *(b"<!DOCTYPE a [", b"&amp;", b"&#0;", b"]]>", b"<!--", b"<![CDATA["),
)


class TooMuchWork(AssertionError):
    """A parser did more than the length of its input allows."""


def samples(folder: Path | None = None) -> dict[str, list[bytes]]:
    """Return the inputs to start from, by parser; made-up ones wherever the folder has none."""
    found: dict[str, list[bytes]] = {name: [] for name in FORMATS}
    for path in sorted(folder.rglob("*")) if folder else []:
        if path.is_file() and (name := recognise(path.read_bytes()[:65536])):
            found[name].append(path.read_bytes()[:LONGEST])
    for block in SAMPLES.read_text(encoding="utf-8").split("=== ")[1:]:
        name, _, text = block.partition("\n")
        found[name].append(text.encode())
    return found


def mutate(rng: random.Random, content: bytes, others: list[bytes]) -> bytes:
    """Return a damaged copy: bytes flipped, put in, cut out, doubled, nested, or swapped with those of another."""
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        start, end = sorted((rng.randint(0, len(content)), rng.randint(0, len(content))))
        piece = content[start : min(end, start + 2000)]
        content = rng.choice(_DAMAGES)(rng, content, start, piece, others)[:LONGEST]
    return content


_Damage = Callable[[random.Random, bytes, int, bytes, list[bytes]], bytes]


def _flip(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    return content[:at] + bytes((rng.randrange(256),)) + content[at + 1 :]


def _put(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    return content[:at] + rng.choice(_MARKS) * rng.choice((1, 1, 2, 50)) + content[at:]


def _cut(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    return content[:at] + content[at + len(piece) :] if rng.random() < 0.7 else content[:at]


def _double(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    return content[:at] + piece * rng.choice((1, 2, 20)) + content[at:]


def _nest(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    depth = rng.choice((2, 30, 300))
    opening, closing = rng.choice(((b"<Pty>", b"</Pty>"), (b'{"a":', b"}"), (b"[", b"]"), (b"{4:", b"}")))
    return content[:at] + opening * depth + piece[:200] + closing * depth + content[at + len(piece) :]


def _splice(rng: random.Random, content: bytes, at: int, piece: bytes, others: list[bytes]) -> bytes:
    other = rng.choice(others)
    return content[:at] + other[rng.randint(0, len(other)) :]


_DAMAGES: tuple[_Damage, ...] = (_flip, _flip, _put, _cut, _double, _nest, _splice)


def try_input(parser: str, content: bytes) -> int:
    """Read one input; return how many messages it gave. Raises TooMuchWork, or whatever a broken parser raises."""
    allowed = CALLS_AT_LEAST + CALLS_A_BYTE * len(content)
    calls = 0

    def count(_frame: object, event: str, _argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")
        if calls > allowed:
            sys.setprofile(None)
            raise TooMuchWork(f"more than {allowed:,} calls for {len(content):,} bytes")

    read = 0
    sys.setprofile(count)
    try:
        recognise(content[:65536])
        for message in import_module(f"dragoman.messages.{FORMATS[parser]}").read(io.BytesIO(content), "fuzz"):
            message.to_json()
            read += 1
    except DragomanError:
        pass
    finally:
        sys.setprofile(None)
    return read


def damaged(parser: str, seed: int, known: dict[str, list[bytes]]) -> bytes:
    """Return the input of that seed."""
    rng = random.Random(f"{parser} {seed}")  # noqa: S311  damage, no secret
    everything = [sample for each in known.values() for sample in each]
    others = known[parser] if rng.random() < 0.9 else everything
    return mutate(rng, rng.choice(known[parser]), others)


def warm_up(known: dict[str, list[bytes]]) -> None:
    """Read each parser's first sample uncounted: tables are loaded once, whatever the input."""
    for parser, inputs in known.items():
        if inputs:
            list(import_module(f"dragoman.messages.{FORMATS[parser]}").read(io.BytesIO(inputs[-1]), "warm"))


def run(parsers: Iterable[str], seed: int, enough: Callable[[int], bool], folder: Path | None) -> int:
    """Try inputs of seed, seed + 1, ... on every parser until `enough`; return how many failed."""
    known, tried, failed = samples(folder), 0, 0
    warm_up(known)
    while not enough(tried):
        for parser in parsers:
            content = damaged(parser, seed + tried, known)
            try:
                try_input(parser, content)
            except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
                failed += 1
                print(f"{parser} --seed {seed + tried}: {type(error).__name__}: {error}\n  {content[:2000]!r}")
        tried += 1
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"{tried:,} inputs a parser from seed {seed}, {failed} failed, peak memory {peak} MB")
    return failed


def main() -> int:
    options = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--count", type=int, help="inputs a parser, instead of minutes")
    options.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**9))
    options.add_argument("--parser", action="append", choices=list(FORMATS))
    options.add_argument("--folder", type=Path, help="real messages to start from")
    given = options.parse_args()
    count: int | None = given.count
    end = time.monotonic() + given.minutes * 60
    print(f"seed {given.seed}")

    def enough(tried: int) -> bool:
        return tried >= count if count is not None else time.monotonic() > end

    return 1 if run(given.parser or list(FORMATS), given.seed, enough, given.folder) else 0


if __name__ == "__main__":
    raise SystemExit(main())
