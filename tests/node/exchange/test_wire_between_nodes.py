"""What comes over the wire is believed only from who was certified, signed it anew, and keeps to the agreement."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from dragoman.exchange.canonical import canonical
from dragoman.exchange.keys import PrivateKey, decode
from dragoman.exchange.messages import new_nonce
from dragoman.exchange.signing import Message, sign
from tests.node.exchange.agencies import Agency, ask_about, deliver, later, poll, rows, share
from tests.node.exchange.certificates import Authority

#: A plain TLS client: prints what the server answers, or how it hangs up.
_CALL = """
import socket, ssl, sys
host, port, authority, *own = sys.argv[1:]
secure = ssl.create_default_context(cafile=authority)
if own:
    secure.load_cert_chain(*own)
try:
    with secure.wrap_socket(socket.create_connection((host, int(port))), server_hostname=host) as line:
        line.sendall(f"GET /healthz HTTP/1.1\\r\\nHost: {host}\\r\\n\\r\\n".encode())
        print(line.recv(1000).decode().partition("\\r\\n")[0] or "refused")
except (ssl.SSLError, ConnectionResetError, BrokenPipeError) as error:
    print("refused", error)
"""


@pytest.fixture(autouse=True)
def _nothing_waits_and_clocks_are_right(pair: tuple[Agency, Agency]) -> Iterator[None]:
    deliver(*pair, *pair)
    before = [each.ahead for each in pair]
    yield
    for each, ahead in zip(pair, before, strict=True):
        each.set_clock(ahead)
        each.run(script="from dragoman.node.partners.models import *\nOutStream.objects.update(again=None)")


def key_of(node: Agency) -> PrivateKey:
    return PrivateKey.from_seed(decode((node.home / "node" / "exchange_key").read_text().strip(), 32))


def message(fiu: Agency, border: Agency, body: object, path: str = "exchange/inbox") -> Message:
    """Return what the unit sends the border service, signed by nobody yet."""
    url = border.network.address("border", "fiu") + path
    return Message("POST", url, (("Content-Type", "application/json"),), canonical(body))


def signed(fiu: Agency, plain: Message) -> Message:
    return sign(plain, key_of(fiu), created=datetime.now(UTC), nonce=new_nonce())


def send(border: Agency, found: Message) -> tuple[int, str]:
    """Send a message as it is; return the status and what the answer says."""
    with border.http() as client:
        answer = client.request(found.method, found.url, content=found.body, headers=list(found.headers))
        return answer.status_code, answer.json().get("detail", "")


def waiting(fiu: Agency, *questions: str) -> list[dict[str, object]]:
    """Write letters that wait; return their envelopes."""
    ask_about(fiu, *questions)
    fields = rows(fiu, "Outgoing.objects.order_by('-number')", "number", "letter", "chain")[: len(questions)]
    stream = "fiu.example>border.example#1"
    return [{"stream": stream, "number": each[0], "body": each[1], "chain": each[2]} for each in fields[::-1]]


def call(caller: Agency, callee: Agency, *certificate: Path) -> str:
    """Let somebody at a node's place call another one, with a certificate or none."""
    host, port = next(iter(callee.network.doors(callee.home.name).values()))
    authority = callee.settings["DRAGOMAN_PARTNER_AUTHORITY"]
    command = [*caller.inside, sys.executable, "-c", _CALL, host, str(port), authority, *map(str, certificate)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_who_has_no_certificate_of_the_authority_does_not_get_as_far_as_the_node(
    pair: tuple[Agency, Agency], tmp_path: Path
) -> None:
    fiu, border = pair
    own = [Path(fiu.settings[f"DRAGOMAN_PARTNER_CERTIFICATE{end}"]) for end in ("", "_KEY")]
    assert call(fiu, border, *own) == "HTTP/1.1 200 OK"
    assert call(fiu, border).startswith("refused")
    assert call(fiu, border, *Authority(tmp_path, "another").issue("fiu", "198.18.0.1")).startswith("refused")

    # A node whose settings lack its certificate cannot deliver, and says so; with it, it can.
    ask_about(fiu, "Do you know this person, whoever calls?")
    _set_certificate(fiu, "")
    assert deliver(fiu) == 0
    assert "does not answer" in fiu.ask("OutStream.objects.get().trouble")
    _set_certificate(fiu, str(tmp_path / "nowhere.pem"))
    later(10, fiu, border)
    assert deliver(fiu) == 0
    assert "certificates for partners cannot be used" in fiu.ask("OutStream.objects.get().trouble")
    _set_certificate(fiu, str(own[0]))
    later(20, fiu, border)
    assert deliver(fiu) == 1


def _set_certificate(node: Agency, certificate: str) -> None:
    node.run(script=f"import os\nos.environ['DRAGOMAN_PARTNER_CERTIFICATE'] = {certificate!r}")


def test_what_another_key_signed_or_somebody_altered_is_refused(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    before = border.ask("Incoming.objects.count()")
    (envelope,) = waiting(fiu, "Do you know this person, forged or not?")
    plain = message(fiu, border, {"envelopes": [envelope]})

    stranger = sign(plain, PrivateKey.from_seed(bytes(32)), created=datetime.now(UTC), nonce=new_nonce())
    status, detail = send(border, stranger)
    assert status == 401
    assert "no partner has the key" in detail
    named = [(name, value.replace(stranger_id(), key_of(fiu).public.id)) for name, value in stranger.headers]
    status, detail = send(border, replace(stranger, headers=tuple(named)))
    assert status == 401
    assert "not signed by fiu.example" in detail
    true = signed(fiu, plain)
    status, detail = send(border, replace(true, body=true.body.replace(b"forged or not", b"altered or no")))
    assert status == 401
    assert "not the one that was signed" in detail
    status, detail = send(border, replace(true, url=true.url.replace("inbox", "matching/lists")))
    assert status == 401
    assert border.ask("Incoming.objects.count()") == before
    assert deliver(fiu) == 1


def stranger_id() -> str:
    return PrivateKey.from_seed(bytes(32)).public.id


def test_what_was_sent_before_is_refused_and_signed_anew_is_not_acted_on_twice(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    (envelope,) = waiting(fiu, "Do you know this person, again and again?")
    plain = message(fiu, border, {"envelopes": [envelope]})
    first = signed(fiu, plain)
    assert send(border, first)[0] == 200
    status, detail = send(border, first)
    assert status == 401
    assert "seen before" in detail
    asked = border.ask("InformationRequest.objects.count()")
    assert send(border, signed(fiu, plain))[0] == 200
    assert border.ask("InformationRequest.objects.count()") == asked
    assert deliver(fiu) == 1


def test_what_comes_out_of_order_waits_for_its_turn_and_what_contradicts_is_refused(
    pair: tuple[Agency, Agency],
) -> None:
    fiu, border = pair
    questions = [f"Do you know this person, out of order ({number})?" for number in range(3)]
    envelopes = waiting(fiu, *questions)
    before = border.ask("Incoming.objects.count()")
    for envelope in envelopes[:0:-1]:
        assert send(border, signed(fiu, message(fiu, border, {"envelopes": [envelope]})))[0] == 200
    assert border.ask("Incoming.objects.count()") == before
    forged = envelopes[2] | {"chain": envelopes[1]["chain"]}
    status, detail = send(border, signed(fiu, message(fiu, border, {"envelopes": [forged]})))
    assert status == 422
    assert "does not continue what was received before" in detail
    assert send(border, signed(fiu, message(fiu, border, {"envelopes": [envelopes[0]]})))[0] == 200
    asked = [body["question"] for (body,) in rows(border, "InformationRequest.objects.order_by('pk')", "body")]
    assert asked[-3:] == questions
    assert deliver(fiu) == 3
    assert border.ask("Incoming.objects.count()") == before + 3


@pytest.mark.parametrize(("minutes", "told"), [(11, "from the future"), (-11, "too old")])
def test_a_clock_that_is_far_off_is_named_on_both_sides_and_one_that_is_a_little_off_does_no_harm(
    pair: tuple[Agency, Agency], minutes: int, told: str
) -> None:
    fiu, border = pair
    later(3600, fiu, border)  # long after the agreement was signed, by any of these clocks
    right = fiu.ahead
    fiu.set_clock(right + 60 * minutes)
    ask_about(fiu, f"Do you know this person, by a clock {minutes} minutes ahead?")
    assert deliver(fiu) == 0
    trouble = fiu.ask("OutStream.objects.get().trouble")
    assert told in trouble
    assert "clocks" in trouble
    assert told in fiu.page("liaison", "/partners/1")
    # The other way round: by the clock that is ahead, what the others sign is old.
    poll(border)
    trouble = border.ask("Poll.objects.get().trouble")
    assert ({"too old", "from the future"} - {told}).pop() in trouble
    assert "clocks" in trouble

    fiu.set_clock(right + 4 * 60 * minutes / abs(minutes))
    fiu.run(script="from dragoman.node.partners.models import *\nOutStream.objects.update(again=None)")
    assert deliver(fiu) == 1
    poll(border)
    assert border.ask("Poll.objects.get().trouble") == ""


_MATCH = """
import base64
from dragoman.exchange import oprf_group
from dragoman.node.partners import lines, matching_asking
from dragoman.node.partners.models import *
held = matching_asking.refresh(Agreement.objects.get(pk=1))[0]
published = matching_asking.fetch(held)
from dragoman.exchange import matching
from dragoman.exchange.keys_of import MatchKey
from dragoman.errors import DragomanError
told = []
for start in (0, 60):
    keys = [MatchKey("document", f"XX|P{number:07}") for number in range(start, start + 60)]
    try:
        matching_asking._answer(held, matching.ask(keys, published).question)
        told.append("answered")
    except DragomanError as error:
        told.append(str(error))
print("TOLD", json.dumps(told))
"""


def test_a_partner_that_does_not_count_its_own_questions_is_bound_by_the_holders_count(
    pair: tuple[Agency, Agency],
) -> None:
    fiu, border = pair
    fiu.add_list("quay", 30)
    fields = {"agreement": 1, "source": "quay", "tlp": "AMBER", "purpose": "border-control", "kind": ["name-day"]}
    fiu.post("liaison", "/partners/matching/offer", **fields)
    fiu.run(script="from dragoman.node.partners import matching_publishing\nmatching_publishing.publish_all()")
    first, second = json.loads(border.run(script=f"import json\n{_MATCH}").partition("TOLD ")[2])
    assert first == "answered"
    assert "ask again after" in second
    assert fiu.ask("MatchQuestion.objects.filter(own=False).count()") == 1
    assert border.ask("MatchQuestion.objects.count()") == 0


def test_an_agreement_that_expired_stops_the_next_byte_on_both_sides(pair: tuple[Agency, Agency]) -> None:
    fiu, border = pair
    fiu.add_list("pier", 20)
    share(fiu, 1, "pier")
    root = border.ask("polling._root(Agreement.objects.get(pk=1))")
    later(31 * 24 * 3600, fiu, border)
    before = border.ask("ReceivedObject.objects.count()")
    assert poll(border) == 0
    asked = "from dragoman.node.partners import lines\nfrom dragoman.node.partners.models import *\n"
    asked += (
        f"from dragoman.errors import DragomanError\ntry:\n    lines.get(Partner.objects.get(), '{root}collections/')\n"
    )
    told = border.run(script=asked + "    print('ANSWERED')\nexcept DragomanError as error:\n    print(error)\n")
    assert "404 there is no such API root" in told
    assert "expired" in fiu.page("liaison", "/partners/agreements/1").lower()
    assert border.ask("ReceivedObject.objects.count()") == before
    later(-31 * 24 * 3600, fiu, border)
    assert poll(border) >= 20
