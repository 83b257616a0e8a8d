"""The queue: pages that lose and repeat nothing, and filters."""

from __future__ import annotations

from typing import Any

import pytest

from dragoman.node.desk import hit_queue
from dragoman.node.desk.hit_queue import Filters
from dragoman.node.desk.models import Hit, Query, Screening
from dragoman.node.desk.screening import screen_now

pytestmark = pytest.mark.django_db


@pytest.fixture
def many(lists: Any, people: Any, principal_of: Any) -> Any:
    """An analyst before 137 open hits, of which many have equal scores."""
    principal = principal_of(people.analyst)
    screen_now(principal, ["Anwar Belhadi Tazmart"], store=True)
    query = Query.objects.get()
    Hit.objects.bulk_create(
        Hit(
            query=query,
            screening_id=query.screening_id,
            origin="api" if number % 2 else "upload",
            source="harbour",
            record_id=f"B-{number}",
            caption="x",
            schema="Person",
            score=0.7 + (number % 7) / 30,
            version="1",
        )
        for number in range(136)
    )
    return principal


def test_pages_show_every_hit_once_the_highest_first(many: Any) -> None:
    seen, after = [], ""
    while True:
        page = hit_queue.page(many, Filters(), after, size=10)
        seen += page.hits
        if page.after is None:
            break
        after = page.after
    assert [hit.pk for hit in seen] == [hit.pk for hit in Hit.objects.order_by("-score", "pk")]


def test_filters_leave_out_what_they_say(many: Any) -> None:
    assert all(hit.origin == "api" for hit in hit_queue.page(many, Filters(origin="api")).hits)
    assert all(hit.score >= 0.85 for hit in hit_queue.page(many, Filters(least=0.85)).hits)
    assert not hit_queue.page(many, Filters(source="closed")).hits
    assert not hit_queue.page(many, Filters(age=1)).hits
    assert hit_queue.page(many, Filters(mine=True)).hits


def test_a_page_costs_the_same_number_of_queries_however_many_hits(
    many: Any, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(3):
        hit_queue.page(many, Filters())


def test_the_counts_are_the_same_whether_the_page_helps_or_not(many: Any) -> None:
    for filters in (Filters(), Filters(age=1), Filters(least=0.89), Filters(state="true")):
        page = hit_queue.page(many, filters)
        assert hit_queue.counts(many, filters, page) == hit_queue.counts(many, filters)


def test_hits_of_a_screening_limited_to_other_teams_are_in_no_page_and_no_count(many: Any) -> None:
    Screening.objects.update(limited=True)
    assert not hit_queue.page(many, Filters()).hits
    assert set(hit_queue.counts(many, Filters()).values()) == {"0"}


@pytest.mark.parametrize("after", ["x", "nan:1", "1e999:2", "0.5:", ":", "0.9:99999999999999999999999"])
def test_an_address_that_makes_no_sense_is_no_fault(many: Any, after: str) -> None:
    hit_queue.page(many, Filters.read({"state": "x", "score": "nan", "age": "-3", "screening": "a"}), after)
