"""Taking a version of a list into the node: kept as a file, written as records, indexed, and put in use in one step.

The file store (`dragoman.lists`) stays the canonical copy. An import that is interrupted leaves the former version in
use; the same call again completes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from dragoman.lists.catalogue import find_format, recognise
from dragoman.lists.locking import locked
from dragoman.lists.store import ListStore
from dragoman.lists.versions import ListVersion as Account
from dragoman.lists.versions import order
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record
from dragoman.node.registry import indexing
from dragoman.node.registry.handling import Kept, kept_of
from dragoman.node.registry.models import ListVersion, Source
from dragoman.node.registry.writing import HandlingOf, Writing

Progress = Callable[[int], None]


def import_list(
    name: str,
    path: Path,
    *,
    by: Principal | str = "node",
    format: str | None = None,  # noqa: A002  as the command line calls it
    mapping: Path | None = None,
    force: bool = False,
    empty: bool = False,
    handling: Mapping[str, Any] | None = None,
    handling_of: HandlingOf | None = None,
    progress: Progress | None = None,
) -> ListVersion:
    """Take in a publisher's file or folder as a version of the list `name` and put it in use; return that version.

    The same files again give back the version they are. A release older than the one in use is kept beside it. `force`
    and `empty` are as `ListStore.add` takes them.
    `handling` is that of the whole list from now on, `handling_of` gives that of a record by its id, both as JSON.
    `progress` is told the number of records so far. Raises what `ListStore.add` raises, and MessageRefused on a
    handling that is none; nothing then changes.
    """
    whole = kept_of(handling)
    store = ListStore.open(settings.HOME)
    form = find_format(format or "csv", mapping) if format or mapping else recognise(path)
    account = store.add(name, path, form, mapping=mapping, force=force, empty=empty)
    version = take_in(store, account, by=by, handling_of=handling_of, progress=progress)
    if whole.given is not None and version.source.handling != whole.given:
        set_handling(version.source, whole, by)
    return version


def set_handling(source: Source, kept: Kept, by: Principal | str) -> None:
    """Say what may be done with all that a source states, where a statement has no handling of its own."""
    with transaction.atomic():
        source.handling = kept.given or {}
        source.save(update_fields=["handling"])
        record(by, "registry.list.handled", f"list:{source.pk}")


def take_in(
    store: ListStore,
    account: Account,
    *,
    by: Principal | str = "node",
    handling_of: HandlingOf | None = None,
    progress: Progress | None = None,
) -> ListVersion:
    """Write a version of the file store into the node and put it in use, unless it is already, or an older one."""
    indexing.folder().mkdir(parents=True, exist_ok=True)
    with locked(indexing.folder() / ".importing"):  # one import at a time
        version = _version(account, by)
        if version.state != ListVersion.State.IMPORTING:
            return version
        before = ListVersion.objects.filter(source=version.source, state=ListVersion.State.IN_USE).first()
        if before is not None and order(before.version) > order(version.version):
            # What an import of it wrote before it was interrupted is for nobody.
            Writing(version.source, version.version, before.version).forget_half_done()
            return _keep_beside(version, by)
        writing = Writing(version.source, version.version, before.version if before else "", handling_of)
        writing.write(store.records(account.name, account.version), progress)
        lists = indexing.versions_in_use() | {account.name: account.version}
        file = indexing.build(lists, progress, writing)
        _activate(version, before, writing, file, lists, by)
        indexing.sweep()
        return version


def _version(account: Account, by: Principal | str) -> ListVersion:
    source, _ = Source.objects.update_or_create(
        name=account.name,
        defaults={"title": account.title, "publisher": account.publisher, "format": account.format},
    )
    version, _ = ListVersion.objects.get_or_create(
        source=source,
        version=account.version,
        defaults={
            "published": account.published or "",
            "parties": account.parties,
            "rejects": len(account.rejects),
            "warnings": len(account.warnings),
            "content": account.content,
            "by": by.account if isinstance(by, Principal) else None,
        },
    )
    return version


def _keep_beside(version: ListVersion, by: Principal | str) -> ListVersion:
    with transaction.atomic():
        version.state = ListVersion.State.SUPERSEDED
        version.save(update_fields=["state"])
        record(by, "registry.version.kept", f"version:{version.pk}", result="superseded")
    return version


def _activate(
    version: ListVersion,
    before: ListVersion | None,
    writing: Writing,
    file: str,
    lists: dict[str, str],
    by: Principal | str,
) -> None:
    with transaction.atomic():
        writing.settle()
        if before is not None:
            before.state = ListVersion.State.SUPERSEDED
            before.save(update_fields=["state"])
        version.state = ListVersion.State.IN_USE
        version.save(update_fields=["state"])
        indexing.put_in_use(file, lists)
        record(by, "registry.version.in_use", f"version:{version.pk}", parties=version.parties)
        _screen_again(version, by)


def _screen_again(version: ListVersion, by: Principal | str) -> None:
    """Let the desk screen again what the version concerns: its job is queued with the version, or neither is."""
    from dragoman.node.desk.rescreening import on_new_version  # the desk stands on the registry, not the reverse

    on_new_version(version, by if isinstance(by, Principal) else None)
