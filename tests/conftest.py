"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real lists, messages and evaluation sets; tests that need it skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real data is not on this machine")
    return DATA
