"""The command line. Each command is imported only when it is called, so that ``--help`` is instant."""

from __future__ import annotations


def main() -> None:
    """Run ``dragoman`` with the arguments of this process."""
    from dragoman.cli.app import app

    app()
