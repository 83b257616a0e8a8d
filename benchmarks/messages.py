"""How many payment messages one core reads a second, all parties found; beside the public peers where installed.

    python benchmarks/messages.py [--data ../shared/data] [--seconds 2]
    python benchmarks/messages.py --screen     # messages screened a second, against 20,000 parties

Each file is read again and again from memory, alone, and as one of many in a stream; the best of five rounds
counts, since other work on the machine only ever takes time away. Peers: pyiso20022 with xsdata (pacs.008)
and mt103, of the ``bench`` extra; a peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import io
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from types import ModuleType

from dragoman.cli.looking import Look
from dragoman.messages import iso20022, swift_mt
from dragoman.messages.batch import Tally, queries_of
from dragoman.messages.queries import Account, Query
from dragoman.messages.sources import Source
from dragoman.screening import Screener, build_index
from worlds import DATA, lists_of, small_world

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


def stream_of(text: bytes, names: list[str]) -> bytes:
    """Return a payment once for each two names, with those as debtor and creditor, and all else as it is."""
    from lxml import etree

    messages = []
    for debtor, creditor in zip(names[::2], names[1::2], strict=False):
        root = etree.fromstring(text)
        for role, name in (("Dbtr", debtor), ("Cdtr", creditor)):
            for element in root.iterfind(f".//{{*}}{role}/{{*}}Nm"):
                element.text = name
        messages.append(etree.tostring(root))
    return b"\n".join(messages)


def screened(screener: Screener, stream: bytes, part: str) -> float:
    """Return the messages a second, read and screened as ``dragoman screen`` does: ``all``, or but for the ``texts``.

    Each round starts with nothing remembered. ``read`` only reads.
    """
    best = 0.0
    for _ in range(4):
        tally, look = Tally(), Look(screener, 0.7, 5, None)
        start = time.process_time()
        queries = queries_of([Source("stream", "iso20022", io.BytesIO(stream))], Account(), tally)
        while batch := list(islice(queries, 1000)):
            if part != "read":
                kept: list[Query] = [query for query in batch if part == "all" or query.text is None]
                for _ in look(kept):
                    pass
        best = max(best, (tally.whole + tally.partly) / (time.process_time() - start))
    return best


def screening(data: Path, count: int = 500) -> None:
    """Print how many pacs.008 a second are read and screened, each with parties of its own (listed names mixed)."""
    with tempfile.TemporaryDirectory() as folder:
        parties = small_world(data)
        index = Path(folder) / "index"
        build_index(index, parties, lists_of(parties))
        screener = Screener.open(index)
        written = [party.names[0].split() for party in parties if party.names]
        names = [
            f"{one[0]} {other[-1]}" for one, other in zip(written, written[2 * count :][: 2 * count], strict=False)
        ]
        print(f"{'file':45}{'all/s':>10}{'no texts/s':>12}{'read/s':>10}")
        for name in PACS008:
            text = (data / "messages" / "payments" / name).read_bytes()
            stream = stream_of(text, names)
            rates = [screened(screener, stream, part) for part in ("all", "parties", "read")]
            print(f"{name:45}{rates[0]:10,.0f}{rates[1]:12,.0f}{rates[2]:10,.0f}", flush=True)


def main() -> None:
    """Print a line for every file."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, default=DATA)
    options.add_argument("--seconds", type=float, default=2.0)
    options.add_argument("--screen", action="store_true")
    given = options.parse_args()
    if given.screen:
        screening(given.data)
        return
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
