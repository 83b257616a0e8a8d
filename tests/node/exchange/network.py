"""The network between nodes in tests: one namespace a node, with a cable between each two; or else plain loopback.

A namespace lives for as long as a process in it, which ends with the tests' own, however that ends.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from functools import cache

from tests.node.exchange.fronts import FrontProcess
from tests.node.exchange.nodes import free_port, select_a_moment

#: RFC 2544 sets these addresses apart for trying out networks.
_NETWORK = "198.18.0."
_PORT = 8443


@cache
def why_no_namespaces() -> str:
    """Return why network namespaces cannot be made here; empty where they can."""
    if missing := [each for each in ("unshare", "nsenter", "ip") if shutil.which(each) is None]:
        return f"network namespaces need {missing[0]}"
    if os.geteuid() != 0:
        return "network namespaces are made by root only"
    tried = subprocess.run(
        ["unshare", "--net", "ip", "link", "add", "one", "type", "veth", "peer", "name", "other"],
        capture_output=True,
        text=True,
        check=False,
    )
    return f"network namespaces cannot be made: {tried.stderr.strip()}" if tried.returncode else ""


class Namespaces:
    """A namespace for each of some names, and a cable between each two. Who has no cable reaches nobody."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._keepers = {name: self._keeper() for name in names}
        for name in names:
            self._ip(name, "link set lo up")
            self._ip(name, f"address add {self.host(name)}/32 dev lo")
        for at, one in enumerate(names):
            for other in names[at + 1 :]:
                peer = self._keepers[other].pid
                self._ip(one, f"link add to-{other} type veth peer name to-{one} netns {peer}")
                self.heal(one, other)

    def _keeper(self) -> subprocess.Popen[bytes]:
        keeper = subprocess.Popen(
            ["unshare", "--net", "sh", "-c", "echo; exec cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == b"\n"
        return keeper

    def inside(self, name: str) -> tuple[str, ...]:
        """Return what to put before a command that is to run there."""
        return ("nsenter", "--target", str(self._keepers[name].pid), "--net", "--")

    def host(self, name: str) -> str:
        """Return the address of a node."""
        return f"{_NETWORK}{self.names.index(name) + 1}"

    def doors(self, name: str) -> dict[str, tuple[str, int]]:
        """Return on which address and port a node takes what comes over each line."""
        return {"all": (self.host(name), _PORT)}

    def address(self, name: str, seen_by: str) -> str:
        """Return a node's address as another one reaches it."""
        return f"https://{self.host(name)}:{_PORT}/"

    def connect(self, name: str, front: FrontProcess) -> None:
        """A proxy needs no care here: cables are cut, not proxies."""

    def cut(self, one: str, other: str) -> None:
        """Take the cable out at one end: there sending fails, and what the other end sends is lost in silence."""
        self._ip(one, f"link set to-{other} down")

    def heal(self, one: str, other: str) -> None:
        """Put the cable in, and wait until both ends feel it."""
        ends = (one, other), (other, one)
        for here, there in ends:
            self._ip(here, f"link set to-{there} up")
            self._ip(here, f"route replace {self.host(there)}/32 dev to-{there} src {self.host(here)}")
        for here, there in ends:
            while "LOWER_UP" not in self._ip(here, f"link show to-{there}"):
                select_a_moment()
            self._ip(here, f"neighbour flush dev to-{there}")

    def stop(self) -> None:
        """Let the namespaces go."""
        for each in self._keepers.values():
            each.communicate()

    def _ip(self, name: str, command: str) -> str:
        done = subprocess.run([*self.inside(name), "ip", *command.split()], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout


class Loopback:
    """The same without namespaces: a port for each node at each other, which the proxy lets be dead."""

    def __init__(self, *names: str) -> None:
        self.names = names
        self._ports = {(name, other): free_port() for name in names for other in names if other != name}
        self._fronts: dict[str, FrontProcess] = {}

    def inside(self, name: str) -> tuple[str, ...]:
        """Return what to put before a command: nothing."""
        return ()

    def host(self, name: str) -> str:
        """Return the address of a node."""
        return "127.0.0.1"

    def doors(self, name: str) -> dict[str, tuple[str, int]]:
        """Return on which address and port a node takes what comes over each line."""
        return {other: ("127.0.0.1", port) for (at, other), port in self._ports.items() if at == name}

    def address(self, name: str, seen_by: str) -> str:
        """Return a node's address as another one reaches it."""
        return f"https://127.0.0.1:{self._ports[name, seen_by]}/"

    def connect(self, name: str, front: FrontProcess) -> None:
        """Note which proxy stands before a node."""
        self._fronts[name] = front

    def cut(self, one: str, other: str) -> None:
        """Let what goes between two nodes get no answer."""
        self._fronts[one].tell("cut", line=other)
        self._fronts[other].tell("cut", line=one)

    def heal(self, one: str, other: str) -> None:
        """Let it go on."""
        self._fronts[one].tell("heal", line=other)
        self._fronts[other].tell("heal", line=one)

    def stop(self) -> None:
        """There is nothing to let go."""
