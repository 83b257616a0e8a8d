"""``dragoman exercise make`` and ``run``: a world without a real person in it, screened and marked."""

from __future__ import annotations

from pathlib import Path

import click

from dragoman.cli.lazy import LazyGroup

DEFAULT = Path("dragoman-exercise")
AGENCIES = Path("dragoman-agencies")
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


@exercise.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), default=AGENCIES)
@click.option(
    "--port",
    type=click.IntRange(1, 65534),
    default=8001,
    show_default=True,
    help="Of the first; the second has the next.",
)
@click.option("--play", is_flag=True, help="Play it through, as two good desks would, instead of waiting for people.")
@_SEED
@click.pass_context
def nodes(ctx: click.Context, folder: Path, port: int, play: bool, seed: int) -> None:
    """Serve two agencies that exchange lists, requests and recalls, with a storyline; mark what was done at the end.

    The first takes --port, the second the next. Everything is kept in DIR, and goes on from there when it is served
    again. Exit status: 0 where every step is done and every hit decided rightly, 2 where not.
    """
    from dragoman.cli.exercise_nodes import run, show_card
    from dragoman.cli.serve import need_node

    need_node()
    card = run(folder, seed, port, play=play)
    show_card(card)
    ctx.exit(0 if card.points == card.most else 2)


@exercise.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), default=AGENCIES)
def score(folder: Path) -> None:
    """Show the score card of the two agencies in DIR, also while they are served."""
    from dragoman.cli.exercise_nodes import card_of, show_card
    from dragoman.cli.serve import need_node

    need_node()
    show_card(card_of(folder))


def _made(folder: Path, seed: int) -> None:
    from dragoman.cli.output import counted, say
    from dragoman.exercise import make

    made = make(folder, seed)
    inside = f"{counted(made.lists, 'list')} of {made.parties} parties, {counted(made.customers, 'customer')}"
    say(f"The exercise is in {folder}: {inside}. Nobody in it is real.")
