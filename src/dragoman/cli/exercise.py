"""``dragoman exercise make`` and ``run``: a world without a real person in it, screened and marked."""

from __future__ import annotations

from pathlib import Path

import click

from dragoman.cli.lazy import LazyGroup

DEFAULT = Path("dragoman-exercise")
_SEED = click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Which crowd to draw.")


@click.group(cls=LazyGroup)
def exercise() -> None:
    """A training exercise: invented lists and customers, and the answers. Nobody in it is real."""


@exercise.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT)
@_SEED
def make(folder: Path, seed: int) -> None:
    """Write lists in their publishers' formats, customers to screen and the answers into DIR.

    DIR is dragoman-exercise where none is named. The same seed writes the same files.
    """
    _made(folder, seed)


@exercise.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), default=DEFAULT)
@_SEED
@click.pass_context
def run(ctx: click.Context, folder: Path, seed: int) -> None:
    """Make the exercise in DIR, screen its customers, and mark what was found by its answers.

    Lists and index are kept in DIR/home; your own lists are not touched. Exit status: 0 where everything came out as
    the answers say, 2 where something did not.
    """
    _made(folder, seed)
    from dragoman.cli.exercise_run import run_exercise

    ctx.exit(run_exercise(folder))


def _made(folder: Path, seed: int) -> None:
    from dragoman.cli.output import counted, say
    from dragoman.exercise import make

    made = make(folder, seed)
    inside = f"{counted(made.lists, 'list')} of {made.parties} parties, {counted(made.customers, 'customer')}"
    say(f"The exercise is in {folder}: {inside}. Nobody in it is real.")
