"""Quotas: how much a partner may ask, so that no list can be read out by asking for everything.

Pure functions over a partner's past: the node keeps the usage and hands it in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from dragoman.errors import QuotaReached


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `elements` blinded elements within a sliding `window`, padding included."""

    elements: int
    window: timedelta


@dataclass(frozen=True, slots=True)
class Use:
    """One question that was answered: when, and with how many elements."""

    at: datetime
    elements: int


def left(quota: Quota, uses: Iterable[Use], now: datetime) -> int:
    """Return how many elements may still be asked now. A use in the future (a clock that differs) counts."""
    since = now - quota.window
    return max(0, quota.elements - sum(use.elements for use in uses if use.at > since))


def spend(quotas: Iterable[Quota], uses: Iterable[Use], elements: int, now: datetime) -> Use:
    """Return the use to be kept if the question fits every quota. Raises QuotaReached, with the time to ask again."""
    past = list(uses)
    for quota in quotas:
        remaining = left(quota, past, now)
        if elements > remaining:
            raise QuotaReached(
                f"{elements} elements asked, {remaining} of {quota.elements} left in {quota.window}",
                remedy=_when(quota, past, elements, now),
            )
    return Use(now, elements)


def _when(quota: Quota, uses: list[Use], elements: int, now: datetime) -> str:
    if elements > quota.elements:
        return "ask in smaller batches, or agree on a larger quota"
    for use in sorted(uses, key=lambda use: use.at):
        later = use.at + quota.window
        if later > now and left(quota, uses, later) >= elements:
            return f"ask again after {later.isoformat(timespec='seconds')}"
    return "agree on a larger quota"  # pragma: no cover  (the last use always leaves the window)
