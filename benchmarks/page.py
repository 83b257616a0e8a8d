"""The page of benchmarks, written from the figures that `report.py` keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

Parts = dict[str, Any]
NONE = "not measured"
#: Classes of the perturbed names whose cases are other people: to find somebody is wrong there.
OTHERS = ("cross_pair", "edit_beyond", "token_swap")

_INTRODUCTION = """# Benchmarks

How fast names are screened, how well, and what other tools do on the same lists. `make bench` writes this page.
"Reach" is what Dragoman sets out to reach; a figure that falls short is **bold**.
"""
#: The prose that does not depend on figures.
_HOW = Path(__file__).with_name("how.md")


def page(parts: Parts) -> str:
    """Return the page in Markdown."""
    figures = {name: (part or {}).get("figures", {}) for name, part in parts.items()}
    sections = [_INTRODUCTION, _machines(parts), _targets(figures), _speed(figures["speed"]), _peers(figures["peers"])]
    sections += [_classes(figures), _calibration(figures["calibration"]), _HOW.read_text(encoding="utf-8")]
    return "\n".join(section.strip() + "\n" for section in sections if section)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _machines(parts: Parts) -> str:
    """Say where and when each part was measured; once where it is the same."""
    seen: dict[str, list[str]] = {}
    for name, part in parts.items():
        runs = ((name, "machine"), ("1,000,000 parties", "large_machine")) if part else ()
        for what, key_of in runs:
            if key_of not in part:
                continue
            machine = part[key_of]
            told = "; ".join(machine[key] for key in ("processor", "system", "python", "packages"))
            told += f"; commit {machine['commit']}; begun {machine['date']} at a load of {machine.get('load', '?')}"
            seen.setdefault(told, []).append(what)
    return "\n".join(f"- {', '.join(names)}: {told}" for told, names in seen.items())


def _get(figures: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(figures, dict) or key not in figures:
            return None
        figures = figures[key]
    return figures


def _shown(value: float | None, form: Callable[[float], str], good: Callable[[float], bool] | None = None) -> str:
    """Return a figure as text, bold where it falls short."""
    if value is None:
        return NONE
    return form(value) if good is None or good(value) else f"**{form(value)}**"


def _rate(value: float) -> str:
    return f"{value:,.0f} /s" if value >= 20 else f"{value:.2g} /s"


def _ms(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 20 else f"{value:.2g} ms"


def _seconds(value: float) -> str:
    return f"{value:.2g} s"


def _mb(value: float) -> str:
    return f"{value:,.0f} MB"


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"


def _times(value: float) -> str:
    return f"{value:.1f} times"


def _beside(value: float | None, form: Callable[[float], str], before: str) -> str:
    """Return a peer's figure of this run, with what was measured beforehand."""
    return before if value is None else f"{form(value)} ({before})"


def ratio(speed: Any) -> float | None:
    """Return how many times longer a query takes against the large world, the worse of the two batches."""
    found = []
    for kind in ("customers", "a word misspelled"):
        small, large = (_get(speed, "large", f"{world}: {kind}", "a second") for world in ("20,000", "all"))
        if small and large:
            found.append(small / large)
    return max(found, default=None)


def _targets(figures: Parts) -> str:
    rows = [*_speed_targets(figures), *_quality_targets(figures)]
    table = _table(("what", "peer", "reach", "measured"), rows)
    note = "Quality is told on data that Dragoman was tuned with and the peers not: see [how](#how-it-is-measured).\n"
    return f"## Against what was set out\n\n{table}\n{note}"


def _speed_targets(figures: Parts) -> list[list[str]]:
    speed, peer = figures["speed"], _get(figures["peers"], "nomenklatura") or {}
    small = _get(speed, "small")
    batches = (
        ("batch screening, 20,000 parties, one core, customer-like names", "customers", "58-88 /s", 10_000),
        ("the same, every query a fresh misspelling", "a word misspelled", "58 /s", 3_000),
    )
    rows = []
    for what, kind, before, reach in batches:
        measured = _shown(_get(small, f"batch: {kind}", "a second"), _rate, lambda v, reach=reach: v >= reach)
        beside = _beside(peer.get(f"a second: {kind}"), _rate, f"beforehand {before}")
        rows.append([what, beside, f"{reach:,} /s", measured])
    beside = _beside(peer.get("one at a time: p99 ms"), _ms, "beforehand 289 ms, Watchman")
    p99 = _shown(_get(small, "one at a time", "p99 ms"), _ms, lambda v: v <= 5)
    rows.append(["one name at a time, p99", beside, "5 ms", p99])
    slower = _shown(ratio(speed), _times, lambda v: v <= 5)
    rows.append(["1,000,000 parties: time a query against 20,000", "-", "at most 5 times", slower])
    start = _shown(_get(small, "process start to first answer", "best s"), _seconds, lambda v: v <= 2)
    beside = _beside(peer.get("start with its index built s"), _seconds, "its index built anew; beforehand 9 s")
    rows.append(["process start to first answer (index there)", beside, "2 s", start])
    memory = _shown(_get(small, "batch: customers", "peak MB"), _mb, lambda v: v <= 200)
    rows.append(["memory, 20,000 parties", _beside(peer.get("peak MB"), _mb, "beforehand 616 MB"), "200 MB", memory])
    return rows


def _quality_targets(figures: Parts) -> list[list[str]]:
    ours, theirs = figures["quality"], _get(figures["peers"], "nomenklatura", "quality") or {}
    case, draw, whole = "perturbations", "arabic, 2,000 in the list", "arabic, all in the list"
    rows = []

    def add(what: str, path: tuple[str, ...], before: str, reach: float | None, least: bool = True) -> None:
        good = None if reach is None else (lambda v: v >= reach) if least else (lambda v: v <= reach)
        beside = _beside(_get(theirs, *path), _share, f"beforehand {before}") if before else "-"
        bound = "report" if reach is None else f"{'' if least else 'at most '}{100 * reach:.0f} %"
        rows.append([what, beside, bound, _shown(_get(ours, *path), _share, good)])

    add("perturbed names: recall at no more than 5 % false positives", (case, "at 5 % FPR", "recall"), "76.7 %", 0.92)
    classes = _get(ours, case, "at 5 % FPR", "classes") or {}
    worst = min((recall for name, recall in classes.items() if name not in OTHERS), default=None)
    rows.append(["the same: the worst class", "-", "70 %", _shown(worst, _share, lambda v: v >= 0.7)])
    add("Arabic script against 2,000 Latin names: rank 1", (draw, "rank 1"), "76 %", 0.97)
    add(
        "the same: right record at the threshold where 5 % of queries bring up a wrong one",
        (draw, "at 5 % wrong"),
        "27 %",
        0.92,
    )
    add("the same, where 1 % do", (draw, "at 1 % wrong"), "21 %", 0.84)
    add("the same, at the default threshold 0.70", (draw, "at 0.70"), "15 %", 0.88)
    add("queries with a wrong record at 0.70", (draw, "wrong at 0.70"), "", 0.05, least=False)
    add("Arabic script against all 7,466 Latin names: rank 1", (whole, "rank 1"), "", 0.94)
    add("the same, at the default threshold 0.70", (whole, "at 0.70"), "", None)
    add("UN names in original script, withheld from the index: rank 1", ("un gold", "rank 1"), "", 0.92)
    add("exact list names and aliases, weak ones aside: rank 1 or tied", ("exact names", "rank 1 or tied"), "", 1.0)
    add("exact weak aliases: rank 1 or tied", ("exact names", "weak aliases, rank 1 or tied"), "", None)
    return rows


def _speed(speed: Any) -> str:
    small, large = _get(speed, "small"), _get(speed, "large")
    if not small:
        return ""
    rows = [
        [kind.removeprefix("batch: "), *_batch_cells(row)] for kind, row in small.items() if kind.startswith("batch")
    ]
    one = small["one at a time"]
    text = "## Speed and memory in full\n\n20,000 parties, a batch on one core, Dragoman alone:\n\n"
    head = (
        "queries",
        "a second",
        "a second of processor time",
        "again, words known",
        "with hits",
        "peak memory",
        "own",
    )
    text += _table(head, rows)
    text += f"\nOne at a time: median {_ms(one['p50 ms'])}, p99 {_ms(one['p99 ms'])}; with all explanations read "
    text += f"{_ms(one['explained p50 ms'])} and {_ms(one['explained p99 ms'])}; "
    text += f"of processor time, p99 {_shown(one.get('processor p99 ms'), _ms)}.\n"
    first = small["process start to first answer"]
    text += (
        f"Process start to first answer, explained: best {first['best s']:.2f} s, median {first['median s']:.2f} s.\n"
    )
    return text + _building(small["index"], _get(large, "index")) + (_growth(large) if large else "")


def _batch_cells(row: Any) -> list[str]:
    hits = f"{row['with hits']:,} of {row['queries']:,}"
    memory = [_shown(row.get(key), _mb) for key in ("peak MB", "own MB")]
    rates = ("a second", "a second, of processor time", "a second, known words")
    return [*(_shown(row.get(key), _rate) for key in rates), hits, *memory]


def _building(*worlds: Any) -> str:
    rows = []
    for row in filter(None, worlds):
        counts = [f"{row[key]:,}" for key in ("parties", "names", "tokens")]
        rows.append([*counts, f"{row['seconds']:,.0f} s", _mb(row["bytes"] / 1e6), _shown(row.get("peak MB"), _mb)])
    head = ("parties", "names", "distinct tokens, joined ones too", "build time", "size", "peak memory while building")
    return "\nThe index:\n\n" + _table(head, rows)


def _growth(large: Any) -> str:
    rows = []
    for kind in ("customers", "a word misspelled"):
        little, all_of_it = large[f"20,000: {kind}"], large[f"all: {kind}"]
        for key, label in (("a second", kind), ("a second, known words", f"{kind}, words known")):
            times = _times(little[key] / all_of_it[key])
            rows.append([f"batch: {label}", _rate(little[key]), _rate(all_of_it[key]), times])
    little, all_of_it = large["20,000: one at a time"], large["all: one at a time"]
    for key in ("p50 ms", "p99 ms"):
        row = [f"one at a time, {key[:3]}", _ms(little[key]), _ms(all_of_it[key])]
        rows.append([*row, _times(all_of_it[key] / little[key])])
    start = large["process start to first answer"]
    text = "\nThe same queries against 20,000 and 1,000,000 parties:\n\n"
    text += _table(("", "20,000", "1,000,000", "longer"), rows)
    peak = _shown(large["all: customers"].get("peak MB"), _mb)
    return text + f"\nOf 1,000,000: process start to first answer {start['best s']:.2f} s, memory {peak}.\n"


def _peers(peers: Any) -> str:
    names = _get(peers, "nomenklatura")
    if not names:
        return ""
    text = "## The peers in full\n\n"
    for name, figures in peers.items():
        if "not measured" in figures:
            text += f"{name} was not measured: {figures['not measured']}.\n\n"
            continue
        rows = [
            [key, f"{value:,.3g}" if value < 1000 else f"{value:,.0f}"]
            for key, value in figures.items()
            if isinstance(value, int | float)
        ]
        text += f"{name} {figures['version']}, 20,000 parties, one core:\n\n" + _table(("figure", "value"), rows) + "\n"
    return text


def _classes(figures: Parts) -> str:
    path = ("perturbations", "at 5 % FPR", "classes")
    ours = _get(figures["quality"], *path)
    theirs = _get(figures["peers"], "nomenklatura", "quality", *path) or {}
    if not ours:
        return ""
    text = "## Perturbed names, class by class\n\n"
    text += (
        "100 people of OFAC's list, at the score where 5 % of the cases that are other people bring up somebody.\n\n"
    )
    for heading, of_others in (("found", False), ("other people, found wrongly", True)):
        good = None if of_others else (lambda recall: recall >= 0.7)
        rows = [
            [name, _shown(theirs.get(name), _share), _shown(value, _share, good)]
            for name, value in sorted(ours.items())
            if (name in OTHERS) == of_others
        ]
        text += _table((heading, "logic-v2", "Dragoman"), rows) + "\n"
    return text


def _calibration(calibration: Any) -> str:
    if not calibration:
        return ""
    text = (
        "## Reliability\n\nOf the hits at a score, how many are the same party? At 0.9 about nine of ten should be.\n"
    )
    for name, bins in calibration.items():
        rows = [
            [f"{row['from']:.2f}-{row['to']:.2f}", f"{row['hits']:,}", f"{row['mean score']:.2f}", _share(row["same"])]
            for row in bins
        ]
        text += f"\n{name}:\n\n" + _table(("score", "hits", "mean score", "the same"), rows)
    return text
