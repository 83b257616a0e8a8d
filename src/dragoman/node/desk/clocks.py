"""Clocks: when something is due. A pure function of the rule, the start, and what happened since.

Days are counted whole, in the node's time zone. The day of the start does not count, nor does any day of which a part
was on hold. Rules come from ``data/clocks.yaml``, each with its source.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused, UsageError
from dragoman.node.access import Principal
from dragoman.node.desk.models import Case, Clock
from dragoman.node.jobs.chores import chore
from dragoman.node.journal.recording import record

TABLE = Path(__file__).with_name("data") / "clocks.yaml"
#: No clock runs longer (days); a hold without end must not count for ever.
_LONGEST = 3660


@dataclass(frozen=True, slots=True)
class Rule:
    """How long something may take; see the head of ``data/clocks.yaml``."""

    code: str
    title: str
    days: int
    counted: str
    starts: str
    extension: int
    deemed: str
    source: str
    holidays: tuple[date, ...] = ()

    def counts(self, day: date) -> bool:
        """Tell whether a day counts, holds aside."""
        return self.counted == "calendar" or (day.weekday() < 5 and day not in self.holidays)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a clock stands: due at the end of that day, None while on hold; and the outcome once it ended."""

    due: datetime | None
    held: bool = False
    extended: bool = False
    outcome: str = ""


@cache
def rules() -> dict[str, Rule]:
    """Return the rules by their code."""
    rows: dict[str, dict[str, Any]] = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    return {code: Rule(code, **(row | {"holidays": tuple(row.get("holidays", ()))})) for code, row in rows.items()}


def rule_of(code: str) -> Rule:
    """Return a rule. Raises UsageError where there is none of that code."""
    if code not in rules():
        raise UsageError(f"there is no clock {code!r}", remedy="one of " + ", ".join(rules()))
    return rules()[code]


def standing(rule: Rule, started: datetime, events: Sequence[dict[str, Any]]) -> Standing:
    """Return how a clock stands after the events, each ``{"kind": hold|release|extend|end, "at": ISO moment}``."""
    kinds = [event["kind"] for event in events]
    outcome = next((event.get("outcome", "") for event in events if event["kind"] == "end"), "")
    extended = "extend" in kinds
    holds = list(_holds(events))
    held = bool(holds) and holds[-1][1] is None and "end" not in kinds
    if held:
        return Standing(None, True, extended, outcome)
    days = rule.extension if extended else rule.days
    return Standing(_end_of(_counted(rule, timezone.localdate(started), days, holds)), False, extended, outcome)


def _holds(events: Sequence[dict[str, Any]]) -> Iterator[tuple[date, date | None]]:
    begun: date | None = None
    for event in events:
        day = timezone.localdate(datetime.fromisoformat(event["at"]))
        if event["kind"] == "hold":
            begun = day
        elif event["kind"] in ("release", "end") and begun is not None:
            yield begun, day
            begun = None
    if begun is not None:
        yield begun, None


def _counted(rule: Rule, day: date, days: int, holds: Sequence[tuple[date, date | None]]) -> date:
    left = days
    for _ in range(_LONGEST):
        if not left:
            break
        day += timedelta(days=1)
        on_hold = any(first <= day and (last is None or day <= last) for first, last in holds)
        left -= rule.counts(day) and not on_hold
    return day


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(23, 59, 59)))


def start(principal: Principal, case: Case, code: str, started: datetime) -> Clock:
    """Start a clock of a case; call it with the moment that was confirmed. Raises UsageError, ActRefused."""
    rule = rule_of(code)
    if started > timezone.now():
        raise UsageError("the start lies in the future", remedy="give the moment that was confirmed")
    if case.closed_at is not None:
        raise ActRefused("the case is closed", remedy="open another")
    with transaction.atomic():
        clock = Clock.objects.create(case=case, rule=code, started=started, due=standing(rule, started, []).due)
        record(principal, "desk.clock.started", f"clock:{clock.pk}", case=case.pk, rule=code)
    return clock


_MAY: dict[str, Callable[[Standing, Rule], bool]] = {
    "hold": lambda now, rule: not now.held,
    "release": lambda now, rule: now.held,
    "extend": lambda now, rule: not now.extended and rule.extension > rule.days,
    "end": lambda now, rule: True,
}


def act(principal: Principal, clock: Clock, kind: str, why: str, outcome: str = "") -> Clock:
    """Hold, release, extend or end a clock, with the reason. Raises ActRefused, UsageError."""
    rule = rule_of(clock.rule)
    if kind not in _MAY or not why.strip():
        raise UsageError("an act on a clock needs its kind and a reason", remedy="say why")
    with transaction.atomic():
        clock = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
        now = standing(rule, clock.started, clock.events)
        if clock.ended is not None or not _MAY[kind](now, rule):
            raise ActRefused(f"the clock stands so that “{kind}” is not possible", remedy="look at its events")
        event = {"kind": kind, "at": timezone.now().isoformat(), "by": principal.name, "why": why.strip()[:500]}
        clock.events = [*clock.events, event | ({"outcome": outcome or "answered"} if kind == "end" else {})]
        _settle(clock)
        record(principal, f"desk.clock.{_PAST[kind]}", f"clock:{clock.pk}", case=clock.case_id)
    return clock


_PAST = {"hold": "held", "release": "released", "extend": "extended", "end": "ended"}


def _settle(clock: Clock) -> None:
    now = standing(rule_of(clock.rule), clock.started, clock.events)
    clock.due, clock.outcome = now.due, now.outcome
    clock.ended = timezone.now() if now.outcome else None
    clock.save(update_fields=["events", "due", "outcome", "ended"])


@chore(seconds=60, lasting=True)
def deem() -> None:
    """Give clocks that ran out the outcome that their rule attaches to silence; one without goes on, and is late."""
    for clock in Clock.objects.filter(ended=None, due__lt=timezone.now()):
        rule = rules().get(clock.rule)
        if rule is None or not rule.deemed:
            continue
        with transaction.atomic():
            current = Clock.objects.select_for_update(of=("self",)).get(pk=clock.pk)
            if current.ended is not None or current.due is None or current.due >= timezone.now():
                continue
            at = timezone.now().isoformat()
            why = f"no answer in time ({rule.source})"
            outcome = f"deemed {rule.deemed}"
            current.events = [*current.events, {"kind": "end", "at": at, "by": "node", "why": why, "outcome": outcome}]
            _settle(current)
            record("node", "desk.clock.deemed", f"clock:{clock.pk}", case=clock.case_id, rule=clock.rule)
