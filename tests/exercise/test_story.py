"""The exercise for two agencies: its score card says what the journals show, and who would have suffered for a name."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from dragoman.exercise.marking import Key
from dragoman.exercise.story import Act, Decided, Evidence, Judged, judge, score, story
from dragoman.node.people.models import Role

LISTED = Key("C001", "match", "un-sc", "r1", "", "")
NAMESAKE = Key("C002", "namesake", "un-sc", "r1", "", "")
STATES = ("open", "second", "true", "false", "inconclusive", "remembered")


def everything_done() -> dict[str, Evidence]:
    """Return evidence with each sign of each step as often as it is asked for, a second apart."""
    found: dict[str, list[Act]] = {name: [] for name in story().nodes}
    for number, step in enumerate(story().steps):
        for sign in step.done:
            acts = found[sign.at]
            acts += [Act(f"2026-01-01T10:{number:02}:00", sign.act, sign.result or "")] * sign.count
    return {name: Evidence(acts) for name, acts in found.items()}


def test_the_story_names_agencies_roles_and_lists_that_there_are() -> None:
    told = story()
    assert len({step.id for step in told.steps}) == len(told.steps) >= 10
    for step in told.steps:
        assert step.at in {*told.nodes, "both"}
        assert step.does in Role.values
        assert step.page.startswith("/")
        assert step.done
        assert all(sign.at in told.nodes for sign in step.done)


def test_all_points_are_had_by_doing_everything_and_none_by_doing_nothing() -> None:
    card = score(story(), everything_done(), [])
    assert card.points == card.most == sum(step.points for step in story().steps)
    assert all(not result.missing and result.at for result in card.results)
    nothing = score(story(), {}, [])
    assert nothing.points == 0
    assert all(result.missing == result.step.done and result.at is None for result in nothing.results)


def test_a_step_is_done_only_when_all_of_it_is_seen_and_as_often_as_asked() -> None:
    evidence = everything_done()
    border = evidence["border"]
    less = [act for act in border.acts if (act.act, act.result) != ("desk.hit.reviewed", "true")]
    one = [*less, Act("2026-01-01T11:00:00", "desk.hit.reviewed", "true")]
    for acts in (less, one):
        card = score(story(), evidence | {"border": Evidence(acts)}, [])
        short = [result for result in card.results if result.missing]
        assert [result.step.id for result in short] == ["decide"]
        assert short[0].points == 0


def test_a_namesake_called_a_true_match_costs_more_than_a_listed_one_let_pass() -> None:
    wrong = Decided("C002", "r1", "A Namesake", "true")
    passed = Decided("C001", "r1", "The Listed", "false")
    assert judge(wrong, NAMESAKE) is Judged.WRONGED
    assert judge(passed, LISTED) is Judged.MISSED
    worth = story().worth
    assert worth["wronged"] < worth["missed"] < 0 < worth["right"]
    card = score(story(), everything_done() | {"border": Evidence(hits=[wrong, passed])}, [LISTED, NAMESAKE])
    assert card.count(Judged.WRONGED) == card.count(Judged.MISSED) == 1


@given(st.sampled_from(STATES), st.sampled_from(["r1", "r2"]), st.sampled_from([LISTED, NAMESAKE]))
def test_only_the_listed_party_on_its_own_record_is_a_true_match(state: str, record: str, key: Key) -> None:
    found = judge(Decided(key.query_id, record, "", state), key)
    same = key is LISTED and record == "r1"
    if state in ("open", "second", "inconclusive"):
        assert found is Judged.OPEN
    elif (state == "true") == same:
        assert found is Judged.RIGHT
    else:
        assert found is (Judged.MISSED if same else Judged.WRONGED)


def test_hits_of_queries_that_the_answers_do_not_know_are_not_judged() -> None:
    hit = Decided("C001", "r1", "The Listed", "true")
    card = score(story(), {"border": Evidence(hits=[hit, replace(hit, query_id="X9")])}, [LISTED])
    assert [judged for _, judged in card.decisions] == [Judged.RIGHT]
