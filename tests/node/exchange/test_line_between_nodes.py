"""What goes between two real nodes arrives once and in order, whatever becomes of the line and of the machines."""

from __future__ import annotations

import signal
from collections import Counter

import pytest

from tests.node.exchange.agencies import Agency, ask_about, deliver, later, poll, rows, share
from tests.node.exchange.nodes import select_a_moment

_OF = "stix_id__in=SharedRecord.objects.filter(shared__source__name={!r}).values('stix_id')"
#: Pages of 200 objects, and a partner that is silent for two seconds is away: it is soon begun and cut.
_SMALL = "from dragoman.node.partners import lines, polling\npolling.PAGE, lines.TIMEOUT = 200, 2.0"
_USED = """
from dragoman.node.registry.models import Record
rows = Record.objects.filter(source__name="from-fiu-example", gone=False, record_id__startswith={!r})
print("IS", rows.count())
"""


def used(border: Agency, name: str) -> int:
    """Return how many records of a list the border service screens against."""
    return int(border.run(script=_USED.format(f"{name}-")).partition("IS ")[2])


def assert_whole(fiu: Agency, border: Agency, name: str, count: int) -> None:
    """Hold what came of a list to what was given: each object once, in the order in which it was given."""
    given = [
        each for (each,) in rows(fiu, f"SharedObject.objects.filter({_OF.format(name)}).order_by('added')", "stix_id")
    ]
    assert len(given) == len(set(given)) == count
    received = [each for each, _ in rows(border, "ReceivedObject.objects.order_by('pk')", "stix_id", "modified")]
    assert [each for each in received if each in set(given)] == given
    ledger = Counter(map(tuple, rows(fiu, "Disclosure.objects.all()", "object", "version")))
    held = Counter(map(tuple, rows(border, "ReceivedObject.objects.all()", "stix_id", "modified")))
    assert max(ledger.values()) == 1
    assert {key for key in ledger if key[0] in set(given)} == {key for key in held if key[0] in set(given)}
    assert used(border, name) == count


def begin(fiu: Agency, border: Agency, name: str, count: int) -> int:
    """Give a list, and let the border service read it until it stands in the middle of the third page.

    Return how many objects it had before.
    """
    fiu.add_list(name, count)
    share(fiu, 1, name)
    before = int(border.ask("ReceivedObject.objects.count()"))
    border.run(script=_SMALL)
    fiu.front.hold("/objects/", after=2)
    border.begin("polling.poll_all()")
    fiu.front.held()
    return before


def test_a_line_that_is_cut_in_the_middle_of_a_transfer_loses_and_doubles_nothing(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    before = begin(fiu, border, "harbour", 500)
    fiu.network.cut("fiu", "border")
    fiu.front.release()
    border.hand.end()
    came = rows(border, "ReceivedObject.objects.all()", "stix_id", "modified")
    assert len(came) - before == 400
    # Who holds something is in the ledger; what was lost on the way is there too, since it left.
    assert {tuple(each) for each in came} < set(map(tuple, rows(fiu, "Disclosure.objects.all()", "object", "version")))
    assert used(border, "harbour") == 0
    assert "Only a part has come" in border.page("liaison", "/partners/agreements/1")

    assert poll(border) == 0
    assert "does not answer" in border.ask("Poll.objects.get().trouble")
    fiu.network.heal("fiu", "border")
    poll(border)
    assert border.ask("Poll.objects.get().trouble") == ""
    assert_whole(fiu, border, "harbour", 500)
    assert poll(border) == 0


def test_a_sender_that_is_killed_in_the_middle_of_a_transfer_goes_on_where_it_was(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    before = begin(fiu, border, "airport", 500)
    fiu.kill()
    fiu.front.drop()
    border.hand.end()
    assert int(border.ask("ReceivedObject.objects.count()")) - before == 400
    assert used(border, "airport") == 0
    assert "Only a part has come" in border.ask("Poll.objects.get().trouble")

    fiu.start()
    poll(border)
    assert_whole(fiu, border, "airport", 500)


def test_what_is_called_back_before_the_rest_has_come_brings_no_part_of_a_list_into_use(
    pair: tuple[Agency, Agency],
) -> None:
    fiu, border = pair
    begin(fiu, border, "station", 500)
    fiu.front.drop()
    border.hand.end()
    ((recalled,), *_) = rows(fiu, f"SharedObject.objects.filter({_OF.format('station')}).order_by('added')", "stix_id")
    fiu.post("liaison", "/partners/disclosures/recall", object=recalled, kind="recall", reason="Another person")
    deliver(fiu)
    assert border.ask("recalling_receiving.carry_out_all()") == 1
    assert used(border, "station") == 499
    assert border.ask("Poll.objects.get().trouble") == ""


@pytest.mark.parametrize("killed", ["fiu", "border"])
def test_letters_whose_acknowledgement_was_lost_with_a_killed_node_are_acted_on_once(
    pair: tuple[Agency, Agency], killed: str
) -> None:
    fiu, border = pair
    questions = [f"Who is this, when {killed} is killed ({number})?" for number in range(3)]
    ask_about(fiu, *questions)
    border.front.hold("/exchange/inbox", after=0)
    fiu.begin("delivering.deliver_all()")
    border.front.held()
    victim = fiu if killed == "fiu" else border
    victim.kill()
    border.front.drop()
    if killed == "border":
        fiu.hand.end()
        assert "does not answer" in fiu.ask("OutStream.objects.get().trouble")
    victim.start()
    assert fiu.ask("OutStream.objects.get().through") < fiu.ask("OutStream.objects.get().last")
    later(10, fiu, border)
    assert deliver(fiu) == 3
    assert_letters_came_once(fiu, border)
    asked = [body["question"] for (body,) in rows(border, "InformationRequest.objects.order_by('pk')", "body")]
    assert asked[-3:] == questions


def assert_letters_came_once(fiu: Agency, border: Agency) -> None:
    """Hold what came to what was written: every letter once, in order, and acted on."""
    sent = rows(fiu, "Outgoing.objects.order_by('number')", "number", "letter")
    assert rows(border, "Incoming.objects.order_by('pk')", "number", "letter") == sent
    assert border.ask("Incoming.objects.exclude(trouble='').count()") == 0


def test_what_a_node_that_is_down_does_not_take_is_sent_again_ever_more_rarely_and_comes_in_order(
    pair: tuple[Agency, Agency],
) -> None:
    fiu, border = pair
    border.stop(signal.SIGKILL)
    questions = [f"Who is this, while you are away ({number})?" for number in range(3)]
    ask_about(fiu, *questions)
    waits = []
    for attempt in range(1, 4):
        assert deliver(fiu) == 0
        assert deliver(fiu) == 0  # not again before its time
        tried, wait = fiu.ask(
            "(lambda row: [row.attempts, (row.again - now()).total_seconds()])(OutStream.objects.get())"
        )
        assert tried == attempt
        waits.append(wait)
        later(wait + 1, fiu, border)
    assert waits == sorted(waits)
    assert waits[2] > 2 * waits[0]
    ask_about(fiu, "And who is this, while you are away (3)?")
    page = fiu.page("liaison", "/partners/1")
    assert "Waiting to be delivered" in page
    assert "does not answer" in page

    border.start()
    assert deliver(fiu) == 4
    assert_letters_came_once(fiu, border)
    assert fiu.ask("OutStream.objects.get().attempts") == 0


def test_a_receiver_that_is_killed_in_the_middle_of_a_transfer_takes_what_is_left(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    fiu.add_list("seaport", 2100)
    share(fiu, 1, "seaport")
    before = int(border.ask("ReceivedObject.objects.count()"))
    fiu.front.hold("/objects/", after=2)
    border.start_worker()  # it polls at once
    fiu.front.held()
    border.kill()
    fiu.front.drop()

    border.start()
    assert int(border.ask("ReceivedObject.objects.count()")) - before == 2000
    assert used(border, "seaport") == 0
    border.start_worker()
    while used(border, "seaport") == 0:
        select_a_moment()
    border.stop_worker()
    assert_whole(fiu, border, "seaport", 2100)
