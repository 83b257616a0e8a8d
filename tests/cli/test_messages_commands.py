"""``dragoman parse`` and the sources of messages: files, folders and archives, with nothing lost in silence."""

from __future__ import annotations

import csv
import gzip
import io
import json
import tarfile
import zipfile
from typing import BinaryIO

import pytest

from dragoman.errors import QueryRefused
from dragoman.messages.sources import Limits, sources

WIRE = b":20:REF1\n:32A:240501EUR10,\n:50K:RUVAN TELMORI\nMAIN STREET 1\n:59:/123\nVARNAK FRONT\n:71A:SHA\n"


def test_every_message_file_is_parsed(run, data):
    done = run("parse", data / "messages", "--recursive", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert len({row["file"] for row in rows}) >= 44 + 5 + 30
    assert sum(len(row.get("parties", ())) for row in rows) > 1300
    assert "refused" in done.stderr


def test_a_refused_part_ends_with_two_and_the_rest_is_read(run, tmp_path):
    (tmp_path / "a.bin").write_bytes(b"nothing at all")
    (tmp_path / "b.txt").write_bytes(WIRE)
    done = run("parse", tmp_path, "--recursive", "--json")
    assert done.exit_code == 2
    assert "VARNAK FRONT" in done.stdout
    assert "a.bin" in done.stderr


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt", "C:\\out.txt"])
def test_a_path_that_leads_out_is_refused_by_name(name):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(name, WIRE)
        archive.writestr("good.txt", WIRE)
    packed.seek(0)
    refused, good = sources([packed])
    assert isinstance(refused, QueryRefused)
    assert "leads out" in str(refused)
    assert name in str(refused)
    assert good.format == "swift-mt"


def test_a_link_is_refused():
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        link = tarfile.TarInfo("link")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    packed.seek(0)
    (refused,) = sources([packed])
    assert isinstance(refused, QueryRefused)
    assert "link" in str(refused)


def test_a_bomb_is_refused(tmp_path):
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(WIRE + bytes(40 << 20)))
    walk = sources([path])
    part = next(walk)
    with pytest.raises(QueryRefused, match="bomb"):
        exhaust(part.stream)


def exhaust(stream: BinaryIO) -> None:
    while stream.read(1 << 20):
        pass


def test_archives_nested_too_deep_are_refused():
    packed = WIRE
    for _ in range(5):
        packed = gzip.compress(packed)
    (refused,) = sources([io.BytesIO(packed)], limits=Limits(depth=3))
    assert isinstance(refused, QueryRefused)


def test_every_party_of_a_message_is_screened_with_its_role(run, simple_screening, partners, tmp_path):
    run("lists", "add", "partners", partners, "--format", "ftm")
    wire = tmp_path / "wire.txt"
    wire.write_bytes(WIRE.replace(b"RUVAN TELMORI", b"Ruvan Telmori").replace(b"VARNAK FRONT", b"Varnak Front"))
    done = run("screen", wire, "--json")
    rows = {row["query"]["role"]: row for row in map(json.loads, done.stdout.splitlines())}
    assert done.exit_code == 1
    assert {"ordering_customer", "beneficiary_customer"} <= set(rows) or {"debtor", "creditor"} <= set(rows)
    assert {hit["id"] for row in rows.values() for hit in row["hits"]} == {"a", "b"}
    assert all(row["query"]["message"]["file"] == "wire.txt" for row in rows.values())


def test_the_batch_goes_on_after_what_cannot_be_read_and_ends_with_two(run, simple_screening, partners, tmp_path):
    run("lists", "add", "partners", partners, "--format", "ftm")
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"nothing at all")
    (folder / "b.txt").write_bytes(WIRE)
    with zipfile.ZipFile(folder / "c.zip", "w") as archive:
        archive.writestr("inner.txt", WIRE)
    done = run("screen", folder, "--recursive", "--json")
    assert done.exit_code == 2
    assert done.stdout.count('"VARNAK FRONT"') == 2
    assert "a.bin" in done.stderr
    assert "1 refused" in done.stderr


def test_every_message_file_is_screened(run, simple_screening, partners, data):
    run("lists", "add", "partners", partners, "--format", "ftm")
    done = run("screen", data / "messages" / "travel", "--recursive", "--json")
    roles = [json.loads(line)["query"].get("role") for line in done.stdout.splitlines()]
    assert roles.count("traveller") >= 282
    assert " 0 refused" in done.stderr


TEXTS = WIRE.replace(b":71A:", b":70:RENT MAY Varnak Front 12\n:71A:")


def test_who_is_named_in_a_text_is_found_with_the_place(run, simple_screening, partners, tmp_path):
    run("lists", "add", "partners", partners, "--format", "ftm")
    (tmp_path / "wire.txt").write_bytes(TEXTS)
    done = run("screen", tmp_path / "wire.txt", "--json")
    (row,) = [row for row in map(json.loads, done.stdout.splitlines()) if "text" in row["query"]]
    assert done.exit_code == 1
    assert row["query"]["role"] == "remittance"
    assert row["query"]["text"] == "RENT MAY Varnak Front 12"
    assert row["query"]["place"] == "wire.txt: :70:"
    assert row["query"]["message"]["id"] == "REF1"
    assert row["hits"][0]["found"] == {"start": 9, "end": 21, "text": "Varnak Front", "kind": "name"}


def test_csv_has_the_role_the_place_and_the_message(run, simple_screening, partners, tmp_path):
    run("lists", "add", "partners", partners, "--format", "ftm")
    (tmp_path / "wire.txt").write_bytes(TEXTS.replace(b"RUVAN TELMORI", b"Ruvan Telmori"))
    done = run("screen", tmp_path / "wire.txt", "--csv")
    rows = {row["role"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert rows["debtor"]["record_id"] == "a"
    assert rows["debtor"]["place"] == "wire.txt: :50K:"
    assert rows["creditor"]["record_id"] == ""
    assert rows["remittance"]["found"] == "9-21: Varnak Front"
    assert {row["message"] for row in rows.values()} == {"wire.txt MT103 REF1"}


def test_a_table_says_what_a_text_names(run, simple_screening, partners, tmp_path):
    run("lists", "add", "partners", partners, "--format", "ftm")
    (tmp_path / "wire.txt").write_bytes(TEXTS)
    done = run("screen", tmp_path / "wire.txt")
    assert "9-21: Varnak Front" in done.stdout
    assert "1 text looked through: somebody listed in 1." in done.stderr


def test_a_party_that_many_transactions_share_is_screened_once_and_told_for_each(
    run, simple_screening, partners, tmp_path, monkeypatch
):
    asked = []
    real = simple_screening.screen_batch

    def spy(self, queries, **settings):
        asked.extend(name for query in queries for name in query.names)
        return real(self, queries, **settings)

    monkeypatch.setattr(simple_screening, "screen_batch", spy)
    run("lists", "add", "partners", partners, "--format", "ftm")
    batch = ":20:R\n:28D:1/1\n:50H:/1\nRuvan Telmori\n:30:240501\n" + "".join(
        f":21:T{number}\n:32B:EUR1,\n:59:/9\nPayee {number}\n:71A:SHA\n" for number in range(5)
    )
    (tmp_path / "batch.txt").write_text(batch)
    done = run("screen", tmp_path / "batch.txt", "--json")
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    assert [row["query"]["message"]["place"] for row in rows if row["query"]["role"] == "debtor" and row["hits"]]
    assert sum(bool(row["hits"]) for row in rows) == 5
    assert asked.count("Ruvan Telmori") == 1


def zipped(**members: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return packed.getvalue()


@pytest.mark.parametrize("circle", [True, False])
def test_a_link_in_a_folder_is_refused_by_name_and_goes_round_in_no_circle(run, tmp_path, circle):
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "wire.txt").write_bytes(WIRE)
    (tmp_path / "outside.txt").write_bytes(WIRE.replace(b"REF1", b"OUTSIDE"))
    (folder / "link").symlink_to(folder if circle else tmp_path / "outside.txt")
    done = run("parse", folder, "--recursive", "--json")
    assert done.exit_code == 2
    assert len(done.stdout.splitlines()) == 1
    assert "in/link: not read: is a symbolic link" in done.stderr


def test_a_zip_on_standard_input_is_bounded_before_it_is_copied():
    content = zipped(**{"wire.txt": WIRE * 400})
    (refused,) = sources([io.BytesIO(content)], limits=Limits(packed=100))
    assert isinstance(refused, QueryRefused)
    assert "archive of more than 100 bytes" in str(refused)


@pytest.mark.parametrize("pack", [gzip.compress, lambda content: zipped(**{"wire.txt": content})])
def test_a_bomb_is_refused_end_to_end_from_a_file_and_from_a_pipe(run, simple_screening, partners, tmp_path, pack):
    run("lists", "add", "partners", partners, "--format", "ftm")
    bomb = pack(WIRE + b"\n" + b" " * (80 << 20) + WIRE)
    (tmp_path / "bomb").write_bytes(bomb)
    for done in (run("screen", tmp_path / "bomb", "--json"), run("screen", "-", "--json", stdin=bomb)):
        assert done.exit_code == 2
        assert "as a bomb does" in done.stderr or "characters" in done.stderr


@pytest.mark.parametrize("name", ["../out.txt", "/etc/out.txt", "a/../../out.txt"])
def test_path_tricks_are_refused_end_to_end_and_the_rest_is_screened(run, simple_screening, partners, tmp_path, name):
    run("lists", "add", "partners", partners, "--format", "ftm")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for inside in (name, "good.txt"):
            member = tarfile.TarInfo(inside)
            member.size = len(WIRE)
            archive.addfile(member, io.BytesIO(WIRE))
    (tmp_path / "in.tar.gz").write_bytes(packed.getvalue())
    done = run("screen", tmp_path / "in.tar.gz", "--json")
    assert done.exit_code == 2
    assert "leads out of the archive" in done.stderr
    assert {json.loads(line)["query"]["message"]["file"] for line in done.stdout.splitlines()} == {"in.tar/good.txt"}
