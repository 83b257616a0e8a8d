"""Speed, memory and start-up of names screening, on one core, through the public interface.

    python benchmarks/speed.py [--data FOLDER] [--core 0] [--repeat 3] [--without-large] [--work FOLDER] [--json FILE]

Every figure is measured in a process of its own, pinned to one core, with an empty memory of tokens: no query
profits from an earlier run. The best of the repetitions counts. Two queries go ahead of the clock, which load
the kernels; a process before all others compiles them where they are not compiled yet, and is not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from dragoman.model import Record
from dragoman.screening import Screener, build_index
from worlds import DATA, LARGE, SMALL, customers, large_world, listed, lists_of, small_world

Figures = dict[str, Any]

#: What numba loads where it is there. The peers and the tests bring it; Dragoman does not need it.
_FOREIGN = ("coverage", "scipy")
_WARM = ("Kernels First", "Clock Afterwards")
_FIRST_ANSWER = (
    "import sys; from dragoman.screening import Screener; hits = Screener.open(sys.argv[1]).screen(sys.argv[2]);"
    "print(len(hits), len(hits[0].features) if hits else 0)"
)
_FIRST_NAME = "Usamah bin Ladin"


def pin(core: int) -> None:
    """Keep this process, and those it starts, on one core, where the system can."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {core})


def memory() -> Figures:
    """Return the peak of this process' memory in MB, and how much of the present is its own, not shared pages of files.

    From /proc, because getrusage reports the parent's peak where the child was made by vfork.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return {}
    lines = dict(line.split(":", 1) for line in status.read_text().splitlines())
    kilobytes = {name: int(lines[name].split()[0]) for name in ("VmHWM", "RssAnon")}
    return {"peak MB": kilobytes["VmHWM"] / 1024, "own MB": kilobytes["RssAnon"] / 1024}


# ---------------------------------------------------------------- measured, each in a process of its own


def batch(index: Path, queries: list[str]) -> Figures:
    """Screen all queries as a batch, then once more with their words known."""
    screener = _warm(index)
    figures: Figures = {"queries": len(queries)}
    for label in ("a second", "a second, known words"):
        start, worked = time.perf_counter(), time.process_time()
        found = sum(bool(hits) for hits in screener.screen_batch(queries))
        figures[label] = len(queries) / (time.perf_counter() - start)
        figures[f"{label}, of processor time"] = len(queries) / (time.process_time() - worked)
        figures["with hits"] = found
        figures |= {} if "known" in label else memory()
    return figures


def single(index: Path, queries: list[str]) -> Figures:
    """Screen the queries one at a time; times in ms, the explanations of all hits read or not.

    "processor": without the time in which the core did something else.
    """
    screener = _warm(index)
    bare, whole, worked = [], [], []
    for query in queries:
        start, work = time.perf_counter(), time.process_time()
        hits = screener.screen(query)
        worked.append(time.process_time() - work)
        middle = time.perf_counter()
        for hit in hits:
            _ = hit.features
        bare.append(middle - start)
        whole.append(time.perf_counter() - start)
    return {"queries": len(queries)} | spread("", bare) | spread("explained ", whole) | spread("processor ", worked)


def build(index: Path, size: int, data: Path) -> Figures:
    """Build the index of a world."""
    records: Iterable[Record] = small_world(data) if size == SMALL else large_world(data, size)
    lists = lists_of(small_world(data)) | ({} if size == SMALL else {"synthetic": "1"})
    start = time.perf_counter()
    summary = build_index(index, records, lists)
    seconds = time.perf_counter() - start
    counts = {name: getattr(summary, name) for name in ("parties", "names", "tokens", "bytes")}
    return counts | {"seconds": seconds} | memory()


def _warm(index: Path) -> Screener:
    screener = Screener.open(index)
    list(screener.screen_batch(_WARM))
    return screener


def spread(prefix: str, seconds: list[float]) -> Figures:
    """Return the median and the 99th percentile of some times, in ms."""
    ordered = sorted(1000 * value for value in seconds)
    at = {"p50": 0.5, "p99": 0.99}
    return {f"{prefix}{name} ms": ordered[int(share * len(ordered))] for name, share in at.items()}


# ---------------------------------------------------------------- the run


class Bench:
    """Runs measures in processes of their own and keeps the best of several."""

    def __init__(self, work: Path, data: Path, core: int, repeat: int) -> None:
        self.work, self.data, self.core, self.repeat = work, data, core, repeat

    def queries(self, name: str, texts: list[str]) -> Path:
        """Write queries to a file of the work folder, one a line."""
        path = self.work / f"{name}.txt"
        path.write_text("\n".join(texts), encoding="utf-8")
        return path

    def best(self, measure: str, *arguments: object, repeat: int | None = None) -> Figures:
        """Return the best of each figure: the greatest rate, the least time or memory."""
        runs = [self._child(measure, *arguments) for _ in range(repeat or self.repeat)]
        result = {}
        for name in runs[0]:
            values = [run[name] for run in runs]
            result[name] = max(values) if "a second" in name else min(values)
        print(measure, *arguments, {name: round(value, 3) for name, value in result.items()}, file=sys.stderr)
        return result

    def _child(self, measure: str, *arguments: object) -> Figures:
        command = [sys.executable, __file__, "--data", str(self.data), "--core", str(self.core), "--measure", measure]
        done = subprocess.run([*command, *map(str, arguments)], stdout=subprocess.PIPE, check=True, text=True)
        figures: Figures = json.loads(done.stdout)
        return figures

    def first_answer(self, index: Path) -> Figures:
        """Time a new process from its start to its end, with one answer and its explanation in between."""
        seconds = []
        for _ in range(max(5, self.repeat)):
            start = time.perf_counter()
            subprocess.run(
                [sys.executable, "-c", _FIRST_ANSWER, str(index), _FIRST_NAME], check=True, stdout=subprocess.DEVNULL
            )
            seconds.append(time.perf_counter() - start)
        return {"best s": min(seconds), "median s": sorted(seconds)[len(seconds) // 2], "runs": len(seconds)}

    def small(self, count: int) -> Figures:
        """Measure all of the small world."""
        index = self.work / "small.idx"
        asked = customers(count, self.data)
        hitting = self.queries("listed", listed(small_world(self.data), count // 4))
        plain, misspelled, garbled = (
            self.queries(name, getattr(asked, name)) for name in ("plain", "misspelled", "garbled")
        )
        one_by_one = self.queries("single", [*asked.plain[: count // 20], *asked.misspelled[: count // 20]])
        report = {"index": self.best("build", index, SMALL)}
        self._child("batch", index, hitting)  # compiles what is not compiled yet
        report["batch: customers"] = self.best("batch", index, plain)
        report["batch: a word misspelled"] = self.best("batch", index, misspelled)
        report["batch: every word misspelled"] = self.best("batch", index, garbled)
        report["batch: listed names, a word misspelled"] = self.best("batch", index, hitting)
        report["one at a time"] = self.best("single", index, one_by_one)
        report["process start to first answer"] = self.first_answer(index)
        return report

    def large(self, count: int, size: int, reuse: bool) -> Figures:
        """Measure the large world against the small one, on the same fewer queries."""
        index, little = self.work / "large.idx", self.work / "small.idx"
        asked = customers(count, self.data)
        built = index.with_suffix(".json")
        if not (reuse and index.exists() and built.exists()):
            built.write_text(json.dumps(self.best("build", index, size, repeat=1)))
        report = {"index": json.loads(built.read_text())}
        for name, texts in (("customers", asked.plain), ("a word misspelled", asked.misspelled)):
            path = self.queries("large", texts)
            report |= {
                f"{world}: {name}": self.best("batch", at, path) for world, at in (("20,000", little), ("all", index))
            }
        path = self.queries("large", [*asked.plain[: count // 10], *asked.misspelled[: count // 10]])
        report |= {
            f"{world}: one at a time": self.best("single", at, path)
            for world, at in (("20,000", little), ("all", index))
        }
        report["process start to first answer"] = self.first_answer(index)
        return report


def run(options: argparse.Namespace) -> Figures:
    """Measure everything; return the figures."""
    pin(options.core)
    options.work.mkdir(parents=True, exist_ok=True)
    bench = Bench(options.work, options.data, options.core, options.repeat)
    report = {"small": bench.small(options.customers)}
    if not options.without_large:
        report["large"] = bench.large(options.customers // 5, options.size, options.reuse)
    return report


def _measure(options: argparse.Namespace) -> Figures:
    pin(options.core)
    for foreign in _FOREIGN:
        sys.modules[foreign] = None  # type: ignore[assignment]
    measures: dict[str, Callable[[], Figures]] = {
        "batch": lambda: batch(Path(options.arguments[0]), _lines(options.arguments[1])),
        "single": lambda: single(Path(options.arguments[0]), _lines(options.arguments[1])),
        "build": lambda: build(Path(options.arguments[0]), int(options.arguments[1]), options.data),
    }
    return measures[options.measure]()


def _lines(path: str) -> list[str]:
    return Path(path).read_text(encoding="utf-8").split("\n")


def parser() -> argparse.ArgumentParser:
    """Return the options of this script."""
    made = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--data", type=Path, default=DATA)
    made.add_argument("--core", type=int, default=0)
    made.add_argument("--repeat", type=int, default=3)
    made.add_argument("--customers", type=int, default=20_000)
    made.add_argument("--size", type=int, default=LARGE, help="parties in the large world")
    made.add_argument("--without-large", action="store_true")
    made.add_argument("--reuse", action="store_true", help="take the large index of an earlier run from --work")
    made.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "dragoman-bench")
    made.add_argument("--json", type=Path)
    made.add_argument("--measure", choices=("batch", "single", "build"), help=argparse.SUPPRESS)
    made.add_argument("arguments", nargs="*", help=argparse.SUPPRESS)
    return made


def main() -> None:
    options = parser().parse_args()
    report = _measure(options) if options.measure else run(options)
    text = json.dumps(report, indent=None if options.measure else 1)
    print(text)
    if options.json:
        options.json.write_text(text)


if __name__ == "__main__":
    main()
