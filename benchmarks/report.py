"""Run all benchmarks of names screening and write docs/benchmarks.md.

    python benchmarks/report.py [--data FOLDER] [--core 0] [--only speed,quality,calibration,peers] [--without-large]

The figures are kept as JSON in build/bench, a file a part; the page is written from those that are there,
so that one part can be run again without the others. A part that fails stops the run with its own message.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from page import page
from worlds import DATA

HERE = Path(__file__).parent
ROOT = HERE.parent
PARTS = ("speed", "quality", "calibration", "peers")


def machine() -> dict[str, str]:
    """Return what the figures were measured on, and when."""
    found = {"date": datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"), "commit": _commit(), "system": _system()}
    found["processor"] = f"{_processor()}, {os.cpu_count()} cores"
    found["python"] = f"{platform.python_implementation()} {platform.python_version()}"
    found["packages"] = ", ".join(
        f"{name} {_version(name)}" for name in ("numpy", "numba", "nomenklatura", "rapidfuzz")
    )
    if hasattr(os, "getloadavg"):
        found["load"] = f"{os.getloadavg()[0]:.1f}"
    return found


def _commit() -> str:
    def git(*words: str) -> str:
        done = subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False)
        return done.stdout.strip()

    changed = " with uncommitted changes" if git("status", "--porcelain", "--", "src", "benchmarks") else ""
    return (git("rev-parse", "--short", "HEAD") or "not from a repository") + changed


def _system() -> str:
    memory = ""
    if hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        memory = f", {os.sysconf('SC_PHYS_PAGES') * os.sysconf('SC_PAGE_SIZE') / 2**30:.0f} GB of memory"
    return f"{platform.system()} {platform.machine()}{memory}"


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown processor"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def run(part: str, options: argparse.Namespace, kept: Path) -> None:
    """Run one part in a process of its own, pinned to one core, and keep its figures with when and where."""
    result = kept / f"{part}.part"
    command = [sys.executable, str(HERE / f"{part}.py"), "--data", str(options.data), "--json", str(result)]
    if part in ("speed", "peers"):
        command += ["--core", str(options.core), "--repeat", str(options.repeat)]
    if part == "speed":
        command += ["--work", str(kept), *(["--without-large"] if options.without_large else [])]
    if part == "quality":
        command += ["--whole", "--lists"]
    print(f"{part} ...", file=sys.stderr)
    before = machine()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, preexec_fn=_pinned(options.core))
    figures = {"machine": before, "figures": json.loads(result.read_text(encoding="utf-8"))}
    _keep_large(figures, kept / f"{part}.json")
    (kept / f"{part}.json").write_text(json.dumps(figures, indent=1, ensure_ascii=False), encoding="utf-8")
    result.unlink()


def _keep_large(figures: dict[str, Any], earlier: Path) -> None:
    """Take over the figures of 1,000,000 parties from an earlier run that measured them, with where and when."""
    if "small" not in figures["figures"] or "large" in figures["figures"] or not earlier.exists():
        return
    known = json.loads(earlier.read_text(encoding="utf-8"))
    if "large" in known["figures"]:
        figures["figures"]["large"] = known["figures"]["large"]
        figures["large_machine"] = known.get("large_machine", known["machine"])


def _pinned(core: int) -> Any:
    return (lambda: os.sched_setaffinity(0, {core})) if hasattr(os, "sched_setaffinity") else None


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--core", type=int, default=0)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, by commas; 'none' only writes the page")
    parser.add_argument("--without-large", action="store_true", help="leave out the 1,000,000 parties (half an hour)")
    parser.add_argument("--kept", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "benchmarks.md")
    options = parser.parse_args()
    wanted = [part for part in options.only.split(",") if part != "none"]
    if unknown := set(wanted) - set(PARTS):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    if not options.data.is_dir():
        parser.error(f"the folder of real data is not there: {options.data}; name another with --data")
    options.kept.mkdir(parents=True, exist_ok=True)
    for part in PARTS:
        if part in wanted:
            run(part, options, options.kept)
    parts = {}
    for part in PARTS:
        file = options.kept / f"{part}.json"
        parts[part] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
    options.page.write_text(page(parts), encoding="utf-8")
    print(f"written: {options.page}", file=sys.stderr)


if __name__ == "__main__":
    main()
