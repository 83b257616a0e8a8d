"""Three real nodes: what one gives goes on with its leave, and is called back or stopped wherever it is."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.node.exchange.agencies import MODELS, Agency, acquaint, agencies, agree, deliver, later, poll, share
from tests.node.exchange.conftest import Made
from tests.node.homes import Homes

HOUR = 3600.0
Trio = tuple[Agency, Agency, Agency]
_USED = """
from dragoman.node.registry.models import Record
print("IS", Record.objects.filter(source__name={!r}, gone=False).count())
"""
#: What the border service would show the customs office if it read everything anew.
_SEEN = """
from dragoman.node.partners import lines
poll = Poll.objects.get(agreement__partner__node="border.example")
path = f"{polling._root(poll.agreement)}collections/{poll.collection}/objects/?limit=1000"
page, _ = lines.get(poll.agreement.partner, path)
print("IS", sum("Exempla" in str(each) for each in page.get("objects", [])))
"""
_IMPATIENT = "from dragoman.node.partners import lines\nlines.TIMEOUT = 2.0"


@pytest.fixture(scope="module")
def trio(tmp_path_factory: pytest.TempPathFactory, homes: Homes, network: Made) -> Iterator[Trio]:
    """A unit whose list the border service passes on to the customs office, with the unit's leave for each of it."""
    made = network("fiu", "border", "customs")
    with agencies(tmp_path_factory.mktemp("trio"), homes, made) as found:
        fiu, border, customs = found.values()
        for one, other in ((fiu, border), (border, customs), (fiu, customs)):
            acquaint(one, other)
        fiu.add_list("harbour", 12)
        share(fiu, agree(fiu, border)[0], "harbour")
        poll(border)
        onward, _ = agree(border, customs)
        agree(fiu, customs)
        share(border, onward, "from-fiu-example")
        poll(customs)
        assert used(customs, border) == 0  # nothing of another's leaves without leave
        give_leave(fiu, border)
        poll(customs)
        yield fiu, border, customs


def give_leave(fiu: Agency, border: Agency) -> None:
    """Ask the unit for leave to pass on what has none yet, and give it for a week."""
    shared = border.ask("SharedList.objects.get().pk")
    border.post("liaison", f"/partners/shared/{shared}/leave", reason="A case at the harbour")
    deliver(border)
    asked = fiu.ask("LeaveAsked.objects.latest('pk').pk")
    fiu.post("liaison", f"/partners/onward/{asked}/give", hours=168)
    deliver(fiu)


def used(node: Agency, giver: Agency) -> int:
    """Return how many records a node screens against of those that another gave it."""
    return int(node.run(script=_USED.format(f"from-{giver.home.name}-example")).partition("IS ")[2])


def seen(customs: Agency) -> int:
    """Return how many of the unit's records the border service shows to the customs office now."""
    return int(customs.run(script=f"{MODELS}{_SEEN}").partition("IS ")[2])


def carry_out(*nodes: Agency) -> None:
    """Let each node in turn carry out what it was told to take back, and answer."""
    for each in nodes:
        each.ask("recalling_receiving.carry_out_all()")
        deliver(each)


def test_what_is_called_back_leaves_a_node_that_was_away_too_and_all_answers_come_back(trio: Trio) -> None:
    fiu, border, customs = trio
    assert (used(border, fiu), used(customs, border)) == (12, 12)
    recalled = fiu.ask("SharedRecord.objects.order_by('pk').first().stix_id")
    border.run(script=_IMPATIENT)
    border.network.cut("border", "customs")

    fiu.post("liaison", "/partners/disclosures/recall", object=recalled, kind="recall", reason="Another person")
    deliver(fiu)
    carry_out(border)
    assert (used(border, fiu), used(customs, border)) == (11, 12)
    # The border service does not answer before the customs office has: the unit knows that somebody still has it.
    assert border.ask("Notice.objects.filter(done__isnull=True).count()") == 1
    assert "being carried out" in border.page("liaison", "/partners/notices")
    assert "acknowledged</span>" not in fiu.page("liaison", f"/partners/disclosures?q={recalled}")

    for hours, state in ((7, "reminded 1×"), (6, "reminded 2×"), (12, "overdue")):
        later(hours * HOUR, *trio)
        for each in (fiu, border):
            assert each.ask("recalling.chase_all()") == 1
            assert state in each.page("liaison", "/partners/notices")
        deliver(fiu, border)
    assert "Call the partner" in fiu.page("liaison", "/partners/notices")
    assert "CUSTOMS does not answer" in border.page("liaison", f"/partners/{partner(border, customs)}")

    border.network.heal("border", "customs")
    later(HOUR, *trio)
    deliver(border)
    carry_out(customs, border)
    assert (used(border, fiu), used(customs, border)) == (11, 11)
    page = fiu.page("liaison", "/partners/notices")
    assert '<span class="tag ok">done</span> removed' in page
    assert "overdue" not in page
    assert "acknowledged</span>" in fiu.page("liaison", f"/partners/disclosures?q={recalled}")
    answered = fiu.ask("NoticeDuty.objects.get().done")
    assert [each["node"] for each in (answered, *answered["onward"])] == ["border.example", "customs.example"]


def partner(here: Agency, there: Agency) -> int:
    return int(here.ask(f"Partner.objects.get(node={there.id!r}).pk"))


def test_whom_the_originator_dropped_gets_nothing_through_a_third_node(trio: Trio) -> None:
    fiu, border, customs = trio
    assert seen(customs) == 11
    agreement = fiu.ask(f"Agreement.objects.get(partner={partner(fiu, customs)}).pk")
    path = f"/partners/agreements/{agreement}/act"
    fiu.post("liaison", path, act="suspend", reason="An incident at the customs office")
    deliver(fiu)
    assert "fiu.example" in border.page("liaison", "/partners/onward").partition("Who is barred")[2]
    assert seen(customs) == 0
    fiu.add_list("harbour", 14)  # a newer version comes as far as the border service
    fiu.ask("sharing.write_all()")
    poll(border)
    border.ask("sharing.write_all()")
    assert used(border, fiu) > 11
    poll(customs)
    assert used(customs, border) == 11

    fiu.post("liaison", path, act="resume")
    deliver(fiu)
    assert seen(customs) == 11


def test_when_an_agreement_ends_what_came_under_it_stops_and_is_taken_back_everywhere(trio: Trio) -> None:
    fiu, border, customs = trio
    agreement = fiu.ask(f"Agreement.objects.get(partner={partner(fiu, border)}).pk")
    count = fiu.ask(f"len(recalling.open_under(Agreement.objects.get(pk={agreement})))")
    assert count > 11
    path = f"/partners/agreements/{agreement}/act"
    page = fiu.post("liaison", path, act="end", reason="The memorandum ended", seen=count)
    assert "Ended" in page
    deliver(fiu)
    assert seen(customs) == 0
    deliver(border)
    carry_out(customs, border)
    assert (used(border, fiu), used(customs, border)) == (0, 0)
    assert fiu.ask("NoticeDuty.objects.filter(notice__kind='narrowing', done__isnull=True).count()") == 0
    assert fiu.ask("Disclosure.objects.filter(partner__node='border.example', acknowledged=None).count()") == 0
