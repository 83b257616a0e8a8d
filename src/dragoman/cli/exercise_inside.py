"""Within one node of the exercise: its tables, people and lists; and what it has to show for the score card.

A node's settings are those of its process, so each of the two is prepared and asked in a process of its own:
``python -m dragoman.cli.exercise_inside prepare|exchange|evidence``, started by `exercise_nodes`, by nobody else.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

#: Who works at each agency: everybody is called after their role.
PEOPLE = ("liaison", "analyst", "reviewer", "supervisor", "auditor", "administrator")


def prepare(given: dict[str, Any]) -> None:
    """Make tables, people with the given password, and the lists with which the agency begins. Twice is as once."""
    from dragoman.node.serving.prepare import prepare as tables
    from dragoman.node.serving.prepare import set_up

    set_up()
    tables()
    _people(given["password"])
    from dragoman.node.registry.importing import import_list

    for name, file in given["lists"].items():
        import_list(name, Path(file))


def _people(password: str) -> None:
    from django.contrib.auth.hashers import make_password

    from dragoman.node.people.models import Account, Appointment, NodeSettings

    for role in PEOPLE:
        account, new = Account.objects.get_or_create(username=role, defaults={"first_name": role.capitalize()})
        if new:
            Appointment.objects.create(account=account, role=role)
        account.password = make_password(password)
        account.save(update_fields=["password"])
    kept = NodeSettings.objects.first() or NodeSettings()
    kept.second_factor = False  # trainees share a room and a password
    kept.save()


def exchange() -> None:
    """Deliver, write and poll once for each line that comes, without waiting for the worker; answer each with a line.

    One process stays for all of them: starting one takes longer than what it is asked to do.
    """
    from dragoman.node.serving.prepare import set_up

    set_up()
    from django.core.management import call_command

    for _ in sys.stdin:
        call_command("exchange", stdout=io.StringIO())
        sys.stdout.write("done\n")
        sys.stdout.flush()


def evidence() -> dict[str, Any]:
    """Return the events of the journal, and how the hits of the desk stand."""
    from dragoman.node.serving.prepare import set_up

    set_up()
    from dragoman.node.desk.models import Hit
    from dragoman.node.journal.models import Event

    acts = Event.objects.order_by("id").values_list("at", "act", "result")
    hits = Hit.objects.order_by("pk").values_list("query__asked_id", "record_id", "query__caption", "state")
    return {
        "acts": [(at.isoformat(timespec="seconds"), act, result) for at, act, result in acts.iterator()],
        "hits": list(hits),
    }


def main() -> None:
    """Do what the first argument says; JSON comes by standard input, and goes to standard output."""
    if sys.argv[1:] == ["prepare"]:
        prepare(json.load(sys.stdin))
    elif sys.argv[1:] == ["exchange"]:
        exchange()
    else:
        json.dump(evidence(), sys.stdout)


if __name__ == "__main__":
    main()
