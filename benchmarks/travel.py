"""How many passengers a second one core reads: PAXLST, PNRGOV and machine-readable zones.

    python benchmarks/travel.py [FOLDER]

FOLDER holds `paxlst` and `pnrgov` (the folder of real messages where none is given); each file is read again and
again, four seconds of processor time in all. Zones are written and read.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from dragoman.messages import paxlst, pnrgov
from dragoman.messages.mrz import read_mrz
from dragoman.messages.mrz_writing import MrzFields, write_mrz

_SECONDS = 4.0
_ROUNDS = 20
_FOLDER = Path(__file__).parents[2] / "shared" / "data" / "messages" / "travel"


def rate(work: Callable[[], int]) -> float:
    """Return how many items a second of processor time `work` does, which returns how many it did; the best round."""
    work()
    best = 0.0
    for _ in range(_ROUNDS):
        done, begun = 0, process_time()
        while (spent := process_time() - begun) < _SECONDS / _ROUNDS:
            done += work()
        best = max(best, done / spent)
    return best


def travellers(module: object, paths: list[Path]) -> Callable[[], int]:
    """Return the work of reading every file once, counted in travellers."""
    read = module.read  # type: ignore[attr-defined]
    return lambda: sum(len(message.by_role("traveller")) for path in paths for message in read(path))


def main() -> None:
    """Print a line for each format."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else _FOLDER
    for name, module in (("paxlst", paxlst), ("pnrgov", pnrgov)):
        paths = sorted((folder / name).iterdir())
        print(f"{name:8} {rate(travellers(module, paths)):10,.0f} travellers/s, {len(paths)} files")
    zone = "\n".join(write_mrz("TD3", MrzFields("P", "UTO", "DOE", "JANE", "X1234567", "UTO", "850121", "F", "301115")))

    def zones() -> int:
        return sum(read_mrz(zone).valid for _ in range(100))

    print(f"{'mrz':8} {rate(zones):10,.0f} zones/s")


if __name__ == "__main__":
    main()
