"""Canada's consolidated list of autonomous sanctions."""

from __future__ import annotations

import contextlib
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused
from dragoman.lists import ca_sema
from dragoman.lists.ca_sema import split_aliases
from dragoman.lists.reading import Reading
from dragoman.model import parties


def record(**cells: str) -> str:
    return "<record>" + "".join(f"<{name}>{text}</{name}>" for name, text in cells.items()) + "</record>"


SYRIA = {"Country": "Syria / Syrie", "Schedule": "1", "Item": "1"}
RUSSIA = {"Country": "Russia / Russie", "Schedule": "1, Part 2"}
SMALL = '<?xml version="1.0"?><data-set>' + "".join(
    [
        record(**SYRIA, Entity="Probe Institute (PI)/Institut de la sonde (IS)", Aliases="Probe Co., Ltd., The Probe"),
        record(**SYRIA, LastName="PROBE (PROBA)", GivenName="Anna", Title="General/général", DateOfBirth="1970-03-04"),
        record(
            **RUSSIA,
            Item="2",
            LastName="PROBEV",
            GivenName="Sergey Ivanovich",
            Aliases="Sergei, PROBIEV, Serhii PROBIV, Givi",
        ),
        record(**RUSSIA, Item="3"),
        record(
            Country="Venezuela ", LastName="PRUEBA", GivenName="Ana", Item="3", Colour="red", DateOfBirth="1970 or so"
        ),
    ]
)
SMALL += "</data-set>"


def read(tmp_path, text: str):
    path = tmp_path / "list.xml"
    path.write_text(text, encoding="utf-8")
    reading = Reading()
    return list(ca_sema.read(path, reading)), reading


@pytest.fixture(scope="module")
def real(data):
    reading = Reading()
    return list(ca_sema.read(data / "lists" / "ca_sema_2020-04.xml", reading)), reading


def test_every_record_of_the_real_list_is_a_party_with_an_id_of_its_own(real):
    records, reading = real
    assert Counter(party.schema for party in parties(records)) == {"Person": 985, "Organization": 384}
    assert len({record.id for record in records}) == len(records) == 2 * 1369
    assert (reading.rejects, reading.warnings) == ([], [])


def test_all_birth_dates_of_the_real_list_arrive(real):
    assert sum(bool(party.values("birthDate")) for party in parties(real[0])) == 212


def test_no_alias_of_the_real_list_keeps_a_comma_or_a_slash(real):
    aliases = [alias for party in parties(real[0]) for alias in party.values("alias", "weakAlias")]
    assert len(aliases) > 240
    assert not [
        alias for alias in aliases if "," in alias.replace(", Faculté", "").replace(", faculté", "") or "/" in alias
    ]


def test_ids_are_country_schedule_and_item_and_are_counted_where_they_repeat(tmp_path):
    records, reading = read(tmp_path, SMALL)
    assert [party.id for party in parties(records)] == [
        "ca-sema-syria-1-1",
        "ca-sema-syria-1-1-2",
        "ca-sema-russia-1-part-2-2",
        "ca-sema-venezuela-3",
    ]
    assert "earlier record" in reading.warnings[0].reason


def test_a_bilingual_name_gives_both_names_and_their_acronyms(tmp_path):
    entity = next(parties(read(tmp_path, SMALL)[0]))
    assert entity.values("name") == ["Probe Institute"]
    assert entity.values("alias") == ["Institut de la sonde", "Probe Co., Ltd.", "The Probe"]
    assert entity.values("abbreviation") == ["PI", "IS"]


def test_a_second_spelling_in_brackets_is_an_alias(tmp_path):
    person = list(parties(read(tmp_path, SMALL)[0]))[1]
    assert (person.values("name"), person.values("alias")) == (["Anna PROBE"], ["Anna PROBA"])
    assert person.values("title") == ["General", "général"]


def test_an_alias_of_one_word_is_weak_and_completes_the_name_where_it_respells_it(tmp_path):
    person = list(parties(read(tmp_path, SMALL)[0]))[2]
    assert person.values("weakAlias") == ["Sergei", "PROBIEV", "Givi"]
    assert person.values("alias") == ["Sergei PROBEV", "Sergey Ivanovich PROBIEV", "Serhii PROBIV"]


def test_a_record_that_names_nobody_is_rejected_with_its_place(tmp_path):
    (reject,) = read(tmp_path, SMALL)[1].rejects
    assert (reject.place, reject.reason) == ("record[4]", "names neither a person nor an entity")


def test_what_is_not_known_is_kept_as_a_note(tmp_path):
    person = list(parties(read(tmp_path, SMALL)[0]))[3]
    assert person.values("notes") == ["birthDate: 1970 or so", "Colour: red"]


@pytest.mark.parametrize(
    ("cell", "of_person", "aliases"),
    [
        ("SMITH, John", True, ["John SMITH"]),
        ("SMITH, SMYTH", True, ["SMITH", "SMYTH"]),
        ("IAMI, Iran Aircraft", False, ["IAMI", "Iran Aircraft"]),
        ("Foo Co., Ltd., Bar (A, B)", False, ["Foo Co., Ltd.", "Bar (A, B)"]),
        (" , ", True, []),
    ],
)
def test_aliases_are_parted_at_the_commas_that_part_them(cell, of_person, aliases):
    assert split_aliases(cell, of_person=of_person) == aliases


@pytest.mark.parametrize(
    "text",
    ["", SMALL[:-30], "<data-set></data-set>", '<!DOCTYPE d [<!ENTITY a "b">]><data-set><record/></data-set>'],
)
def test_a_truncated_or_empty_file_is_refused(tmp_path, text):
    with pytest.raises(ListRefused):
        read(tmp_path, text)


@given(st.text(st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="<&"), max_size=100))
def test_any_text_in_any_element_is_read_or_refused(tmp_path_factory, text):
    names = ("Country", "LastName", "GivenName", "Entity", "Aliases", "DateOfBirth", "Title", "Schedule", "Item")
    whole = "".join(record(**{**dict.fromkeys(names, text), "Entity": entity}) for entity in ("", text))
    with contextlib.suppress(DragomanError):
        read(tmp_path_factory.mktemp("list"), f"<data-set>{whole}</data-set>")
