"""Names for the numbers of an event: the journal keeps none, so they are looked up when a page is shown."""

from __future__ import annotations

from collections.abc import Iterable

from dragoman.node.journal.models import Event
from dragoman.node.people.models import Account, ApiKey


def names_of(events: Iterable[Event]) -> dict[str, str]:
    """Return the names of those who acted, by ``account:7`` and ``key:3``, as far as they are known here."""
    whos = {event.who for event in events}
    accounts = Account.objects.in_bulk(_numbers(whos, "account:"))
    keys = ApiKey.objects.in_bulk(_numbers(whos, "key:"))
    found = {f"account:{number}": account.shown_name for number, account in accounts.items()}
    return found | {f"key:{number}": key.name for number, key in keys.items()}


def _numbers(whos: Iterable[str], prefix: str) -> list[int]:
    return [int(rest) for who in whos if who.startswith(prefix) and (rest := who.removeprefix(prefix)).isdecimal()]
