"""``dragoman screen``: options in, hits out, and an exit status that can be trusted."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from dragoman.cli.options import complete_lists, json_option, path_sources
from dragoman.cli.output import counted, progress, say
from dragoman.errors import InputError, UsageError
from dragoman.lists.store import ListStore
from dragoman.messages.batch import Tally
from dragoman.messages.queries import Account, Query, Remark

if TYPE_CHECKING:
    from dragoman.cli.reports import Report
    from dragoman.screening import Screener

#: Queries a batch: enough to keep the search busy, few enough that output flows.
_BATCH = 1000
#: Options of which one is enough to screen by.
_SUFFICIENT = ("names", "idNumber", "passportNumber", "imoNumber", "publicKey")
_NOTHING, _HITS, _UNREAD = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Settings:
    """How to screen: the threshold (0 to 1), the most hits a query, and the lists (None for all)."""

    threshold: float
    limit: int
    lists: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What to read, and how."""

    paths: tuple[str, ...]
    recursive: bool
    forced: str | None
    encoding: str | None


@dataclass(slots=True)
class Counts:
    """What came of a screening."""

    with_hits: int = 0
    hits: int = 0
    texts_with_hits: int = 0
    account: Account = field(default_factory=Account)
    tally: Tally = field(default_factory=Tally)

    def add(self, query: Query, hits: int) -> None:
        """Count the hits of a query."""
        self.hits += hits
        if query.text is None:
            self.with_hits += bool(hits)
        else:
            self.texts_with_hits += bool(hits)

    @property
    def status(self) -> int:
        """The exit status: what was not read is never reported as clear."""
        return _UNREAD if self.account.refused else _HITS if self.hits else _NOTHING


@click.command()
@click.argument("paths", nargs=-1, metavar="[FILE]...")
@click.option("--name", "names", multiple=True, help="Screen this name; again for each further name of the same party.")
@click.option("--birth-date", "birthDate", help="With --name: YYYY-MM-DD, YYYY-MM, YYYY, YYYY~ (about) or YYYY/YYYY.")
@click.option("--nationality", help="With --name: a country, by code or name.")
@click.option("--country", help="With --name: a country the party has to do with.")
@click.option("--gender", help="With --name: male, female or other.")
@click.option("--id-number", "idNumber", multiple=True, help="A number on an identity document; alone or with --name.")
@click.option("--passport", "passportNumber", multiple=True, help="A passport number; alone or with --name.")
@click.option("--imo", "imoNumber", multiple=True, help="A ship's IMO number; alone or with --name.")
@click.option("--wallet", "publicKey", multiple=True, help="A wallet's address; alone or with --name.")
@click.option("--schema", help="With --name: Person, Organization, Company, Vessel, Airplane or CryptoWallet.")
@click.option("--lists", "only", help="Only these lists, parted by commas.", shell_complete=complete_lists)
@click.option("--threshold", type=click.FloatRange(0.5, 1), default=0.70, show_default=True, help="The least score.")
@click.option("--limit", type=click.IntRange(1, 1000), default=5, show_default=True, help="The most hits a query.")
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Write CSV: a row a hit, and a row for a query without.")
@click.option("--summary", is_flag=True, help="End with the settings and counts, on standard error.")
@click.option("--encoding", help="The encoding of a CSV that is not UTF-8, such as cp1252.")
@click.option("--format", "forced", help="Read messages as this format instead of recognising it.")
@click.option("--recursive", is_flag=True, help="Read folders, with what is in them.")
@click.pass_context
def screen(
    ctx: click.Context,
    /,
    paths: tuple[str, ...],
    only: str | None,
    threshold: float,
    limit: int,
    as_json: bool,
    as_csv: bool,
    summary: bool,
    encoding: str | None,
    forced: str | None,
    recursive: bool,
    **given: Any,
) -> None:
    """Screen the people, organisations, wallets and documents in FILE, or one party by --name.

    FILE is CSV with FollowTheMoney property names as headers (name, birthDate, nationality, passportNumber, schema,
    id, ...; common other spellings are recognised and reported), or JSON lines of FollowTheMoney entities.
    Messages (payments, passenger lists, travel documents), archives and, with --recursive, folders are read as well.
    '-' reads standard input. One cell may hold several values, parted by ';' or '|'.

    Exit status: 0 nothing found, 1 hits, 2 wrong usage or something that could not be read.
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", remedy="choose one")
    _check_usage(paths, given)
    store = ListStore.open()
    settings = Settings(threshold, limit, _chosen(store, only))
    counts = Counts(account=Account(tell=_tell))
    with _queries(Inputs(paths, recursive, forced, encoding), given, counts) as (queries, position):
        from dragoman.cli.indexing import open_screener
        from dragoman.cli.reports import report_for

        queries = _primed(queries)
        screener = open_screener(store)
        lists = {name: version for name, version in screener.lists.items() if _wanted(name, settings)}
        report = report_for("json" if as_json else "csv" if as_csv else "table", lists)
        _screen(screener, queries, settings, report, counts, position)
    _close(store, lists, settings, counts, report, summary)
    if counts.tally.any:
        tally = counts.tally
        say(f"Messages: {tally.whole:,} read, {tally.partly:,} read in part; {tally.refused:,} refused.")
    ctx.exit(counts.status)


def _check_usage(paths: tuple[str, ...], given: dict[str, Any]) -> None:
    options = [name for name, value in given.items() if value]
    if paths and options:
        raise UsageError("a file and options of a single party exclude each other", remedy="give FILE, or --name")
    if not paths and not any(given[key] for key in _SUFFICIENT):
        raise UsageError("there is nothing to screen", remedy="give FILE, '-' for standard input, or --name")


def _wanted(name: str, settings: Settings) -> bool:
    return settings.lists is None or name in settings.lists


def _chosen(store: ListStore, only: str | None) -> tuple[str, ...] | None:
    if only is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in only.split(",") if name.strip()))
    if not names:
        raise UsageError("--lists names no list", remedy="such as --lists un-sc,partners")
    for name in names:
        account = store.version(name)
        if (current := store.current(account.name)).version != account.version:
            raise UsageError(
                f"{name} is not in use; {current.label} is", remedy="screening is against the versions in use"
            )
    return tuple(name.partition("@")[0] for name in names)


@contextmanager
def _queries(
    inputs: Inputs, given: dict[str, Any], counts: Counts
) -> Iterator[tuple[Iterator[Query], BinaryIO | None]]:
    """Open the input; the stream is handed out as well where its position can be shown."""
    account, encoding = counts.account, inputs.encoding
    if not inputs.paths:
        yield iter([_single(given, account)]), None
        return
    from dragoman.messages.inputs import read_queries

    path = inputs.paths[0]
    if len(inputs.paths) > 1 or inputs.forced or _holds_messages(path):
        from dragoman.messages.batch import queries_of

        parts = path_sources(inputs.paths, inputs.recursive, inputs.forced)
        yield queries_of(parts, account, counts.tally, encoding=encoding), None
        return
    if path == "-":
        yield read_queries(sys.stdin.buffer, "standard input", account, encoding=encoding), None
        return
    try:
        stream = Path(path).open("rb")  # noqa: SIM115  closed below; only opening it may fail so
    except OSError as error:
        raise InputError(f"cannot be opened: {error.strerror}", place=path, remedy="check the path") from error
    with stream:
        yield read_queries(stream, Path(path).name, account, encoding=encoding), stream


def _holds_messages(path: str) -> bool:
    """Tell a folder, an archive or a message from a table, by no more than what a pipe has ready."""
    from dragoman.messages.sources import HEAD, archive_kind, recognise

    if path == "-":
        head = _ahead(sys.stdin.buffer, HEAD)
    elif Path(path).is_dir():
        return True
    elif not Path(path).is_file():
        return False
    else:
        try:
            with Path(path).open("rb") as stream:
                head = stream.read(HEAD)
        except OSError:
            return False
    if b"xl/workbook" in head or b"[Content_Types]" in head:
        return False
    return archive_kind(head) is not None or recognise(head) is not None


def _ahead(stream: BinaryIO, size: int) -> bytes:
    """Return the first bytes of a stream, which are still to be read after."""
    if (peek := getattr(stream, "peek", None)) is not None:
        ahead: bytes = peek(size)
        return ahead
    if not stream.seekable():
        return b""
    ahead = stream.read(size)
    stream.seek(-len(ahead), 1)
    return ahead


def _primed(queries: Iterator[Query]) -> Iterator[Query]:
    """Take the first query in, so that input that cannot be read is refused before an index is built for it."""
    return chain(list(islice(queries, 1)), queries)


def _single(given: dict[str, Any], account: Account) -> Query:
    from dragoman.cli.reports import SINGLE
    from dragoman.messages.values import build_query

    schema = given.pop("schema")
    cells = [("name", name) for name in given.pop("names")]
    for prop, value in given.items():
        cells.extend((prop, each) for each in ([value] if isinstance(value, str) else value or []))
    query = build_query(SINGLE, schema, cells, "command line", split=False)
    if query.unread:
        bad = query.unread[0]
        raise UsageError(f"{bad.prop} {bad.value!r}: {bad.reason}", remedy="correct it, or leave it out")
    account.accept(query)
    return query


def _screen(
    screener: Screener,
    queries: Iterator[Query],
    settings: Settings,
    report: Report,
    counts: Counts,
    stream: BinaryIO | None,
) -> None:
    from dragoman.cli.looking import Look

    look = Look(screener, settings.threshold, settings.limit, settings.lists)
    size = Path(stream.name).stat().st_size if stream is not None and not sys.stdout.isatty() else None
    with progress("Screening", size, wanted=size is not None) as done:
        report.begin()
        while batch := list(islice(queries, _BATCH)):
            for query, hits in zip(batch, look(batch), strict=True):
                counts.add(query, len(hits))
                report.write(query, hits)
            report.flush()
            if size is not None and stream is not None:
                done(stream.tell())


def _close(
    store: ListStore, lists: dict[str, str], settings: Settings, counts: Counts, report: Report, summary: bool
) -> None:
    account = counts.account
    for name, version in lists.items():
        if left_out := len(store.version(f"{name}@{version}").rejects):
            rows = counted(left_out, "row")
            say(f"{name}@{version} is not whole: {rows} could not be read (dragoman lists show {name}).")
    if account.refused:
        say(f"Not read and not screened: {counted(account.refused, 'row')}.")
    if summary or report.for_people:
        clear = account.queries - counts.with_hits
        queries = counted(account.queries, "query", "queries")
        say(f"{queries}: {counts.with_hits:,} with hits ({counts.hits:,}), {clear:,} without.")
        if account.texts:
            say(f"{counted(account.texts, 'text')} looked through: somebody listed in {counts.texts_with_hits:,}.")
    if summary:
        say(f"Threshold {settings.threshold:.2f}, at most {settings.limit} hits a query.")
        say(f"Refused rows: {account.refused:,}; values not understood: {account.unread:,}.")
        say("Lists: " + ", ".join(f"{name}@{version}" for name, version in lists.items()))


def _tell(remark: Remark) -> None:
    heads = {"refused": "not screened: ", "unread": ""}
    say(f"{remark.place}: {heads.get(remark.kind, '')}{remark.text}")
