"""Signed HTTP messages: the RFC's own vector, and every way to forge, alter, age or repeat one."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dragoman.errors import DragomanError, ReplayRefused, SignatureRefused
from dragoman.exchange.keys import KeyRing, NodeKey, PrivateKey, PublicKey, decode, encode
from dragoman.exchange.signing import Message, Seen, base, check_digest, remember, sign, verify
from dragoman.exchange.signing_fields import Component, Input, read_inputs, read_signatures, write_input
from tests.exchange.pacts import BORDER, DAY, FIU, KEYS, MINUTE, NOW

RING = KeyRing(NodeKey(node, key.public) for node, key in KEYS.items())
REQUEST = Message(
    "POST", "https://border.example/exchange/inbox?x=1", (("Content-Type", "application/json"),), b'{"a":1}'
)
NONCE = "n" * 22


def signed(message: Message = REQUEST, **changes: object) -> Message:
    return sign(message, KEYS[FIU], **({"created": NOW, "nonce": NONCE} | changes))  # type: ignore[arg-type]


# RFC 9421, appendices B.1.4 (test-key-ed25519), B.2 (test-request) and B.2.6.
B26_SEED = base64.b64decode("MC4CAQAwBQYDK2VwBCIEIJ+DYvh6SEqVTm50DFtMDoQikTmiCqirVv9mWG9qfSnF")[-32:]
B26_KEY = base64.b64decode("MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=")[-32:]
B26_INPUT = (
    'sig-b26=("date" "@method" "@path" "@authority" "content-type" "content-length")'
    ';created=1618884473;keyid="test-key-ed25519"'
)
B26_SIGNATURE = "sig-b26=:wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==:"
B26_DIGEST = "sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:"
TEST_REQUEST = Message(
    "POST",
    "https://example.com/foo?param=Value&Pet=dog",
    (
        ("Host", "example.com"),
        ("Date", "Tue, 20 Apr 2021 02:07:55 GMT"),
        ("Content-Type", "application/json"),
        ("Content-Digest", B26_DIGEST),
        ("Content-Length", "18"),
    ),
    b'{"hello": "world"}',
)


def test_the_vector_of_the_rfc_is_signed_alike_and_verifies() -> None:
    given_input = read_inputs(B26_INPUT)["sig-b26"]
    text = base(TEST_REQUEST, given_input)
    assert text.decode() == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n"@method": POST\n"@path": /foo\n"@authority": example.com\n'
        '"content-type": application/json\n"content-length": 18\n"@signature-params": ("date" "@method" "@path" '
        '"@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"'
    )
    signature = read_signatures(B26_SIGNATURE)["sig-b26"]
    key = PrivateKey.from_seed(B26_SEED)
    assert key.sign(text) == signature
    assert key.public == PublicKey.read(encode(B26_KEY))
    assert PublicKey.read(encode(B26_KEY)).verifies(signature, text)
    assert write_input(given_input.components, given_input.parameters) == B26_INPUT.removeprefix("sig-b26=")


def test_the_digest_of_the_rfc_is_read() -> None:
    check_digest(TEST_REQUEST)
    with pytest.raises(SignatureRefused):
        check_digest(replace(TEST_REQUEST, body=b"x"))


def test_a_key_has_the_thumbprint_of_the_rfc() -> None:
    # RFC 8037, appendix A.3.
    assert (
        PublicKey.read("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo").id
        == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    )


def test_what_is_signed_verifies_and_says_by_whom() -> None:
    found = verify(signed(), RING, NOW)
    assert (found.node, found.nonce, found.created) == (FIU, NONCE, NOW)
    assert verify(signed(headers=["content-type"]), RING, NOW, headers=["content-type"]).node == FIU


@pytest.mark.parametrize(
    "altered",
    [
        replace(signed(), method="GET"),
        replace(signed(), url="https://border.example/exchange/inbox?x=2"),
        replace(signed(), url="https://other.example/exchange/inbox?x=1"),
        replace(signed(), body=b'{"a":2}'),
        signed().with_headers([("Content-Digest", "sha-256=:AAAA:")]),
        signed().with_headers([("Content-Digest", "md5=:AAAA:")]),
        signed().with_headers([("Signature", "dragoman=:AAAA:")]),
        signed().with_headers([("Signature", "other=:AAAA:")]),
        signed().with_headers([("Signature-Input", "dragoman=()")]),
        replace(signed(), headers=()),
        signed().with_headers(
            [("Signature-Input", (signed().header("signature-input") or "").replace("ed25519", "hs256"))]
        ),
        signed().with_headers(
            [("Signature-Input", (signed().header("signature-input") or "").replace(NONCE, "m" * 22))]
        ),
        signed().with_headers(
            [("Signature-Input", (signed().header("signature-input") or "").replace(NONCE, "short"))]
        ),
        signed().with_headers(
            [("Signature-Input", (signed().header("signature-input") or "").replace('"@method" ', ""))]
        ),
        signed(label="other"),
        sign(REQUEST, PrivateKey.from_seed(b"x" * 32), created=NOW, nonce=NONCE),
    ],
)
def test_what_was_altered_forged_or_signed_in_part_is_refused(altered: Message) -> None:
    with pytest.raises(SignatureRefused) as refused:
        verify(altered, RING, NOW)
    assert refused.value.remedy


def test_a_header_that_must_be_covered_and_is_not_is_refused() -> None:
    with pytest.raises(SignatureRefused, match="content-type"):
        verify(signed(), RING, NOW, headers=["content-type"])
    with pytest.raises(SignatureRefused, match="not there"):
        signed(headers=["x-missing"])


def test_a_line_within_a_value_cannot_pass_for_another_component() -> None:
    for value in ("a\nb", 'a\r\n"@method": GET'):
        with pytest.raises(SignatureRefused, match="does not print"):
            signed(REQUEST.with_headers([("X-Note", value)]), headers=["x-note"])


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTPS://User@Example.COM:443", "https example.com / ? /"),
        ("https://example.com:8443/a?b=1#c", "https example.com:8443 /a ?b=1 /a?b=1"),
    ],
)
def test_derived_components_are_those_of_the_rfc(url: str, expected: str) -> None:
    parts = ("@scheme", "@authority", "@path", "@query", "@request-target")
    components = tuple(Component(name) for name in parts)
    lines = base(Message("GET", url), Input(components, {}, "")).decode().split("\n")
    assert " ".join(line.partition(": ")[2] for line in lines[:5]) == expected


def test_what_is_too_old_or_from_the_future_is_refused_and_clocks_may_differ_a_little() -> None:
    for offset in (-10 * MINUTE, 5 * MINUTE):
        assert verify(signed(created=NOW + offset), RING, NOW)
    for offset in (-11 * MINUTE, 6 * MINUTE, -DAY, DAY):
        with pytest.raises(ReplayRefused):
            verify(signed(created=NOW + offset), RING, NOW)


def test_what_was_seen_before_is_refused_for_as_long_as_it_would_verify() -> None:
    message, seen = signed(), Seen({})
    seen = remember(seen, verify(message, RING, NOW), NOW)
    for later in (0 * MINUTE, 5 * MINUTE, 10 * MINUTE):
        with pytest.raises(ReplayRefused, match="before"):
            remember(seen, verify(message, RING, NOW + later), NOW + later)
    other = verify(signed(nonce="o" * 22), RING, NOW)
    assert len(remember(seen, other, NOW).nonces) == 2
    assert len(remember(seen, replace(other, created=NOW + DAY), NOW + DAY).nonces) == 1


def test_an_answer_is_bound_to_the_request_that_it_answers() -> None:
    request = signed()
    answer = Message("", "", (), b"{}", status=200, answers=request)
    made = sign(answer, KEYS[BORDER], created=NOW, nonce=NONCE)
    assert verify(made, RING, NOW).node == BORDER
    for wrong in (
        replace(made, answers=signed(nonce="z" * 22)),
        replace(made, status=500),
        replace(made, answers=None),
    ):
        with pytest.raises(SignatureRefused):
            verify(wrong, RING, NOW)


def test_a_key_counts_only_while_it_is_in_use() -> None:
    old = KeyRing([NodeKey(FIU, KEYS[FIU].public, until=NOW - DAY)])
    with pytest.raises(SignatureRefused, match="not in use"):
        verify(signed(), old, NOW)
    with pytest.raises(SignatureRefused, match="claim one key"):
        KeyRing([NodeKey(FIU, KEYS[FIU].public), NodeKey(BORDER, KEYS[FIU].public)])
    assert old.of(FIU, NOW) == []
    assert RING.of(FIU, NOW) == [KEYS[FIU].public]


@pytest.mark.parametrize(
    "text",
    ["a", "a=", "a=(", 'a=("x"', 'a=("x" "x")', 'a=("x";sf)', 'a=("x");b=1;b=2', 'a=("x"), a=("y")', 'a=("x"),',
     'a=("x") b', 'A=("x")', 'a=("x);c=1', "a=(1)", 'a=("x");c=1.5', 'a=("x";req=1)'],
)  # fmt: skip
def test_headers_that_are_malformed_are_refused(text: str) -> None:
    with pytest.raises(SignatureRefused):
        read_inputs(text)


@given(st.text(alphabet='ab=(),;":\\ 1?-@', max_size=30))
def test_any_text_in_the_headers_is_read_or_refused(text: str) -> None:
    for read in (read_inputs, read_signatures):
        try:
            read(text)
        except SignatureRefused:
            continue


@given(st.binary(max_size=64), st.text(max_size=20), st.sampled_from(["GET", "POST", "DELETE"]))
def test_any_body_and_path_survive_signing(body: bytes, path: str, method: str) -> None:
    message = Message(method, f"https://border.example/{path}", (), body)
    if not path.isprintable() or not path.isascii():
        return
    made = sign(message, KEYS[FIU], created=NOW, nonce=NONCE)
    assert verify(made, RING, NOW).node == FIU
    for other in (replace(made, body=body + b"x"), replace(made, url=message.url + "x")):
        with pytest.raises(SignatureRefused):
            verify(other, RING, NOW)


@pytest.mark.parametrize("text", ["", "x", "é" * 43, "A" * 44, "A" * 42 + "B", "A" * 43 + "="])
def test_a_key_is_written_in_one_way_only(text: str) -> None:
    with pytest.raises(DragomanError):
        decode(text, 32)


def test_a_private_key_does_not_show_itself() -> None:
    key = PrivateKey.generate()
    assert key.seed.hex() not in repr(key)
    assert PrivateKey.from_seed(key.seed).public == key.public
    with pytest.raises(SignatureRefused):
        PrivateKey.from_seed(b"short")


def test_moments_are_in_utc() -> None:
    assert verify(signed(created=datetime.fromtimestamp(NOW.timestamp(), UTC)), RING, NOW).created.tzinfo is UTC
