"""Quality on the labelled sets: recall, false positives and ranks, through the public interface.

    python benchmarks/quality.py [--data FOLDER] [--seeds 4] [--show 0] [--json FILE]

Sets: name_perturbations_dev100.json, arabic_latin_full_names_dev.tsv, un_original_script_gold.tsv.
"""

from __future__ import annotations

import argparse
import json
import random
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from dragoman.lists.catalogue import recognise
from dragoman.lists.reading import Reading
from dragoman.model import Record
from dragoman.screening import Screener, build_index
from dragoman.screening.gathering import indexed_names
from dragoman.screening.scoring import DEFAULT_THRESHOLD, Strength

DATA = Path(__file__).parents[2] / "shared" / "data"
LOW = 0.02


def screener_of(named: Iterable[tuple[str, Sequence[str]]], schema: str = "Person") -> Screener:
    """Build an index of (id, names) and open it."""
    records = []
    for identity, names in named:
        record = Record(identity, schema, source="list", version="1")
        for name in names:
            record.add("alias" if record.statements else "name", name)
        records.append(record)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "quality.idx"
        build_index(path, records, {"list": "1"})
        return Screener.open(path)


def arabic_rows(data: Path) -> list[list[str]]:
    """Return (Arabic, Latin, country) rows."""
    text = (data / "eval/arabic_latin_full_names_dev.tsv").read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines()[1:]]


def arabic(rows: list[list[str]], size: int, queries: int, seed: int, show: int = 0) -> dict[str, float]:
    """Arabic-script queries against a Latin list of `size` names."""
    rng = random.Random(seed)
    chosen = rng.sample(range(len(rows)), size)
    asked = rng.sample(chosen, queries)
    screener = screener_of((str(number), [rows[number][1]]) for number in chosen)
    right, wrong = np.zeros(queries), np.zeros(queries)
    first = 0
    for at, hits in enumerate(screener.screen_batch([rows[n][0] for n in asked], threshold=LOW, limit=60)):
        same = {str(n) for n in chosen if rows[n][0] == rows[asked[at]][0] or rows[n][1] == rows[asked[at]][1]}
        right[at] = max((hit.score for hit in hits if hit.record_id in same), default=0.0)
        others = [hit for hit in hits if hit.record_id not in same]
        wrong[at] = others[0].score if others else 0.0
        first += right[at] > wrong[at]
        if show and right[at] <= wrong[at]:
            print("   ", rows[asked[at]], f"{right[at]:.2f}", others[0] if others else None)
    if show:
        for at in np.argsort(-wrong)[:show]:
            print("    wrong", rows[asked[at]], f"{right[at]:.2f} {wrong[at]:.2f}")
    return {
        "rank 1": first / queries,
        "at 5 % wrong": float((right > np.sort(wrong)[::-1][int(0.05 * queries)]).mean()),
        "at 1 % wrong": float((right > np.sort(wrong)[::-1][int(0.01 * queries)]).mean()),
        "at 0.70": float((right >= DEFAULT_THRESHOLD).mean()),
        "wrong at 0.70": float((wrong >= DEFAULT_THRESHOLD).mean()),
    }


def gold(data: Path, show: int = 0) -> dict[str, float]:
    """UN original-script names against the Latin names of the whole gold list."""
    text = (data / "names/un_original_script_gold.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines()[1:]]
    result = {}
    for label, columns in (("rank 1", (3, 5)), ("rank 1, with low-quality aliases", (3, 5, 6))):
        named = [(row[0], [n for c in columns if c < len(row) for n in row[c].split("|") if n]) for row in rows]
        screener = screener_of(named, "LegalEntity")
        first = 0
        for row, hits in zip(
            rows, screener.screen_batch([row[4] for row in rows], threshold=LOW, limit=5), strict=True
        ):
            good = bool(hits) and any(h.record_id == row[0] and h.score >= hits[0].score - 1e-9 for h in hits)
            first += good
            if show and not good and label == "rank 1":
                print("   ", row[3:6], [(hit.caption, round(hit.score, 2)) for hit in hits[:2]])
        result[label] = first / len(rows)
    return result


def perturbations(data: Path, show: int = 0) -> dict[str, Any]:
    """Perturbed names against their own candidates; a case is positive if its best score reaches the bar."""
    cases = json.loads((data / "eval/name_perturbations_dev100.json").read_text(encoding="utf-8"))
    screener = screener_of((identity, names) for identity, names in cases["candidates"].items())
    scores = []
    for case, hits in zip(
        cases["cases"],
        screener.screen_batch([c["query"] for c in cases["cases"]], threshold=LOW, limit=60),
        strict=True,
    ):
        wanted = case["expected_entity_id"]
        if wanted is None:
            scores.append(max((hit.score for hit in hits), default=0.0))
        else:
            scores.append(max((hit.score for hit in hits if hit.record_id == wanted), default=0.0))
    value = np.array(scores)
    negative = np.array([case["expected_entity_id"] is None for case in cases["cases"]])
    result: dict[str, Any] = {}
    for label, bar in (
        ("at 0.70", DEFAULT_THRESHOLD),
        ("at 5 % FPR", np.sort(value[negative])[::-1][int(0.05 * negative.sum())] + 1e-9),
    ):
        classes = defaultdict(list)
        for case, score in zip(cases["cases"], value, strict=True):
            classes[case["perturbation"]].append(score >= bar)
        result[label] = {
            "bar": round(float(bar), 3),
            "recall": float((value[~negative] >= bar).mean()),
            "false positives": float((value[negative] >= bar).mean()),
            "classes": {name: round(float(np.mean(hit)), 3) for name, hit in sorted(classes.items())},
        }
    if show:
        shown: dict[str, int] = defaultdict(int)
        for case, score in zip(cases["cases"], value, strict=True):
            bad = (score >= DEFAULT_THRESHOLD) == (case["expected_entity_id"] is None)
            if bad and shown[case["perturbation"]] < show:
                shown[case["perturbation"]] += 1
                print("   ", case["perturbation"], case["query"], "|", case["source_name"], round(float(score), 2))
    return result


#: Every list of the data folder that is whole.
LISTS = (
    "un_2026-02-27.xml",
    "ofac_2021-07",
    "ofac_cons_2025-12",
    "uk_conlist_2018-04-13.csv",
    "eu_journal",
    "eu_fsf_v1.0_2016-02-11.xml",
    "dfat_regulation8_2024-11.xlsx",
    "ca_sema_2020-04.xml",
    "in_mha/banned_organisations_2023-12.html",
    "us_bis_dpl_2019.txt",
)


def exact_names(data: Path) -> dict[str, float]:
    """Ask for every name that the real lists print: is its party first, or tied? All lists are in one index."""
    records = []
    for name in LISTS:
        source = data / "lists" / name
        for record in recognise(source).read(source, Reading()):
            record.source = name
            records.append(record)
    with tempfile.TemporaryDirectory() as folder:
        build_index(Path(folder) / "quality.idx", records, dict.fromkeys(LISTS, "1"))
        screener = Screener.open(Path(folder) / "quality.idx")
    asked = [
        (record, named)
        for record in records
        if record.is_party
        for named in indexed_names(record)
        if named.strength in (Strength.FULL, Strength.WEAK)
    ]
    found: dict[Strength, list[bool]] = {Strength.FULL: [], Strength.WEAK: []}
    hits_of = screener.screen_batch((named.name.text for _, named in asked), threshold=0.5, limit=1000)
    for (record, named), hits in zip(asked, hits_of, strict=True):
        own = [hit.score for hit in hits if (hit.source, hit.record_id) == (record.source, record.id)]
        found[named.strength].append(bool(own) and own[0] >= hits[0].score - 1e-6)
    return {
        "rank 1 or tied": float(np.mean(found[Strength.FULL])),
        "names": len(found[Strength.FULL]),
        "weak aliases, rank 1 or tied": float(np.mean(found[Strength.WEAK])),
        "weak aliases": len(found[Strength.WEAK]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--seeds", type=int, default=4)
    parser.add_argument("--show", type=int, default=0)
    parser.add_argument("--whole", action="store_true", help="also all Arabic names in the list")
    parser.add_argument("--lists", action="store_true", help="also every name of the real lists")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = arabic_rows(options.data)
    runs = [arabic(rows, 2000, 300, seed, options.show if seed == 0 else 0) for seed in range(options.seeds)]
    report: dict[str, Any] = {
        "arabic, 2,000 in the list": {name: round(float(np.mean([run[name] for run in runs])), 4) for name in runs[0]},
        "un gold": gold(options.data, options.show),
        "perturbations": perturbations(options.data, options.show),
    }
    if options.lists:
        report["exact names"] = exact_names(options.data)
    if options.whole:
        report["arabic, all in the list"] = arabic(rows, len(rows), 1000, 0)
    print(json.dumps(report, indent=1, ensure_ascii=False))
    if options.json:
        options.json.write_text(json.dumps(report, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()
