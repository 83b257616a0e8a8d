"""``dragoman serve``: a node on this machine."""

from __future__ import annotations

import gc
import os

import click

from dragoman.errors import UsageError
from dragoman.lists.home import home_folder


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port to serve on.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    show_default="2, or 1 on a machine with one processor",
    help="Processes that answer.",
)
@click.option("--threads", type=click.IntRange(1, 128), default=16, show_default=True, help="Threads a process.")
@click.option("--jobs/--no-jobs", default=True, show_default=True, help="Run background jobs as well.")
@click.option("--exercise", is_flag=True, help="Load the lists of the training exercise: nobody in it is real.")
def serve(host: str, port: int, workers: int | None, threads: int, jobs: bool, exercise: bool) -> None:
    """Serve a node: search, review desk, journal and API, for browsers and other systems.

    Everything is kept below DRAGOMAN_HOME: tables are made there on first use. Settings come from the environment
    (docs/operating.md). On first use a link is printed that creates the first administrator.
    """
    need_node()
    gc.disable()  # until all is loaded
    from dragoman.node.serving.prepare import prepare, set_up
    from dragoman.node.serving.server import Binding, share, usual_workers

    workers = usual_workers() if workers is None else workers
    share(workers, home_folder())
    set_up()
    from django.conf import settings

    from dragoman.node.serving.console import check_bundle

    binding = Binding(host, port, workers, threads)
    binding.check(tls=settings.TLS)
    check_bundle()
    prepare()
    if exercise:
        from dragoman.cli.serve_exercise import load

        load()
    _greet(binding.url)
    from dragoman.node.serving.server import serve as run

    run(binding, jobs=jobs)


def need_node() -> None:
    """Raise UsageError where Dragoman was installed without its node."""
    from importlib.util import find_spec

    if find_spec("django") is None or find_spec("granian") is None:
        raise UsageError("this installation is without the node", remedy="pip install 'dragoman[node]'")


def _greet(url: str) -> None:
    from django.conf import settings

    from dragoman.cli.output import say
    from dragoman.node.people.first import first_link

    say(f"The node serves on {url} (stop it with Ctrl-C); what it keeps is below {_home()}.")
    if not settings.CONSOLE:
        say("It serves systems alone (DRAGOMAN_CONSOLE=no): there are no pages, and nobody signs in here.")
    elif (path := first_link()) is not None:
        say("Nobody can sign in yet. This link makes the first administrator; it works once, within a day:")
        say(f"  {url}{path}")


def _home() -> str:
    return os.path.relpath(home_folder()) if home_folder().is_relative_to(os.getcwd()) else str(home_folder())
