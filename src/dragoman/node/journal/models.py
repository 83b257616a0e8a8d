"""The journal as it is kept: events, the tree over them, signed checkpoints. Only ever appended to.

Rows are refused to be changed or deleted here, and by the database itself (see `guard`). Both keep honest people from
mistakes; against the others there are the tree and its checkpoints.
"""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.db import models

from dragoman.audit.events import encoded
from dragoman.errors import ActRefused


def _refuse() -> NoReturn:
    raise ActRefused("the journal is never changed", remedy="record another event, which says what was wrong")


class AppendOnlyQuerySet(models.QuerySet[Any]):
    """Rows that can be read and added, and nothing else."""

    def update(self, **_: Any) -> NoReturn:
        """Refuse. Raises ActRefused."""
        _refuse()

    def delete(self) -> NoReturn:
        """Refuse. Raises ActRefused."""
        _refuse()


class AppendOnly(models.Model):
    """A row that is written once."""

    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **named: Any) -> None:
        """Add the row. Raises ActRefused where it is there already."""
        if not self._state.adding:
            _refuse()
        super().save(*args, **named | {"force_insert": True})

    def delete(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse. Raises ActRefused."""
        _refuse()


class Event(AppendOnly):
    """One act: who, what, on which object, for which purpose, with which result, when.

    `id` is the index of its leaf in the tree, from 0, without gaps; `leaf` the hash of its canonical bytes.
    Appended by `appending.append` only.
    """

    id = models.BigIntegerField(primary_key=True)
    at = models.DateTimeField(db_index=True)
    who = models.CharField(max_length=40)
    act = models.CharField(max_length=60)
    object = models.CharField(max_length=120)
    purpose = models.CharField(max_length=50, blank=True)
    result = models.CharField(max_length=120, blank=True)
    details = models.JSONField(default=dict)
    leaf = models.BinaryField(max_length=32)

    class Meta:
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["who", "id"], name="event_who"),
            models.Index(fields=["act", "id"], name="event_act"),
            models.Index(fields=["object", "id"], name="event_object"),
            models.Index(fields=["purpose", "id"], name="event_purpose"),
        ]

    @property
    def content(self) -> bytes:
        """The canonical bytes, of the row as it is now. Raises EventRefused where there are none."""
        return encoded(self.who, self.act, self.object, self.at, self.purpose, self.result, self.details)


class Node(AppendOnly):
    """A hash of the tree above the leaves: that of 256 leaves on level 1, of 65,536 on level 2, and so on."""

    level = models.PositiveSmallIntegerField()
    position = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["level", "position"], name="node_once_a_place")
        ]


class Checkpoint(AppendOnly):
    """A size and root of the tree as signed: the note itself, and its size to find it by."""

    size = models.BigIntegerField(db_index=True)
    at = models.DateTimeField()
    note = models.TextField()


class Head(models.Model):
    """Where the tree ends, in one row. Whoever appends holds it, so that the tree never forks."""

    id = models.PositiveSmallIntegerField(primary_key=True)
    size = models.BigIntegerField(default=0)
    peaks = models.BinaryField(default=bytes)
    signed_size = models.BigIntegerField(default=0)
    signed_at = models.BigIntegerField(default=0, help_text="Seconds since 1970.")
