"""What all tests share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import settings

# No test is about time: the first example loads kernels, and other work on the machine makes any of them slow.
settings.register_profile("dragoman", deadline=None)
settings.load_profile("dragoman")

DATA = Path(__file__).parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real lists, messages and evaluation sets; tests that need it skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real data is not on this machine")
    return DATA
