"""The exercise for two agencies, played through the pages of two real nodes, earns every point."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.node.exchange.nodes import free_port


def test_two_good_desks_earn_every_point(tmp_path: Path) -> None:
    main = "from dragoman.cli import main; main()"
    command = [sys.executable, "-c", main, "exercise", "nodes", str(tmp_path / "agencies"), "--play"]
    done = subprocess.run(
        [*command, "--port", str(free_port())], capture_output=True, text=True, check=False, timeout=600
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    points = re.search(r"(\d+) of (\d+) points", done.stdout)
    assert points is not None
    assert points[1] == points[2]
    assert "hits decided rightly" in done.stdout
    assert (tmp_path / "agencies" / "password.txt").stat().st_mode & 0o077 == 0
