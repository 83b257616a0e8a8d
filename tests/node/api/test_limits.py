"""A key's rate: a bucket that fills, and says when to come again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.node.api.limits import Limits


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_full_bucket_empties_and_fills_at_the_keys_rate() -> None:
    clock = Clock()
    limits = Limits(clock=clock)
    assert [limits.take(1, 60) for _ in range(11)] == [None] * 10 + [1]
    clock.now = 1.0
    assert [limits.take(1, 60), limits.take(1, 60)] == [None, 1]


def test_keys_do_not_share_a_bucket() -> None:
    limits = Limits(clock=Clock())
    assert [limits.take(1, 1) for _ in range(11)][-1] == 60
    assert limits.take(2, 1) is None


#: Takes calls in a process and in one that was forked from it, by turns; prints how many were granted.
_FORKED = """
import os
from dragoman.node.serving.prepare import set_up
set_up()
from dragoman.node.api.limits import Limits, SharedBuckets
limits = Limits(clock=lambda: 0.0, buckets=SharedBuckets())
granted = 0
for turn in range(4):
    child = os.fork()
    if child == 0:
        os._exit(sum(limits.take(7, 300) is None for _ in range(20)))
    granted += os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    granted += sum(limits.take(7, 300) is None for _ in range(2))
print(granted, limits.take(7, 300), limits.take(7 + 65_536, 300))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the server does not fork its workers")
def test_processes_that_were_forked_take_from_one_bucket() -> None:
    done = subprocess.run([sys.executable, "-c", _FORKED], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["50", "1", "None"]


def test_worker_processes_that_are_not_forked_share_the_rate() -> None:
    limits = Limits(0.25, Clock())
    assert sum(limits.take(1, 6000) is None for _ in range(5000)) == 250


@given(st.integers(0, 100_000), st.lists(st.floats(0, 100), max_size=200))
def test_never_more_than_the_rate_and_one_bucket(per_minute: int, pauses: list[float]) -> None:
    clock = Clock()
    limits = Limits(clock=clock)
    taken = 0
    for pause in pauses:
        clock.now += pause
        taken += limits.take(1, per_minute) is None
    assert taken <= max(10.0, per_minute / 6) + clock.now * per_minute / 60 + 1e-6


@pytest.mark.django_db
def test_too_many_calls_are_refused_with_when_to_come_again(harbour: Any, api_key: Callable[..., Any]) -> None:
    client = api_key("analyst", scopes=["lists"], per_minute=1).client
    answers = [client.get("/catalog") for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) > 1
    assert answers[-1]["Content-Type"] == "application/problem+json"
    assert answers[-1].json()["remedy"]
