"""What the kinds share: a node with a small list and a person who works at it."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from dragoman.node.access import Principal
from dragoman.node.people.models import Account, Appointment
from dragoman.node.registry.importing import import_list

LISTED = [f"Quellmar Tavrosin{chr(97 + number % 26)}{chr(97 + number // 26)}" for number in range(200)]


def set_up() -> None:
    """Make an analyst, and a list in use."""
    account = Account.objects.create(username="ana")
    Appointment.objects.create(account=account, role="analyst")
    path = Path(settings.HOME) / "harbour.csv"
    path.write_text("id,schema,name\n" + "\n".join(f"H-{number},Person,{name}" for number, name in enumerate(LISTED)))
    import_list("harbour", path, format="csv")


def analyst() -> Principal:
    """Return the analyst at work."""
    account = Account.objects.get(username="ana")
    return Principal(account, None, account.roles, purpose="training")
