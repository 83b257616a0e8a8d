"""The kernels of screening against plain definitions, and the compiled against the plain ones."""

from __future__ import annotations

from datetime import date, timedelta
from types import ModuleType

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.model import Record
from dragoman.model.dates import APPROXIMATE_DAYS, PartialDate
from dragoman.names import ALPHABET
from dragoman.names import kernels as names_kernels
from dragoman.names.compiling import compiled
from dragoman.names.kernels import LONGEST, OPEN
from dragoman.names.likeness import costs, encode
from dragoman.screening import kernels
from dragoman.screening.facts import FactsBuilder, group_of
from dragoman.screening.kernels import alignment, judging
from dragoman.screening.layout import Facts
from dragoman.screening.scoring import CALIBRATION_NAME, CALIBRATION_SHARE, NAME_FLOOR, POINTS, WEAK_CEILING, Rules

_often = settings(max_examples=300)
_days = st.dates(date(1900, 1, 1), date(2030, 12, 31))
_written = st.one_of(
    _days.map(str),
    _days.map(lambda day: str(day)[:7]),
    st.integers(1900, 2030).map(str),
    st.integers(1900, 2030).map(lambda year: f"{year}~"),
    st.tuples(st.integers(1900, 2030), st.integers(0, 9)).map(lambda pair: f"{pair[0]}/{pair[0] + pair[1]}"),
)


@pytest.fixture(scope="module")
def machine() -> ModuleType:
    return compiled("dragoman.screening.kernels")


def facts(schema: str = "Person", **values: list[str]) -> Facts:
    record = Record("", schema)
    for prop, listed in values.items():
        for value in listed:
            record.add(prop, value)
    builder = FactsBuilder()
    builder.add(record)
    return builder.build()


def by_calendar(left: str, right: str) -> float:
    """The points of two dates by the calendar, day by day."""
    one, other = PartialDate.parse(left), PartialDate.parse(right)
    exact = one.first == one.last and other.first == other.last
    if one.first <= other.last and other.first <= one.last:
        return POINTS.date_same if exact else POINTS.date_within
    gap = max((other.first - one.last).days, (one.first - other.last).days)
    if one.approximate or other.approximate:
        gap = max(0, gap - APPROXIMATE_DAYS)
        if gap == 0:
            return POINTS.date_within * 0.5
    if exact and one.first.year == other.first.year:
        if (one.first.month, one.first.day) == (other.first.day, other.first.month):
            return POINTS.date_swapped
        return POINTS.date_same_year
    if gap < 366 and one.first.year == other.first.year:
        return POINTS.date_same_year
    if gap <= 731:
        return POINTS.date_near
    return POINTS.date_apart if gap <= 3653 else POINTS.date_far


@_often
@given(st.lists(_written, min_size=1, max_size=3), st.lists(_written, min_size=1, max_size=3))
def test_the_points_of_dates_are_the_best_of_any_two_by_the_calendar(left: list[str], right: list[str]) -> None:
    found = kernels.date_points(facts(birthDate=left), 0, facts(birthDate=right), 0, POINTS)
    assert found == max(by_calendar(one, other) for one in left for other in right)


@_often
@given(_days, st.integers(-9, 9))
def test_a_day_is_compared_with_its_neighbours_and_its_exchange(day: date, step: int) -> None:
    for other in (day + timedelta(days=step), day.replace(day=1), date(day.year, 12, 31)):
        found = kernels.date_points(facts(birthDate=[str(day)]), 0, facts(birthDate=[str(other)]), 0, POINTS)
        assert found == by_calendar(str(day), str(other))
    if day.day <= 12:
        other = date(day.year, day.day, day.month)
        found = kernels.date_points(facts(birthDate=[str(day)]), 0, facts(birthDate=[str(other)]), 0, POINTS)
        assert found == (POINTS.date_same if day == other else POINTS.date_swapped)


@given(st.dates())
def test_the_year_of_an_ordinal_is_the_calendars(day: date) -> None:
    assert judging.year_of(day.toordinal()) == day.year


def test_the_nearer_a_date_the_more_points() -> None:
    order = ["1957-03-11", "1957", "1957-11-03", "1957-07-01", "1958-07-01", "1963-07-01", "1990-07-01"]
    points = [kernels.date_points(facts(birthDate=["1957-03-11"]), 0, facts(birthDate=[x]), 0, POINTS) for x in order]
    assert points == sorted(points, reverse=True)
    assert points[2] > 0.0 > points[4]


def test_what_is_missing_gives_and_takes_nothing() -> None:
    known = facts(birthDate=["1957"], nationality=["af"], birthPlace=["Kandahar"], gender=["male"])
    for left, right in ((known, facts()), (facts(), known)):
        for points in (kernels.date_points, kernels.country_points, kernels.place_points, kernels.gender_points):
            assert points(left, 0, right, 0, POINTS) == 0.0


def test_countries_agree_or_differ_in_any_property() -> None:
    left = facts(nationality=["af"], birthCountry=["pk"])
    assert kernels.country_points(left, 0, facts(country=["pk"]), 0, POINTS) == POINTS.country_same
    assert kernels.country_points(left, 0, facts(country=["ru"]), 0, POINTS) == POINTS.country_other


def test_a_place_of_birth_agrees_by_one_word_in_any_spelling_and_differs_without_harm() -> None:
    left = facts(birthPlace=["Qandahar, Afghanistan"])
    assert kernels.place_points(left, 0, facts(birthPlace=["Kandahar"]), 0, POINTS) == POINTS.place_same
    assert kernels.place_points(left, 0, facts(birthPlace=["Basra"]), 0, POINTS) == 0.0


@pytest.mark.parametrize(
    ("left", "right", "contradict"),
    [("male", "female", True), ("m", "male", False), ("F", "m", True), ("male", "other", False)],
)
def test_genders_contradict_only_where_both_are_known(left: str, right: str, contradict: bool) -> None:
    found = kernels.gender_points(facts(gender=[left]), 0, facts(gender=[right]), 0, POINTS)
    assert found == (POINTS.gender_other if contradict else 0.0)


def rules(query: Facts, party: Facts) -> Rules:
    none = np.zeros(1, np.uint8)
    return Rules(
        POINTS, party, query, none, none.astype(np.int32), none.astype(np.float32), CALIBRATION_NAME, CALIBRATION_SHARE
    )


_facts = st.fixed_dictionaries(
    {},
    optional={
        "birthDate": st.lists(_written, max_size=2),
        "nationality": st.lists(st.sampled_from(["af", "iq", "ru"]), max_size=2),
        "birthPlace": st.lists(st.sampled_from(["Basra", "Kandahar"]), max_size=1),
        "gender": st.lists(st.sampled_from(["male", "female"]), max_size=1),
    },
)
_share = st.floats(0.0, 1.0)
_weight = st.floats(0.0, 40.0)


@_often
@given(_share, _weight, st.integers(0, 2), _facts, _facts)
def test_compiled_and_plain_judgements_are_equal(
    machine: ModuleType,
    aligned: float,
    weight: float,
    strength: int,
    left: dict[str, list[str]],
    right: dict[str, list[str]],
) -> None:
    known = rules(facts(**left), facts(**right))
    plain = kernels.judge(aligned, weight, strength, 0, 0, known)
    assert machine.judge(aligned, weight, strength, 0, 0, known) == pytest.approx(plain, abs=1e-5)
    assert 0.0 <= plain <= 1.0


@_often
@given(_share, _share, _weight, _facts, _facts)
def test_a_better_name_never_scores_less(
    one: float, other: float, weight: float, left: dict[str, list[str]], right: dict[str, list[str]]
) -> None:
    known = rules(facts(**left), facts(**right))
    low, high = (kernels.judge(value, weight, 0, 0, 0, known) for value in sorted((one, other)))
    assert low <= high + 1e-9


@_often
@given(_share, _weight, _weight)
def test_a_rarer_name_never_scores_less(aligned: float, one: float, other: float) -> None:
    known = rules(facts(), facts())
    low, high = (kernels.judge(aligned, weight, 0, 0, 0, known) for weight in sorted((one, other)))
    assert low <= high + 1e-9


@given(_share, _weight)
def test_a_weak_alias_alone_stays_under_its_ceiling(aligned: float, weight: float) -> None:
    assert kernels.judge(aligned, weight, 1, 0, 0, rules(facts(), facts())) <= WEAK_CEILING


def test_under_the_floor_a_name_says_nothing_whatever_else_agrees() -> None:
    same = facts(birthDate=["1957-03-11"], nationality=["af"], birthPlace=["Basra"])
    assert kernels.judge(NAME_FLOOR - 0.01, 30.0, 0, 0, 0, rules(same, same)) == 0.0


@pytest.mark.parametrize(
    ("left", "right", "may_be_one"),
    [
        ("Person", "Organization", False),
        ("Person", "Vessel", False),
        ("Vessel", "Airplane", False),
        ("Company", "Organization", True),
        ("PublicBody", "Company", True),
        ("LegalEntity", "Person", True),
        ("LegalEntity", "Company", True),
        ("Person", "Person", True),
    ],
)
def test_kinds_of_thing_are_never_mixed(left: str, right: str, may_be_one: bool) -> None:
    for one, other in ((left, right), (right, left)):
        assert (kernels.judge(1.0, 30.0, 0, 0, 0, rules(facts(one), facts(other))) > 0.0) == may_be_one


def test_a_company_is_an_organisation_and_a_ship_is_none() -> None:
    assert group_of("Company") == group_of("Organization") == group_of("PublicBody")
    assert len({group_of(schema) for schema in ("Person", "Organization", "Vessel", "Airplane", "CryptoWallet")}) == 5
    assert group_of("LegalEntity") == 0


@given(st.just(0.0) | st.just(1.0) | st.floats(1e-6, 0.999), st.floats(-9, 9))
def test_points_move_a_probability_by_log_odds(share: float, points: float) -> None:
    moved = kernels.shift(share, points)
    if 0.0 < share < 1.0:
        assert moved == pytest.approx(1 / (1 + np.exp(-(np.log(share / (1 - share)) + points))), abs=1e-6)
    else:
        assert moved == share


@st.composite
def sides(draw: st.DrawFn) -> tuple[np.ndarray, ...]:
    """The unit columns of one name: tokens, then joins of neighbours."""
    tokens = draw(st.integers(1, 5))
    weight = draw(st.lists(st.floats(0.25, 12.0, width=32), min_size=tokens, max_size=tokens))
    initial = [draw(st.booleans()) and draw(st.booleans()) for _ in range(tokens)]
    joins = [at for at in range(tokens - 1) if not initial[at] and not initial[at + 1] and draw(st.booleans())]
    return (
        np.array([*range(tokens), *joins], np.uint8),
        np.array([1] * tokens + [2] * len(joins), np.uint8),
        np.array([*weight, *(weight[at] + weight[at + 1] for at in joins)], np.float32),
        np.array([*initial, *(0 for _ in joins)], np.uint8),
    )


@_often
@given(sides(), sides(), st.data())
def test_compiled_and_plain_alignments_are_equal_and_pair_each_word_once(
    machine: ModuleType, left: tuple[np.ndarray, ...], right: tuple[np.ndarray, ...], data: st.DataObject
) -> None:
    rows, columns = len(left[0]), len(right[0])
    steps = data.draw(
        st.lists(st.sampled_from([0, 0, 110, 150, 180, 199, 200]), min_size=rows * columns, max_size=rows * columns)
    )
    like = (np.array(steps, np.float32) / 200).reshape(rows, columns)
    like[np.ix_(left[1] > 1, right[1] > 1)] = 0.0
    pairs = np.empty((kernels.MAX_UNITS, 2), np.int32)
    aligned, weight, count = kernels.align(like, *left, *right, pairs)
    found = pairs[:count].tolist()
    assert machine.align(like, *left, *right, pairs) == pytest.approx((aligned, weight, count), abs=1e-4)
    assert pairs[:count].tolist() == found
    for side, (first, span, _, _) in enumerate((left, right)):
        covered = [first[pair[side]] + step for pair in found for step in range(span[pair[side]])]
        assert len(covered) == len(set(covered))
    assert 0.0 <= aligned <= 1.0


@_often
@given(sides(), sides(), st.data())
def test_no_alignment_scores_over_what_the_likenesses_of_its_words_can_reach(
    left: tuple[np.ndarray, ...], right: tuple[np.ndarray, ...], data: st.DataObject
) -> None:
    left[3][:], right[3][:] = 0, 0
    steps = data.draw(
        st.lists(st.integers(0, 200), min_size=len(left[0]) * len(right[0]), max_size=len(left[0]) * len(right[0]))
    )
    like = (np.array(steps, np.float32) / 200).reshape(len(left[0]), len(right[0]))
    pairs = np.empty((kernels.MAX_UNITS, 2), np.int32)
    aligned, _, count = kernels.align(like, *left, *right, pairs)
    total = float(left[2][left[1] == 1].sum())
    matched = float(sum(like[at, to] * left[2][at] for at, to in pairs[:count].tolist()))
    assert aligned <= alignment.reachable(matched, total) + 1e-5
    if 0.0 < aligned < 1.0:
        assert matched >= alignment.needed(aligned, total) - 1e-3


@given(st.floats(0.1, 0.99), st.floats(0.1, 90.0))
def test_what_is_needed_is_what_is_reachable(bar: float, total: float) -> None:
    assert alignment.reachable(alignment.needed(bar, total), total) == pytest.approx(bar, abs=1e-6)


def test_an_initial_may_stand_for_what_opens_with_its_sound_or_class() -> None:
    b, p, m = (ALPHABET.index(sound) for sound in "bpm")
    classes = costs().classes
    assert kernels.initial_likeness(b, 1, b, 0, classes) > 0.5
    assert kernels.initial_likeness(b, 1, p, 0, classes) > 0.5
    assert kernels.initial_likeness(b, 1, m, 0, classes) == 0.0
    assert kernels.initial_likeness(b, 1, b, 1, classes) == 1.0
    assert kernels.initial_likeness(b, 1, p, 1, classes) == 0.0


_WORDS = ["mohamed", "ahmed", "laden", "ivanov", "petrov", "boumediene", "zawahiri", "kowalski"]


def test_compiled_and_plain_likenesses_fall_on_the_same_step() -> None:
    module, table = compiled("dragoman.names.kernels"), np.empty((3, LONGEST + 1), np.float32)
    apart = []
    for word in _WORDS:
        for at in range(len(word)):
            for other in (word[:at] + word[at + 1 :], *(word[:at] + letter + word[at:] for letter in "aeouhdn")):
                plain, fast = (
                    int(
                        kernel.likeness(encode(word), OPEN, encode(other), OPEN, costs(), table) * kernels.STEPS
                        + kernels.STEP_SLACK
                    )
                    for kernel in (names_kernels, module)
                )
                if plain != fast:
                    apart.append((word, other, plain, fast))
    assert apart == []
