"""The server: granian with WSGI workers, and beside it a worker for background jobs."""

from __future__ import annotations

import gc
import ipaddress
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from dragoman.errors import SettingRefused, UsageError
from dragoman.node.serving.lineage import METRICS, PARENT, WORKERS

#: A job worker that ended is started again, but not more often than this (seconds).
_LEAST_PAUSE = 5.0


@dataclass(frozen=True, slots=True)
class Binding:
    """Where and how to serve. `threads` is per worker: requests that wait for the database overlap."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    threads: int = 16

    @property
    def url(self) -> str:
        """The address to open in a browser."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.port}"

    def check(self, *, tls: bool) -> None:
        """Raise SettingRefused for an open door without TLS, UsageError where the port is taken."""
        if not tls and not is_loopback(self.host):
            raise SettingRefused(
                f"serving on {self.host} without TLS would show names and passwords to the network",
                remedy="put a proxy with TLS before it and set DRAGOMAN_TLS=yes (see docs/operating.md)",
            )
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((self.host, self.port))
            except OSError as error:
                raise UsageError(
                    f"{self.host}:{self.port} cannot be served on: {error.strerror}",
                    remedy="choose another port: dragoman serve --port 8001",
                ) from error


def usual_workers() -> int:
    """Return how many processes answer unless said: two where there are two processors or more.

    One keeps one processor busy, and its slowest answers are those that come while it is at another.
    """
    processors = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(2, processors)


def share(workers: int, home: Path) -> None:
    """Let several worker processes share what they count and what a key may do. Call it before Django is set up.

    What they count stands in memory, where there is a disk of memory: on a full disk its files, which are mapped, would
    kill who writes to them.
    """
    os.environ[WORKERS] = str(workers)
    if workers > 1:
        os.environ[METRICS] = str(_counting_folder(home))


def _counting_folder(home: Path) -> Path:
    """Return an empty folder of this home's, the same each time: what a killed server left there is removed."""
    memory = Path("/dev", "shm")  # the folder below it is made anew, and for this account alone
    parent = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
    folder = parent / f"dragoman-{blake2b(os.fsencode(home.absolute()), digest_size=8).hexdigest()}"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:  # another account's
        return Path(tempfile.mkdtemp(prefix="dragoman-"))
    return folder


def is_loopback(host: str) -> bool:
    """Tell whether an address reaches this machine only; a name is trusted only if it is ``localhost``."""
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def serve(binding: Binding, *, jobs: bool) -> None:
    """Serve until a signal says to stop; the home must be prepared, and Django set up."""
    from django.db import connections
    from granian.constants import HTTPModes, Interfaces
    from granian.log import LogLevels
    from granian.server import Server

    # What is loaded now, the workers need not load: they are forked.
    import dragoman.node.urls
    import dragoman.node.wsgi  # noqa: F401

    keep_what_is_loaded()
    connections.close_all()  # a connection must not be shared with the processes that are forked
    os.environ[PARENT] = str(os.getpid())
    if sys.platform == "linux":
        multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "dragoman.node.serving.application:application",
        address=binding.host,
        port=binding.port,
        interface=Interfaces.WSGI,
        workers=binding.workers,
        blocking_threads=binding.threads,
        backpressure=max(64, binding.threads * 2),
        http=HTTPModes.http1,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        workers_kill_timeout=20,
    )
    keeper = JobsKeeper() if jobs else None
    if keeper is not None:
        server.on_startup(keeper.start)
        server.on_shutdown(keeper.stop)
    try:
        server.serve()
    finally:
        shutil.rmtree(os.environ.get(METRICS, ""), ignore_errors=True)


def keep_what_is_loaded() -> None:
    """Let the collector of garbage leave alone what is there now, which stays as long as the server.

    Looking through it stops every thread, and copies pages that the workers share. While it is loaded, the collector
    may as well rest: see `dragoman.cli.serve`.
    """
    gc.collect()
    gc.freeze()
    gc.enable()


class JobsKeeper:
    """Keeps one ``dragoman worker`` running while the server runs."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Start the worker, and start it again whenever it ends."""
        threading.Thread(target=self._keep, name="jobs", daemon=True).start()

    def stop(self) -> None:
        """Ask the worker to end, and wait for it: what it had begun, another worker takes up."""
        self._stopping.set()
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()

    def _keep(self) -> None:
        command = [sys.executable, "-c", "from dragoman.cli import main; main()", "worker"]
        while not self._stopping.is_set():
            began = time.monotonic()
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603  our own command
            self._process.wait()
            self._stopping.wait(max(0.0, _LEAST_PAUSE - (time.monotonic() - began)))
