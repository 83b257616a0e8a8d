"""Law 2: the search returns every record whose score reaches the threshold, the same set as scoring all of them."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from brute import Brute, Scores, difference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_worlds import worlds

from dragoman.model import Record
from dragoman.screening import Screener, build_index

_thresholds = st.sampled_from([0.5, 0.7, 0.9]) | st.floats(0.5, 1.0)
_patient = settings(
    max_examples=120,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def searched(screener: Screener, queries: list[Record], threshold: float) -> list[Scores]:
    found = screener.screen_batch(queries, threshold=threshold, limit=1_000_000)
    return [{(hit.source, hit.record_id): hit.score for hit in hits} for hits in found]


@_patient
@given(worlds(), _thresholds)
def test_the_search_finds_what_scoring_every_record_finds(
    world: tuple[list[Record], list[Record]], threshold: float
) -> None:
    listed, queries = world
    with TemporaryDirectory() as folder:
        build_index(Path(folder) / "index", listed, {"north": "1", "south": "1"})
        screener = Screener.open(Path(folder) / "index")
        list(screener.screen_batch(["warm", "up"]))  # the compiled kernels; the plain ones have a test of their own
        brute = Brute(listed, screener._lexicon.rarity)
        for query, found in zip(queries, searched(screener, queries, threshold), strict=True):
            wrong = difference(found, brute.scores(query), threshold)
            assert not wrong, (query.names, {key: (screener_names(listed, key), value) for key, value in wrong.items()})


def screener_names(listed: list[Record], key: object) -> list[str]:
    return next(party.names for party in listed if (party.source, party.id) == key)
