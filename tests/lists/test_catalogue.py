"""Which format a file is in: found by its content, and claimed by one format only."""

from __future__ import annotations

import contextlib
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import ListRefused, UsageError
from dragoman.lists import catalogue
from dragoman.lists.catalogue import HEAD, MODULES, find_format, format_names, recognise

#: Every file and folder of real lists, and the format it is in.
REAL = {
    "un_2026-02-27.xml": "un-sc",
    "un_2025-11-20.xml": "un-sc",
    "un_2024-11-30_reformatted.xml": "un-sc",
    "un_2020-11-24.xml": "un-sc",
    "ofac_2021-07": "us-ofac-sdn",
    "ofac_cons_2025-12": "us-ofac-cons",
    "eu_fsf_v1.0_2016-02-11.xml": "eu-fsf",
    "eu_journal": "eu-journal",
    "uk_conlist_2018-04-13.csv": "gb-ofsi",
    "dfat_regulation8_2024-11.xlsx": "au-dfat",
    "ca_sema_2020-04.xml": "ca-sema",
    "in_mha/banned_organisations_2023-12.html": "in-uapa",
    "il_nbctf/wallets.csv": "il-nbctf-wallets",
    "us_bis_dpl_2019.txt": "us-bis-dpl",
}


@pytest.mark.parametrize(("name", "format_name"), REAL.items())
def test_each_real_list_is_recognised_as_what_it_is(data, name, format_name):
    assert recognise(data / "lists" / name).name == format_name


@pytest.mark.parametrize(("name", "format_name"), REAL.items())
def test_no_other_format_claims_it(data, name, format_name):
    path = data / "lists" / name
    head = b"" if path.is_dir() else path.read_bytes()[:HEAD]
    assert [known for known in MODULES if find_format(known).recognise(path, head)] == [format_name]


def test_every_format_bears_the_name_that_it_is_found_by():
    assert [find_format(name).name for name in format_names()] == format_names()


def test_every_format_says_who_publishes_it():
    for name in format_names():
        form = find_format(name)
        assert form.title
        assert form.publisher
        assert all(url.startswith("https://") for url in form.urls)


def test_an_unknown_name_and_a_needless_mapping_are_refused(tmp_path):
    with pytest.raises(UsageError, match="un-sc"):
        find_format("un")
    with pytest.raises(UsageError, match="no mapping"):
        find_format("un-sc", tmp_path / "mapping.yaml")


def test_a_table_that_nobody_else_claims_is_read_by_its_headers(tmp_path):
    path = tmp_path / "partners.csv"
    path.write_text("name,birthDate\nAnna Probe,1970\n")
    assert recognise(path).name == "csv"


def test_followthemoney_lines_are_recognised(tmp_path):
    path = tmp_path / "entities.ftm.json"
    path.write_text('{"id": "a", "schema": "Person", "properties": {"name": ["Anna Probe"]}}\n')
    assert recognise(path).name == "ftm"


@pytest.mark.parametrize(
    "content", [b"", b"Dear Sir,\n", b"\x7fELF", b"<html><body>404 Not Found</body></html>", b"<a/>"]
)
def test_what_no_format_claims_is_refused_with_the_remedy(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(ListRefused) as refused:
        recognise(path)
    assert refused.value.remedy


def test_a_missing_file_and_an_empty_folder_are_refused(tmp_path):
    for path in (tmp_path / "missing", tmp_path):
        with pytest.raises(ListRefused):
            recognise(path)


def test_a_file_that_several_formats_claim_is_refused_and_they_are_named(tmp_path, monkeypatch):
    path = tmp_path / "entities.ftm.json"
    path.write_text('{"id": "a", "schema": "Person", "properties": {"name": ["Anna Probe"]}}\n')
    monkeypatch.setattr(catalogue, "MODULES", {"ftm": "ftm", "un-sc": "un"})
    monkeypatch.setattr("dragoman.lists.un.FORMAT", _claims_all(find_format("un-sc")))
    with pytest.raises(ListRefused, match="ftm and un-sc"):
        recognise(path)


def _claims_all(form):
    from dataclasses import replace

    return replace(form, recognise=lambda path, head: True)


def test_looking_for_formats_loads_nothing_heavy():
    heavy = "{'lxml', 'followthemoney', 'rigour', 'yaml', 'python_calamine', 'numba', 'numpy'}"
    code = (
        "import sys; from dragoman.lists import catalogue\n"
        "[catalogue.find_format(name) for name in catalogue.format_names()]\n"
        f"sys.exit(sorted({heavy} & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@given(st.binary(max_size=400))
def test_any_bytes_are_recognised_or_refused(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "file.csv"
    path.write_bytes(content)
    with contextlib.suppress(ListRefused):
        assert recognise(path).name in format_names()
