"""``dragoman lists``: what it keeps, shows, compares and refuses."""

from __future__ import annotations

import json

import pytest


@pytest.fixture
def kept(run, partners):
    """The made-up list, added."""
    assert run("lists", "add", "partners", partners, "--format", "ftm").exit_code == 0
    return "partners"


def test_add_recognises_the_format_and_tells_the_counts(run, partners):
    done = run("lists", "add", "partners", partners)
    assert (done.exit_code, done.stdout) == (0, "")
    assert "added: 3 parties (2 Person, 1 Organization), 3 names" in done.stderr


def test_add_again_changes_nothing(run, kept, partners):
    done = run("lists", "add", "partners", partners, "--format", "ftm")
    assert "is unchanged: 3 parties" in done.stderr
    assert len(json.loads(run("lists", "ls", "--json").stdout)[0]["versions"]) == 1


def test_a_folder_of_one_file_is_that_file(run, kept, partners, tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    partners.rename(folder / "renamed.json")
    assert "is unchanged: 3 parties" in run("lists", "add", "partners", folder).stderr


def test_add_shows_the_rows_it_leaves_out(run, tmp_path, entities):
    path = tmp_path / "list.ftm.json"
    path.write_text(entities(("a", "Person", "A"), ("b", "Person", "B")) + '{"id": "x", "schema": "Goblin"}\n')
    done = run("lists", "add", "partners", path, "--format", "ftm")
    assert "1 row could not be read and left out:\n  list.ftm.json:3: " in done.stderr
    shown = json.loads(run("lists", "show", "partners", "--json").stdout)
    assert shown["rejects"]["count"] == len(shown["rejects"]["rows"]) == 1
    assert shown["rejects"]["rows"][0]["place"] == "list.ftm.json:3"


def test_a_refused_file_leaves_the_version_in_use_and_ends_with_two(run, kept, tmp_path, entities):
    bad = tmp_path / "bad.ftm.json"
    bad.write_text(entities(("a", "Person", "A")))
    done = run("lists", "add", "partners", bad)
    assert done.exit_code == 2
    assert "its parties number 1, those of version" in done.stderr
    assert "--force" in done.stderr
    assert json.loads(run("lists", "show", "partners", "--json").stdout)["parties"] == 3
    assert run("lists", "add", "partners", bad, "--force").exit_code == 0
    assert json.loads(run("lists", "show", "partners", "--json").stdout)["parties"] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("lists", "add", "partners", "nowhere.json"),
        ("lists", "add", "Not A Name", "nowhere.json"),
        ("lists", "add", "partners"),
        ("lists", "show", "partners"),
        ("lists", "show", "partners@yesterday"),
        ("lists", "diff", "partners"),
        ("lists", "rm", "partners", "--yes"),
        ("lists", "fetch", "partners"),
        ("lists", "fetch"),
        ("lists", "nonsense"),
        ("nonsense",),
        ("screen",),
        ("screen", "nowhere.csv"),
        ("screen", "--name", "A"),
        ("compare", "one"),
        ("index", "build"),
        ("index", "show"),
    ],
)
def test_what_makes_no_sense_ends_with_two_a_message_and_nothing_on_standard_output(run, arguments):
    done = run(*arguments)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "rror" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_of_one_publisher_is_not_added_under_the_name_of_another(run, data):
    done = run("lists", "add", "ca-sema", data / "lists" / "un_2026-02-27.xml")
    assert done.exit_code == 2
    assert "un-sc" in done.stderr


def test_show_tells_what_the_issue_promises(run, data):
    assert run("lists", "add", "un-sc", data / "lists" / "un_2026-02-27.xml").exit_code == 0
    shown = json.loads(run("lists", "show", "un-sc", "--json").stdout)
    assert {key: shown[key] for key in ("version", "published", "parties", "by_schema", "rejects", "in_use")} == {
        "version": "2026-02-27",
        "published": "2026-02-27",
        "parties": 1003,
        "by_schema": {"Person": 730, "Organization": 273},
        "rejects": {"count": 0, "rows": []},
        "in_use": True,
    }
    assert shown["names"] > 3000
    assert "1,003" in run("lists", "show", "un-sc").stdout


def test_diff_of_two_releases(run, data):
    for release in ("2025-11-20", "2026-02-27"):
        assert run("lists", "add", "un-sc", data / "lists" / f"un_{release}.xml").exit_code == 0
    done = run("lists", "diff", "un-sc@2025-11-20", "un-sc@2026-02-27", "--json")
    assert json.loads(done.stdout)["counts"] | {"changed": 0} == {"added": 4, "removed": 1, "changed": 0}
    assert "4 added, 1 removed" in done.stderr
    assert run("lists", "diff", "un-sc", "--json").stdout == done.stdout
    assert run("lists", "diff", "un-sc").stdout.count("\n+ ") == 4


def test_ls_is_empty_at_first_and_says_how_to_begin(run):
    done = run("lists", "ls")
    assert (done.exit_code, done.stdout) == (0, "")
    assert "dragoman lists add" in done.stderr
    assert json.loads(run("lists", "ls", "--json").stdout) == []


def test_rm_asks_first(run, kept):
    assert run("lists", "rm", kept, stdin="n\n").exit_code == 130
    assert run("lists", "show", kept).exit_code == 0
    assert run("lists", "rm", kept, stdin="y\n").exit_code == 0
    assert run("lists", "show", kept).exit_code == 2


def test_control_characters_of_a_list_do_not_reach_the_terminal(run, tmp_path, entities):
    path = tmp_path / "list.ftm.json"
    path.write_text(entities(("a\x1b[2J", "Person", "Evil\x1b]0;name\x07\u202e")))
    assert run("lists", "add", "partners", path, "--format", "ftm").exit_code == 0
    other = tmp_path / "other.ftm.json"
    other.write_text(entities(("b", "Person", "B")))
    run("lists", "add", "partners", other)
    done = run("lists", "diff", "partners")
    assert "\x1b" not in done.stdout + done.stderr
    assert "\u202e" not in done.stdout
