"""What changed between two versions, by content."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.lists import un
from dragoman.lists.delta import Stated, diff
from dragoman.lists.reading import Reading
from dragoman.model import Record


def party(id_: str, *names: str, place: str = "x:1") -> Record:
    record = Record(id_, "Person")
    for name in names:
        record.add("name", name, place=place)
    return record


def sanction(id_: str, of: str, reason: str) -> Record:
    record = Record(id_, "Sanction")
    record.add("entity", of)
    record.add("reason", reason)
    return record


def test_a_party_only_in_the_newer_is_added_and_only_in_the_older_removed():
    found = diff([party("a", "A"), party("b", "B")], [party("b", "B"), party("c", "C")])
    assert [each.caption for each in found.added] == ["C"]
    assert [each.caption for each in found.removed] == ["A"]
    assert found.changed == ()


def test_place_order_and_print_do_not_matter():
    old = [party("a", "A", "B", place="x:1"), sanction("s1", "a", "R")]
    again = party("a", "B", place="x:9")
    again.add("name", "A", original="A.", place="x:9")
    assert diff(old, [sanction("s9", "a", "R"), again]).changed == ()


def test_a_change_lists_what_is_stated_now_and_what_no_longer_is():
    (change,) = diff([party("a", "A", "B")], [party("a", "A", "C")]).changed
    assert change.added == (Stated("", "name", "C"),)
    assert change.removed == (Stated("", "name", "B"),)


def test_a_change_in_a_record_that_describes_the_party_changes_the_party():
    old, new = ([party("a", "A"), sanction("s", "a", reason)] for reason in ("R", "S"))
    (change,) = diff(old, new).changed
    assert change.added == (Stated("Sanction", "reason", "S"),)


def test_a_change_of_schema_is_a_change():
    other = party("a", "A")
    other.schema = "Organization"
    (change,) = diff([party("a", "A")], [other]).changed
    assert change.added == (Stated("", "schema", "Organization"),)


def test_a_name_that_only_changes_its_quality_changed():
    old, new = Record("a", "Person"), Record("a", "Person")
    old.add("alias", "A", quality="low")
    new.add("alias", "A", quality="good")
    assert len(diff([old], [new]).changed) == 1


_versions = st.dictionaries(st.sampled_from("abcdef"), st.frozensets(st.sampled_from("XYZ"), min_size=1))


@given(_versions, _versions)
def test_the_delta_leads_from_the_older_to_the_newer(old, new):
    found = diff((party(i, *names) for i, names in old.items()), (party(i, *names) for i, names in new.items()))
    built = {i: set(names) for i, names in old.items()}
    for gone in found.removed:
        del built[gone.id]
    for change in found.changed:
        built[change.party.id] -= {stated.value for stated in change.removed}
        built[change.party.id] |= {stated.value for stated in change.added}
    for come in found.added:
        built[come.id] = set(new[come.id])
    assert built == {i: set(names) for i, names in new.items()}


@pytest.fixture(scope="session")
def releases(data):
    files = ("un_2020-11-24", "un_2024-11-30_reformatted", "un_2025-11-20", "un_2026-02-27")
    return {file[3:7]: list(un.FORMAT.read(data / "lists" / f"{file}.xml", Reading())) for file in files}


@pytest.mark.parametrize(
    ("old", "new", "added", "removed"),
    [("2025", "2026", 4, 1), ("2024", "2025", 126, 5), ("2020", "2024", 45, 184)],
)
def test_the_releases_of_the_security_council_differ_by_as_many_as_were_counted(releases, old, new, added, removed):
    found = diff(releases[old], releases[new])
    assert (len(found.added), len(found.removed)) == (added, removed)
    assert found.to_json()["counts"] == {"added": added, "removed": removed, "changed": len(found.changed)}


def test_a_release_does_not_differ_from_itself(releases):
    found = diff(releases["2026"], releases["2026"])
    assert (found.added, found.removed, found.changed) == ((), (), ())
