"""What all tests share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

# No test is about time: the first example loads kernels, and other work on the machine makes any of them slow.
settings.register_profile("dragoman", deadline=None)
settings.load_profile("dragoman")

DATA = Path(__file__).parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the tests as they are handed out to processes; in one process they stay in the order of the files."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        from tests.spreading import put_in_order

        put_in_order(items)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Spread the tests over several processes as `tests.spreading` says, where a file at a time is asked for."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.spreading import Spreading

    config.option.loadscopereorder = False
    return Spreading(config, log)


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real lists, messages and evaluation sets; tests that need it skip where it is absent."""
    if not DATA.is_dir():
        pytest.skip("the folder of real data is not on this machine")
    return DATA
