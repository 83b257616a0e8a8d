"""Versions of lists are taken in whole or not at all: records, statements and index change in one step."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from django.db import DatabaseError

from dragoman import model
from dragoman.exercise.making import LIST_FILES
from dragoman.lists.store import ListStore
from dragoman.node.desk import rescreening
from dragoman.node.desk.models import Screening
from dragoman.node.jobs.models import Job
from dragoman.node.people.models import Account
from dragoman.node.registry import importing, indexing, search
from dragoman.node.registry.models import ListVersion, Record, Source, Statement
from dragoman.node.registry.writing import Writing
from dragoman.screening import build_index, gathering
from dragoman.screening import file as index_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def exercise(exercise_folder: Path) -> Path:
    return exercise_folder


@pytest.fixture
def home(own_home: Path) -> Path:
    return own_home


def files(exercise: Path, name: str) -> list[Path]:
    return [exercise / file for file in LIST_FILES[name]]


def stated() -> set[tuple[str, str, str]]:
    rows = Statement.objects.filter(gone=False, record__gone=False)
    return set(rows.values_list("record__record_id", "prop", "value"))


def expected(home: Path, name: str) -> set[tuple[str, str, str]]:
    store = ListStore.open(home)
    return {(record.id, each.prop, each.value) for record in store.records(name) for each in record.statements}


def test_what_a_version_states_is_what_the_registry_shows_and_the_index_finds(exercise: Path, home: Path) -> None:
    version = importing.import_list("un-sc", files(exercise, "un-sc")[0])
    assert version.state == ListVersion.State.IN_USE
    assert stated() == expected(home, "un-sc")
    assert search.versions() == {"un-sc": version.version}
    some = Record.objects.filter(is_party=True, schema="Person").first()
    assert search.screener().screen(some.caption)[0].record_id == some.record_id


def test_a_newer_version_replaces_the_one_in_use_and_keeps_what_was_stated_before(exercise: Path, home: Path) -> None:
    first, second = files(exercise, "un-sc")
    old = importing.import_list("un-sc", first)
    before = stated()
    new = importing.import_list("un-sc", second)
    assert stated() == expected(home, "un-sc") != before
    gone = Statement.objects.filter(gone=True)
    assert before - stated() == set(gone.values_list("record__record_id", "prop", "value"))
    assert set(gone.values_list("last_seen", flat=True)) == {old.version}
    assert search.screener().lists == {"un-sc": new.version}
    old.refresh_from_db()
    assert old.state == ListVersion.State.SUPERSEDED


def test_an_older_release_is_kept_beside_the_one_in_use(exercise: Path, home: Path) -> None:
    first, second = files(exercise, "un-sc")
    importing.import_list("un-sc", second)
    shown = stated()
    assert importing.import_list("un-sc", first).state == ListVersion.State.SUPERSEDED
    assert stated() == shown


def test_a_record_that_comes_back_is_shown_again(exercise: Path, home: Path) -> None:
    importing.import_list("un-sc", files(exercise, "un-sc")[0])
    source, store = Source.objects.get(), ListStore.open(home)
    records = list(store.records("un-sc"))
    for version, kept in (("2099-01-01", records[:-1]), ("2099-01-02", records)):
        writing = Writing(source, version, "2098-01-01")
        writing.write(kept)
        writing.settle()
        assert stated() == {(record.id, each.prop, each.value) for record in kept for each in record.statements}


def test_the_same_files_again_change_nothing(exercise: Path, home: Path) -> None:
    path = files(exercise, "partners")[0]
    version = importing.import_list("partners", path)
    rows = set(Statement.objects.values_list("pk", flat=True))
    assert importing.import_list("partners", path) == version
    assert set(Statement.objects.values_list("pk", flat=True)) == rows


def test_an_import_that_is_cut_off_shows_nothing_and_is_completed_by_the_next(
    exercise: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = files(exercise, "un-sc")
    importing.import_list("un-sc", first)
    shown, lists = stated(), search.screener().lists

    def cut_off(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(indexing, "build", cut_off)
        with pytest.raises(KeyboardInterrupt):
            importing.import_list("un-sc", second)
    assert stated() == shown
    assert search.screener().lists == lists
    importing.import_list("un-sc", second)
    assert stated() == expected(home, "un-sc")
    assert len(Statement.objects.values_list("record", "prop", "value").filter(gone=False)) == len(stated())


def test_an_index_of_another_version_of_dragoman_is_built_again(exercise: Path, home: Path) -> None:
    importing.import_list("partners", files(exercise, "partners")[0])
    (file,) = indexing.folder().glob("*.idx")
    file.write_bytes(b"not an index")
    assert search.screener().summary.parties > 0


def test_a_newer_version_makes_anew_only_what_changed_and_the_index_is_that_of_a_whole_build(
    exercise: Path, home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    first, second = files(exercise, "un-sc")
    importing.import_list("partners", files(exercise, "partners")[0])
    importing.import_list("un-sc", first)
    made: list[str] = []
    real = gathering.indexed_names

    def indexed_names(record: model.Record) -> list[gathering.IndexedName]:
        made.append(record.id)
        return real(record)

    with monkeypatch.context() as watched:
        watched.setattr(gathering, "indexed_names", indexed_names)
        importing.import_list("un-sc", second)
    assert 0 < len(made) < Record.objects.filter(is_party=True, gone=False).count() / 2
    lists, store = indexing.versions_in_use(), ListStore.open(home)
    records = chain.from_iterable(store.records(name, version) for name, version in lists.items())
    build_index(tmp_path / "whole", records, lists)
    (path,) = indexing.folder().glob("*.idx")
    found, whole = index_file.read(path)[0], index_file.read(tmp_path / "whole")[0]
    assert found.keys() == whole.keys()
    assert all(np.array_equal(found[name], whole[name]) for name in whole)


def test_what_was_screened_is_screened_again_with_a_new_version_or_the_version_is_not_put_in_use(
    exercise: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = files(exercise, "un-sc")
    importing.import_list("un-sc", first)
    assert not Job.objects.exists(), "nothing was screened yet"
    ana = Account.objects.create(username="ana")
    Screening.objects.create(by=ana, origin="api", purpose="training", lists={}, threshold=0.7, limit=5)
    shown = stated()

    def fails(*_: object) -> None:
        raise DatabaseError

    with monkeypatch.context() as broken:
        broken.setattr(rescreening, "on_new_version", fails)
        with pytest.raises(DatabaseError):
            importing.import_list("un-sc", second)
    assert stated() == shown
    new = importing.import_list("un-sc", second)
    assert Job.objects.get().given == {"source": "un-sc", "version": new.version}
