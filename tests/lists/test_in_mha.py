"""India's First Schedule: every one of its rows, and rows as the gazette words them."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import in_mha
from dragoman.lists.in_mha import groups
from dragoman.lists.reading import Reading
from dragoman.model import parties

#: Row, and for each group it names: name, other names, short forms.
ROWS = {
    1: [("Babbar Khalsa International", [], [])],
    2: [("Khalistan Commando Force", [], [])],
    3: [("Khalistan Zindabad Force", [], [])],
    4: [("International Sikh Youth Federation", [], [])],
    5: [("Lashkar-E-Taiba", ["Pasban-E-Ahle Hadis"], [])],
    6: [("Jaish-E-Mohammed", ["Tahrik-E-Furqan"], [])],
    7: [("Harkat-Ul-Mujahideen", ["Harkat-Ul-Ansar"], []), ("Harkat-Ul-Jehad-E-Islami", [], [])],
    8: [("Hizb-Ul-Mujahideen", ["Hizb-Ul-Mujahideen Pir Panjal Regiment"], [])],
    9: [("Al-Umar-Mujahideen", [], [])],
    10: [("Jammu and Kashmir Islamic Front", [], [])],
    11: [("United Liberation Front of Assam", [], ["ULFA"])],
    12: [("National Democratic Front of Bodoland", [], ["NDFB"])],
    13: [("People’s Liberation Army", [], ["PLA"])],
    14: [("United National Liberation Front", [], ["UNLF"])],
    15: [("People’s Revolutionary Party of Kangleipak", [], ["PREPAK"])],
    16: [("Kangleipak Communist Party", [], ["KCP"])],
    17: [("Kanglei Yaol Kanba Lup", [], ["KYKL"])],
    18: [("Manipur People’s Liberation Front", [], ["MPLF"])],
    19: [("All Tripura Tiger Force", [], [])],
    20: [("National Liberation Front of Tripura", [], [])],
    21: [("Liberation Tigers of Tamil Eelam", [], ["LTTE"])],
    22: [("Students Islamic Movement of India", [], [])],
    23: [("Deendar Anjuman", [], [])],
    24: [("Communist Party of India (Marxist-Leninist) People’s War", [], [])],
    25: [("Maoist Communist Centre", [], ["MCC"])],
    26: [("Al Badr", [], [])],
    27: [("Jamiat-ul-Mujahideen", [], [])],
    28: [("Al-Qaida", [], [])],
    29: [("Dukhtaran-E-Millat", [], ["DEM"])],
    30: [("Tamil Nadu Liberation Army", [], ["TNLA"])],
    31: [("Tamil National Retrieval Troops", [], ["TNRT"])],
    32: [("Akhil Bharat Nepali Ekta Samaj", [], ["ABNES"])],
    33: [],
    34: [("Communist Party of India (Maoist)", [], [])],
    35: [("Indian Mujahideen", [], [])],
    36: [("Garo National Liberation Army", [], ["GNLA"])],
    37: [("Kamatapur Liberation Organization", [], [])],
    38: [
        (
            "Islamic State",
            ["Islamic State of Iraq and Levant", "Islamic State of Iraq and Syria", "Daish"],
            [],
        )
    ],
    39: [("National Socialist Council of Nagaland (Khaplang)", [], ["NSCN (K)"])],
}


@pytest.fixture(scope="module")
def page(data):
    return data / "lists" / "in_mha" / "banned_organisations_2023-12.html"


@pytest.fixture(scope="module")
def read(page):
    reading = Reading()
    return list(in_mha.read(page, reading)), reading


def test_every_row_of_the_schedule_gives_the_groups_that_it_names(read):
    found: dict[int, list[tuple[str, list[str], list[str]]]] = {number: [] for number in ROWS}
    for party in parties(read[0]):
        row = int(party.statements[0].place.rpartition(" ")[2])
        found[row].append((party.caption, party.values("alias"), party.values("abbreviation")))
    assert found == ROWS


def test_the_row_that_only_points_to_the_united_nations_is_rejected_by_number_and_reason(read):
    (reject,) = read[1].rejects
    assert reject.place.endswith("row 33")
    assert "un-sc" in reject.reason


def test_every_name_keeps_its_row_as_printed(read):
    names = [known for party in parties(read[0]) for known in party.statements if known.prop == "name"]
    islamic_state = next(known for known in names if known.value == "Islamic State")
    assert islamic_state.original.endswith("/Daish, and all its Manifestations")
    assert all(known.original is None or known.value.split()[0] in known.original for known in names)


def test_what_is_stripped_from_a_name_is_kept_as_a_note(read):
    notes = {party.caption: party.values("notes") for party in parties(read[0])}
    assert notes["Indian Mujahideen"] == ["all its formations and front organizations"]
    assert notes["National Democratic Front of Bodoland"] == ["in Assam"]


def test_each_group_has_its_listing_and_the_list_the_day_that_it_states(read):
    records, reading = read
    assert len([record for record in records if record.schema == "Sanction"]) == 39
    assert reading.published == "2015-03-30"
    assert len({record.id for record in records}) == len(records)


def test_a_row_with_wings_is_split_into_its_groups():
    row = (
        "Hill Peoples' Army, generally known as HPA, and its political wing, the Hill Peoples' Front (HPF), the River "
        "Liberation Front (RLF) and its armed wing, the 'Red Guard', and the Alliance for the Plains (AFP)"
    )
    assert [(group.name, group.abbreviations, group.notes) for group in groups(row)] == [
        ("Hill Peoples' Army", ["HPA"], []),
        ("Hill Peoples' Front", ["HPF"], ["political wing of Hill Peoples' Army"]),
        ("River Liberation Front", ["RLF"], []),
        ("Red Guard", [], ["armed wing of River Liberation Front"]),
        ("Alliance for the Plains", ["AFP"], []),
    ]


def test_groups_known_by_their_acronyms_only_are_split_too():
    names = [group.name for group in groups("PLA and its political wing RPF, UNLF and its armed wing MPA")]
    assert names == ["PLA", "RPF", "UNLF", "MPA"]


def test_the_page_is_recognised(page):
    assert in_mha.recognise(page, page.read_bytes()[:65536])


def test_a_page_that_breaks_off_is_refused(page, tmp_path):
    whole = page.read_bytes()
    for size in (0, 100, len(whole) // 2, len(whole) - 300):
        cut = tmp_path / "cut.html"
        cut.write_bytes(whole[:size])
        with pytest.raises(ListRefused):
            list(in_mha.read(cut, Reading()))


def test_another_page_is_refused(tmp_path):
    other = tmp_path / "other.html"
    other.write_text("<html><body><table><tr><td>1</td><td>Tea</td></tr></table></body></html>")
    with pytest.raises(ListRefused, match="no table of banned organisations"):
        list(in_mha.read(other, Reading()))


@given(st.text(max_size=300))
def test_any_text_can_be_a_row(text):
    for group in groups(text):
        assert group.name == group.name.strip()


@given(st.binary(max_size=500))
def test_any_bytes_are_read_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("page") / "page.html"
    path.write_bytes(b"<html>Unlawful Activities (Prevention) Act<table>" + content + b"</table></html>")
    in_mha.recognise(path, content)
    with contextlib.suppress(DragomanError):
        list(in_mha.read(path, Reading()))
