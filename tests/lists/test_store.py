"""The list store: versions appear whole or not at all, and the newest is the one in use."""

from __future__ import annotations

import gzip
import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ListRefused, StoreError, UnknownList, UnknownVersion, UsageError
from dragoman.lists import un, versions
from dragoman.lists.catalogue import find_format, recognise
from dragoman.lists.reading import ListFormat, Reading
from dragoman.lists.store import ListStore
from dragoman.model import Record


def _read(source: Path, reading: Reading) -> Iterator[Record]:
    """A made-up format: ``#date``, ``id name`` for a party, ``!why`` for a row that cannot be read."""
    files = [source] if source.is_file() else sorted(source.iterdir())
    for number, line in enumerate((line for file in files for line in file.read_text().splitlines()), 1):
        if line.startswith("#"):
            reading.published = line[1:]
        elif line.startswith("!"):
            reading.reject(f"{source.name}:{number}", line[1:], line)
        elif line == "CUT":
            raise ListRefused("the file is cut short", place=f"{source.name}:{number}")
        else:
            id_, name = line.split(" ", 1)
            record = Record(id_, "Person")
            record.add("name", name, place=f"{source.name}:{number}")
            yield record
            described = Record(f"{id_}-s", "Sanction")
            described.add("entity", id_)
            yield described


FORMAT = ListFormat("lines", "A made-up list", "Nobody", _read, lambda path, head: False)
DAY = date(2026, 3, 1)


@pytest.fixture
def store(tmp_path: Path) -> ListStore:
    return ListStore.open(tmp_path / "home")


@pytest.fixture
def write(tmp_path: Path):
    def write(*lines: str, name: str = "list.txt") -> Path:
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines))
        return path

    return write


def people(count: int, first: int = 0) -> list[str]:
    return [f"p{number} Person Number {number}" for number in range(first, first + count)]


def tree(store: ListStore) -> list[str]:
    return sorted(str(path.relative_to(store.home)) for path in store.home.rglob("*") if ".locks" not in str(path))


def test_opening_a_store_creates_nothing(store):
    assert store.names() == []
    assert store.in_use() == {}
    assert not store.home.exists()


def test_the_home_comes_from_the_environment_else_from_the_platform(monkeypatch, tmp_path):
    monkeypatch.setenv("DRAGOMAN_HOME", str(tmp_path / "there"))
    assert ListStore.open().home == tmp_path / "there"
    monkeypatch.delenv("DRAGOMAN_HOME")
    assert ListStore.open().home.name == "dragoman"


def test_a_version_keeps_records_counts_checksums_and_the_source(store, write):
    path = write("#2026-02-27", *people(3), "!no name")
    account = store.add("un-sc", path, FORMAT)
    assert (account.version, account.published, account.parties, account.records) == ("2026-02-27", "2026-02-27", 3, 6)
    assert (account.names, account.by_schema) == (3, {"Person": 3})
    assert [(row.place, row.reason) for row in account.rejects] == [("list.txt:5", "no name")]
    assert store.current("un-sc") == account
    assert (store.source("un-sc") / "list.txt").read_bytes() == path.read_bytes()
    assert [record.id for record in store.records("un-sc")] == ["p0", "p0-s", "p1", "p1-s", "p2", "p2-s"]
    assert {(record.source, record.version) for record in store.records("un-sc")} == {("un-sc", "2026-02-27")}
    assert next(store.records("un-sc")).statements[0].place == "list.txt:2"


def test_the_account_survives_its_own_json(store, write):
    account = store.add("un-sc", write("#2026-02-27", *people(3), "!no name"), FORMAT)
    plain = json.loads(json.dumps(account.to_json()))
    assert plain["rejects"] == {"count": 1, "rows": [{"place": "list.txt:5", "reason": "no name", "row": "!no name"}]}
    assert versions.ListVersion.from_json(plain) == account


def test_without_a_published_date_the_day_of_adding_names_the_version(store, write):
    assert store.add("partners", write(*people(3)), FORMAT, today=DAY).version == "2026-03-01"


def test_the_same_content_again_is_recognised_by_whatever_name(store, write):
    first = store.add("un-sc", write("#2026-02-27", *people(3)), FORMAT)
    again = store.add("un-sc", write("#2026-02-27", *people(3), name="copy.txt"), FORMAT)
    assert again == first
    assert len(store.versions("un-sc")) == 1


def test_other_content_of_the_same_date_gets_a_suffix_and_is_newer(store, write):
    store.add("un-sc", write("#2026-02-27", *people(3)), FORMAT)
    for count in range(4, 14):
        store.add("un-sc", write("#2026-02-27", *people(count)), FORMAT)
    assert [account.version for account in store.versions("un-sc")][-2:] == ["2026-02-27.10", "2026-02-27.11"]
    assert store.current("un-sc").parties == 13


def test_a_list_without_dates_that_goes_back_to_older_content_uses_that_content(store, write):
    store.add("partners", write(*people(3)), FORMAT, today=DAY)
    store.add("partners", write(*people(4)), FORMAT, today=DAY)
    back = store.add("partners", write(*people(3)), FORMAT, today=DAY)
    assert store.current("partners") == back
    assert back.version == "2026-03-01.3"


def test_an_older_release_is_kept_and_the_newer_stays_in_use(store, write):
    store.add("un-sc", write("#2026-02-27", *people(30)), FORMAT)
    store.add("un-sc", write("#2020-11-24", *people(3)), FORMAT)
    assert [account.version for account in store.versions("un-sc")] == ["2020-11-24", "2026-02-27"]
    assert store.in_use() == {"un-sc": "2026-02-27"}
    assert sum(1 for _ in store.records("un-sc", "2020-11-24")) == 6


@pytest.mark.parametrize(
    "lines",
    [[], ["!bad"], [*people(9), "CUT"], people(4), [*people(8), *["!bad"] * 9]],
    ids=["empty", "no party", "cut short", "less than half", "mostly rejects"],
)
def test_an_implausible_file_is_refused_and_the_version_in_use_stays(store, write, lines):
    before = store.add("un-sc", write("#2026-01-01", *people(10)), FORMAT)
    state = tree(store)
    with pytest.raises(ListRefused):
        store.add("un-sc", write("#2026-02-02", *lines), FORMAT)
    assert store.current("un-sc") == before
    assert tree(store) == state


def test_force_keeps_a_much_smaller_version_but_never_an_empty_one(store, write):
    store.add("un-sc", write("#2026-01-01", *people(10)), FORMAT)
    assert store.add("un-sc", write("#2026-02-02", *people(2)), FORMAT, force=True).parties == 2
    with pytest.raises(ListRefused, match="no party"):
        store.add("un-sc", write("#2026-03-03"), FORMAT, force=True)


def test_a_folder_is_one_list_and_its_hidden_files_are_none_of_it(store, write, tmp_path):
    write("#2026-01-01", *people(2), name="sdn/a.txt")
    write(*people(2, 2), name="sdn/b.txt")
    first = store.add("us", tmp_path / "sdn", FORMAT)
    assert first.parties == 4
    assert [file.name for file in first.sources] == ["source/sdn/a.txt", "source/sdn/b.txt"]
    write("junk", name="sdn/.DS_Store")
    assert store.add("us", tmp_path / "sdn", FORMAT) == first


def test_a_folder_of_everything_is_refused(store, tmp_path):
    for number in range(201):
        (tmp_path / "many").mkdir(exist_ok=True)
        (tmp_path / "many" / f"{number}.txt").write_text("x")
    with pytest.raises(ListRefused, match="more than 200 files"):
        store.add("us", tmp_path / "many", FORMAT)


def test_a_mapping_belongs_to_the_version(store, write):
    path, mapping = write(*people(3)), write("name: a", name="mapping.yaml")
    first = store.add("partners", path, FORMAT, mapping=mapping, today=DAY)
    assert [file.name for file in first.sources] == ["source/list.txt", "mapping/mapping.yaml"]
    write("name: b", name="mapping.yaml")
    assert store.add("partners", path, FORMAT, mapping=mapping, today=DAY).version == "2026-03-01.2"


def test_two_parties_of_one_id_are_both_kept_and_told_of(store, write):
    account = store.add("un-sc", write("a One", "a Two"), FORMAT)
    assert account.parties == 2
    assert [row.place for row in account.warnings] == ["a"]


def test_progress_ends_with_the_number_of_parties(store, write):
    told: list[int] = []
    store.add("un-sc", write(*people(1200)), FORMAT, progress=told.append)
    assert told == [500, 1000, 1200]


def test_the_fingerprint_changes_with_content_and_only_with_content(store, write):
    empty = store.fingerprint()
    store.add("un-sc", write("#2026-02-27", *people(3)), FORMAT)
    one = store.fingerprint()
    store.add("un-sc", write("#2026-02-27", *people(3)), FORMAT)
    store.add("un-sc", write("#2020-01-01", *people(3)), FORMAT)
    assert store.fingerprint() == one != empty
    store.add("un-sc", write("#2026-02-28", *people(4)), FORMAT)
    assert store.fingerprint() not in (one, empty)
    store.remove("un-sc@2026-02-28")
    assert store.fingerprint() == one


def test_removing_the_newest_version_puts_the_one_before_in_use(store, write):
    store.add("un-sc", write("#2026-01-01", *people(3)), FORMAT)
    store.add("un-sc", write("#2026-02-02", *people(4)), FORMAT)
    assert store.remove("un-sc@2026-02-02") == ["un-sc@2026-02-02"]
    assert store.current("un-sc").version == "2026-01-01"
    assert store.remove("un-sc") == ["un-sc@2026-01-01"]
    assert store.names() == []


def test_what_is_not_kept_is_named_with_what_is(store, write):
    store.add("un-sc", write("#2026-01-01", *people(3)), FORMAT)
    with pytest.raises(UnknownList, match="kept: un-sc"):
        store.current("eu-fsf")
    with pytest.raises(UnknownVersion, match="kept: 2026-01-01"):
        store.version("un-sc@2025-01-01")
    with pytest.raises(UnknownVersion):
        store.records("un-sc", "2025-01-01")


@pytest.mark.parametrize("name", ["", "UN", "../up", "a/b", ".hidden", "a@b", "con trol", "x" * 80, "-"])
def test_a_name_that_could_not_be_a_folder_is_refused(store, write, name):
    with pytest.raises(UsageError):
        store.add(name, write(*people(3)), FORMAT)


@given(st.text())
def test_any_label_parses_or_is_refused(label):
    try:
        name, version = versions.parse_label(label)
    except UsageError:
        return
    assert versions.check_name(name)
    assert version is None or versions.is_version(version)


def test_an_interrupted_add_leaves_nothing_in_use_and_is_cleaned_by_the_next(store, write, tmp_path):
    store.add("un-sc", write("#2026-01-01", *people(3)), FORMAT)
    script = tmp_path / "killed.py"
    script.write_text(
        "import os, signal, sys\n"
        "from pathlib import Path\n"
        "from dragoman.lists.reading import ListFormat\n"
        "from dragoman.lists.store import ListStore\n"
        "from dragoman.model import Record\n"
        "def read(source, reading):\n"
        "    yield Record('a', 'Person')\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "form = ListFormat('f', 'f', 'f', read, lambda path, head: True)\n"
        "ListStore.open(Path(sys.argv[1])).add('un-sc', Path(sys.argv[2]), form)\n"
    )
    done = subprocess.run([sys.executable, script, store.home, script], check=False)
    assert done.returncode == -signal.SIGKILL
    assert list((store.folder / ".adding").iterdir())
    assert store.in_use() == {"un-sc": "2026-01-01"}
    store.add("un-sc", write("#2026-02-02", *people(4)), FORMAT)
    assert not list((store.folder / ".adding").iterdir())


def _add_from_another_process(home: Path, source: Path, number: int) -> None:
    ListStore.open(home).add("partners", source, FORMAT, today=DAY)


def test_processes_that_add_at_once_take_turns(store, write):
    context = multiprocessing.get_context("fork" if os.name == "posix" else "spawn")
    sources = [write(*people(count), name=f"{count}.txt") for count in (300, 301, 302, 303)]
    running = [context.Process(target=_add_from_another_process, args=(store.home, each, 0)) for each in sources]
    for process in running:
        process.start()
    for process in running:
        process.join()
    assert [process.exitcode for process in running] == [0, 0, 0, 0]
    assert sorted(account.parties for account in store.versions("partners")) == [300, 301, 302, 303]
    assert [account.version for account in store.versions("partners")][-1] == "2026-03-01.4"


def test_a_damaged_version_says_so(store, write):
    store.add("un-sc", write("#2026-01-01", *people(300)), FORMAT)
    folder = store.folder / "un-sc" / "2026-01-01"
    records = folder / versions.RECORDS
    records.write_bytes(records.read_bytes()[:-20])
    with pytest.raises(StoreError, match="add the list again"):
        list(store.records("un-sc"))
    with gzip.open(records, "wb") as file:
        file.write(b'{"id": 1}\n')
    with pytest.raises(StoreError):
        list(store.records("un-sc"))
    (folder / versions.ACCOUNT).write_text("{}")
    with pytest.raises(StoreError):
        store.current("un-sc")


def test_every_format_has_a_reader_that_bears_its_name():
    from dragoman.lists.catalogue import MODULES

    assert [find_format(name).name for name in MODULES] == list(MODULES)


@given(st.binary(max_size=300))
def test_bytes_that_are_no_list_are_recognised_by_no_format_or_refused(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("fuzz")
    path = folder / "file"
    path.write_bytes(content)
    try:
        form = recognise(path)
        ListStore.open(folder / "home").add("any", path, form)
    except DragomanError:
        pass


def test_the_security_council_list_is_kept_as_it_counts_itself(data, store):
    path = data / "lists" / "un_2026-02-27.xml"
    form = recognise(path)
    assert form is un.FORMAT
    account = store.add("un-sc", path, form)
    assert (account.version, account.parties) == ("2026-02-27", 1003)
    assert account.by_schema == {"Person": 730, "Organization": 273}
    assert len(account.rejects) == 0


@pytest.mark.parametrize("share", [0.2, 0.5, 0.999])
def test_a_truncated_list_is_refused(data, store, tmp_path, share):
    whole = (data / "lists" / "un_2026-02-27.xml").read_bytes()
    cut = tmp_path / "un.xml"
    cut.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ListRefused):
        store.add("un-sc", cut, un.FORMAT)
    assert store.names() == []
