"""Purposes: why personal data is looked at. The first ones come from ``data/purposes.yaml``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.db.models import QuerySet

from dragoman.node.people.models import Account, Purpose

TABLE = Path(__file__).with_name("data") / "purposes.yaml"


def put_in(using: str = "default", **_: Any) -> None:
    """Put in the first purposes where they are missing; called after each ``migrate``."""
    known = set(Purpose.objects.using(using).values_list("code", flat=True))
    given = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    Purpose.objects.using(using).bulk_create(
        [Purpose(code=code, **fields) for code, fields in given.items() if code not in known], ignore_conflicts=True
    )


def in_force() -> QuerySet[Purpose]:
    """Return the purposes that may be chosen now."""
    return Purpose.objects.filter(active=True).order_by("title")


def remembered(account: Account) -> str | None:
    """Return the purpose that the account chose last, if it may still be chosen; the page offers it first."""
    last = account.last_purpose
    return last.code if last is not None and last.active else None
