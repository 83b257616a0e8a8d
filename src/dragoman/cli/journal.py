"""``dragoman journal``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dragoman.cli.options import json_option
from dragoman.cli.output import console, counted, printable, say, stdout, table, write_json
from dragoman.cli.serve import need_node
from dragoman.errors import UsageError

if TYPE_CHECKING:
    from dragoman.audit.checking import Report
    from dragoman.audit.notes import Verifier

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_key_option = click.option("--key", "keys", multiple=True, metavar="KEY", help="A public key to trust: name+id+key.")
_checkpoint_option = click.option(
    "--checkpoint", type=_FILE, help="A signed checkpoint that the events must agree with."
)


@click.group()
def journal() -> None:
    """Verify and export a node's journal; check what was exported."""


def _open() -> None:
    need_node()
    from dragoman.node.serving.prepare import set_up

    set_up()


@journal.command()
@_key_option
@_checkpoint_option
@json_option
def verify(keys: tuple[str, ...], checkpoint: Path | None, as_json: bool) -> None:
    """Read the whole journal again and say whether it is what was appended and signed, and if not, from where on.

    The node's own key is trusted, and its former ones. Give a checkpoint that was kept elsewhere (by the auditor, by a
    partner) to see that the journal has not been made anew since; what partners co-signed and sent back is compared by
    itself. On a disk that cannot be written it is read alone, and its last events are not signed. The status is 2 where
    anything was found.
    """
    _open()
    from dragoman.node.journal.reading_only import only_to_read
    from dragoman.node.journal.verifying import verify as verified

    anchor = checkpoint.read_text(encoding="utf-8") if checkpoint else None
    found = verified(_verifiers(keys), anchor, sign=not only_to_read())
    _tell(found.report, as_json, origin=found.origin, witnesses=found.witnesses)


@journal.command()
@click.option("--format", "form", type=click.Choice(["jsonl", "csv"]), default="jsonl", show_default=True,
              help="JSON lines can be checked again (dragoman journal check); CSV is for reading.")  # fmt: skip
@click.option("--who", help="Only the acts of account:7, key:3, system; a * at the end stands for anything.")
@click.option("--act", help="Only such acts: desk.hit.reviewed, desk.*")
@click.option("--object", "object_", help="Only acts on this object: hit:17, hit:*")
@click.option("--purpose", help="Only acts for this purpose.")
@click.option("--since", metavar="DAY", help="Only from this day or moment on (UTC).")
@click.option("--until", metavar="DAY", help="Only to the end of this day, or before this moment (UTC).")
def export(form: str, object_: str | None, **given: str | None) -> None:
    """Write events to standard output, all or those searched for, oldest first."""
    _open()
    from dragoman.node.journal.exporting import FORMATS
    from dragoman.node.journal.searching import Search, in_order

    search = Search.of({"object": object_, **given})
    for line in FORMATS[form][0](in_order(search.events())):
        stdout().write(line)


@journal.command()
def checkpoint() -> None:
    """Write a signed checkpoint of the whole journal to standard output, and the public key to standard error.

    Keep both away from the node: later the journal must extend this checkpoint.
    """
    _open()
    from dragoman.node.journal.keys import signer
    from dragoman.node.journal.verifying import newest_checkpoint

    found = newest_checkpoint()
    if found is None:
        raise UsageError("the journal is empty", remedy="there is nothing to sign yet")
    stdout().write(found.encode())
    say(f"Public key: {signer().verifier}")


@journal.command()
@click.argument("index", type=click.IntRange(min=0))
def prove(index: int) -> None:
    """Write the proof that event INDEX is in the journal to standard output."""
    _open()
    from dragoman.node.journal.models import Event
    from dragoman.node.journal.verifying import prove as proof_of

    try:
        found = proof_of(index)
    except Event.DoesNotExist:
        raise UsageError(
            f"the journal has no event {index}", remedy="dragoman journal export shows what it has"
        ) from None
    stdout().write(str(found).encode())


@journal.command()
@click.argument("file", type=_FILE)
@_key_option
@_checkpoint_option
@json_option
def check(file: Path, keys: tuple[str, ...], checkpoint: Path | None, as_json: bool) -> None:
    """Check a proof, or an export of JSON lines together with a checkpoint, without the node that it came from."""
    verifiers = _verifiers(keys)
    if not verifiers:
        raise UsageError("a key to trust is missing", remedy="give the node's public key: --key name+id+key")
    with file.open("rb") as lines:
        proof = lines.readline().startswith(b"c2sp.org/tlog-proof")
    if proof:
        _check_proof(file, verifiers, as_json)
        return
    if checkpoint is None:
        raise UsageError("a checkpoint is missing", remedy="dragoman journal checkpoint writes one: --checkpoint FILE")
    from dragoman.audit.checking import Report, check_log, trusted
    from dragoman.audit.exports import read_rows

    report = Report()
    texts = [checkpoint.read_text(encoding="utf-8")]
    signed = trusted(texts, {verifier.name for verifier in verifiers}, verifiers, report)
    with file.open("rb") as lines:
        check_log(read_rows(lines), signed, report=report)
    _tell(report, as_json)


def _check_proof(file: Path, verifiers: list[Verifier], as_json: bool) -> None:
    from dragoman.audit.events import Event
    from dragoman.audit.proofs import InclusionProof

    proof = InclusionProof.parse(file.read_text(encoding="utf-8"))
    signers = [verifier.name for verifier in proof.verify(verifiers)]
    event = Event.decode(proof.content)
    if as_json:
        facts = {"index": proof.index, "size": proof.checkpoint.size, "signed_by": signers, "sound": True}
        write_json(facts | {"event": proof.content.decode()}, indent=True)
        return
    signed = f"{counted(proof.checkpoint.size, 'event')}, signed by {', '.join(signers)}"
    say(f"Event {proof.index} stands in the journal of {signed}:")
    say(f"  {event.at.isoformat()} {event.who} {event.act} {event.object} {event.result}".rstrip())


def _verifiers(keys: tuple[str, ...]) -> list[Verifier]:
    from dragoman.audit.notes import Verifier

    return [Verifier.parse(key) for key in keys]


def _tell(report: Report, as_json: bool, **more: Any) -> None:
    """Write what was found; raises JournalDamaged where that is anything."""
    if as_json:
        write_json(plain(report) | more, indent=True)
    elif report.findings:
        shown = table("From", "To", "Kind", "What was found", right=("From", "To"))
        for each in report.findings:
            shown.add_row(str(each.first), str(each.last), each.kind, printable(each.message))
        console().print(shown)
        if report.more:
            say(f"And {report.more:,} more.")
    if report.sound and not as_json:
        say(f"Sound: {counted(report.size, 'event')}, of which {report.signed:,} are below a signed checkpoint.")
        say(f"Root: {report.root.hex()}")
        for name, size in more.get("witnesses", {}).items():
            say(f"Co-signed: {counted(size, 'event')}, by {name}.")
    report.demand_sound()


def plain(report: Report) -> dict[str, Any]:
    """Return a report as JSON has it."""
    findings = [{"kind": x.kind, "first": x.first, "last": x.last, "message": x.message} for x in report.findings]
    return {
        "sound": report.sound,
        "size": report.size,
        "root": report.root.hex(),
        "checkpoints": report.checkpoints,
        "signed": report.signed,
        "first_bad": report.first_bad,
        "findings": findings,
        "more": report.more,
    }
