"""``dragoman lists fetch``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from dragoman.cli.fetching import MOST_BYTES, Validators, fetch
from dragoman.cli.lists_add import keep
from dragoman.cli.options import complete_formats, complete_lists
from dragoman.cli.output import progress, say
from dragoman.cli.publishers import Publisher, fetchable, file_names, find_publisher, remember
from dragoman.errors import DragomanError, UsageError
from dragoman.lists.catalogue import find_format
from dragoman.lists.store import ListStore
from dragoman.lists.versions import check_name


@click.command(name="fetch")
@click.argument("names", nargs=-1, metavar="[NAME]...", shell_complete=complete_lists)
@click.option("--url", "urls", multiple=True, help="Fetch from here; again for each file of a list. Remembered.")
@click.option("--format", "format_name", shell_complete=complete_formats, help="With --url: how to read it.")
@click.option("--force", is_flag=True, help="Keep it even if it is much smaller than before, or the same again.")
@click.option("--most-megabytes", type=click.IntRange(1), default=MOST_BYTES >> 20, show_default=True)
@click.option(
    "--allow-private",
    is_flag=True,
    envvar="DRAGOMAN_ALLOW_PRIVATE",
    help="Fetch from hosts inside a network that is not public, too, such as a mirror.",
)
@click.pass_context
def fetch_lists(
    ctx: click.Context,
    /,
    names: tuple[str, ...],
    urls: tuple[str, ...],
    format_name: str | None,
    force: bool,
    most_megabytes: int,
    allow_private: bool,
) -> None:
    """Fetch lists from their publishers: those named, else all that are kept and have an address.

    The publisher is asked only for what changed. What comes is checked and kept as a version like a file that
    is added; older versions stay, and a file that is cut short or wrong changes nothing.
    """
    store = ListStore.open()
    if (urls or format_name) and len(names) != 1:
        raise UsageError("--url and --format go with exactly one list", remedy="dragoman lists fetch NAME --url ...")
    chosen = list(names) or fetchable(store)
    if not chosen:
        raise UsageError("no list with an address is kept", remedy="name one: dragoman lists fetch un-sc")
    failed = 0
    for name in chosen:
        try:
            publisher = find_publisher(store, check_name(name), urls, format_name)
            limits = Limits(most_megabytes << 20, allow_private)
            _fetch(store, name, publisher, limits, force=force)
        except DragomanError as error:
            if len(chosen) == 1:
                raise
            failed += 1
            say(f"{name}: {error}")
    ctx.exit(2 if failed else 0)


@dataclass(frozen=True, slots=True)
class Limits:
    """The most bytes of a file, and whether hosts that are not public are asked."""

    most_bytes: int
    private: bool


def _fetch(store: ListStore, name: str, publisher: Publisher, limits: Limits, *, force: bool) -> None:
    form = find_format(publisher.format)
    kept = store.in_use().get(name)
    conditional = not force and kept is not None and kept == publisher.version
    with TemporaryDirectory(prefix="dragoman-") as temporary:
        folder = Path(temporary) / name
        folder.mkdir()
        validators = _download(publisher, folder, limits, conditional=conditional)
        if validators is None:
            say(f"{name}@{kept} is unchanged at its publisher.")
            return
        files = sorted(folder.iterdir())
        account = keep(store, name, files[0] if len(files) == 1 else folder, form, force=force)
    remember(store, name, Publisher(publisher.urls, publisher.format, account.version, validators))


def _download(publisher: Publisher, folder: Path, limits: Limits, *, conditional: bool) -> dict[str, Validators] | None:
    """Fetch every file of the list into `folder`; None where the publisher has none newer than what is kept.

    A list of several files is read whole: when one changed, those that did not are fetched again.
    """
    found: dict[str, Validators] = {}
    targets = dict(zip(publisher.urls, file_names(publisher.urls), strict=True))
    for unconditional in (False, True) if conditional else (True,):
        for url, file_name in targets.items():
            if url in found:
                continue
            known = None if unconditional else publisher.validators.get(url)
            with progress(f"Fetching {file_name}") as done:
                target = folder / file_name
                fetched = fetch(url, target, known, done, most_bytes=limits.most_bytes, private=limits.private)
            if fetched is not None:
                found[url] = fetched.validators
        if not found:
            return None
    return found
