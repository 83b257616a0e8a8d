"""Running the exercise: add its lists, screen its customers, show and mark what was found, say what to try."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from dragoman.cli.exercise_messages import run_messages
from dragoman.cli.indexing import open_screener
from dragoman.cli.lists_add import keep
from dragoman.cli.output import console, counted, printable, say, table
from dragoman.cli.reports import explain
from dragoman.exercise.making import ANSWERS, CUSTOMERS, LIST_FILES, MESSAGES
from dragoman.exercise.marking import HIT, NEAR, Mark, mark, read_answers
from dragoman.lists.catalogue import recognise
from dragoman.lists.store import ListStore
from dragoman.messages.inputs import read_queries
from dragoman.messages.queries import Account, Query

if TYPE_CHECKING:
    from dragoman.screening import Hit, Screener

_AS_EXPECTED, _OTHERWISE = 0, 2
_Marked = tuple[Query, Mark]


def run_exercise(folder: Path) -> int:
    """Run the exercise that stands in `folder`; return the exit status."""
    store = ListStore.open(folder / "home")
    for name, files in LIST_FILES.items():
        for file in files:
            keep(store, name, folder / file, recognise(folder / file))
    screener = open_screener(store)
    marked = list(_screened(screener, folder))
    _show_hits(marked)
    _show_near(marked)
    _show_clear(marked)
    faults = run_messages(screener, folder) + _show_marks(marked)
    _say_next(folder)
    return _OTHERWISE if faults else _AS_EXPECTED


def _screened(screener: Screener, folder: Path) -> Iterator[_Marked]:
    """Screen the customers down to near misses, and mark each by its answer."""
    keys = {key.query_id: key for key in read_answers(folder / ANSWERS)}
    account = Account(tell=lambda remark: say(f"{remark.place}: {remark.text}"))
    with (folder / CUSTOMERS).open("rb") as stream:
        queries = list(read_queries(stream, CUSTOMERS, account))
    found = screener.screen_batch([query.record for query in queries], threshold=NEAR)
    for query, hits in zip(queries, found, strict=True):
        yield query, mark(keys[query.record.id], hits)


def _called(query: Query) -> str:
    return printable(query.record.caption)


def _show_hits(marked: Iterable[_Marked]) -> None:
    rows = [(query, each, [hit for hit in each.hits if hit.score >= HIT]) for query, each in marked]
    _show(f"Hits: score {HIT:.2f} or more. A person decides on each.", [row for row in rows if row[2]])


def _show_near(marked: Iterable[_Marked]) -> None:
    rows = [(query, each, list(each.hits)) for query, each in marked if each.hits and each.hits[0].score < HIT]
    _show(f"Near misses: {NEAR:.2f} to {HIT:.2f}, not shown unless --threshold asks for them.", rows)


def _show(title: str, rows: list[tuple[Query, Mark, list[Hit]]]) -> None:
    shown = table("Customer", "Score", "Listed party", "Why", "Answer", right=("Score",))
    for query, each, hits in sorted(rows, key=lambda row: -row[2][0].score):
        for number, hit in enumerate(hits):
            first = number == 0
            shown.add_row(
                f"{_called(query)}\n{query.record.id}" if first else "",
                f"{hit.score:.2f}",
                f"{printable(hit.caption)}\n{hit.source}",
                explain(hit),
                f"{each.key.answer}: {each.key.why}" if first else "",
                end_section=number == len(hits) - 1,
            )
    out = console()
    out.print(f"\n{title}\n")
    out.print(shown)


def _show_clear(marked: Iterable[_Marked]) -> None:
    """Show why the planted clear customers are none of those whom they have something in common with."""
    from dragoman.screening import compare

    clear = [(query, each) for query, each in marked if not each.hits]
    out = console()
    out.print(f"\nClear: nothing on the lists scores {NEAR:.2f} or more. So are {len(clear)} customers, among them:\n")
    shown = table("Customer", "Score", "Compared with", "Why", "Answer", right=("Score",))
    for query, each in clear:
        if not each.key.compare_with:
            continue
        other = {"schema": query.record.schema, "name": each.key.compare_with}
        found = compare(query.record, other)
        why = "\n".join(printable(feature.sentence) for feature in found.features if feature.sentence)
        cells = (f"{_called(query)}\n{query.record.id}", f"{found.score:.2f}", printable(each.key.compare_with), why)
        shown.add_row(*cells, f"{each.key.answer}: {each.key.why}", end_section=True)
    out.print(shown)


def _show_marks(marked: list[_Marked]) -> int:
    """Say how many customers came out as the answers say, and which did not; return how many did not."""
    faults = [(query, each) for query, each in marked if not each.agrees]
    out = console()
    total = counted(len(marked), "customer")
    out.print(f"\nAnswers: {len(marked) - len(faults)} of {total} came out as {ANSWERS} says.")
    for query, each in faults:
        out.print(f"  {query.record.id} {_called(query)} ({each.key.answer}): {each.fault}.")
    return len(faults)


def _say_next(folder: Path) -> None:
    first, second = (Path(file).stem.removeprefix("un_") for file in LIST_FILES["un-sc"])
    customers = folder / CUSTOMERS
    commands = (
        f"export DRAGOMAN_HOME={folder / 'home'}",
        f"dragoman screen {customers} --threshold 0.5 --json",
        'dragoman screen --name "خالد فارس الزمرقوني" --birth-date 1971',
        "dragoman screen --imo 0054324",
        f"dragoman screen {folder / 'beneficiaries.csv'} --summary",
        f"dragoman screen {folder / 'broken.csv'}",
        f"dragoman screen {folder / MESSAGES} --recursive",
        'dragoman compare "Haled Fares Zemraqouni" "Khalid Faris al-Zamraquni"',
        f"dragoman lists diff un-sc@{first} un-sc@{second}",
        "dragoman lists show il-nbctf-wallets",
        "dragoman lists fetch un-sc      # the real list, from its publisher",
    )
    out = console()
    out.print("\nTry next:\n")
    for command in commands:
        out.print(f"  {command}", soft_wrap=True)
    out.print("")
