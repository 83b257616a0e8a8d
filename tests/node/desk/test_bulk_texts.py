"""Uploads of messages: parties, and whom the texts name, with the place; the same as `dragoman screen` finds."""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dragoman.cli.looking import Look
from dragoman.exercise.making import LIST_FILES, MESSAGES
from dragoman.exercise.marking import HIT
from dragoman.messages.batch import Tally, queries_of
from dragoman.messages.queries import Account
from dragoman.messages.sources import sources
from dragoman.node.desk import bulk, reviewing
from dragoman.node.desk.looking import Placed
from dragoman.node.desk.models import Hit, Screening
from dragoman.node.desk.reviewing import Decision
from dragoman.node.jobs import queue
from dragoman.node.registry.importing import import_list
from dragoman.node.registry.search import screener
from dragoman.screening import Mention
from tests.node.exercise_lists import exercise_folder, own_home

__all__ = ["exercise_folder", "own_home"]

pytestmark = pytest.mark.django_db

_WIRE = """{1:F01AAAABB99XXX0000000000}{2:I103CCCCDD99XXXN}{4:
:20:REF1
:23B:CRED
:32A:260105EUR100,00
:50K:/123
Oleksandra Virnychenko
:59:/456
Somebody Else
:70:For the ship Coral Meridian
:71A:SHA
-}
"""


def screened(principal: Any, content: bytes, name: str) -> Screening:
    kept = bulk.start(principal, SimpleUploadedFile(name, content), bulk.wanted())
    queue.run(kept.job_id)
    kept.refresh_from_db()
    assert kept.job is not None
    assert (kept.job.state, kept.job.trouble) == ("done", "")
    return kept


def found(kept: Screening) -> Counter[tuple[Any, ...]]:
    hits = Hit.objects.filter(screening=kept).select_related("query")
    return Counter((hit.query.role, hit.source, hit.record_id, round(hit.score, 4)) for hit in hits)


def explained(kept: Screening) -> list[Any]:
    """The features of each hit, in the order of the queries and of what is asked for first (the database has none)."""
    hits = Hit.objects.filter(screening=kept).order_by("query__place", "source", "record_id", "score")
    return list(hits.values_list("query__role", "source", "record_id", "features"))


def test_whom_a_text_names_is_a_hit_with_its_place(lists: Any, people: Any, principal_of: Any) -> None:
    kept = screened(principal_of(people.analyst), _WIRE.encode(), "wire.txt")
    assert (kept.refused, kept.with_hits, kept.hits) == (0, 2, 2)
    hit = Hit.objects.get(query__role="remittance")
    assert (hit.record_id, hit.query.caption) == ("H-3", "Coral Meridian")
    assert hit.query.asked["text"] == "For the ship Coral Meridian"
    assert hit.query.asked["properties"] == {"name": ["Coral Meridian"]}
    place = hit.features[-1]
    assert place["sentence"] == "It stands in a text, from character 14 to 27."
    assert place["query"] == "For the ship Coral Meridian"
    assert hit.features[0]["name"] == "name"


def test_a_false_match_in_a_text_is_remembered_for_what_stands_there_and_for_nothing_else(
    lists: Any, people: Any, principal_of: Any
) -> None:
    principal = principal_of(people.analyst)
    screened(principal, _WIRE.encode(), "first.txt")
    hit = Hit.objects.get(query__role="remittance")
    reviewing.decide(principal, hit.pk, Decision("false", words="Another ship."))
    again = screened(principal, _WIRE.replace("REF1", "REF2").encode(), "second.txt")
    other = screened(principal, _WIRE.replace("Coral Meridian", "IMO 9074729").encode(), "third.txt")
    assert Hit.objects.get(screening=again, query__role="remittance").state == "remembered"
    assert Hit.objects.get(screening=other, query__role="remittance").state == "open"


def test_the_node_finds_in_the_messages_of_the_exercise_what_the_command_line_finds(
    people: Any, principal_of: Any, exercise_folder: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, files in LIST_FILES.items():
        import_list(name, exercise_folder / files[-1])
    asked = list(queries_of(sources([exercise_folder / MESSAGES], recursive=True), Account(), Tally()))
    expected = Counter(
        (query.role, hit.source, hit.record_id, round(hit.score, 4))
        for query, some in zip(asked, Look(screener(), HIT, 5, None)(asked), strict=True)
        for hit in (each.hit if isinstance(each, Mention) else each for each in some)
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted((exercise_folder / MESSAGES).iterdir()):
            archive.write(path, path.name)
    principal = principal_of(people.analyst)
    alone = screened(principal, packed.getvalue(), "messages.zip")
    assert (alone.queries, alone.refused, alone.partly) == (len(asked), 0, 0) == (42, 0, 0)
    assert found(alone) == expected
    assert sum(query.text is not None for query in asked) > 5
    assert Hit.objects.filter(screening=alone, query__asked__has_key="text").exists()
    monkeypatch.setattr(bulk, "_ALONE", 1)
    monkeypatch.setattr(bulk, "processors", lambda: 2)
    parted = screened(principal, packed.getvalue(), "messages.zip")
    assert found(parted) == expected
    assert explained(parted) == explained(alone)


def test_a_hit_in_a_text_says_where_it_stands_and_shows_no_more_of_a_long_text_than_what_is_around() -> None:
    from dragoman.screening import Hit as Found

    text = "x" * 200 + " Coral Meridian " + "y" * 200
    hit = Found({"id": "H-3", "source": "harbour", "caption": "Coral Meridian", "schema": "Vessel"}, 1.0, lambda: ())
    placed = Placed.of(Mention(201, 215, "Coral Meridian", "name", hit), text)
    (feature,) = placed.features
    assert feature.query == f"…{'x' * 59} Coral Meridian {'y' * 59}…"
    assert feature.sentence == "It stands in a text, from character 202 to 215."
