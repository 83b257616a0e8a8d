"""Writing the exercise into a folder: lists as published, customers to screen, and the answers."""

from __future__ import annotations

import csv
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from dragoman.errors import UsageError
from dragoman.exercise.cast import Customer, Party, World, cast, load_table
from dragoman.exercise.crowd import crowd
from dragoman.exercise.writers import eu, ftm, israel, messages, ofac, uk, un
from dragoman.model.countries import country_code

ANSWERS = "answers.csv"
CUSTOMERS = "customers.csv"
MESSAGES = "messages"
MESSAGE_ANSWERS = "message-answers.csv"
ANSWER_COLUMNS = ("query_id", "answer", "source", "record_id", "compare_with", "why")
#: In place of the query: the file, and the role and name of a party, or the kind of a text and words of it.
MESSAGE_ANSWER_COLUMNS = ("file", "role", "who", *ANSWER_COLUMNS[1:])
#: The dates of the two releases of the UN list; the other lists are of the second.
FIRST_DAY, SECOND_DAY = "2026-01-10", "2026-02-10"
#: The lists by their name on the command line, and their files in the order in which they were published.
LIST_FILES = {
    "un-sc": (f"lists/un_{FIRST_DAY}.xml", f"lists/un_{SECOND_DAY}.xml"),
    "us-ofac-sdn": ("lists/ofac_sdn",),
    "eu-fsf": ("lists/eu_fsf.xml",),
    "gb-uksl": ("lists/UK-Sanctions-List.csv",),
    "il-nbctf-wallets": ("lists/wallets.csv",),
    "partners": ("lists/partners.ftm.json",),
}
#: The files of messages: the table of what stands in each, and who writes it.
_MESSAGE_FILES = {
    "transfers.xml": ("transfers", messages.transfers),
    "wires.txt": ("wires", messages.wires),
    "passengers.edi": ("passengers", messages.passengers),
    "bookings.edi": ("bookings", messages.bookings),
    "passports.txt": ("documents", messages.documents),
}
_RECORD_IDS = {
    "un-sc": un.record_id,
    "us-ofac-sdn": ofac.record_id,
    "eu-fsf": eu.record_id,
    "gb-uksl": uk.record_id,
    "il-nbctf-wallets": israel.record_id,
    "partners": ftm.record_id,
}
_QUERY_COLUMNS = ("id", "name", "schema", "birthDate", "nationality", "passportNumber", "imoNumber", "publicKey")
_README = """The training exercise of Dragoman. Nobody in it is real.
lists/           watch lists in their publishers' formats
customers.csv    whom to screen
beneficiaries.csv, travellers.ftm.json
                 some of the same, in other shapes: other headings, JSON lines
broken.csv       rows that cannot be screened, or not wholly
messages/        payments (pacs.008, MT103), travellers (PAXLST, PNRGOV) and the zones of passports
pairs.csv        names to compare two by two
answers.csv      who is on a list and who is not: the key
message-answers.csv
                 the same of the messages
"""


@dataclass(frozen=True, slots=True)
class Made:
    """What was written: the folder, and how much stands in it."""

    folder: Path
    lists: int
    parties: int
    customers: int


def build_world(seed: int = 1) -> World:
    """Return the cast with the crowd of that seed, customers in an order that gives nothing away."""
    planted, around = cast(), crowd(seed)
    customers = [*planted.customers, *around.customers]
    random.Random(seed).shuffle(customers)  # noqa: S311  a made-up world is no secret
    return World((*planted.parties, *around.parties), tuple(customers))


def make(folder: Path, seed: int = 1) -> Made:
    """Write the exercise into `folder`; the same seed writes the same bytes.

    Raises UsageError where the folder holds other things than an exercise.
    """
    if folder.exists() and (not folder.is_dir() or (any(folder.iterdir()) and not (folder / ANSWERS).is_file())):
        raise UsageError(
            "the folder holds other things", place=str(folder), remedy="name a new folder, or one with an exercise"
        )
    (folder / "lists").mkdir(parents=True, exist_ok=True)
    world = build_world(seed)
    queries = [(f"C{number:03}", customer) for number, customer in enumerate(world.customers, 1)]
    _write_lists(world, folder)
    _write_queries(queries, folder)
    _write_answers(world, queries, folder / ANSWERS)
    _write_messages(world, folder)
    (folder / "README.txt").write_text(_README, encoding="utf-8", newline="\n")
    return Made(folder, len(LIST_FILES), len(_in_force(world.parties, "second")), len(queries))


def _in_force(parties: Iterable[Party], release: str) -> list[Party]:
    """Return the parties as they stand in the first or the second release."""
    if release == "second":
        kept = (party for party in parties if party.until == "second")
        return [replace(party, good=(*party.good, *party.added)) for party in kept]
    return [party for party in parties if party.since == "first"]


def _write_lists(world: World, folder: Path) -> None:
    first, second = (folder / name for name in LIST_FILES["un-sc"])
    un.write_list(_in_force(world.listed("un-sc"), "first"), first, FIRST_DAY)
    un.write_list(_in_force(world.listed("un-sc"), "second"), second, SECOND_DAY)
    ofac.write_list(world.listed("us-ofac-sdn"), folder / LIST_FILES["us-ofac-sdn"][0])
    eu.write_list(world.listed("eu-fsf"), folder / LIST_FILES["eu-fsf"][0], SECOND_DAY)
    uk.write_list(world.listed("gb-uksl"), folder / LIST_FILES["gb-uksl"][0], SECOND_DAY)
    israel.write_list(world.listed("il-nbctf-wallets"), folder / LIST_FILES["il-nbctf-wallets"][0])
    ftm.write_list(world.listed("partners"), folder / LIST_FILES["partners"][0])


def _write_queries(queries: Sequence[tuple[str, Customer]], folder: Path) -> None:
    _write_csv(folder / CUSTOMERS, _QUERY_COLUMNS, [_cells(key, customer) for key, customer in queries])
    persons = [(key, customer) for key, customer in queries if customer.schema == "Person" and customer.born]
    rows = [(key, customer.name, customer.born, customer.country) for key, customer in persons[:12]]
    header = ("Customer number", "Beneficiary", "Date of birth", "Country")
    _write_csv(folder / "beneficiaries.csv", header, rows, delimiter=";")
    with (folder / "travellers.ftm.json").open("w", encoding="utf-8", newline="\n") as stream:
        for key, customer in persons[12:24]:
            properties = {"name": [customer.name], "birthDate": [customer.born]}
            entity = {"id": key, "schema": "Person", "properties": properties}
            stream.write(json.dumps(entity, ensure_ascii=False) + "\n")
    broken = [
        ("B1", "Ingeborg Tjellmossen", "32 Nivose 1975"),
        ("B2", "", "1980-01-01"),
        ("B3", "Aldous Hasselwyker", "1971"),
    ]
    _write_csv(folder / "broken.csv", ("id", "name", "birthDate"), broken)
    pairs = [
        ("Khalid Faris al-Zamraquni", "Haled Fares Zemraqouni", "Person"),
        ("Dariush Mehrvazgan", "داریوش مهروزگان", "Person"),
        ("Natalya Zimoverskaya", "Ingeborg Tjellmossen", "Person"),
        ("Severvolkhim Trading LLC", "OOO Severvolkhim Trading", "Company"),
    ]
    _write_csv(folder / "pairs.csv", ("name1", "name2", "schema"), pairs)


def _cells(key: str, customer: Customer) -> tuple[str, ...]:
    country = (country_code(customer.country) or "") if customer.country else ""
    return (
        key, customer.name, customer.schema, customer.born, country, customer.passport, customer.imo, customer.wallet,
    )  # fmt: skip


def _write_answers(world: World, queries: Sequence[tuple[str, Customer]], path: Path) -> None:
    rows = []
    for key, customer in queries:
        party = world.party(customer.party) if customer.party else None
        listed = (party.list, _RECORD_IDS[party.list](party)) if party and customer.answer != "clear" else ("", "")
        rows.append(
            (key, customer.answer, *listed, party.latin if party and customer.answer == "clear" else "", customer.why)
        )
    _write_csv(path, ANSWER_COLUMNS, rows)


def _write_messages(world: World, folder: Path) -> None:
    """Write the messages, and the key to those of whom the answer is known."""
    (folder / MESSAGES).mkdir(exist_ok=True)
    tables, answers = load_table("messages"), []
    for name, (table, write) in _MESSAGE_FILES.items():
        (folder / MESSAGES / name).write_text(write(tables[table]), encoding="utf-8", newline="")
        for known in (answer for row in tables[table] for answer in row["answers"]):
            party = world.party(known["party"]) if "party" in known else None
            listed = (party.list, _RECORD_IDS[party.list](party)) if party else ("", "")
            answers.append((name, known["role"], known["who"], known["answer"], *listed, "", known["why"]))
    _write_csv(folder / MESSAGE_ANSWERS, MESSAGE_ANSWER_COLUMNS, answers)


def _write_csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], delimiter: str = ",") -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.writer(stream, delimiter=delimiter, lineterminator="\n")
        table.writerow(header)
        table.writerows(rows)
