"""What the tests with several real nodes share: how nodes are connected, and two agencies that agreed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from tests.node.exchange.agencies import Agency, acquaint, agencies, agree
from tests.node.exchange.network import Loopback, Namespaces, why_no_namespaces
from tests.node.homes import Homes
from tests.node.serving.running import BUNDLED

Made = Callable[..., Namespaces | Loopback]


@pytest.fixture(scope="session", autouse=True)
def _bundled() -> None:
    """People of these agencies act on the pages of their nodes."""
    if not BUNDLED:
        pytest.skip("the console is not bundled (make front)")


@pytest.fixture(scope="session", params=["namespaces", "loopback"])
def network(request: pytest.FixtureRequest) -> Made:
    """How nodes are connected: in network namespaces, or by plain loopback where these cannot be made.

    With DRAGOMAN_TEST_NETWORKS=both, loopback is tried as well where namespaces can be made.
    """
    why = why_no_namespaces()
    if request.param == "namespaces":
        if why:
            pytest.skip(f"{why}; the same is shown on plain loopback")
        return Namespaces
    if not why and os.environ.get("DRAGOMAN_TEST_NETWORKS") != "both":
        pytest.skip("it is shown in network namespaces")
    return Loopback


@pytest.fixture(scope="session")
def pair(tmp_path_factory: pytest.TempPathFactory, homes: Homes, network: Made) -> Iterator[tuple[Agency, Agency]]:
    """A financial-intelligence unit that gives lists, and a border service that receives them; they agreed."""
    with agencies(tmp_path_factory.mktemp("pair"), homes, network("fiu", "border")) as found:
        fiu, border = found["fiu"], found["border"]
        acquaint(fiu, border)
        agree(fiu, border)
        yield fiu, border
