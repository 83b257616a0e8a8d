"""``dragoman screen``, ``compare`` and ``index``: shapes, statuses, and what is told of."""

from __future__ import annotations

import csv
import io
import json
import sys

import pytest

pytestmark = pytest.mark.usefixtures("simple_screening")


@pytest.fixture
def screen(run, partners):
    """Run ``screen`` against the made-up list."""
    assert run("lists", "add", "partners", partners, "--format", "ftm").exit_code == 0
    return lambda *arguments, stdin=None: run("screen", *arguments, stdin=stdin)


def lines(done) -> list[dict]:
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hits_end_with_one_and_none_with_nothing(screen):
    assert screen("--name", "Ruvan Telmori").exit_code == 1
    assert screen("--name", "Nobody At All").exit_code == 0


def test_json_is_one_line_a_query_in_input_order(screen):
    done = screen("-", "--json", stdin="id,name,dob\n1,Nobody,\n2,Ruvan Telmori,1957\n3,Nobody,\n")
    assert done.exit_code == 1
    first, second, third = lines(done)
    assert [line["query"]["id"] for line in (first, second, third)] == ["1", "2", "3"]
    assert first["hits"] == third["hits"] == []
    assert second["query"] == {
        "id": "2",
        "schema": "Person",
        "properties": {"name": ["Ruvan Telmori"], "birthDate": ["1957"]},
    }
    assert list(second["lists"]) == ["partners"]
    assert second["hits"] == [
        {
            "id": "a",
            "source": "partners",
            "caption": "Ruvan Telmori",
            "schema": "Person",
            "score": 0.93,
            "match": True,
            "features": [
                {
                    "name": "name",
                    "score": 1.0,
                    "weight": 3.0,
                    "query": "Ruvan Telmori",
                    "record": "Ruvan Telmori",
                    "sentence": "The name Ruvan Telmori is the same.",
                }
            ],
        }
    ]
    assert "columns read by another spelling: dob as birthDate" in done.stderr


def test_csv_has_a_row_for_every_hit_and_for_every_query_without(screen):
    done = screen("-", "--csv", stdin="id,name\n1,Nobody\n2,Ruvan Telmori; Varnak Front\n")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [(row["query_id"], row["record_id"], row["match"]) for row in rows] == [
        ("1", "", ""),
        ("2", "a", "true"),
        ("2", "b", "true"),
    ]
    assert rows[1]["why"] == "The name Ruvan Telmori is the same."


def test_the_table_explains_each_hit_and_counts_the_rest(screen):
    done = screen("-", stdin="name\nRuvan Telmori\nNobody\n")
    assert "The name Ruvan Telmori is the same." in done.stdout
    assert "Nobody" not in done.stdout
    assert "2 queries: 1 with hits (1), 1 without." in done.stderr


def test_entities_are_screened_as_well(screen, entities):
    done = screen("-", "--json", stdin=entities(("q", "Organization", "Varnak Front")))
    assert [hit["id"] for hit in lines(done)[0]["hits"]] == ["b"]


def test_a_bad_row_is_told_the_rest_is_screened_and_the_status_is_two(screen):
    done = screen("-", "--json", stdin="id,name\n1,Ruvan Telmori\n2,\n3,Nobody\n")
    assert done.exit_code == 2
    assert [line["query"]["id"] for line in lines(done)] == ["1", "3"]
    assert "standard input:3: not screened: there is no name" in done.stderr
    assert "Not read and not screened: 1 row." in done.stderr


def test_an_unread_value_is_told_and_the_query_screened(screen):
    done = screen("-", "--json", stdin="id,name,dob\n1,Ruvan Telmori,soon\n")
    assert done.exit_code == 1
    assert lines(done)[0]["query"]["unread"] == [{"prop": "birthDate", "value": "soon", "reason": "it is no date"}]


@pytest.mark.parametrize("content", ["", "name\n", "colour\nred\n"])
def test_a_file_without_queries_ends_with_two_and_builds_no_index(screen, home, tmp_path, content):
    path = tmp_path / "in.csv"
    path.write_text(content)
    done = screen(path, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert not list(home.glob("index/*.idx"))


@pytest.mark.parametrize(
    "arguments",
    [
        ("file.csv", "--name", "A"),
        ("--birth-date", "1957"),
        ("--name", "A", "--birth-date", "soon"),
        ("--name", "A", "--nationality", "Atlantis"),
        ("--name", "A", "--schema", "Goblin"),
        ("--name", "..."),
        ("--name", "A", "--json", "--csv"),
        ("--name", "A", "--lists", "nope"),
        ("--name", "A", "--lists", ","),
        ("--name", "A", "--lists", "partners@2001-01-01"),
        ("--name", "A", "--threshold", "0.2"),
        ("--name", "A", "--limit", "0"),
    ],
)
def test_wrong_usage_ends_with_two(screen, arguments):
    done = screen(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")


def test_options_describe_a_single_party(screen):
    done = screen("--name", "A", "--name", "B", "--birth-date", "about 1957", "--country", "Iraq", "--gender", "f",
                  "--passport", "X1", "--id-number", "7", "--schema", "person", "--json")  # fmt: skip
    assert lines(done)[0]["query"] == {
        "id": "query",
        "schema": "Person",
        "properties": {
            "name": ["A", "B"],
            "birthDate": ["1957~"],
            "country": ["iq"],
            "gender": ["female"],
            "idNumber": ["7"],
            "passportNumber": ["X1"],
        },
    }


@pytest.mark.parametrize(
    ("option", "prop"),
    [("--passport", "passportNumber"), ("--id-number", "idNumber"), ("--imo", "imoNumber"), ("--wallet", "publicKey")],
)
def test_a_number_is_enough_without_a_name(screen, option, prop):
    assert lines(screen(option, "A1", "--json"))[0]["query"]["properties"] == {prop: ["A1"]}


def test_only_the_lists_asked_for_are_screened_and_echoed(screen, run, tmp_path, entities):
    path = tmp_path / "other.ftm.json"
    path.write_text(entities(("z", "Person", "Ruvan Telmori"), ("y", "Person", "Other One")))
    run("lists", "add", "other", path, "--format", "ftm")
    everywhere, only = (
        lines(screen("--name", "Ruvan Telmori", "--json", *more))[0] for more in ((), ("--lists", "other"))
    )
    assert (sorted(everywhere["lists"]), sorted(only["lists"])) == (["other", "partners"], ["other"])
    assert [hit["id"] for hit in only["hits"]] == ["z"]


def test_a_list_that_is_not_whole_is_named_even_where_nothing_is_found(screen, run, tmp_path, entities):
    path = tmp_path / "other.ftm.json"
    path.write_text(entities(("z", "Person", "Z"), ("y", "Person", "Y")) + "{}\n")
    run("lists", "add", "other", path, "--format", "ftm")
    done = screen("--name", "Nobody", "--json")
    assert done.exit_code == 0
    assert "is not whole: 1 row could not be read" in done.stderr


def test_summary_ends_with_settings_and_counts_on_standard_error(screen):
    done = screen("--name", "Ruvan Telmori", "--json", "--summary", "--threshold", "0.8", "--limit", "3")
    assert "1 query: 1 with hits (1), 0 without." in done.stderr
    assert "Threshold 0.80, at most 3 hits a query." in done.stderr
    assert "Lists: partners@" in done.stderr
    assert len(done.stdout.splitlines()) == 1


def test_the_index_is_built_once_and_again_when_a_list_changed(screen, run, home, tmp_path, entities):
    first = screen("--name", "Nobody")
    assert "Building the index of 3 parties on 1 list " in first.stderr
    assert "Building" not in screen("--name", "Nobody").stderr
    path = tmp_path / "other.ftm.json"
    path.write_text(entities(("z", "Person", "Z")))
    run("lists", "add", "other", path, "--format", "ftm")
    assert "Building the index of 4 parties on 2 lists " in screen("--name", "Nobody").stderr
    assert len(list(home.glob("index/*.idx"))) == 1


def test_of_the_former_index_unchanged_records_are_taken_over_unless_the_build_is_forced(
    screen, run, home, tmp_path, entities, monkeypatch
):
    formers, screening = [], sys.modules["dragoman.screening"]
    real = screening.build_index

    def build_index(*arguments, former=None):
        formers.append(former)
        return real(*arguments)

    monkeypatch.setattr(screening, "build_index", build_index)
    screen("--name", "Nobody")
    (first,) = home.glob("index/*.idx")
    path = tmp_path / "other.ftm.json"
    path.write_text(entities(("z", "Person", "Z")))
    run("lists", "add", "other", path, "--format", "ftm")
    screen("--name", "Nobody")
    run("index", "build", "--force")
    assert formers == [None, first, None]


def test_a_damaged_index_is_built_again(screen, home):
    screen("--name", "Nobody")
    (path,) = home.glob("index/*.idx")
    path.write_text("junk")
    done = screen("--name", "Ruvan Telmori")
    assert done.exit_code == 1
    assert "built again" in done.stderr


def test_index_build_and_show(screen, run):
    assert run("index", "show").exit_code == 2
    assert "Index built: 3 parties" in run("index", "build").stderr
    assert "up to date" in run("index", "build").stderr
    assert "Index built" in run("index", "build", "--force").stderr
    shown = json.loads(run("index", "show", "--json").stdout)
    assert shown["parties"] == 3
    assert list(shown["lists"]) == ["partners"]
    assert "partners@" in run("index", "show").stdout


def test_many_queries_are_screened_batch_by_batch(screen, monkeypatch, simple_screening):
    sizes = []
    real = simple_screening.screen_batch

    def spy(self, queries, **settings):
        sizes.append(len(queries))
        return real(self, queries, **settings)

    monkeypatch.setattr(simple_screening, "screen_batch", spy)
    done = screen("-", "--json", stdin="name\n" + "".join(f"Nobody {number}\n" for number in range(2500)))
    assert sizes == [1000, 1000, 500]
    assert len(done.stdout.splitlines()) == 2500


def test_compare_says_why(run):
    done = run("compare", "A B", "A B")
    assert done.exit_code == 0
    assert "The names are compared." in done.stdout
    assert "Score 1.00: match." in done.stdout
    assert json.loads(run("compare", "A", "B", "--schema", "person", "--json").stdout)["match"] is False


@pytest.mark.parametrize("header", ["", "name1,name2,schema\n"])
def test_compare_of_a_file_is_one_line_a_pair(run, tmp_path, header):
    path = tmp_path / "pairs.csv"
    path.write_text(header + "A,A\nB,C,Person\n")
    done = run("compare", "--file", path)
    assert done.exit_code == 0
    assert [(line["name1"], line["name2"], line["score"]) for line in lines(done)] == [("A", "A", 1.0), ("B", "C", 0.2)]
    assert run("compare", "--file", "-", stdin=path.read_text()).stdout == done.stdout


def test_compare_tells_of_pairs_it_cannot_read_and_goes_on(run, tmp_path):
    path = tmp_path / "pairs.csv"
    path.write_text("A,A\nB\nC,D,Goblin\n,E\nF,F\n")
    done = run("compare", "--file", path)
    assert done.exit_code == 2
    assert [line["name1"] for line in lines(done)] == ["A", "F"]
    assert done.stderr.count("not compared") == 4


def test_compare_of_an_empty_file_ends_with_two(run, tmp_path):
    (tmp_path / "pairs.csv").write_text("")
    assert run("compare", "--file", tmp_path / "pairs.csv").exit_code == 2
