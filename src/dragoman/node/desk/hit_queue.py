"""The queue of hits: filters and pages. A page begins after the last hit of the one before, so that any is as quick."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlencode

from django.db.models import Q
from django.utils import timezone

from dragoman.node.access import Principal
from dragoman.node.desk.models import Assignment, Hit, HitQuerySet, Screening

PAGE = 50
#: Counting stops here; beyond it reads ``1,000+``.
COUNTED = 1_000
TABS = ("open", "second", "true", "inconclusive", "false", "remembered")


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the queue is shown. `age` is in days, at least; `least` a score; `assigned` is ``me`` or ``nobody``."""

    state: str = "open"
    source: str = ""
    least: float = 0.0
    origin: str = ""
    mine: bool = False
    age: int = 0
    screening: int = 0
    assigned: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> Filters:
        """Read filters from a query string; what makes no sense is left out."""
        state, origin = given.get("state", ""), given.get("origin", "")
        return cls(
            state if state in TABS else "open",
            given.get("list", "")[:64],
            _number(given.get("score", ""), 1.0),
            origin if origin in Screening.Origin.values else "",
            given.get("mine") == "yes",
            int(_number(given.get("age", ""), 3650)),
            int(_number(given.get("screening", ""), 1e15)),
            assigned if (assigned := given.get("assigned", "")) in ("me", "nobody") else "",
        )

    def url(self, **other: str) -> str:
        """Return the query string, with some of it otherwise."""
        given = {
            "state": self.state,
            "list": self.source,
            "score": f"{self.least:g}" if self.least else "",
            "origin": self.origin,
            "mine": "yes" if self.mine else "",
            "age": str(self.age or ""),
            "screening": str(self.screening or ""),
            "assigned": self.assigned,
        }
        return "?" + urlencode({name: value for name, value in (given | other).items() if value})

    def apply(self, hits: HitQuerySet) -> HitQuerySet:
        """Return the hits that pass the filters, state aside."""
        if self.source:
            hits = hits.filter(source=self.source)
        if self.least:
            hits = hits.filter(score__gte=self.least)
        if self.origin:
            hits = hits.filter(origin=self.origin)
        if self.age:
            hits = hits.filter(at__lte=timezone.now() - timedelta(days=self.age))
        return hits.filter(screening=self.screening) if self.screening else hits


def _number(text: str, most: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return 0.0
    return value if 0 <= value <= most else 0.0


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the queue, where the next one begins, and how many hits its tab holds where the page shows them all."""

    hits: list[Hit]
    after: str | None
    whole: int | None = None


def chosen(principal: Principal, filters: Filters) -> HitQuerySet:
    """Return the hits that pass the filters and that the principal may see, in no order, of any state."""
    hits = filters.apply(Hit.objects.visible_to(principal))
    if filters.assigned == "me":
        hits = hits.filter(pk__in=Assignment.objects.filter(to=principal.account).values("hit"))
    elif filters.assigned == "nobody":
        hits = hits.exclude(pk__in=Assignment.objects.values("hit"))
    return hits.filter(screening__by=principal.account) if filters.mine else hits


def page(principal: Principal, filters: Filters, after: str = "", size: int = PAGE) -> Page:
    """Return a page of the queue: the highest scores first, then the oldest hit."""
    hits = chosen(principal, filters).filter(state=filters.state)
    score, colon, number = after.partition(":")
    if colon and number.isdecimal():
        at = _number(score, 1.0)
        hits = hits.filter(Q(score__lt=at) | Q(score=at, pk__gt=int(number)), score__lte=at)
    found = list(hits.select_related("query", "assignment__to").defer("features").order_by("-score", "pk")[: size + 1])
    last = found[size - 1] if len(found) > size else None
    whole = len(found) if not after and last is None else None
    return Page(found[:size], f"{last.score!r}:{last.pk}" if last is not None else None, whole)


def counts(principal: Principal, filters: Filters, shown: Page | None = None) -> dict[str, str]:
    """Return how many hits each tab holds, as text; counting stops at `COUNTED`.

    A filter that few hits pass looks at the whole queue: what the page `shown` tells is not counted once more.
    """
    hits = chosen(principal, filters)
    found = {}
    for state in TABS:
        if shown is not None and shown.whole is not None and state == filters.state:
            found[state] = f"{shown.whole:,}"
            continue
        number = hits.filter(state=state).values("pk")[: COUNTED + 1].count()
        found[state] = f"{COUNTED:,}+" if number > COUNTED else f"{number:,}"
    return found
