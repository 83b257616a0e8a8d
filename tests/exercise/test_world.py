"""The training exercise: the same invented world every time, in formats that the real readers read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from dragoman.errors import InputError, UsageError
from dragoman.exercise import make, read_answers
from dragoman.exercise.cast import cast, load_table
from dragoman.exercise.crowd import crowd
from dragoman.exercise.making import ANSWERS, LIST_FILES, build_world
from dragoman.exercise.wallets import wallet_address, with_lookalike
from dragoman.lists.catalogue import find_format, recognise
from dragoman.lists.delta import diff
from dragoman.lists.reading import Reading
from dragoman.messages.inputs import read_queries
from dragoman.messages.queries import Account
from dragoman.model import Record, parties
from dragoman.model.identifiers import imo_number
from dragoman.model.wallets import check_wallet

FILES = [(name, file) for name, files in LIST_FILES.items() for file in files]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make(tmp_path_factory.mktemp("exercise") / "world").folder


def read(folder: Path, name: str, file: str) -> tuple[list[Record], Reading]:
    reading = Reading()
    return list(find_format("ftm" if name == "partners" else name).read(folder / file, reading)), reading


def written(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_writes_the_same_bytes_and_another_seed_another_crowd(folder: Path, tmp_path: Path) -> None:
    assert written(make(tmp_path / "again").folder) == written(folder)
    assert crowd(2) != crowd(1)
    assert {party.key for party in cast().parties} <= {party.key for party in build_world(2).parties}


@pytest.mark.parametrize(("name", "file"), FILES)
def test_each_list_is_recognised_and_read_whole_by_its_publishers_reader(folder: Path, name: str, file: str) -> None:
    assert recognise(folder / file).name == ("ftm" if name == "partners" else name)
    records, reading = read(folder, name, file)
    listed = {party.number for party in build_world().listed(name)}
    assert reading.rejects == []
    assert len(list(parties(records))) == len(listed) - (1 if name == "un-sc" else 0)  # one came, one left


@pytest.mark.parametrize(("name", "file"), [row for row in FILES if row[1] != LIST_FILES["un-sc"][0]])
def test_what_is_known_of_a_planted_party_arrives(folder: Path, name: str, file: str) -> None:
    known = {stated.value for record in read(folder, name, file)[0] for stated in record.statements}
    folded = {value.casefold() for value in known}
    for party in cast().listed(name):
        if party.until == "first":
            continue
        surely = (*party.good, *party.weak, *party.added, party.native, party.imo, party.born, party.wallet)
        assert {value.casefold() for value in surely if value} <= folded
        assert not party.passport or party.passport.replace(" ", "") in known


def test_the_second_release_of_the_un_list_adds_removes_and_changes_one_party_each(folder: Path) -> None:
    first, second = (read(folder, "un-sc", file)[0] for file in LIST_FILES["un-sc"])
    delta = diff(first, second)
    assert [len(delta.added), len(delta.removed), len(delta.changed)] == [1, 1, 1]


def test_every_answer_is_about_a_record_that_is_listed_and_every_customer_has_one(folder: Path) -> None:
    listed = {(name, record.id) for name, file in FILES for record in read(folder, name, file)[0]}
    answers = read_answers(folder / ANSWERS)
    assert {(key.source, key.record_id) for key in answers if key.answer != "clear"} <= listed
    with (folder / "customers.csv").open("rb") as stream:
        queries = list(read_queries(stream, "customers.csv", Account()))
    assert [query.record.id for query in queries] == [key.query_id for key in answers]
    assert {key.answer for key in answers} == {"match", "namesake", "near miss", "clear"}
    assert all(not query.unread for query in queries)


def test_the_other_query_files_can_be_screened_and_the_broken_one_only_in_part(folder: Path) -> None:
    counted = {}
    for name in ("beneficiaries.csv", "travellers.ftm.json", "broken.csv"):
        account = Account()
        with (folder / name).open("rb") as stream:
            list(read_queries(stream, name, account))
        counted[name] = (account.queries, account.refused, account.unread)
    assert counted == {"beneficiaries.csv": (12, 0, 0), "travellers.ftm.json": (12, 0, 0), "broken.csv": (2, 1, 1)}


def test_the_eu_list_is_valid_by_the_publishers_schema(folder: Path, data: Path) -> None:
    from lxml import etree

    xsd = next((data / "lists/schemas/inoutlists").glob("EU_*.xsd"))
    etree.XMLSchema(etree.parse(xsd)).assertValid(etree.parse(folder / LIST_FILES["eu-fsf"][0]))


# ---------------------------------------------------------------- nobody is real


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", text.casefold())


@cache
def listed_words(data: Path) -> frozenset[str]:
    texts = (path for path in (data / "lists").rglob("*") if path.suffix in (".xml", ".csv", ".txt", ".html", ".json"))
    return frozenset(word for path in texts for word in words(path.read_text("utf-8", errors="replace")))


def full_names() -> Iterator[str]:
    for seed in (1, 2, 3):
        world = build_world(seed)
        for party in world.parties:
            if party.schema != "CryptoWallet":
                yield from filter(None, (party.latin, party.native, *party.good, *party.weak, *party.added))
        yield from (customer.name for customer in world.customers if customer.name and customer.schema == "Person")
    for row in (row for rows in load_table("messages").values() for row in rows):
        yield from (row[key] for key in ("debtor", "creditor") if key in row)
        if "family" in row:
            yield f"{row['given']} {row['family']}"


def test_every_name_has_a_word_that_stands_on_no_official_list(data: Path) -> None:
    known = listed_words(data)
    assert "usama" in known  # the lists were read
    assert [name for name in sorted(set(full_names())) if known.issuperset(words(name))] == []


def test_documents_and_ships_bear_numbers_that_nobody_issues() -> None:
    for party in cast().parties:
        assert not party.passport or party.passport.startswith("ZZ")
        assert not party.imo or (party.imo.startswith("00") and imo_number(party.imo) == party.imo)


def test_a_wallet_is_the_hash_of_a_sentence_with_a_right_checksum() -> None:
    address = wallet_address("a sentence")
    assert check_wallet(address, "USDT").valid
    assert address != wallet_address("another sentence")
    lookalike = with_lookalike(address)
    assert not lookalike.isascii()
    assert check_wallet(lookalike).address == address
    assert check_wallet(lookalike).folded


# ---------------------------------------------------------------- refusals


def test_a_folder_with_other_things_in_it_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="holds other things"):
        make(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_folder_with_an_exercise_is_written_anew(folder: Path, tmp_path: Path) -> None:
    make(tmp_path / "world", seed=7)
    assert written(make(tmp_path / "world").folder) == written(folder)


@pytest.mark.parametrize("text", [None, "", "name\nx\n"])
def test_what_is_no_answer_key_is_refused(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / ANSWERS
    if text is not None:
        path.write_text(text)
    with pytest.raises(InputError, match=r"no answer key|cannot be opened"):
        read_answers(path)
