"""``dragoman worker``: a node's background jobs."""

from __future__ import annotations

import click

from dragoman.cli.serve import need_node


@click.command()
@click.option("--once", is_flag=True, help="End when no job waits any more.")
@click.option(
    "--interval", type=click.FloatRange(0.05, 60), default=0.5, show_default=True, help="Seconds to look anew."
)
def worker(once: bool, interval: float) -> None:
    """Run a node's background jobs: uploads, imports, what a new list version asks for, and what falls due.

    Any number may run. A job whose worker dies goes on with another one, from the last step that was written.
    Stop it with Ctrl-C or SIGTERM: the job that runs pauses after its step.
    """
    need_node()
    from dragoman.node.serving.prepare import prepare, set_up

    set_up()
    prepare()
    from dragoman.node.jobs.worker import Worker
    from dragoman.node.serving.lineage import end_with_server

    end_with_server()
    running = Worker(once=once, interval=interval)
    running.configure_signals()
    running.run()
