"""What a partner calls back while the rest of its list is still to come.

The part that came must not be used: it would report people as clear whom the partner lists. But what may be wrong about
a person must not wait for a line to be mended. So it is taken out of the list in use, which else stays as it is.
"""

from __future__ import annotations

import orjson
from django.db import transaction

from dragoman.errors import DragomanError
from dragoman.exchange.stix.records import is_withdrawal, read_record
from dragoman.lists.locking import locked
from dragoman.node.journal.recording import record as journal
from dragoman.node.partners.holding import list_name
from dragoman.node.partners.models import Notice, Partner, ReceivedObject

_ROWS = 500


def take_out(partner: Partner, notices: list[Notice]) -> list[Notice]:
    """Take what notices call back out of the list in use and its index; return the notices that this carries out.

    A correction waits for the rest of the list, as does what is to be kept for less time, and what the part that came
    withdrew: its withdrawal does not say which record it was.
    """
    from dragoman.node.registry import indexing
    from dragoman.node.registry.models import Record
    from dragoman.node.registry.retention import forget

    carried = [each for each in notices if each.outcome in ("removed", "not_held")]
    found = _records(partner, [each.object for each in carried])
    carried = [each for each in carried if found.get(each.object) != ""]
    names = sorted(filter(None, found.values()))
    indexing.folder().mkdir(parents=True, exist_ok=True)
    with locked(indexing.folder() / ".importing"):
        with transaction.atomic():
            for start in range(0, len(names), _ROWS):
                rows = Record.objects.filter(source__name=list_name(partner), gone=False)
                pks = dict(rows.filter(record_id__in=names[start : start + _ROWS]).values_list("pk", "source"))
                if pks:
                    forget(list(pks))
                    source = next(iter(pks.values()))
                    journal(f"partner:{partner.pk}", "registry.statements.removed", f"list:{source}", count=len(pks))
        indexing.renew()
    return carried


def _records(partner: Partner, objects: list[str]) -> dict[str, str]:
    """Return, of objects that are held, the ids of the records that they are; nothing where only a withdrawal is."""
    found: dict[str, str] = {}
    for start in range(0, len(objects), _ROWS):
        rows = ReceivedObject.objects.filter(agreement__partner=partner, stix_id__in=objects[start : start + _ROWS])
        for name, content in rows.values_list("stix_id", "content"):
            thing = orjson.loads(content)
            try:
                record = read_record(thing)
            except DragomanError:  # no record, and on no list
                continue
            if record is not None:
                found[name] = record.id
            elif is_withdrawal(thing):
                found.setdefault(name, "")
    return found
