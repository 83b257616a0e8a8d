"""Two real nodes match in private, within a quota, and call back what was given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from dragoman.exercise import make
from dragoman.exercise.making import LIST_FILES
from tests.node.exchange.nodes import Node, befriend
from tests.node.exchange.test_two_nodes import _IMPORT, DRAFT, agree
from tests.node.homes import Homes

KNOWN = "Khalid Faris al-Zamraquni"
_NAMED = """
from dragoman.node.registry.models import Statement
for each in Statement.objects.filter(prop="birthDate", gone=False, record__source__name="un-sc").order_by("pk"):
    name = each.record.statements.filter(prop="name", gone=False).first()
    if name and len(each.value) == 10:
        print("LINE", name.value + ";" + each.value)
        break
"""


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory, homes: Homes) -> Iterator[tuple[Node, Node]]:
    """A financial-intelligence unit with a list, and a border service that may match and read; they agreed."""
    folder = tmp_path_factory.mktemp("exercise")
    make(folder)
    fiu, border = (Node(tmp_path_factory.mktemp(name) / name, name.upper()) for name in ("fiu", "border"))
    try:
        for node in (fiu, border):
            node.prepare(homes)
        fiu.run(script=_IMPORT.format("un-sc", str(Path(folder) / LIST_FILES["un-sc"][0])))
        fiu.start()
        border.start()
        befriend(fiu, border)
        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(DRAFT, "give_actions", ["disclose", "match"])
            patch.setitem(DRAFT, "quota", "15")
            agree(fiu, border)
        yield fiu, border
    finally:
        fiu.stop()
        border.stop()


def test_a_partner_learns_which_of_its_keys_are_listed_within_its_quota(nodes: tuple[Node, Node]) -> None:
    fiu, border = nodes
    fiu.post(
        "liaison", "/partners/matching/offer",
        agreement=1, source="un-sc", tlp="AMBER", purpose="border-control", kind=["name-day", "document"],
    )  # fmt: skip
    assert fiu.number("MatchList.objects.get().elements") > 10
    line = fiu.run(script=_NAMED).partition("LINE ")[2].strip()
    assert "un-sc of" in border.post("analyst", "/partners/matching/refresh")

    page = border.post("analyst", "/partners/matching", list=1, text=f"Nobody Atall;1901-01-01\n{line}")
    assert "1 of 2 lines on un-sc" in page
    assert '<span class="tag info">name-day</span>' in page
    commitments = [
        node.run(
            script="from dragoman.node.partners.models import *\nprint('IS', MatchQuestion.objects.get().commitment)"
        )
        for node in (fiu, border)
    ]
    assert commitments[0] == commitments[1]
    assert fiu.number("MatchQuestion.objects.filter(hits=None, own=False).count()") == 1

    assert "ask again after" in border.post("analyst", "/partners/matching", list=1, text=line)
    assert fiu.number("MatchQuestion.objects.count()") == 1

    fiu.post("liaison", "/partners/matching/1/withdraw")
    assert fiu.number("MatchList.objects.exclude(sealed='').count()") == 0
    assert "no longer offers" in border.post("analyst", "/partners/matching", list=1, text=line)


def test_what_is_recalled_is_removed_by_its_recipient_and_acknowledged(nodes: tuple[Node, Node]) -> None:
    fiu, border = nodes
    fiu.post(
        "liaison", "/partners/agreements/1/share", source="un-sc", tlp="AMBER", purpose="border-control", code="H1"
    )
    border.run("exchange")
    assert KNOWN in border.page("analyst", f"/lists/from-fiu-example/?q={KNOWN}")
    found = border.run(
        script="from dragoman.node.partners.models import *\n"
        f"print('IS', ReceivedObject.objects.filter(content__contains={KNOWN!r}).values_list('stix_id')[0][0])"
    )
    recalled = found.partition("IS ")[2].strip()
    assert recalled in fiu.page("liaison", f"/partners/disclosures?q={recalled}")

    fiu.post("liaison", "/partners/disclosures/recall", object=recalled, kind="recall", reason="It was another person")
    fiu.run("exchange")
    border.run("exchange")
    assert KNOWN not in re.sub(r"<input[^>]*>", "", border.page("analyst", f"/lists/from-fiu-example/?q={KNOWN}"))
    assert "removed, answered" in border.page("liaison", "/partners/notices")
    page = fiu.page("liaison", "/partners/notices")
    assert '<span class="tag ok">done</span> removed' in page
    assert "acknowledged</span>" in fiu.page("liaison", f"/partners/disclosures?q={recalled}")
    assert fiu.number(f"SharedObject.objects.filter(stix_id={recalled!r}).count()") == 0
