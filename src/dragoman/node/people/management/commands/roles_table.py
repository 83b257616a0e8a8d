"""Write the table of roles into the docs, between its two marks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from dragoman.node.people.describing import into


class Command(BaseCommand):
    """Write the table of roles into a page of the docs."""

    help = "Write the table of roles, made from the access rules, into a page (docs/people-and-roles.md)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the page."""
        parser.add_argument("page", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        """Replace what stands between the marks."""
        page: Path = options["page"]
        page.write_text(into(page.read_text(encoding="utf-8")), encoding="utf-8")
