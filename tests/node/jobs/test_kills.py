"""The short form of the kill tests: real processes, killed at random points. The campaign is ``make kill-tests``."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.node.homes import Homes

TOOL = Path(__file__).parents[3] / "tools" / "kill_tests.py"


@pytest.mark.parametrize("kind", ["list_import", "review", "screening"])
def test_nothing_acknowledged_is_lost_when_a_process_is_killed(kind: str, homes: Homes) -> None:
    command = [sys.executable, str(TOOL), "--kills", "2", "--longest", "0.7", "--home", str(homes.tables()), kind]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "2 killed" in done.stdout
