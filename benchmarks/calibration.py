"""Reliability: of the hits at a score, how many are the same?

    python benchmarks/calibration.py [--data FOLDER] [--fit] [--json FILE]

Labelled pairs come from screening three sets with a low threshold. In each, as many questions
have no answer on the list as have one, because that is what screening is like; every hit on
another party than the right one is a different pair.

* names in Arabic script against the Latin names of 2,000 people, half of the right ones withheld;
* names of OFAC parties that are left out of the index, against all their other names, and as many
  names of people who are not on the list;
* the perturbed names with their negatives.

``--fit`` prints the isotonic fit of the name score, from which ``CALIBRATION_*`` in
``dragoman/screening/scoring.py`` were set, rounded by hand.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from quality import DATA, LOW, arabic_rows, screener_of

Labelled = tuple[float, float, bool]
BINS = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 1.001)


def pairs_of(hits: list, same: set[str]) -> Iterator[Labelled]:  # type: ignore[type-arg]
    """Yield (score, name score, same?) of each hit."""
    for hit in hits:
        yield hit.score, hit.score, hit.record_id in same


def arabic_pairs(data: Path) -> Iterator[Labelled]:
    rows = arabic_rows(data)
    rng = random.Random(7)
    chosen = rng.sample(range(len(rows)), 2600)
    listed, asked = chosen[:2000], chosen[1400:]
    screener = screener_of((str(number), [rows[number][1]]) for number in listed)
    for number, hits in zip(
        asked, screener.screen_batch([rows[n][0] for n in asked], threshold=LOW, limit=20), strict=True
    ):
        same = {str(n) for n in listed if rows[n][0] == rows[number][0] or rows[n][1] == rows[number][1]}
        yield from pairs_of(hits, same)


def ofac_pairs(data: Path) -> Iterator[Labelled]:
    rng = random.Random(8)
    listed, asked = [], []
    with (data / "lists/ofac_2025-12/sdn_entities_names.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            party = json.loads(line)
            names = list(dict.fromkeys(row["full_name"] for row in party["names"]))
            if len(names) > 1 and rng.random() < 0.15:
                asked.append((str(party["entity_id"]), names.pop(rng.randrange(len(names)))))
            listed.append((str(party["entity_id"]), names))
    strangers = [("", row[1]) for row in rng.sample(arabic_rows(data), min(len(asked), 2000))]
    screener = screener_of(listed, "LegalEntity")
    queries = [*rng.sample(asked, min(len(asked), 2000)), *strangers]
    for (right, _), hits in zip(
        queries, screener.screen_batch([name for _, name in queries], threshold=LOW, limit=20), strict=True
    ):
        yield from pairs_of(hits, {right})


def perturbed_pairs(data: Path) -> Iterator[Labelled]:
    cases = json.loads((data / "eval/name_perturbations_dev100.json").read_text(encoding="utf-8"))
    screener = screener_of((identity, names) for identity, names in cases["candidates"].items())
    for case, hits in zip(
        cases["cases"],
        screener.screen_batch([case["query"] for case in cases["cases"]], threshold=LOW, limit=20),
        strict=True,
    ):
        yield from pairs_of(hits, {case["expected_entity_id"]})


def isotonic(score: npt.NDArray[np.float64], same: npt.NDArray[np.float64]) -> list[tuple[float, float, float]]:
    """Return (least score, greatest score, share) blocks by pooling adjacent violators."""
    order = np.argsort(score, kind="stable")
    blocks: list[list[float]] = []
    for value, label in zip(score[order], same[order], strict=True):
        blocks.append([value, value, label, 1.0])
        while len(blocks) > 1 and blocks[-2][2] * blocks[-1][3] >= blocks[-1][2] * blocks[-2][3]:
            low, _, hits, count = blocks.pop(-2)
            blocks[-1] = [low, blocks[-1][1], blocks[-1][2] + hits, blocks[-1][3] + count]
    return [(block[0], block[1], block[2] / block[3]) for block in blocks]


def reliability(score: npt.NDArray[np.float64], same: npt.NDArray[np.bool_]) -> list[dict[str, float]]:
    """Return a row a bin: bounds, hits, mean score, share that is the same."""
    rows = []
    for low, high in pairwise(BINS):
        inside = (score >= low) & (score < high)
        if inside.any():
            row = {"from": low, "to": min(high, 1.0), "hits": int(inside.sum())}
            rows.append(row | {"mean score": float(score[inside].mean()), "same": float(same[inside].mean())})
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--fit", action="store_true")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    report = {}
    everything = []
    for name, read in (("arabic", arabic_pairs), ("ofac", ofac_pairs), ("perturbed", perturbed_pairs)):
        labelled = list(read(options.data))
        everything.append(labelled)
        score, _, same = map(np.array, zip(*labelled, strict=True))
        report[name] = reliability(score, same)
    size = max(map(len, everything))
    rng = np.random.default_rng(0)
    mixed = [labelled[k] for labelled in everything for k in rng.integers(0, len(labelled), size)]
    score, name_score, same = map(np.array, zip(*mixed, strict=True))
    report["all, each set with equal weight"] = reliability(score, same)
    for name, rows in report.items():
        print(name)
        for row in rows:
            print("  {from:.2f}-{to:.2f}  {hits:6d} hits  mean {mean score:.3f}  same {same:.3f}".format(**row))
    if options.fit:
        for low, high, share in isotonic(name_score, same.astype(np.float64)):
            print(f"  name {low:.3f}-{high:.3f}: {share:.3f}")
    if options.json:
        options.json.write_text(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
