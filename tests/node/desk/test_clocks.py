"""Clocks: days counted whole, holds, extensions, and what silence means."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ActRefused, UsageError
from dragoman.node.desk import casework, clocks
from dragoman.node.desk.models import Clock


def at(day: str) -> str:
    """Return noon of a day."""
    return f"{day}T12:00:00+00:00"


def due(rule: str, started: str, *events: tuple[str, str]) -> date | None:
    """Return the day on which a clock is due."""
    given = [{"kind": kind, "at": at(day)} for kind, day in events]
    found = clocks.standing(clocks.rule_of(rule), datetime.fromisoformat(at(started)), given).due
    return None if found is None else timezone.localdate(found)


def test_thirty_calendar_days_from_the_day_after_receipt() -> None:
    assert due("identity-30-days", "2026-01-10") == date(2026, 2, 9)


def test_working_days_leave_out_weekends() -> None:
    assert due("ofac-blocking-report", "2026-01-09") == date(2026, 1, 23)


def test_days_on_hold_do_not_count() -> None:
    assert due("identity-30-days", "2026-01-10", ("hold", "2026-01-15")) is None
    # The 15th to the 19th are five days.
    assert due("identity-30-days", "2026-01-10", ("hold", "2026-01-15"), ("release", "2026-01-19")) == date(2026, 2, 14)


def test_an_extension_counts_from_the_start() -> None:
    assert due("readmission-eu-tr", "2026-01-10", ("extend", "2026-01-20")) == date(2026, 3, 11)


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 40), st.integers(0, 40))
def test_a_hold_never_makes_a_clock_due_earlier(start: date, before: int, length: int) -> None:
    first = (start + timedelta(days=before)).isoformat()
    last = (start + timedelta(days=before + length)).isoformat()
    plain = due("identity-30-days", start.isoformat())
    held = due("identity-30-days", start.isoformat(), ("hold", first), ("release", last))
    assert plain is not None and held is not None  # noqa: PT018
    assert plain <= held <= plain + timedelta(days=length + 1)


def test_every_rule_names_its_source() -> None:
    assert all(rule.source and rule.days > 0 for rule in clocks.rules().values())


@pytest.mark.django_db
def test_silence_counts_as_what_the_rule_says_and_only_then(people: Any, principal_of: Any) -> None:
    principal = principal_of(people.analyst)
    case = casework.open_case(principal, "Two requests")
    long_ago = datetime(2026, 1, 1, tzinfo=UTC)
    deemed = clocks.start(principal, case, "readmission-eu-tr", long_ago)
    late = clocks.start(principal, case, "identity-30-days", long_ago)
    clocks.deem()
    clocks.deem()
    deemed.refresh_from_db()
    late.refresh_from_db()
    assert (deemed.outcome, len(deemed.events)) == ("deemed agreed", 1)
    assert late.ended is None


@pytest.mark.django_db
def test_a_clock_is_held_once_and_needs_a_reason(people: Any, principal_of: Any) -> None:
    principal = principal_of(people.analyst)
    clock = clocks.start(principal, casework.open_case(principal, "x"), "identity-30-days", timezone.now())
    with pytest.raises(UsageError):
        clocks.act(principal, clock, "hold", " ")
    clocks.act(principal, clock, "hold", "The embassy asked for a photograph")
    with pytest.raises(ActRefused):
        clocks.act(principal, clock, "hold", "again")
    assert Clock.objects.get().due is None
    clocks.act(principal, clock, "end", "They answered")
    with pytest.raises(ActRefused):
        clocks.act(principal, clock, "end", "again")


@pytest.mark.django_db
def test_a_case_is_limited_to_teams_of_ones_own_only(people: Any, principal_of: Any) -> None:
    from dragoman.node.people.models import Team

    with pytest.raises(UsageError):
        casework.open_case(principal_of(people.analyst), "x", teams=[Team.objects.create(name="Other")])
