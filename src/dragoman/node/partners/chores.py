"""What the worker does for the partners' desk now and then."""

from __future__ import annotations

from dragoman.lists.locking import locked
from dragoman.node.jobs.chores import chore
from dragoman.node.partners import (
    cosigning,
    deconflicting,
    erasing,
    lines,
    matching_publishing,
    polling,
    recalling,
    recalling_narrowing,
    recalling_receiving,
    requests_forgetting,
    requests_receiving,
    sharing,
)
from dragoman.node.partners.delivering import deliver_all
from dragoman.node.registry import indexing


@chore(seconds=2)
def deliver_letters() -> None:
    """Deliver the letters that are due."""
    deliver_all()


@chore(seconds=600)
def forget_nonces() -> None:
    """Forget nonces that are too old to matter."""
    lines.forget_nonces()


@chore(seconds=10)
def write_shared_lists() -> None:
    """Keep the collections up with the lists that are shared."""
    sharing.write_all()


@chore(seconds=30)
def poll_partners() -> None:
    """Read what partners give."""
    polling.poll_all()


@chore(seconds=10)
def publish_for_matching() -> None:
    """Publish new editions of the lists that partners may match against."""
    matching_publishing.publish_all()


@chore(seconds=10)
def carry_out_notices() -> None:
    """Carry out what partners call back, and answer."""
    recalling_receiving.carry_out_all()


@chore(seconds=60)
def narrow_agreements() -> None:
    """Call back what a version that has begun does not allow."""
    recalling_narrowing.follow_all()


@chore(seconds=600)
def chase_notices() -> None:
    """Remind partners of notices that they have not answered."""
    recalling.chase_all()


@chore(seconds=600)
def chase_requests() -> None:
    """Remind partners of requests that are overdue."""
    requests_receiving.chase_all()


@chore(seconds=600, lasting=True)
def forget_lists() -> None:
    """Remove what partners gave and may no longer be kept; the list without it is put in use with the next poll."""
    erasing.erase_handed_in()
    if erasing.erase_ended():
        with locked(indexing.folder() / ".importing"):
            indexing.renew()


@chore(seconds=3600, lasting=True)
def forget_answers() -> None:
    """Remove what was asked, answered, or registered as an interest, and may no longer be kept."""
    requests_receiving.forget_all()
    requests_forgetting.forget_all()
    deconflicting.forget_all()


@chore(seconds=600)
def have_the_journal_cosigned() -> None:
    """Send the newest checkpoint of the journal to the partners, at most once an hour."""
    cosigning.send_all()
