"""What came before the last days were put off: after upgrading it is read anew, and what was called back is gone."""

from __future__ import annotations

import importlib
from datetime import date

import pytest
from django.apps import apps

from dragoman.exchange.stix.records import withdrawn
from dragoman.node.partners import polling, recalling_receiving
from dragoman.node.partners.models import Notice, Poll, ReceivedObject
from tests.node.partners.parties import Side, given_by_bank, listed
from tests.node.partners.test_calling_back import notice, send_notice
from tests.node.partners.test_nothing_is_left import tables_with
from tests.node.partners.test_shortening import TODAY, shortened

pytestmark = pytest.mark.django_db
upgrade = importlib.import_module("dragoman.node.partners.migrations.0005_still_listed")


def test_a_list_is_read_anew_and_a_day_that_a_notice_set_stays(bank: Side) -> None:
    things = given_by_bank(bank, listed(1), listed(2))
    shortened(bank, things[0], TODAY)
    Poll.objects.create(agreement=bank.agreement, collection="0f5a0c0e-0000-4000-8000-000000000001", after="somewhere")
    ReceivedObject.objects.update(ends=None, data_class="")  # as it was before
    upgrade.read_anew(apps, None)
    assert Poll.objects.get().after == ""
    found: dict[str, date | None] = dict(ReceivedObject.objects.values_list("stix_id", "ends"))
    assert (found[things[0]["id"]], found[things[1]["id"]]) == (TODAY, None)


def test_of_what_was_called_back_no_more_stays_than_that_it_was_here_and_what_waits_is_left_alone(bank: Side) -> None:
    done, waiting, gone = given_by_bank(bank, listed(1), listed(2), listed(3))
    polling.renew(bank.partner)
    send_notice(bank, notice("recall", done), notice("recall", waiting))
    Notice.objects.filter(object=done["id"]).update(done={})
    bare = withdrawn(gone, gone["modified"])
    ReceivedObject.objects.filter(stix_id=gone["id"]).update(revoked=True, content=upgrade.json.dumps(bare))
    upgrade.keep_no_more_than_that_it_was_here(apps, None)
    rows = dict(ReceivedObject.objects.values_list("stix_id", "content"))
    assert "Ficta" not in rows[done["id"]] + rows[gone["id"]]
    assert ("Withdrawn" in rows[gone["id"]], "Ficta 2" in rows[waiting["id"]]) == (True, True)
    recalling_receiving.carry_out_all()
    assert tables_with("Ficta 2") == set()
