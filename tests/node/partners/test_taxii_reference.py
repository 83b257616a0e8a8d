"""The behaviours that the back-end tests of medallion, the reference server of TAXII 2.1, ask for, over real HTTP.

After medallion/test/test_backends.py of oasis-open/cti-taxii-server (BSD-3-Clause, OASIS Open): the same behaviours,
written anew. Its 79 tests (81 cases) are here as rows of tables, but for these seven, which are about medallion itself:

- default_userpass_no_config, default_userpass_no_auth_section: a node has no default password;
- default_backend_no_config, default_backend_no_backend_section: a node has one way of storing things;
- default_taxii_config_no_config, default_taxii_no_taxii_section: the page size is in `dragoman.exchange.taxii.filters`;
- save_to_file: a node is backed up as a whole.

One behaviour differs: under an agreement one side gives a class of data and the other receives it, so that no client
reads the collection that it writes. What was added or deleted is looked up in the node's tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from dragoman.exchange.stix.ids import stix_id
from tests.node.exchange.nodes import Node
from tests.node.homes import Homes
from tests.node.partners.taxii_world import (
    ARTIFACT,
    FIRST,
    HELD,
    MALWARE,
    MALWARE_20,
    MALWARE_21,
    MARKING,
    READING,
    SCO,
    SECOND,
    THIRD,
    TYPE,
    VERSIONS,
    A,
    Taxii,
    thing,
)

ADDED = [added for added, _ in HELD]


@pytest.fixture(scope="module")
def taxii(tmp_path_factory: pytest.TempPathFactory, homes: Homes) -> Iterator[Taxii]:
    node = Node(tmp_path_factory.mktemp("taxii") / "north", "North")
    node.prepare(homes)
    node.run(script="from tests.node.partners.taxii_world import build; build()")
    node.start()
    client = Taxii(node)
    yield client
    client.close()


def test_discovery_names_the_api_root_of_the_agreement(taxii: Taxii) -> None:
    assert taxii.found("/taxii2/")["api_roots"] == [f"{taxii.node.url}{taxii.root}"]


def test_an_api_root_bears_the_title_of_its_agreement(taxii: Taxii) -> None:
    found = taxii.found(taxii.root)
    assert found["title"] == "north.example to border.example"
    assert found["versions"] == [TYPE]


def test_the_collections_are_those_of_the_agreement_with_what_may_be_done(taxii: Taxii) -> None:
    listed = taxii.found(f"{taxii.root}collections/")["collections"]
    assert {(each["alias"], each["can_read"], each["can_write"]) for each in listed} == {
        ("indicators", True, False),
        ("reports", True, False),
        ("list_entries", False, True),
    }
    for each in listed:
        assert taxii.found(f"{taxii.root}collections/{each['id']}/") == each


def test_a_status_says_what_succeeded_and_what_failed(taxii: Taxii) -> None:
    made = taxii.post(thing(stix_id("malware", "status"), FIRST), {"id": "nothing"}).json()
    found = taxii.found(f"{taxii.root}status/{made['id']}/")
    assert found == made
    assert [len(found[name]) for name in ("successes", "failures")] == [1, 1]
    assert (found["status"], found["total_count"], found["pending_count"]) == ("complete", 2, 0)


# Reading: what a query means.


def version_of(each: dict[str, Any]) -> str:
    return str(each.get("modified", each.get("created")))


@pytest.mark.parametrize("query", READING)
def test_objects_are_those_that_the_filter_means_in_the_order_of_adding(taxii: Taxii, query: str) -> None:
    answer = taxii.get(f"{taxii.read}objects/?{query}")
    page = answer.json()
    found = [(each["id"], version_of(each)) for each in page.get("objects", [])]
    assert found == READING[query]
    assert page == {} if not found else page["more"] is False
    when = {(each["id"], version_of(each)): added for added, each in HELD}
    ends = [when[found[0]], when[found[-1]]] if found else [None, None]
    assert [answer.headers.get(f"X-TAXII-Date-Added-{end}") for end in ("First", "Last")] == ends


@pytest.mark.parametrize("query", READING)
def test_the_manifest_names_the_same_versions_with_their_media_type(taxii: Taxii, query: str) -> None:
    answer = taxii.get(f"{taxii.read}manifest/?{query}")
    rows = answer.json().get("objects", [])
    assert [(each["id"], each["version"]) for each in rows] == READING[query]
    assert [each["date_added"] for each in rows] == sorted(each["date_added"] for each in rows)
    spec = {version: "2.0" if version == MALWARE_20 else "2.1" for _, version in READING[query]}
    assert all(each["media_type"] == f"application/stix+json;version={spec[each['version']]}" for each in rows)
    ends = [rows[0]["date_added"], rows[-1]["date_added"]] if rows else [None, None]
    assert [answer.headers.get(f"X-TAXII-Date-Added-{end}") for end in ("First", "Last")] == ends


ONE = [
    (MALWARE, "", [MALWARE_21]),
    (MALWARE, "added_after=2032-01-27T13:49:59.997000Z", []),
    (MALWARE, "added_after=2031-07-27T13:49:59Z", [MALWARE_21]),
    (A, f"match[version]={SECOND}", [SECOND]),
    (A, "match[version]=first", [FIRST]),
    (A, "match[version]=last", [THIRD]),
    (A, "match[version]=all", [FIRST, SECOND, THIRD]),
    (A, "limit=1", [THIRD]),
    (MALWARE, "match[spec_version]=2.0", [MALWARE_20]),
    (MALWARE, "match[spec_version]=2.1", [MALWARE_21]),
    (MALWARE, "match[spec_version]=2.0,2.1", [MALWARE_20]),
    (MARKING, "match[version]=all", [FIRST]),
]


@pytest.mark.parametrize(("name", "query", "versions"), ONE)
def test_one_object_is_given_in_the_versions_that_are_meant(
    taxii: Taxii, name: str, query: str, versions: list[str]
) -> None:
    page = taxii.found(f"{taxii.read}objects/{name}/?{query}")
    assert [version_of(each) for each in page.get("objects", [])] == versions
    assert all(each["id"] == name for each in page.get("objects", []))
    assert page == {} if not versions else page["more"] is False


@pytest.mark.parametrize(("name", "query", "versions"), VERSIONS)
def test_the_versions_of_an_object_are_listed(taxii: Taxii, name: str, query: str, versions: list[str]) -> None:
    answer = taxii.get(f"{taxii.read}objects/{name}/versions/?{query}")
    page = answer.json()
    assert page.get("versions", []) == versions
    assert page == {} if not versions else page["more"] is False
    assert ("X-TAXII-Date-Added-First" in answer.headers) == bool(versions)


PAGES = [
    ("objects/", "", "objects", 3, [3, 2]),
    ("manifest/", "", "objects", 2, [2, 2, 1]),
    (f"objects/{A}/", "match[version]=all", "objects", 2, [2, 1]),
    (f"objects/{A}/versions/", "", "versions", 1, [1, 1, 1]),
]


@pytest.mark.parametrize(("path", "query", "key", "limit", "sizes"), PAGES)
def test_pages_follow_each_other_until_more_is_false(
    taxii: Taxii, path: str, query: str, key: str, limit: int, sizes: list[int]
) -> None:
    whole = taxii.found(f"{taxii.read}{path}?{query}")[key]
    found, token, seen = [], "", []
    for size in sizes:
        answer = taxii.get(f"{taxii.read}{path}?{query}&limit={limit}" + (f"&next={token}" if token else ""))
        page = answer.json()
        assert len(page[key]) == size
        found += page[key]
        seen.append(answer.headers["X-TAXII-Date-Added-Last"])
        token = page.get("next", "")
        assert page["more"] is bool(token)
    assert not token
    assert found == whole
    assert seen == sorted(set(seen))


# An observable has no modified: it is one version, known by when it was added.


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("match[version]=all", 1),
        ("match[version]=first", 1),
        ("match[version]=last", 1),
        ("added_after=2017-01-27T13:49:53.935Z", 1),
        ("added_after=2099-01-01T00:00:00.000Z", 0),
    ],
)
def test_an_observable_is_one_version(taxii: Taxii, query: str, count: int) -> None:
    assert taxii.found(f"{taxii.observed}objects/{ARTIFACT}/?{query}").get("objects", []) == [SCO][:count]


# Adding and deleting.


def test_what_is_added_is_there_until_it_is_deleted(taxii: Taxii) -> None:
    name = stix_id("malware", "added")
    answer = taxii.post(thing(name, FIRST))
    assert (answer.status_code, answer.headers["content-type"]) == (202, TYPE)
    assert taxii.found(f"{taxii.root}status/{answer.json()['id']}/")["success_count"] == 1
    assert taxii.held(name) == [FIRST]
    gone = taxii.delete(name)
    assert (gone.status_code, gone.headers["content-type"]) == (200, TYPE)
    assert taxii.held(name) == []
    assert taxii.delete(name).status_code == 404
    assert taxii.get(f"{taxii.read}manifest/{name}").status_code == 404


def test_an_observable_is_added_once(taxii: Taxii) -> None:
    other = SCO | {"id": stix_id("artifact", "other")}
    for _ in range(2):
        assert taxii.post(other).json()["failure_count"] == 0
    assert len(taxii.held(other["id"])) == 1


def test_versions_are_deleted_by_time_first_last_and_all(taxii: Taxii) -> None:
    name, years = stix_id("malware", "years"), ["2014", "2015", "2016", "2018", "2019"]
    versions = [f"{year}-01-27T13:49:53.935Z" for year in years]
    made = taxii.post(*(thing(name, each, created=versions[0]) for each in versions)).json()
    assert made["success_count"] == 5
    for query, left in (
        ("", [0, 1, 2, 3, 4]),
        (f"?match[version]={versions[3]}", [0, 1, 2, 4]),
        ("?match[version]=first", [1, 2, 4]),
        ("?match[version]=last", [1, 2]),
        ("?match[version]=all", []),
    ):
        assert not query or taxii.delete(name, query).status_code == 200
        assert taxii.held(name) == [versions[each] for each in left]


def test_versions_are_deleted_by_specification(taxii: Taxii) -> None:
    name = stix_id("malware", "specs")
    taxii.post(thing(name, FIRST), thing(name, SECOND, spec_version="2.0"))
    for query, left in (("2.0", [FIRST]), ("2.1", [])):
        assert taxii.delete(name, f"?match[spec_version]={query}").status_code == 200
        assert taxii.held(name) == left


def test_the_same_version_again_with_modified_or_without_is_no_failure(taxii: Taxii) -> None:
    again = thing(stix_id("malware", "again"), FIRST)
    taxii.post(again)
    made = taxii.post(again, {key: value for key, value in again.items() if key != "modified"}).json()
    assert "failures" not in made
    assert len(made["successes"]) == 2
    assert taxii.held(again["id"]) == [FIRST]


# What is refused.

NOWHERE = "12345678-1234-1234-1234-123456789012"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/taxii2/carbon1/", 404),
        ("/taxii2/987654321/", 404),
        ("/taxii2/carbon1/collections/", 404),
        ("/taxii2/987654321/collections/", 404),
        (f"/taxii2/987654321/collections/{NOWHERE}/", 404),
        (f"{{root}}collections/{NOWHERE}/", 404),
        ("{root}collections/24042009/manifest/", 404),
        (f"{{root}}collections/{NOWHERE}/objects/", 404),
        ("{root}status/22101993/", 404),
        (f"{{root}}status/{NOWHERE}/", 404),
        (f"{{read}}objects/{stix_id('malware', 'never')}/", 404),
        (f"{{read}}objects/{stix_id('malware', 'never')}/versions/", 404),
        ("{write}manifest/", 403),
        ("{write}objects/", 403),
        (f"{{write}}objects/{A}/", 403),
        (f"{{write}}objects/{A}/versions/", 403),
        ("{read}objects/?limit=-20", 400),
        ("{read}objects/?limit=0", 400),
        ("{read}objects/?match[version]=newest", 400),
        ("{read}objects/?next=made-up", 400),
    ],
)
def test_what_is_not_there_or_not_allowed_is_refused_in_the_words_of_taxii(
    taxii: Taxii, path: str, status: int
) -> None:
    answer = taxii.get(path.format(root=taxii.root, read=taxii.read, write=taxii.write))
    assert answer.status_code == status
    assert answer.headers["content-type"] == TYPE
    assert answer.json()["http_status"] == str(status)


@pytest.mark.parametrize(
    "path",
    [
        "/taxii2/",
        "{root}",
        "{root}collections/",
        "{root}collections/24042009/manifest/",
        "{root}status/2223/",
        "{read}objects/",
        f"{{read}}objects/{MALWARE}/",
        "{write}objects/",
    ],
)
def test_who_does_not_say_who_asks_gets_401(taxii: Taxii, path: str) -> None:
    answer = taxii.nobody.get(path.format(root=taxii.root, read=taxii.read, write=taxii.write))
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Basic")
    assert answer.headers["content-type"] == TYPE


def test_adding_is_refused_to_nobody_to_readers_and_to_no_collection(taxii: Taxii) -> None:
    one = thing(stix_id("malware", "refused"), FIRST)
    assert taxii.post(one, client=taxii.nobody).status_code == 401
    assert taxii.post(one, where=taxii.read).status_code == 403
    assert taxii.post(one, where=f"{taxii.root}collections/{NOWHERE}/").status_code == 404
    assert taxii.held(one["id"]) == []


def test_what_is_no_envelope_is_refused_with_422(taxii: Taxii) -> None:
    answer = taxii.post(body=thing(stix_id("malware", "bare"), FIRST))
    assert (answer.status_code, answer.headers["content-type"]) == (422, TYPE)
    found = answer.json()
    assert (found["title"], found["http_status"]) == ("ProcessingError", "422")
    assert "While processing supplied content, an error occurred" in found["description"]


def test_a_token_is_refused_with_other_filters(taxii: Taxii) -> None:
    query = "match[version]=all&limit=2"
    first = taxii.found(f"{taxii.read}objects/?{query}")
    second = taxii.found(f"{taxii.read}objects/?{query}&next={first['next']}")
    assert (len(first["objects"]), len(second["objects"]), second["more"]) == (2, 2, True)
    answer = taxii.get(f"{taxii.read}objects/?match[version]=first&limit=2&next={second['next']}")
    assert (answer.status_code, answer.headers["content-type"]) == (400, TYPE)
    assert answer.json()["title"] == "ProcessingError"
