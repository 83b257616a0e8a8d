"""The peers on the same lists, the same customers and the same core: nomenklatura's logic-v2, and rapidfuzz as a floor.

    python benchmarks/peers.py [--data FOLDER] [--core 0] [--without-quality] [--json FILE]

nomenklatura (the engine of OpenSanctions and yente) is used as its own tools use it: the blocking index
(DuckDB) proposes candidates, 75 a query at most, and logic-v2 scores each. Names are also scored
against all parties, which is what an answer as exact as Dragoman's costs with it.

rapidfuzz compares spellings and knows nothing of names: what plain fuzzy matching does. It scores each query
against all names with token_sort_ratio.

What is not installed is reported as not measured: pip install "dragoman[bench]".
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version
from itertools import count
from pathlib import Path
from typing import Any

from dragoman.model import Record
from peers_quality import quality
from speed import Figures, memory, pin, spread
from worlds import DATA, customers, small_world

_NUMBERS = count()


def nomenklatura(data: Path, size: int) -> Figures:
    """Measure blocking and scoring of `size` customers, a twentieth of them one at a time, and some against all."""
    from followthemoney import Dataset
    from nomenklatura.blocker import Index
    from nomenklatura.resolver import Linker
    from nomenklatura.store import MemoryStore

    parties = small_world(data)
    start = time.perf_counter()
    dataset = Dataset.make({"name": "bench", "title": "bench"})
    store: Any = MemoryStore(dataset, Linker({}))
    with store.writer() as writer:
        for record in parties:
            writer.add_entity(entity(record, dataset))
    view = store.default_view()
    asked = customers(size, data)
    with tempfile.TemporaryDirectory() as folder:
        index = Index(view, Path(folder))
        index.build()
        figures: Figures = {"start with its index built s": time.perf_counter() - start}
        for label, names in (("customers", asked.plain), ("a word misspelled", asked.misspelled)):
            figures |= {f"{name}: {label}": value for name, value in _batch(index, view, dataset, names).items()}
        figures |= _single(index, view, dataset, asked.misspelled[: size // 20])
    return figures | _against_all(view, dataset, asked.plain[:20]) | memory()


def entity(record: Record, dataset: Any) -> Any:
    """Return a record as the entity that nomenklatura keeps."""
    from followthemoney import StatementEntity

    return StatementEntity.from_data(dataset, record.to_ftm() | {"datasets": [dataset.name]}, cleaned=True)


def _queries(names: Iterable[str], dataset: Any) -> dict[str, Any]:
    found = {}
    for name in names:
        # No id twice: the library keeps the analysis of entities by their ids.
        record = Record(f"customer-{next(_NUMBERS)}", "Person")
        record.add("name", name)
        found[record.id] = entity(record, dataset)
    return found


def _batch(index: Any, view: Any, dataset: Any, names: list[str]) -> Figures:
    queries = _queries(names, dataset)
    start, worked = time.perf_counter(), time.process_time()
    matches = list(index.match_entities(queries.values()))
    middle = time.perf_counter()
    hits, pairs = 0, 0
    for identity, candidates in matches:
        scores = [score(queries[str(identity)], view.get_entity(str(party))) for party, _ in candidates]
        hits += max(scores, default=0.0) >= 0.70
        pairs += len(scores)
    end = time.perf_counter()
    return {
        "queries": len(names),
        "a second": len(names) / (end - start),
        "a second of processor time": len(names) / (time.process_time() - worked),
        "blocking, share of time": (middle - start) / (end - start),
        "scored a second": len(names) / (end - middle),
        "pairs a second": pairs / (end - middle),
        "candidates a query": pairs / len(names),
        "with hits": hits,
    }


def score(query: Any, party: Any) -> float:
    """Return logic-v2's score of a query against a party, with its default settings."""
    from nomenklatura.matching import LogicV2

    return float(LogicV2.compare(query, party, LogicV2.default_config()).score)


def _single(index: Any, view: Any, dataset: Any, names: list[str]) -> Figures:
    times = []
    for query in _queries(names, dataset).values():
        start = time.perf_counter()
        for _, candidates in index.match_entities([query]):
            for party, _ in candidates:
                score(query, view.get_entity(str(party)))
        times.append(time.perf_counter() - start)
    return {f"one at a time: {name}": value for name, value in spread("", times).items()}


def _against_all(view: Any, dataset: Any, names: list[str]) -> Figures:
    parties = [party for party in view.entities() if party.schema.matchable]
    queries = _queries(names, dataset).values()
    start = time.perf_counter()
    for party in parties:  # the outer loop, because the library keeps the analysis of its last 1,000 entities
        for query in queries:
            score(query, party)
    seconds = time.perf_counter() - start
    return {
        "against all: pairs a second": len(names) * len(parties) / seconds,
        "against all: a second": len(names) / seconds,
    }


def rapidfuzz(data: Path, size: int) -> Figures:
    """Measure plain fuzzy matching of all names, one core."""
    from rapidfuzz import fuzz, process, utils

    names = [utils.default_process(name) for party in small_world(data) for name in party.names]
    asked = [utils.default_process(name) for name in customers(size, data).plain]
    start = time.perf_counter()
    for at in range(0, size, 100):
        process.cdist(asked[at : at + 100], names, scorer=fuzz.token_sort_ratio, score_cutoff=85, workers=1)
    seconds = time.perf_counter() - start
    return {"queries": size, "a second": size / seconds, "pairs a second": size * len(names) / seconds}


def run(options: argparse.Namespace) -> Figures:
    """Measure the peers that are installed; of the others say that they are not."""
    pin(options.core)
    report: Figures = {}
    for name, measure in (("nomenklatura", nomenklatura), ("rapidfuzz", rapidfuzz)):
        try:
            report[name] = {"version": version(name)}
        except PackageNotFoundError:
            report[name] = {"not measured": 'not installed: pip install "dragoman[bench]"'}
            continue
        runs = [measure(options.data, options.queries) for _ in range(options.repeat)]
        report[name] |= {key: _best(key, [figures[key] for figures in runs]) for key in runs[0]}
    if "version" in report["nomenklatura"] and not options.without_quality:
        report["nomenklatura"]["quality"] = quality(options.data)
    return report


def _best(key: str, values: list[float]) -> float:
    # Rates are best when greatest, times and memory when least; counts are the same in all runs.
    return max(values) if "a second" in key else min(values)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--queries", type=int, default=1000)
    parser.add_argument("--without-quality", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    text = json.dumps(run(options), indent=1)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
