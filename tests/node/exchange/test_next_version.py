"""Two real nodes agree on a version by which less time is given: lists go on, and the new last day is told and kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.node.exchange.agencies import Agency, acquaint, agencies, agree, deliver, later, poll, share
from tests.node.exchange.network import Loopback, Namespaces
from tests.node.homes import Homes

#: What is kept of a clause of the agreement: all.
_CLAUSE = {"classes": "list_entries", "purposes": "border-control", "tlp": "AMBER"}
_KEPT = """
import json
from dragoman.node.registry.models import Record, Statement
used = Record.objects.filter(source__name="from-fiu-example", gone=False)
stated = Statement.objects.filter(record__in=used, gone=False).values_list("keep_until", flat=True)
print("IS", json.dumps([used.count(), sorted({str(each) for each in stated})]))
"""


def kept(border: Agency) -> str:
    """Return how many of the unit's records are in use, and until when what is stated of them may be kept."""
    return border.run(script=_KEPT).partition("IS ")[2].strip()


def test_a_list_goes_on_under_the_next_version_and_what_was_sent_is_kept_for_less_time(
    tmp_path: Path, homes: Homes, network: Callable[..., Namespaces | Loopback]
) -> None:
    with agencies(tmp_path, homes, network("fiu", "border")) as found:
        fiu, border = found.values()
        acquaint(fiu, border)
        agreement, _ = agree(fiu, border)
        fiu.add_list("harbour", 12)
        share(fiu, agreement, "harbour")
        poll(border)
        today = datetime.now(UTC).date()
        assert kept(border) == f'[12, ["{today + timedelta(days=365)}"]]'

        given = {f"{what}-{clause}": value for clause in (1, 2) for what, value in _CLAUSE.items()}
        page = fiu.post("liaison", f"/partners/agreements/{agreement}/next", **given | {"days-list_entries": "30"})
        assert "kept for 30 days, not 365" in page
        assert "</span> will go on" in page
        new = int(fiu.ask("Agreement.objects.get(version=2).pk"))
        fiu.post("liaison", f"/partners/agreements/{new}/act", act="sign")
        deliver(fiu)
        theirs = int(border.ask("Agreement.objects.get(version=2).pk"))
        border.post("liaison", f"/partners/agreements/{theirs}/act", act="sign")
        deliver(border)
        fiu.ask("sharing.write_all()")
        deliver(fiu)
        assert fiu.ask("NoticeDuty.objects.filter(notice__kind='shortening', done__isnull=True).count()") == 12

        assert border.ask("recalling_receiving.carry_out_all()") == 12
        deliver(border)
        assert fiu.ask("NoticeDuty.objects.filter(done__isnull=True).count()") == 0
        assert '<span class="tag ok">done</span> shortened' in fiu.page("liaison", "/partners/notices")
        assert kept(border) == f'[12, ["{today + timedelta(days=30)}"]]'
        assert "went on from version 1" in fiu.page("liaison", f"/partners/agreements/{new}")

        fiu.add_list("harbour", 13)
        fiu.ask("sharing.write_all()")
        poll(border)
        assert kept(border) == f'[13, ["{today + timedelta(days=30)}"]]'
        later(31 * 86_400, border)
        border.run(script="from dragoman.node.registry.retention import remove_ended\nremove_ended()")
        assert kept(border) == "[0, []]"
