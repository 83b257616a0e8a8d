"""Drafting: a document to start from, and the next version of one that is signed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from datetime import datetime
from typing import Any

from dragoman.exchange.agreement import Agreement, Memorandum, Party
from dragoman.exchange.agreement_reading import FORM, TYPE
from dragoman.exchange.handling_words import load

#: What a draft holds a class for, in days, until the parties agree on less or more.
KEPT = 365


def draft(
    name: str,
    title: str,
    parties: tuple[Party, Party],
    memorandum: Memorandum,
    clauses: Iterable[Mapping[str, Any]],
    starts: datetime,
    ends: datetime,
    **more: Any,
) -> dict[str, Any]:
    """Return a document for `read_agreement`, careful where nothing else is said.

    Nothing goes on without leave, authors are stripped, what may not leave is cut out of what may. The times to answer
    are those of the table, and what is received is kept for a year. `clauses` are as in the document; `more` replaces
    any other key of it.
    """
    given = [dict(clause) for clause in clauses]
    for number, clause in enumerate(given, 1):
        clause.setdefault("id", str(number))
        clause.setdefault("codes", ["H0", "H1", "H2"])
        clause.setdefault("roles", ["liaison"])
    classes = sorted({each for clause in given for each in clause["classes"]})
    document = {
        "type": TYPE, "form": FORM, "id": name, "version": 1, "title": title,
        "memorandum": {
            "title": memorandum.title, "reference": memorandum.reference, "signed": memorandum.signed.isoformat(),
        },
        "parties": [_party(each) for each in parties],
        "clauses": given,
        "onward": "leave", "authors": "stripped", "references": "cut",
        "retention": dict.fromkeys(classes, KEPT),
        "answers": {urgency: row["hours"] for urgency, row in load("requests.yaml")["urgencies"].items()},
        "starts": starts.isoformat(), "ends": ends.isoformat(),
    }  # fmt: skip
    return document | more


def next_version(agreement: Agreement, **changes: Any) -> dict[str, Any]:
    """Return the document of the version that is to take an agreement's place, with these keys changed."""
    document = deepcopy(dict(agreement.document))
    return document | changes | {"version": agreement.version + 1, "supersedes": agreement.hash}


def _party(party: Party) -> dict[str, Any]:
    contact = {"desk": party.contact.desk, "email": party.contact.email, "phone": party.contact.phone}
    given = {name: value for name, value in contact.items() if value}
    return {"node": party.node, "name": party.name, "key": party.key.text, "contact": given}
