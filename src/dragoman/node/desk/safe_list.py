"""The safe list: people wrongly matched again and again, by their redress numbers. It is shown, and hides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from django.utils import timezone

from dragoman.model import Record
from dragoman.model.identifiers import normalise_identifier
from dragoman.names import tokenise
from dragoman.node.desk.models import SafeListEntry, SafeListKey
from dragoman.screening.facts import DATES
from dragoman.screening.numbers import numbers_of

#: Where a query may bear a redress number: passenger messages have it as a document or as a remark.
_REDRESS = ("idNumber", "passportNumber", "number")


def keys_of(record: Record, redress_number: str = "") -> set[str]:
    """Return the digests by which a person is found: redress number, documents, each name with each birth date."""
    written = [*record.values(*_REDRESS), redress_number]
    plain = [f"redress:{normalise_identifier(text)}" for text in written if text]
    plain += [f"number:{number.kind}:{number.value}" for number in numbers_of(record)]
    names = {" ".join(sorted(token.sounds for token in tokenise(text).tokens)) for text in record.names}
    plain += [f"born:{name}:{day}" for name in names if name for day in record.values(*DATES) if len(day) == 10]
    return {blake2b(text.encode(), digest_size=16).hexdigest() for text in plain}


def known(records: Iterable[Record]) -> list[tuple[SafeListEntry, ...]]:
    """Return for each query the entries in force that speak of the same person."""
    keys = [keys_of(record) for record in records]
    wanted = set().union(*keys) if keys else set()
    if not wanted or not SafeListEntry.objects.exists():
        return [()] * len(keys)
    rows = SafeListKey.objects.filter(
        digest__in=wanted, entry__expires__gte=timezone.localdate(), entry__ended_at=None
    ).select_related("entry")
    by_digest: dict[str, dict[int, SafeListEntry]] = {}
    for row in rows:
        by_digest.setdefault(row.digest, {})[row.entry_id] = row.entry
    return [
        tuple({pk: entry for key in each for pk, entry in by_digest.get(key, {}).items()}.values()) for each in keys
    ]
