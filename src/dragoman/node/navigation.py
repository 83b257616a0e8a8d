"""The entries of the navigation, in the order in which an analyst meets them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its route, label and icon, and the routes that belong to it."""

    route: str
    label: str
    icon: str
    group: str
    more: tuple[str, ...] = ()

    def shown(self, here: str) -> dict[str, Any]:
        """Return what the template shows."""
        current = here == self.route or here in self.more
        return {
            "url": reverse(self.route),
            "label": self.label,
            "icon": self.icon,
            "group": self.group,
            "current": current,
        }


ENTRIES = (
    Entry("desk:search", "Search", "search", "Work"),
    Entry("desk:hits", "Hits", "hits", "Work", ("desk:hit", "desk:compare")),
    Entry("desk:screenings", "Screenings", "screenings", "Work", ("desk:screening", "desk:upload")),
    Entry("desk:cases", "Cases", "cases", "Work", ("desk:case",)),
    Entry("registry:lists", "Lists", "lists", "Sources", ("registry:list", "registry:version")),
    Entry("registry:subjects", "Subjects", "subjects", "Sources", ("registry:subject", "registry:record")),
    Entry(
        "partners:partners",
        "Partners",
        "partners",
        "Exchange",
        ("partners:partner", "partners:draft", "partners:agreement"),
    ),
    Entry("partners:requests", "Requests", "requests", "Exchange", ("partners:request", "partners:request_new")),
    Entry("partners:interests", "Interests", "flag", "Exchange"),
    Entry("partners:matching", "Private matching", "shield", "Exchange"),
    Entry("partners:disclosures", "Disclosures", "file", "Exchange", ("partners:notices", "partners:onward")),
    Entry("journal:events", "Journal", "journal", "Oversight", ("journal:event",)),
    Entry("people:accounts", "People", "people", "Oversight", ("people:account",)),
    Entry("webhooks:webhooks", "Webhooks", "bell", "Oversight", ("webhooks:webhook",)),
    Entry("people:settings", "Settings", "settings", "Oversight"),
)
