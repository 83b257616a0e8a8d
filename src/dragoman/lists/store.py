"""The lists that this installation keeps, each in its versions.

State is the folder tree below ``<home>/lists`` and nothing else: the version in use is the newest
one there. A version appears by one rename, so an interrupted add leaves what was there untouched.
"""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from dragoman.errors import ListRefused, UnknownList, UnknownVersion
from dragoman.lists import intake, versions
from dragoman.lists.durable import sync, sync_tree
from dragoman.lists.home import home_folder
from dragoman.lists.intake import Progress, Tally
from dragoman.lists.locking import locked
from dragoman.lists.reading import ListFormat, Reading
from dragoman.lists.versions import ListVersion, SourceFile
from dragoman.model import Record

#: A new release with less than this share of the parties in use is refused: publishers do not
#: halve a list overnight, but downloads end halfway. Callers may insist.
LEAST_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class ListStore:
    """The lists below one home folder. Opening creates nothing; any number of processes may hold it open."""

    home: Path

    @classmethod
    def open(cls, home: Path | None = None) -> ListStore:
        """Open the store of `home`, else of ``DRAGOMAN_HOME``, else of the platform's data folder."""
        return cls(home_folder(home))

    @property
    def folder(self) -> Path:
        """Where the lists are."""
        return self.home / "lists"

    def names(self) -> list[str]:
        """Return the names of the lists that have a version, sorted."""
        if not self.folder.is_dir():
            return []
        found = (path.name for path in self.folder.iterdir() if not path.name.startswith("."))
        return sorted(name for name in found if self._ids(name))

    def versions(self, name: str) -> list[ListVersion]:
        """Return the accounts of every version kept of a list, oldest first. Raises UnknownList."""
        self._known(name)
        return [self._load(name, version) for version in self._ids(name)]

    def current(self, name: str) -> ListVersion:
        """Return the account of the version in use: the newest. Raises UnknownList."""
        self._known(name)
        return self._load(name, self._ids(name)[-1])

    def version(self, label: str) -> ListVersion:
        """Return the account that ``un-sc`` (the version in use) or ``un-sc@2025-11-20`` names.

        Raises UsageError on anything else, UnknownList, UnknownVersion.
        """
        name, version = versions.parse_label(label)
        if version is None:
            return self.current(name)
        self._known(name)
        if version not in self._ids(name):
            raise UnknownVersion(
                f"the list {name} is not kept in version {version}",
                remedy="kept: " + ", ".join(self._ids(name)),
            )
        return self._load(name, version)

    def in_use(self) -> dict[str, str]:
        """Return the version in use of every list."""
        return {name: self._ids(name)[-1] for name in self.names()}

    def records(self, name: str, version: str | None = None) -> Iterator[Record]:
        """Yield the records of a version (of the one in use), parties and what describes them, in file order.

        Raises UnknownList and UnknownVersion at once, StoreError on the way where the file is damaged.
        """
        account = self.version(name if version is None else f"{name}@{version}")
        return versions.load_records(self._path(account), account.name, account.version)

    def source(self, label: str) -> Path:
        """Return the folder with the publisher's files of a version, as they were handed in."""
        return self._path(self.version(label)) / versions.SOURCE

    def fingerprint(self) -> str:
        """Return a digest of the content in use, on which an index depends. It changes when any list does."""
        current = (self.current(name) for name in self.names())
        rows = [[account.name, account.version, account.content] for account in current]
        return hashlib.sha256(json.dumps(rows).encode()).hexdigest()[:32]

    def add(
        self,
        name: str,
        source: Path,
        form: ListFormat,
        *,
        mapping: Path | None = None,
        force: bool = False,
        empty: bool = False,
        progress: Progress | None = None,
        today: date | None = None,
    ) -> ListVersion:
        """Read a publisher's file or folder and keep it as a version; return that version's account.

        The same files again give back the version they already are. A release published before the
        one in use is kept beside it. `progress` is told the number of parties read so far.
        Raises ListRefused where the reader refuses, where there is no party (`empty`: where rows were
        refused and there is none; a list may have nobody on it), or where the new version is
        implausible beside the one in use (`force` overrules only that); nothing then changes.
        """
        versions.check_name(name)
        with locked(self.folder / ".locks" / name):
            self._sweep(name)
            folder = self.folder / ".adding" / f"{name}@{secrets.token_hex(8)}"
            try:
                path, files = intake.keep_sources(source, mapping, folder)
                digest = intake.checksum(form.name, files)
                if not force and (kept := self._same(name, digest)):
                    return kept
                reading = Reading()
                tally = intake.read_into(folder, path, form, reading, progress)
                account = self._account(name, form, reading, tally, files, digest, today)
                self._check(account, force=force, empty=empty)
                self._publish(folder, account)
            finally:
                intake.discard(folder)
        return account

    def remove(self, label: str) -> list[str]:
        """Remove a version (``un-sc@2025-11-20``) or a whole list (``un-sc``); return the labels removed.

        Raises UnknownList and UnknownVersion.
        """
        name, version = versions.parse_label(label)
        with locked(self.folder / ".locks" / name):
            gone = [self.version(label).version] if version else [*self._listed(name)]
            for each in gone:
                # Out of sight first, in one step: a reader never meets half a version.
                doomed = self.folder / ".adding" / f"{name}@{secrets.token_hex(8)}"
                doomed.parent.mkdir(parents=True, exist_ok=True)
                (self.folder / name / each).rename(doomed)
                intake.discard(doomed)
            with suppress(OSError):
                (self.folder / name).rmdir()
        return [f"{name}@{each}" for each in gone]

    def _listed(self, name: str) -> list[str]:
        self._known(name)
        return self._ids(name)

    def _ids(self, name: str) -> list[str]:
        folder = self.folder / name
        if not folder.is_dir():
            return []
        return sorted((path.name for path in folder.iterdir() if versions.is_version(path.name)), key=versions.order)

    def _known(self, name: str) -> None:
        versions.check_name(name)
        if not self._ids(name):
            names = self.names()
            raise UnknownList(
                f"no list named {name} is kept",
                remedy=f"kept: {', '.join(names)}" if names else f"add it: dragoman lists add {name} FILE",
            )

    def _path(self, account: ListVersion) -> Path:
        return self.folder / account.name / account.version

    def _load(self, name: str, version: str) -> ListVersion:
        return versions.load_account(self.folder / name / version)

    def _sweep(self, name: str) -> None:
        """Remove what an interrupted add left behind; the lock says that none is running."""
        for left in (self.folder / ".adding").glob(f"{name}@*"):
            intake.discard(left)

    def _same(self, name: str, digest: str) -> ListVersion | None:
        ids = self._ids(name)
        kept = [account for account in (self._load(name, each) for each in ids) if account.sha256 == digest]
        # Without a publisher's date, files that were in use before and come back are news.
        return next((each for each in reversed(kept) if each.published or each.version == ids[-1]), None)

    def _account(
        self,
        name: str,
        form: ListFormat,
        reading: Reading,
        tally: Tally,
        files: list[SourceFile],
        digest: str,
        today: date | None,
    ) -> ListVersion:
        day = reading.published or ""
        if not versions.is_version(day):
            day = (today or datetime.now(UTC).date()).isoformat()
        return ListVersion(
            name=name,
            version=versions.free_version(day, set(self._ids(name))),
            format=form.name,
            title=form.title,
            publisher=form.publisher,
            published=reading.published,
            added=datetime.now(UTC).isoformat(timespec="seconds"),
            parties=tally.parties,
            by_schema=dict(tally.by_schema.most_common()),
            names=tally.names,
            records=tally.records,
            sha256=digest,
            content=tally.content,
            sources=tuple(files),
            rejects=tuple(reading.rejects),
            warnings=tuple(reading.warnings),
        )

    def _check(self, account: ListVersion, *, force: bool, empty: bool = False) -> None:
        rejects = len(account.rejects)
        first = f"; the first: {account.rejects[0].place}: {account.rejects[0].reason}" if rejects else ""
        if account.parties == 0 and (rejects or not empty):
            raise ListRefused(
                f"no party could be read from it as {account.format} ({rejects:,} rows refused{first})",
                remedy="check that the file is whole, and that it is of this format (--format)",
            )
        if force:
            return
        if rejects > account.parties:
            raise ListRefused(
                f"more rows were refused ({rejects:,}) than parties read ({account.parties:,}){first}",
                remedy="check the format; --force keeps it nevertheless",
            )
        ids = self._ids(account.name)
        if ids and versions.order(account.version) > versions.order(ids[-1]):
            before = self._load(account.name, ids[-1])
            if account.parties < before.parties * LEAST_SHARE:
                raise ListRefused(
                    f"its parties number {account.parties:,}, those of version {before.version} {before.parties:,}",
                    remedy="check that the file is whole; --force keeps it nevertheless",
                )

    def _publish(self, folder: Path, account: ListVersion) -> None:
        with (folder / versions.ACCOUNT).open("x", encoding="utf-8") as file:
            json.dump(account.to_json(), file, ensure_ascii=False, indent=1)
        sync_tree(folder)
        target = self._path(account)
        target.parent.mkdir(parents=True, exist_ok=True)
        folder.rename(target)
        sync(target.parent)
        sync(self.folder)
