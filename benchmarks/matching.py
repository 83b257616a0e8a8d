"""Private matching: 10,000 keys against a list of 100,000 on one core, beside openmined-psi; names that meet; attacks.

``python -m benchmarks.matching [--fast]`` prints tables. ``--fast`` takes a tenth of the keys.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import hmac
import os
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from dragoman.exchange import matching
from dragoman.exchange.keys_of import MatchKey, keys_of_all
from dragoman.exchange.keys_of_names import name_pairs

DATA = Path(__file__).parents[2] / "shared" / "data"


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what `work` returns and the processor seconds that it took."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def keys(start: int, count: int) -> list[MatchKey]:
    return [MatchKey("document", f"xx:{number:09d}") for number in range(start, start + count)]


Times = tuple[float, float, float, float]  # set-up, blinding, serving, opening: processor seconds


def dragoman(listed: int, asked: int, verifiable: bool = False) -> tuple[Times, float]:
    secret = matching.ListKey.draw(verifiable)
    published, setup = timed(lambda: matching.publish(keys(0, listed), secret, expected_batch=asked))
    question, blinding = timed(lambda: matching.ask(keys(listed - asked // 10, asked), published))
    reply, serving = timed(lambda: matching.answer(question.question, published, secret))
    hits, opening = timed(lambda: question.hits(reply, published))
    assert len(hits) == asked // 10
    return (setup, blinding, serving, opening), len(published.content) / listed


def openmined(listed: int, asked: int) -> tuple[Times, float]:
    import private_set_intersection.python as psi

    server, client = psi.server.CreateWithNewKey(True), psi.client.CreateWithNewKey(True)
    mine = [key.content.decode() for key in keys(0, listed)]
    theirs = [key.content.decode() for key in keys(listed - asked // 10, asked)]
    published, setup = timed(lambda: server.CreateSetupMessage(1e-9, asked, mine, psi.DataStructure.GCS))
    question, blinding = timed(lambda: client.CreateRequest(theirs))
    reply, serving = timed(lambda: server.ProcessRequest(question))
    hits, opening = timed(lambda: client.GetIntersection(published, reply))
    assert len(hits) == asked // 10
    return (setup, blinding, serving, opening), len(published.SerializeToString()) / listed


def side_by_side(listed: int, asked: int, rounds: int) -> None:
    """Print the best of some rounds, taken in turn: on a machine with neighbours, alternation is what is fair."""
    sides = {
        "Dragoman": lambda: dragoman(listed, asked),
        "Dragoman, verifiable": lambda: dragoman(listed, asked, verifiable=True),
        "openmined-psi 2.0.6": lambda: openmined(listed, asked),
    }
    best: dict[str, tuple[Times, float]] = {}
    for _ in range(rounds):
        for name, side in sides.items():
            times, octets = side()
            known = best.get(name, (times, octets))[0]
            best[name] = tuple(map(min, known, times)), octets  # type: ignore[assignment]
    for name, ((setup, blinding, serving, opening), octets) in best.items():
        print(
            f"| {name} | {setup:.1f} s | {asked / blinding:,.0f} | {asked / opening:,.0f} "
            f"| {asked / (blinding + opening):,.0f} | {asked / serving:,.0f} | {octets:.2f} |"
        )


def names() -> None:
    """Print how often spellings of one name meet, and how often different names do."""
    with (DATA / "eval" / "arabic_latin_full_names_dev.tsv").open(encoding="utf-8") as lines:
        rows = [(line["arabic"], line["latin"]) for line in csv.DictReader(lines, delimiter="\t")]
    report("Arabic and Latin, people's full names", rows)
    with (DATA / "names" / "un_original_script_gold.tsv").open(encoding="utf-8") as lines:
        gold = list(csv.DictReader(lines, delimiter="\t"))
    report("UN list, original script", [(r["original_script"], r["name"]) for r in gold if r["kind"] == "INDIVIDUAL"])


def report(title: str, rows: list[tuple[str, str]]) -> None:
    left, right = [set(name_pairs(a)) for a, _ in rows], [set(name_pairs(b)) for _, b in rows]
    met = sum(bool(a & b) for a, b in zip(left, right, strict=True))
    owners = defaultdict(set)
    for number, found in enumerate(right):
        for key in found:
            owners[key].add(number)
    strangers = sum(len(set().union(*(owners[key] for key in a)) - {n}) if a else 0 for n, a in enumerate(left))
    both = sum(bool(a and b) for a, b in zip(left, right, strict=True))
    print(
        f"| {title} | {len(rows):,} | {met / len(rows):.1%} | {met / both:.1%} "
        f"| {sum(map(len, left)) / len(left):.1f} | 1 in {len(rows) * (len(rows) - 1) / max(1, strangers):,.0f} |"
    )


def un_strangers() -> None:
    """Print how many pairs of different persons of the UN list share a key, by kind."""
    from dragoman.lists import un
    from dragoman.lists.reading import Reading

    owners: dict[MatchKey, set[str]] = defaultdict(set)
    for key, owner in keys_of_all(un.read(DATA / "lists" / "un_2026-02-27.xml", Reading())):
        owners[key].add(owner)
    for kind in ("document", "name-day", "name-year"):
        of_kind = {key: found for key, found in owners.items() if key.kind == kind}
        pairs = {(a, b) for found in of_kind.values() for a in found for b in found if a < b}
        print(f"| {kind} | {len(of_kind):,} | {len(pairs)} |")


def attack() -> None:
    """Print how long a shared-key filter of passport numbers stands: every number is tried, on one core."""
    key, tries = os.urandom(32), 300_000
    _, seconds = timed(lambda: [hmac.digest(key, b"%08d" % number, hashlib.sha256) for number in range(tries)])
    print(f"HMAC-SHA-256: {tries / seconds:,.0f} numbers/s; all 10^8 in {1e8 * seconds / tries:,.0f} s on one core")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fast", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    listed, asked = (10_000, 1_000) if options.fast else (100_000, 10_000)
    print(f"## {asked:,} keys against {listed:,}\n")
    print("| | set-up | client blinds/s | client opens/s | client both/s | server/s | bytes an element |")
    print("|---|---|---|---|---|---|---|")
    side_by_side(listed, asked, options.rounds)
    print("\n## Names\n\n| names | pairs | met | met, of those with keys | keys a name | strangers of one birth meet |")
    print("|---|---|---|---|---|---|")
    names()
    print("\n## UN list: different persons who share a key\n\n| kind | keys | pairs of persons |\n|---|---|---|")
    un_strangers()
    print("\n## A shared-key filter\n")
    attack()


if __name__ == "__main__":
    main()
