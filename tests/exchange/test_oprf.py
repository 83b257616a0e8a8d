"""The oblivious function: the test vectors of RFC 9496 and RFC 9497, and its promises."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.errors import MatchingRefused
from dragoman.exchange import oprf, oprf_group

SEED = bytes([0xA3]) * 32
INFO = b"test key"
BLIND = int.from_bytes(bytes.fromhex("64d37aed22a27f5191de1c1d69fadb899d8862b58eb4220029e036ec4c1f6706"), "little")
KEY = oprf.derive_key(SEED, INFO)


def test_the_key_is_that_of_rfc_9497() -> None:
    assert oprf_group.scalar_bytes(KEY).hex() == "5ebcea5ee37023ccb9fc2d2019f9d7737be85591ae8652ffa9ef0f4d37063b0e"


@pytest.mark.parametrize(
    ("text", "blinded", "evaluated", "output"),
    [
        (
            "00",
            "609a0ae68c15a3cf6903766461307e5c8bb2f95e7e6550e1ffa2dc99e412803c",
            "7ec6578ae5120958eb2db1745758ff379e77cb64fe77b0b2d8cc917ea0869c7e",
            "527759c3d9366f277d8c6020418d96bb393ba2afb20ff90df23fb7708264e2f3"
            "ab9135e3bd69955851de4b1f9fe8a0973396719b7912ba9ee8aa7d0b5e24bcf6",
        ),
        (
            "5a" * 17,
            "da27ef466870f5f15296299850aa088629945a17d1f5b7f5ff043f76b3c06418",
            "b4cbf5a4f1eeda5a63ce7b77c7d23f461db3fcab0dd28e4e17cecb5c90d02c25",
            "f4a74c9c592497375e796aa837e907b1a045d34306a749db9f34221f7e750cb4"
            "f2a6413a6bf6fa5e19ba6348eb673934a722a7ede2e7621306d18951e7cf2c73",
        ),
    ],
)
def test_base_mode_gives_the_values_of_rfc_9497(text: str, blinded: str, evaluated: str, output: str) -> None:
    inputs = [bytes.fromhex(text)]
    points, blinds = oprf.blind(inputs, [BLIND])
    assert points.hex() == blinded
    answer = oprf.evaluate_blinded(KEY, points)
    assert answer.hex() == evaluated
    assert oprf.finalise(inputs, blinds, answer)[0].hex() == output
    assert oprf.evaluate(KEY, inputs)[0].hex() == output


def test_verifiable_mode_gives_the_values_and_the_proof_of_rfc_9497() -> None:
    key = oprf.derive_key(SEED, INFO, mode=1)
    public = oprf.public_key(key)
    assert oprf_group.scalar_bytes(key).hex() == "e6f73f344b79b379f1a0dd37e07ff62e38d9f71345ce62ae3a9bc60b04ccd909"
    assert public.hex() == "c803e2cc6b05fc15064549b5920659ca4a77b2cca6f04f6b357009335476ad4e"
    points, blinds = oprf.blind([b"\x00"], [BLIND], mode=1)
    assert points.hex() == "863f330cc1a1259ed5a5998a23acfd37fb4351a793a5b3c090b642ddc439b945"
    answer = oprf.evaluate_blinded(key, points)
    assert answer.hex() == "aa8fa048764d5623868679402ff6108d2521884fa138cd7f9c7669a9a014267e"
    nonce = bytes.fromhex("222a5e897cf59db8145db8d16e597e8facb80ae7d4e26d9881aa6f61d645fc0e")
    proof = oprf.prove(key, points, answer, int.from_bytes(nonce, "little"))
    assert proof.hex() == (
        "ddef93772692e535d1a53903db24367355cc2cc78de93b3be5a8ffcc6985dd06"
        "6d4346421d17bf5117a2a1ff0fcb2a759f58a539dfbe857a40bce4cf49ec600d"
    )
    assert oprf.verify(public, points, answer, proof)
    assert oprf.finalise([b"\x00"], blinds, answer)[0].hex() == (
        "b58cfbe118e0cb94d79b5fd6a6dafb98764dff49c14e1770b566e42402da1a7d"
        "a4d8527693914139caee5bd03903af43a491351d23b430948dd50cde10d32b3c"
    )


def test_small_multiples_of_the_generator_are_those_of_rfc_9496() -> None:
    two = oprf_group.add(oprf_group.generator(), oprf_group.generator())
    assert two.hex() == "6a493210f7499cd17fecb510ae0cea23a110e8d5b901f8acadd3095c73a3b919"
    assert oprf_group.multiply_all(2, oprf_group.generator()) == two


def test_the_one_way_map_is_that_of_rfc_9496() -> None:
    uniform = bytes.fromhex(
        "5d1be09e3d0c82fc538112490e35701979d99e06ca3e2b5b54bffe8b4dc772c1"
        "4d98b696a1bbfb5ca32c436cc61c16563790306c79eaca7705668b47dffe5bb6"
    )
    assert oprf_group.points_of(uniform).hex() == "3066f82a1a747d45120d1740f14358531a8f04bbffe6a819f86dfe50f44a0a46"


@settings(max_examples=10, deadline=None)
@given(st.lists(st.binary(max_size=80), min_size=1, max_size=4))
def test_both_sides_compute_the_same_function(inputs: list[bytes]) -> None:
    points, blinds = oprf.blind(inputs)
    assert oprf.finalise(inputs, blinds, oprf.evaluate_blinded(KEY, points)) == oprf.evaluate(KEY, inputs)


def test_the_same_question_never_looks_the_same_twice() -> None:
    assert oprf.blind([b"x"])[0] != oprf.blind([b"x"])[0]


def test_a_proof_over_a_batch_fails_when_one_answer_is_of_another_key() -> None:
    key = oprf.derive_key(SEED, INFO, mode=1)
    points, _ = oprf.blind([b"a", b"b", b"c"], mode=1)
    answer = oprf.evaluate_blinded(key, points)
    proof = oprf.prove(key, points, answer)
    assert oprf.verify(oprf.public_key(key), points, answer, proof)
    wrong = oprf.evaluate_blinded(key + 1, points[:32]) + answer[32:]
    assert not oprf.verify(oprf.public_key(key), points, wrong, proof)
    assert not oprf.verify(oprf.public_key(key + 1), points, answer, proof)
    assert not oprf.verify(oprf.public_key(key), points, answer, proof[:32])


@pytest.mark.parametrize("points", [b"\xff" * 32, bytes(32), b"\x01" * 31])
def test_what_is_no_point_is_refused(points: bytes) -> None:
    with pytest.raises(MatchingRefused):
        oprf.evaluate_blinded(KEY, points)


def test_an_answer_of_another_length_is_refused() -> None:
    points, blinds = oprf.blind([b"a", b"b"])
    with pytest.raises(MatchingRefused, match="1 answers to 2"):
        oprf.finalise([b"a", b"b"], blinds, points[:32])


def test_inverses_are_found_all_at_once() -> None:
    scalars = oprf_group.random_scalars(5)
    assert all(
        scalar * inverse % oprf_group.ORDER == 1
        for scalar, inverse in zip(scalars, oprf_group.inverses(scalars), strict=True)
    )


def test_a_scalar_beyond_the_order_a_short_seed_and_a_long_input_are_refused() -> None:
    with pytest.raises(MatchingRefused):
        oprf_group.read_scalar(b"\xff" * 32)
    with pytest.raises(MatchingRefused):
        oprf.derive_key(b"short")
    with pytest.raises(MatchingRefused):
        oprf.hash_to_group([bytes(65_536)])


def test_several_cores_give_what_one_gives() -> None:
    inputs = [str(number).encode() for number in range(501)]
    alone = oprf.evaluate(KEY, inputs)
    oprf_group.use_cores(3)
    try:
        assert oprf.evaluate(KEY, inputs) == alone
        points, _ = oprf.blind(inputs)
        with pytest.raises(MatchingRefused, match="not an element"):
            oprf.evaluate_blinded(KEY, points[: 400 * 32] + bytes(32) + points[401 * 32 :])
    finally:
        oprf_group.use_cores(1)
