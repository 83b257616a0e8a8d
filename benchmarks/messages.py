"""How many payment messages one core reads a second, all parties found; beside the public peers where installed.

    python benchmarks/messages.py [--data ../shared/data] [--seconds 2]

Each file is read again and again from memory, alone, and as one of many in a stream; the best of five rounds
counts, since other work on the machine only ever takes time away. Peers: pyiso20022 with xsdata (pacs.008)
and mt103, of the ``bench`` extra; a peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import io
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

from dragoman.messages import iso20022, swift_mt

PACS008 = (
    "cbpr_pacs008_p212_B_C.xml",
    "fedwire_pacs008_s1.xml",
    "fedwire_pacs008_s4_crossborder.xml",
    "fedwire_pacs008_s5.xml",
    "pacs008_custom_a2016.xml",
    "pacs008_custom_fin2.xml",
    "cbprul_pacs.008.min.xml",
    "cbprul_pacs.008.max.xml",
)


def rate(act: Callable[[], int], seconds: float) -> float:
    """Return how many messages a second `act` handles, which returns how many it did; processor time."""
    best = 0.0
    for _ in range(5):
        done, start = 0, time.process_time()
        while time.process_time() - start < seconds / 5:
            done += act()
        best = max(best, done / (time.process_time() - start))
    return best


def measure(reader: ModuleType, text: bytes, seconds: float) -> tuple[float, float]:
    """Return the rates for one message at a time, and for a thousand in a stream."""
    many = b"\n".join([text] * 1000) if len(text) < 20_000 else b"\n".join([text] * 100)
    return (
        rate(lambda: sum(1 for _ in reader.read(io.BytesIO(text), "one")), seconds),
        rate(lambda: sum(1 for _ in reader.read(io.BytesIO(many), "many")), seconds),
    )


def peer_pyiso20022(text: bytes) -> Callable[[], int] | None:
    """Return an act that parses the message with pyiso20022; None where that is not installed or cannot read it."""
    try:
        from pyiso20022.pacs.pacs_008_001_08 import Document
        from xsdata.formats.dataclass.parsers import XmlParser
        from xsdata.formats.dataclass.parsers.config import ParserConfig
    except ImportError:
        return None
    from lxml import etree

    tree = etree.fromstring(text)
    document = next(tree.iter("{*}Document"), None)
    inner = etree.tostring(document)
    parser = XmlParser(config=ParserConfig(fail_on_unknown_properties=False))

    def act() -> int:
        parser.from_bytes(inner, Document)
        return 1

    return act


def peer_mt103(text: str) -> Callable[[], int] | None:
    """Return an act that parses the message with mt103; None where that is not installed."""
    try:
        from mt103 import MT103
    except ImportError:
        return None

    def act() -> int:
        MT103(text)
        return 1

    return act


def main() -> None:
    """Print a line for every file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=Path(__file__).parents[2] / "shared" / "data")
    options.add_argument("--seconds", type=float, default=2.0)
    given = options.parse_args()
    folder = given.data / "messages" / "payments"
    print(f"{'file':45}{'bytes':>7}{'alone/s':>10}{'stream/s':>10}{'peer/s':>9}")
    for name in PACS008:
        text = (folder / name).read_bytes()
        alone, stream = measure(iso20022, text, given.seconds)
        peer = peer_pyiso20022(text)
        shown = f"{rate(peer, given.seconds):9,.0f}" if peer else f"{'-':>9}"
        print(f"{name:45}{len(text):7,}{alone:10,.0f}{stream:10,.0f}{shown}")
    for path in sorted(folder.glob("MT103*.txt")):
        text = path.read_bytes()
        alone, stream = measure(swift_mt, text, given.seconds)
        peer = peer_mt103(text.decode())
        shown = f"{rate(peer, given.seconds):9,.0f}" if peer else f"{'-':>9}"
        print(f"{path.name:45}{len(text):7,}{alone:10,.0f}{stream:10,.0f}{shown}")


if __name__ == "__main__":
    main()
