"""The clock jumps by hours and days, forwards and backwards: nothing is lost, nothing hangs, nobody has to help."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from dragoman.model import Record
from dragoman.node.access import Principal
from dragoman.node.desk import reviewing, safe_list
from dragoman.node.desk.models import Hit
from dragoman.node.desk.reviewing import Decision
from dragoman.node.desk.screening import screen_now
from dragoman.node.jobs import chores, kinds, queue, work
from dragoman.node.jobs.models import Job
from dragoman.node.journal import appending
from dragoman.node.journal.models import Checkpoint, Event
from dragoman.node.journal.recording import record
from dragoman.node.journal.verifying import verify
from dragoman.node.people.chores import forget_counts_from_the_future
from dragoman.node.webhooks import outbox
from dragoman.node.webhooks.models import Delivery, Webhook
from dragoman.screening import Screener
from tests.node.clock import JumpingClock
from tests.node.conftest import PASSWORD, TOTP_SECRET, Issued, People
from tests.node.desk.conftest import index, lists, principal_of  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
TAZMART = {"schema": "Person", "name": "Anwar Belhadi Tazmart", "birthDate": "1971-03-04"}
FORWARDS_AND_BACKWARDS = pytest.mark.parametrize("hours", [49, 3, -3, -49])


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> JumpingClock:
    cache.clear()
    return JumpingClock(monkeypatch)


# ---------------------------------------------------------------- people


def test_a_session_outlives_a_clock_set_back_and_holds_no_longer_for_it(
    clock: JumpingClock, client_of: Callable[..., Client]
) -> None:
    client = client_of("analyst")
    clock.jump(days=-2)
    assert client.get("/people/me/").status_code == 200
    for _ in range(19):  # busy all the time
        clock.jump(minutes=25)
        assert client.get("/people/me/").status_code == 200
    clock.jump(minutes=25)
    assert client.get("/people/me/").status_code == 302


def test_a_session_is_there_again_when_a_clock_that_was_ahead_is_put_right(
    clock: JumpingClock, client_of: Callable[..., Client]
) -> None:
    client = client_of("analyst")
    clock.jump(days=2)
    assert Client().get("/accounts/login/").status_code == 200
    clock.jump(days=-2)
    assert client.get("/people/me/").status_code == 200
    clock.jump(days=2)
    assert client.get("/people/me/").headers["Location"].startswith("/accounts/login/")
    assert signs_in("analyst", code())


def code() -> str:
    """What an authenticator app with the node's clock shows."""
    return format_hotp_value(hotp_value(TOTP_SECRET, int(time.time()) // 30))


def signs_in(name: str, second: str, password: str = PASSWORD) -> bool:
    client = Client()
    client.post("/accounts/login/", {"login": name, "password": password})
    client.post("/accounts/2fa/authenticate/", {"code": second})
    return "_auth_user_id" in client.session


@FORWARDS_AND_BACKWARDS
def test_a_lock_out_ends_though_the_clock_jumped(clock: JumpingClock, people: People, hours: float) -> None:
    for _ in range(5):
        signs_in("analyst", "000000", "wrong")
    assert not signs_in("analyst", code())
    clock.jump(hours=hours)
    forget_counts_from_the_future()
    assert signs_in("analyst", code())


def test_a_small_step_back_neither_ends_a_lock_out_nor_keeps_it_for_long(clock: JumpingClock, people: People) -> None:
    for _ in range(5):
        signs_in("analyst", "000000", "wrong")
    clock.jump(minutes=-1)
    forget_counts_from_the_future()
    assert not signs_in("analyst", code())
    clock.jump(minutes=17)
    assert signs_in("analyst", code())


@FORWARDS_AND_BACKWARDS
def test_a_code_of_another_time_does_not_open_and_a_recovery_code_does(
    clock: JumpingClock, people: People, hours: float
) -> None:
    recovery = RecoveryCodes.activate(people.analyst).get_unused_codes()[0]
    of_the_app = code()
    clock.jump(hours=hours)
    assert not signs_in("analyst", of_the_app)
    assert signs_in("analyst", recovery)
    clock.jump(hours=-hours)
    assert signs_in("analyst", code())


def test_who_answered_it_is_still_me_in_the_future_is_asked_again(
    clock: JumpingClock, people: People, client: Client
) -> None:
    client.post("/accounts/login/", {"login": "analyst", "password": PASSWORD})
    client.post("/accounts/2fa/authenticate/", {"code": code()})
    assert client.get("/accounts/2fa/recovery-codes/generate/").status_code == 200
    clock.jump(hours=-3)
    assert "reauthenticate" in client.get("/accounts/2fa/recovery-codes/generate/").headers["Location"]


def test_a_key_that_the_clock_ended_opens_again_when_it_is_put_right(
    clock: JumpingClock, api_key: Callable[..., Issued]
) -> None:
    issued = api_key("analyst", ["lists"], expires=timezone.now() + timedelta(days=1))
    assert issued.client.get("/catalog").status_code == 200
    clock.jump(days=2)
    assert issued.client.get("/catalog").status_code == 401
    clock.jump(days=-4)
    assert issued.client.get("/catalog").status_code == 200
    issued.key.refresh_from_db()
    assert abs(issued.key.last_used - timezone.now()) < timedelta(hours=1)


# ---------------------------------------------------------------- jobs


@pytest.fixture
def somebody(people: People) -> Principal:
    return Principal(people.analyst, None, people.analyst.roles, purpose="training")


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Let the kind ``counting`` count to ten into this list, a step each."""
    seen: list[int] = []

    def count(at: work.Work) -> None:
        while at.done < 10:
            with at.step():
                at.done += 1
            seen.append(at.done)

    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", count))
    work.stopping.clear()
    return seen


@FORWARDS_AND_BACKWARDS
def test_a_job_in_the_midst_of_a_jump_is_done_once_and_whole(
    clock: JumpingClock, counting: list[int], somebody: Principal, monkeypatch: pytest.MonkeyPatch, hours: float
) -> None:
    def count_and_jump(at: work.Work) -> None:
        while at.done < 10:
            if at.done == 4 and at.attempt == 1:
                clock.jump(hours=hours)
                queue.take_over()  # the chores of any worker
            with at.step():
                at.done += 1
            counting.append(at.done)

    monkeypatch.setitem(kinds._kinds, "counting", kinds.Kind("counting", "Counting", count_and_jump))
    job = queue.start(somebody, "counting", {})
    for _ in range(2):  # where the lease seems to have run out, the job is taken up a second time
        queue.run(job.pk)
    job.refresh_from_db()
    assert (job.state, job.done, counting) == ("done", 10, list(range(1, 11)))


def test_a_job_of_a_worker_elsewhere_that_died_before_the_clock_was_set_back_goes_on(
    clock: JumpingClock, counting: list[int], somebody: Principal
) -> None:
    job = queue.start(somebody, "counting", {})
    assert queue._claim(job.pk) is not None
    Job.objects.filter(pk=job.pk).update(worker="elsewhere:1:1")
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["elsewhere:1:1"], started_at=timezone.now())
    clock.jump(days=-2)
    queue.take_over()
    job.refresh_from_db()
    assert job.state == "running"  # it may live, and has as long as ever to say so
    clock.jump(seconds=work.LEASE.total_seconds() + 1)
    queue.take_over()
    assert DBTaskResult.objects.filter(status="READY").count() == 1
    queue.run(job.pk)
    assert counting == list(range(1, 11))


def test_a_task_that_was_taken_in_the_future_is_queued_again(
    clock: JumpingClock, counting: list[int], somebody: Principal
) -> None:
    queue.start(somebody, "counting", {})
    DBTaskResult.objects.update(status="RUNNING", worker_ids=["elsewhere:1:1"], started_at=timezone.now())
    clock.jump(days=-2)
    queue.take_over()
    assert DBTaskResult.objects.filter(status="READY").count() == 1


def test_chores_go_on_and_those_that_cannot_be_undone_wait_for_an_hour(
    clock: JumpingClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []
    monkeypatch.setattr(chores, "_chores", [])
    monkeypatch.setattr(chores, "_clock", chores.Steadiness())
    chores.chore(seconds=10)(lambda: done.append("looks"))
    chores.chore(seconds=10, lasting=True)(lambda: done.append("removes"))
    at = 1000.0
    chores.run_due(at)
    assert done == ["looks", "removes"]
    # The monotonic clock is given by hand here: the wall clock has to keep step with it.
    for jump, also_removes in ((10, True), (10 + 86_400, False), (10, False), (chores.SETTLED, True), (-86_400, False)):
        done.clear()
        step = chores.SETTLED if jump == chores.SETTLED else 10
        at += step
        clock.jump(seconds=jump)
        chores.run_due(at)
        assert done == (["looks", "removes"] if also_removes else ["looks"]), (jump, done)


# ---------------------------------------------------------------- the desk


@pytest.fixture
def hits(lists: Screener, people: People, principal_of: Callable[..., Principal]) -> Callable[[], Hit]:  # noqa: F811
    def find() -> Hit:
        found = screen_now(principal_of(people.analyst), [TAZMART], store=True, origin="api").screening
        assert found is not None
        hit = Hit.objects.filter(screening=found).order_by("-score").first()
        assert hit is not None
        return hit

    return find


@FORWARDS_AND_BACKWARDS
def test_a_decision_counts_by_what_was_known_and_not_by_what_the_clock_said(
    clock: JumpingClock,
    hits: Callable[[], Hit],
    people: People,
    principal_of: Callable[..., Principal],  # noqa: F811
    hours: float,
) -> None:
    hit = hits()
    reviewer = principal_of(people.reviewer)
    no = Decision("false", words="Another person, seen in their passport.")
    assert reviewing.decide(reviewer, hit.pk, no).state == "false"
    clock.jump(hours=hours)
    hit.refresh_from_db()
    reviewing.reopen(hit, ["the birth date is another"])
    hit.refresh_from_db()
    assert hit.state == "open"
    assert hit.reviews.get().outdated
    clock.jump(hours=hours)
    assert reviewing.decide(reviewer, hit.pk, no).state == "false"
    assert [review.disposition for review in reviewing.in_force(hit)] == ["false"]
    reviewing.undo(reviewer, hit.pk)
    hit.refresh_from_db()
    assert hit.state == "open"


def test_an_entry_of_the_safe_list_shows_again_when_the_clock_is_put_right(
    clock: JumpingClock,
    people: People,
    principal_of: Callable[..., Principal],  # noqa: F811
) -> None:
    until = (timezone.localdate() + timedelta(days=1)).isoformat()
    entry = safe_list.add(
        principal_of(people.supervisor), "7001234", dict(TAZMART) | {"idNumber": "7001234"}, "x", until
    )
    asked = [Record.from_ftm({"id": "q", "schema": "Person", "properties": {"idNumber": ["7001234"]}})]
    assert safe_list.known(asked) == [(entry,)]
    clock.jump(days=3)
    assert safe_list.known(asked) == [()]
    clock.jump(days=-6)
    assert safe_list.known(asked) == [(entry,)]


def test_what_is_removed_or_deemed_by_the_clock_is_among_the_chores_that_wait() -> None:
    lasting = {each.run.__name__ for each in chores._chores if each.lasting}
    assert {"deem", "end_keeping", "sweep_handed_in", "forget_deliveries"} <= lasting


# ---------------------------------------------------------------- webhooks


@pytest.mark.parametrize("attempts", [0, 1, 5, outbox.MOST_ATTEMPTS - 1])
@FORWARDS_AND_BACKWARDS
def test_a_delivery_is_not_held_up_for_longer_than_its_own_pause(
    clock: JumpingClock, people: People, monkeypatch: pytest.MonkeyPatch, hours: float, attempts: int
) -> None:
    webhook = Webhook.objects.create(name="x", url="https://receiver.example/", secret="", by=people.administrator)
    sent: list[int] = []
    monkeypatch.setattr(outbox, "_send", lambda delivery: sent.append(delivery.pk) or 204)
    pause = timedelta(seconds=outbox.pause(attempts) if attempts else 0)
    Delivery.objects.create(webhook=webhook, body="{}", attempts=attempts, due=timezone.now() + pause)
    clock.jump(hours=hours)
    outbox.deliver_due()
    clock.jump(seconds=max(1.2 * pause, outbox.LEASE).total_seconds())
    outbox.deliver_due()
    assert len(sent) == 1
    assert Delivery.objects.get().state == Delivery.State.DELIVERED


# ---------------------------------------------------------------- the journal


@FORWARDS_AND_BACKWARDS
def test_the_journal_stays_in_order_and_its_checkpoints_verify(
    clock: JumpingClock, hours: float, monkeypatch: pytest.MonkeyPatch, tmp_path: Any, settings: Any
) -> None:
    settings.NODE_HOME = tmp_path
    before = verify().report.size
    for number in range(5):
        record("system", "desk.hit.viewed", f"hit:{number}")
        clock.jump(hours=hours)
    appending.sign_rest()
    report = verify().report
    assert report.sound, report.findings
    assert report.size == report.signed == before + 5
    told = list(Event.objects.filter(pk__gte=before).order_by("pk").values_list("object", flat=True))
    assert told == [f"hit:{number}" for number in range(5)]
    moments = list(Event.objects.filter(pk__gte=before).order_by("pk").values_list("at", flat=True))
    assert moments == sorted(moments, reverse=hours < 0)  # as the clock said, which is evidence too
    newest = Checkpoint.objects.order_by("-size").first()
    assert newest is not None
    assert newest.size == before + 5


def test_checkpoints_are_signed_on_time_after_the_clock_was_set_back(
    clock: JumpingClock, tmp_path: Any, settings: Any
) -> None:
    settings.NODE_HOME = tmp_path
    record("system", "desk.hit.viewed", "hit:1")
    appending.sign_rest()
    clock.jump(days=-2)
    record("system", "desk.hit.viewed", "hit:2")
    assert appending.current_head().signed_size == appending.current_head().size
