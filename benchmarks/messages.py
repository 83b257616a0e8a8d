"""How many payment messages one core reads a second, all parties found; beside the public peers where installed.

    python benchmarks/messages.py [--data ../shared/data] [--seconds 2]
    python benchmarks/messages.py --screen     # messages screened a second, against 20,000 parties

Each file is read again and again from memory, alone, and as one of many in a stream, in turns with the peer;
the best of many rounds counts, since other work on the machine only ever takes time away. A payment of a shape met
before (the same tags) is not parsed; in the column ``new`` each has an element that no other has, and all are parsed.
Peers: pyiso20022 with xsdata (pacs.008) and mt103, of the ``bench`` extra; a peer that is not installed is left out.
"""

from __future__ import annotations

import argparse
import io
import re
import tempfile
import time
from collections.abc import Callable, Sequence
from itertools import count, islice
from pathlib import Path
from types import ModuleType

from dragoman.cli.looking import Look
from dragoman.messages import iso20022, swift_mt
from dragoman.messages.batch import Tally, queries_of
from dragoman.messages.queries import Account, Query
from dragoman.messages.sources import Source
from dragoman.screening import Screener, build_index
from worlds import DATA, lists_of, small_world

ROUNDS = 20
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


def rates(acts: Sequence[Callable[[], int] | None], seconds: float) -> list[float | None]:
    """Return how many messages a second each act handles, which returns how many it did; processor time.

    The acts take turns, so that a slow moment of the machine falls on all of them.
    """
    best: list[float | None] = [None] * len(acts)
    for _ in range(ROUNDS):
        for number, act in enumerate(acts):
            if act is None:
                continue
            done, start = 0, time.process_time()
            while time.process_time() - start < seconds / ROUNDS:
                done += act()
            best[number] = max(best[number] or 0.0, done / (time.process_time() - start))
    return best


def reading(reader: ModuleType, text: bytes) -> tuple[Callable[[], int], Callable[[], int]]:
    """Return the acts of reading one message, and many of it in a stream."""
    many = b"\n".join([text] * (200 if len(text) < 20_000 else 20))
    return (
        lambda: sum(1 for _ in reader.read(io.BytesIO(text), "one")),
        lambda: sum(1 for _ in reader.read(io.BytesIO(many), "many")),
    )


def new_shapes(text: bytes) -> Callable[[], int]:
    """Return the act of reading as many of it as a stream has, each with an element that no other has."""
    place = re.search(rb"</(?:\w+:)?CdtTrfTxInf>", text)
    assert place is not None
    head, tail, numbers = text[: place.start()], text[place.start() :], count()

    def act() -> int:
        documents = (io.BytesIO(b"%b<X%d/>%b" % (head, next(numbers), tail)) for _ in range(20))
        return sum(1 for document in documents for _ in iso20022.read(document, "new"))

    return act


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


def peer_mt103(text: bytes) -> Callable[[], int] | None:
    """Return an act that parses the message with mt103; None where that is not installed."""
    try:
        from mt103 import MT103
    except ImportError:
        return None

    written = text.decode()

    def act() -> int:
        MT103(written)
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


def screening(data: Path, pairs: int = 500) -> None:
    """Print how many pacs.008 a second are read and screened, each with parties of its own (listed names mixed)."""
    with tempfile.TemporaryDirectory() as folder:
        parties = small_world(data)
        index = Path(folder) / "index"
        build_index(index, parties, lists_of(parties))
        screener = Screener.open(index)
        written = [party.names[0].split() for party in parties if party.names]
        names = [
            f"{one[0]} {other[-1]}" for one, other in zip(written, written[2 * pairs :][: 2 * pairs], strict=False)
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
    print(f"{'file':45}{'bytes':>7}{'alone/s':>10}{'stream/s':>10}{'new/s':>10}{'peer/s':>10}")
    files = [(folder / name, iso20022, peer_pyiso20022) for name in PACS008]
    files += [(path, swift_mt, peer_mt103) for path in sorted(folder.glob("MT103*.txt"))]
    for path, reader, peer in files:
        text = path.read_bytes()
        new = new_shapes(text) if reader is iso20022 else None
        shown = rates([*reading(reader, text), new, peer(text)], given.seconds)
        figures = "".join(f"{figure:10,.0f}" if figure else f"{'-':>10}" for figure in shown)
        print(f"{path.name:45}{len(text):7,}{figures}", flush=True)


if __name__ == "__main__":
    main()
