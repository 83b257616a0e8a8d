"""Reading what partners give: by delta, page by page, kept as it came, and taken into the registry as a list."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import orjson
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from dragoman.errors import DragomanError, MessageRefused
from dragoman.exchange.stix.records import read_record
from dragoman.node.journal.recording import record
from dragoman.node.partners import erasing, lines
from dragoman.node.partners.confirming import confirm
from dragoman.node.partners.holding import list_name
from dragoman.node.partners.identity import node_id
from dragoman.node.partners.keeping import Keeping
from dragoman.node.partners.models import Agreement, Partner, Poll, ReceivedObject
from dragoman.node.partners.sharing_received import newest_of
from dragoman.node.partners.taxii.asking import uuid_of
from dragoman.node.registry.models import ListVersion

#: Objects asked for at once.
PAGE = 1000
#: How `Poll.trouble` begins while pages are still to come. The list in use then stays as it is: part of a list would
#: report people as clear whom the partner lists.
UNFINISHED = "Only a part has come, and is not used yet"


def poll(agreement: Agreement) -> int:
    """Read what is new in the collections that a partner gives under an agreement; return how many objects came.

    What fails is told in `Poll.trouble` and tried again next time, from the page that did not come. Only an agreement
    in force is polled.
    """
    if not agreement.standing().in_force:
        return 0
    came = 0
    for data_class in sorted(_given(agreement)):
        row, _ = Poll.objects.get_or_create(
            agreement=agreement, collection=uuid_of(agreement, data_class, agreement.partner.node)
        )
        try:
            came += _read(agreement, data_class, row)
            row.trouble = _not_understood(agreement)
            confirm(agreement, data_class, row, lambda: _root(agreement))
        except DragomanError as error:
            row.trouble = f"{UNFINISHED}: {error}" if row.trouble.startswith(UNFINISHED) else str(error)
        row.at = timezone.now()
        row.save(update_fields=["trouble", "at", "confirmed"])
    return came


def _given(agreement: Agreement) -> set[str]:
    clauses = agreement.read.clauses
    return {
        name
        for each in clauses
        if each.giver == agreement.partner.node and each.receiver == node_id() and "disclose" in each.actions
        for name in each.classes
    }


def _not_understood(agreement: Agreement) -> str:
    count = agreement.received.filter(handling="", revoked=False).count()
    return f"{count} objects bear markings that are not understood here, and are not used" if count else ""


def _read(agreement: Agreement, data_class: str, row: Poll) -> int:
    came, token, after = 0, "", row.after
    keeping = Keeping(agreement, data_class)
    root = _root(agreement)
    while True:
        query = f"limit={PAGE}" + (f"&next={token}" if token else "") + (f"&added_after={after}" if after else "")
        path = f"{root}collections/{row.collection}/objects/?{query}"
        page, last = lines.get(agreement.partner, path)
        things = page.get("objects", [])
        token = page.get("next", "") if page.get("more") else ""
        with transaction.atomic():
            came += keeping.keep(things)
            if last:
                row.after, row.trouble = last, UNFINISHED if token else ""
                row.save(update_fields=["after", "trouble"])
        if not token:
            return came


def _root(agreement: Agreement) -> str:
    """Return the API root of the agreement at the partner, below its address: the one whose title it bears."""
    found, _ = lines.get(agreement.partner, "taxii2/")
    base = agreement.partner.address.rstrip("/") + "/"
    for address in found.get("api_roots", []):
        path = str(address).removeprefix(base)
        listed, _ = lines.get(agreement.partner, f"{path}collections/")
        wanted = {str(uuid_of(agreement, name, agreement.partner.node)) for name in _given(agreement)}
        if wanted & {each.get("id") for each in listed.get("collections", [])}:
            return path
    raise MessageRefused(f"{agreement.partner} shows no API root for {agreement.title}", remedy="ask the partner")


def take_in(partner: Partner) -> str:
    """Put what a partner gives in use as a list of the registry; return its version. The list may be empty.

    Statements keep quality, spelling, place and origin; each record has the handling under which it came.
    """
    from dragoman.node.registry.importing import import_list

    handlings: dict[str, str] = {}
    used = _in_use(partner)
    with erasing.list_locked(partner), tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "received.jsonl"
        with path.open("wb") as stream:
            count = sum(stream.write(line) > 0 for line in _lines(partner, handlings))
        version = import_list(
            list_name(partner),
            path,
            by=f"partner:{partner.pk}",
            format="records",
            force=True,
            empty=True,
            handling_of=lambda name: orjson.loads(handlings[name]),
        )
    record(f"partner:{partner.pk}", "partners.list.taken_in", f"version:{version.pk}", records=count)
    gone = ReceivedObject.objects.filter(agreement__partner=partner, revoked=True)
    if used is not None and gone.filter(at__gt=used.added).exists():
        erasing.drop_former_files(list_name(partner))
    return version.version


def _lines(partner: Partner, handlings: dict[str, str]) -> Iterator[bytes]:
    for came in newest_of(partner):
        found = None if came.revoked else read_record(orjson.loads(came.content))
        if found is not None:
            handlings[found.id] = came.handling
            yield orjson.dumps(found.to_json(), option=orjson.OPT_APPEND_NEWLINE)


def poll_all() -> int:
    """Poll every agreement in force, and put in use what came; return how many objects came."""
    came = 0
    for partner in Partner.objects.exclude(confirmed=None):
        came += sum(poll(each) for each in partner.agreements.prefetch_related("acts"))
        if unfinished(partner):
            continue
        try:
            renew(partner)
        except DragomanError as error:  # told on the agreement's page, and tried again
            Poll.objects.filter(agreement__partner=partner).update(trouble=str(error))
    return came


def unfinished(partner: Partner) -> bool:
    """Tell whether pages are still to come of what a partner gives under an agreement in force."""
    cut_short = partner.agreements.filter(polls__trouble__startswith=UNFINISHED).distinct()
    return any(each.standing().in_force for each in cut_short.prefetch_related("acts"))


def renew(partner: Partner) -> bool:
    """Put in use what came, if the list in use lacks it; tell whether the list in use is up with it now."""
    if _waits(partner):
        take_in(partner)
        return not _waits(partner)
    return True


def _waits(partner: Partner) -> bool:
    """Tell whether something came that the list in use does not have yet, be it from before an interruption."""
    came = ReceivedObject.objects.filter(agreement__partner=partner).aggregate(last=Max("at"))["last"]
    used = _in_use(partner)
    return came is not None and (used is None or came > used.added)


def _in_use(partner: Partner) -> ListVersion | None:
    return ListVersion.objects.filter(source__name=list_name(partner), state=ListVersion.State.IN_USE).first()
