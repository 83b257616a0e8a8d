"""What the worker does for webhooks now and then."""

from __future__ import annotations

from dragoman.node.jobs.chores import chore
from dragoman.node.webhooks import outbox


@chore(seconds=1)
def deliver_webhooks() -> None:
    """Send what is due."""
    outbox.deliver_due()


@chore(seconds=3600, lasting=True)
def forget_deliveries() -> None:
    """Forget what was acknowledged a month ago."""
    outbox.forget_delivered()
