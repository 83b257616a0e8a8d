"""``python -m dragoman.node exchange``: deliver, write and poll once, now; the worker does it all the time."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from dragoman.node.partners import (
    cosigning,
    delivering,
    matching_publishing,
    polling,
    recalling,
    recalling_narrowing,
    recalling_receiving,
    requests_receiving,
    sharing,
)


class Command(BaseCommand):
    """Deliver letters, write shared lists, read what partners give; print how much of each."""

    help = "Deliver letters, write shared lists and read what partners give, once."

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it."""
        recalling_narrowing.follow_all()
        cosigning.send_all()
        letters = delivering.deliver_all()
        written = sum(sharing.write_all().values())
        matching_publishing.publish_all()
        came = polling.poll_all()
        if recalling_receiving.carry_out_all() + recalling.chase_all() + requests_receiving.chase_all():
            letters += delivering.deliver_all()
        self.stdout.write(f"letters delivered: {letters}, objects written: {written}, objects read: {came}")
