"""Notes, keys, checkpoints and proof files are those of C2SP, and anything altered is refused."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from audit_logs import ORIGIN, SIGNER, Log
from hypothesis import given
from hypothesis import strategies as st

from dragoman.audit.checkpoints import Checkpoint
from dragoman.audit.notes import COSIGNER, Note, Signer, Verifier
from dragoman.audit.proofs import InclusionProof
from dragoman.audit.tree import inclusion_proof
from dragoman.errors import CheckpointRefused, ProofRefused

#: From Go's documentation of golang.org/x/mod/sumdb/note: a text, its signature, and the public key.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
WITNESS = Signer.from_seed("partner.example/watch", bytes(range(1, 33)), COSIGNER)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def checkpoint() -> Checkpoint:
    return Log(3).checkpoints[0]


def test_a_note_that_go_signed_is_verified() -> None:
    verifier = Verifier.parse(GO_KEY)
    note = Note.parse(GO_NOTE)
    assert note.verify([verifier]) == [verifier]
    assert str(note) == GO_NOTE
    assert str(verifier) == GO_KEY


def test_a_checkpoint_is_three_lines_and_a_signature() -> None:
    lines = str(checkpoint().note).splitlines()
    assert lines[:2] == [ORIGIN, "3"]
    assert lines[3] == ""
    assert lines[4].startswith(f"— {ORIGIN} ")
    assert Checkpoint.parse(str(checkpoint().note)) == checkpoint()


def test_a_partner_signs_beside_the_log_and_says_when() -> None:
    note = checkpoint().note.signed(WITNESS, NOON)
    assert note.verify([SIGNER.verifier, WITNESS.verifier]) == [SIGNER.verifier, WITNESS.verifier]
    assert int.from_bytes(note.signatures[1].content[:8], "big") == NOON.timestamp()
    assert Note.parse(str(note)) == note
    assert len(note.signed(WITNESS).signatures) == 2
    assert Verifier.parse(str(WITNESS.verifier)) == WITNESS.verifier


def test_a_signature_of_a_stranger_alone_does_not_do() -> None:
    with pytest.raises(CheckpointRefused, match="no known key"):
        checkpoint().note.verify([WITNESS.verifier])
    with pytest.raises(CheckpointRefused, match="nobody"):
        Note("text\n").verify([SIGNER.verifier])


def test_a_stranger_under_a_known_name_is_no_known_key() -> None:
    forger = Signer.from_seed(ORIGIN, bytes(32))
    forged = Checkpoint.sign(ORIGIN, 3, bytes(32), forger)
    with pytest.raises(CheckpointRefused, match="no known key"):
        forged.note.verify([SIGNER.verifier])


def verify_both(text: str) -> None:
    """A signature that claims another key is passed over: then one is left."""
    both = [SIGNER.verifier, WITNESS.verifier]
    if Checkpoint.parse(text).note.verify(both) != both:
        raise CheckpointRefused("a signature is gone")


@given(st.data())
def test_no_letter_of_a_checkpoint_can_be_changed(data: st.DataObject) -> None:
    text = str(checkpoint().note.signed(WITNESS, NOON))
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.characters(codec="utf-8").filter(lambda other: other != text[at]))
    changed = text[:at] + letter + text[at + 1 :]
    with pytest.raises(CheckpointRefused):
        verify_both(changed)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no signature\n",
        "text\n\n",
        "text\n\n— name\n",
        "text\n\n— name AAAA",
        "text\n\n- name AAAA\n",
        "te\x00xt\n\n— name AAAA\n",
        "text\n\n" + "— name AAAA\n" * 65,
        "text\n\n— name A\n",
    ],
)
def test_what_is_no_signed_note_is_refused(text: str) -> None:
    with pytest.raises(CheckpointRefused):
        Note.parse(text)


@pytest.mark.parametrize(
    "body", ["origin\n3\n", "origin\n03\nAAAA\n", "origin\n-1\nAAAA\n", "origin\n3\nAAAA\n", "o\n3\n\nx\n"]
)
def test_what_is_no_checkpoint_is_refused(body: str) -> None:
    with pytest.raises(CheckpointRefused):
        Checkpoint.parse(str(Note(body).signed(SIGNER)))


@pytest.mark.parametrize(
    "line", ["", "name", "name+00+AA", GO_KEY.replace("c74f", "c74e"), "a b+c74f20a3+" + GO_KEY.rpartition("+")[2]]
)
def test_what_is_no_public_key_is_refused(line: str) -> None:
    with pytest.raises(CheckpointRefused):
        Verifier.parse(line)


def test_a_name_with_blanks_cannot_sign() -> None:
    with pytest.raises(CheckpointRefused):
        Signer.from_seed("two words", bytes(32))


def proof(index: int = 300) -> InclusionProof:
    log = Log(700)
    path = tuple(inclusion_proof(log.store, index, 700))
    return InclusionProof(log.contents[index], index, path, log.checkpoints[0])


def test_a_proof_file_carries_all_that_verifying_needs() -> None:
    text = str(proof())
    assert text.startswith("c2sp.org/tlog-proof@v1\nextra ")
    assert InclusionProof.parse(text) == proof()
    assert InclusionProof.parse(text).verify([SIGNER.verifier]) == [SIGNER.verifier]


def test_a_proof_of_the_only_event_has_no_path() -> None:
    log = Log(1)
    text = str(InclusionProof(log.contents[0], 0, (), log.checkpoints[0]))
    assert InclusionProof.parse(text).verify([SIGNER.verifier])


@given(st.data())
def test_no_letter_of_a_proof_file_can_be_changed(data: st.DataObject) -> None:
    text = str(proof())
    at = data.draw(st.integers(0, len(text) - 1))
    letter = data.draw(st.sampled_from("aB3/+= \n").filter(lambda other: other != text[at]))
    with pytest.raises((ProofRefused, CheckpointRefused)):
        InclusionProof.parse(text[:at] + letter + text[at + 1 :]).verify([SIGNER.verifier])


def test_base64_of_which_the_last_bits_are_not_zero_is_refused() -> None:
    text = str(proof())
    line = next(line for line in reversed(text.splitlines()) if line.endswith("="))
    last = line.rstrip("=")[-1]
    other = line.replace(f"{last}=", f"{chr(ord(last) + 1)}=")
    with pytest.raises((ProofRefused, CheckpointRefused)):
        InclusionProof.parse(text.replace(line, other)).verify([SIGNER.verifier])
