"""Check digits of the machine-readable zone: computed, explained, and used to repair what OCR confused.

Rule: ICAO Doc 9303 part 3, section 4.9: digits count as themselves, A to Z as 10 to 35, the filler as 0; weights
7, 3, 1, repeated; the sum modulo 10.
"""

from __future__ import annotations

from dataclasses import dataclass

from dragoman.messages.mrz_layout import Span, composite, spans

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_VALUES = {char: value for value, char in enumerate(ALPHABET)} | {"<": 0}
_WEIGHTS = (7, 3, 1)

#: What optical readers confuse, letter to digit.
_TO_DIGIT = {"O": "0", "I": "1", "S": "5", "B": "8", "Z": "2"}
_CONFUSED = _TO_DIGIT | {digit: letter for letter, digit in _TO_DIGIT.items()}

#: Fields with a check digit of their own, in the order in which they are explained.
CHECKED = ("number", "birth", "expiry", "optional")
_NUMERIC = ("birth", "expiry")


@dataclass(frozen=True, slots=True)
class Check:
    """One check digit as printed.

    `field` is what it covers (``number``, ``birth``, ``expiry``, ``optional``, ``composite``), `text` the characters,
    `computed` the digit that they ask for (None where a character has no value), `holds` whether it is the printed
    one. `sentence` says so to a person.
    """

    field: str
    text: str
    printed: str
    computed: str | None
    holds: bool
    place: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Repair:
    """A character that was read as another and that a check digit proves: its place, and both characters."""

    field: str
    place: str
    read: str
    proved: str


def weighted_sum(text: str) -> int | None:
    """Return the weighted sum of the characters, None where one of them has no value."""
    try:
        return sum(_VALUES[char] * _WEIGHTS[place % 3] for place, char in enumerate(text))
    except KeyError:
        return None


def check_digit(text: str) -> str | None:
    """Return the check digit of the characters, None where one of them has no value."""
    total = weighted_sum(text)
    return None if total is None else str(total % 10)


@dataclass(frozen=True, slots=True)
class Covered:
    """What one check digit covers, and the digit: the runs of characters in order, and where the digit stands."""

    field: str
    text: tuple[Span, ...]
    digit: Span


def covered(kind: str, lines: list[str]) -> list[Covered]:
    """Return the check digits that a document has, the composite last.

    A document number of more than nine characters goes on in the optional field of TD1 and TD2, where its check
    digit follows (part 5, note j; part 6, note j); the filler stands in the place of the digit.
    """
    known = spans(kind)
    found = []
    for field in CHECKED:
        if f"{field}_check" not in known:
            continue
        long = long_number(kind, lines) if field == "number" else None
        if long is not None:
            found.append(long)
        else:
            found.append(Covered(field, (known[field],), known[f"{field}_check"]))
    if composite(kind):
        found.append(Covered("composite", composite(kind), known["composite_check"]))
    return found


def long_number(kind: str, lines: list[str]) -> Covered | None:
    """Return where a long document number and its check digit stand, None where the number is not long."""
    known = spans(kind)
    first, mark, more = known["number"], known["number_check"], known["optional"]
    if kind not in ("TD1", "TD2") or mark.of(lines) != "<" or "<" in first.of(lines):
        return None
    rest = more.of(lines).split("<")[0]
    if len(rest) < 2:
        return None
    end = more.start + len(rest) - 1
    return Covered("number", (first, Span(more.line, more.start, end)), Span(more.line, end, end + 1))


def text_of(spans_: tuple[Span, ...], lines: list[str]) -> str:
    """Return the characters of several runs, joined."""
    return "".join(span.of(lines) for span in spans_)


def explain(kind: str, lines: list[str]) -> list[Check]:
    """Return every check digit of the document as printed."""
    return [_explained(each, lines) for each in covered(kind, lines)]


def _explained(each: Covered, lines: list[str]) -> Check:
    text, printed = text_of(each.text, lines), each.digit.of(lines)
    total = weighted_sum(text)
    computed = None if total is None else str(total % 10)
    blank = printed == "<" and not text.strip("<") and each.field == "optional"
    holds = blank or (computed is not None and computed == printed)
    if total is None:
        says = "a character that the zone does not have"
    else:
        says = f"the weighted sum is {total}, its last digit {computed}"
    verdict = "it holds" if holds else "it does not hold"
    if blank:
        says, verdict = "the field is empty, and so may its digit be", "it holds"
    sentence = f"{each.field} {text}: {says}; printed is {printed}: {verdict}"
    return Check(each.field, text, printed, computed, holds, each.digit.at(), sentence)


def repair(kind: str, lines: list[str]) -> tuple[list[str], list[Repair], list[str]]:
    """Return the lines with what the check digits prove put right, the repairs, and the fields left in doubt.

    In a date and in the place of a check digit no letter can stand. In a number or an optional field one confused
    character is put right where exactly one such change makes its check digit hold, and the composite one too
    (where the document has one).
    """
    lines, repairs, doubtful = list(lines), [], []
    for each in covered(kind, lines):
        if each.field in _NUMERIC and not _holds(each, lines):
            lines, done = _digits_only(each, (*each.text, each.digit), lines)
            repairs += done
    for each in covered(kind, lines):
        if not _holds(each, lines):
            lines, done = _digits_only(each, (each.digit,), lines)
            repairs += done
    for each in covered(kind, lines):
        if each.field in ("number", "optional") and not _holds(each, lines):
            candidates = [changed for changed in _changes(each, lines) if _proved(kind, each, changed[0])]
            if len(candidates) == 1:
                lines, done_one = candidates[0]
                repairs.append(done_one)
            elif candidates:
                doubtful.append(each.field)
    return lines, repairs, doubtful


def _holds(each: Covered, lines: list[str]) -> bool:
    return _explained(each, lines).holds


def _proved(kind: str, each: Covered, lines: list[str]) -> bool:
    return all(_holds(other, lines) for other in covered(kind, lines) if other.field in (each.field, "composite"))


def _digits_only(each: Covered, where: tuple[Span, ...], lines: list[str]) -> tuple[list[str], list[Repair]]:
    """Turn confused letters into digits where only digits can stand, if the check digit then holds."""
    changed, done = list(lines), []
    for span in where:
        for offset, char in enumerate(span.of(lines)):
            if char in _TO_DIGIT:
                changed = _put(changed, span, offset, _TO_DIGIT[char])
                done.append(Repair(each.field, span.at(offset), char, _TO_DIGIT[char]))
    return (changed, done) if done and _holds(each, changed) else (lines, [])


def _changes(each: Covered, lines: list[str]) -> list[tuple[list[str], Repair]]:
    return [
        (_put(lines, span, offset, _CONFUSED[char]), Repair(each.field, span.at(offset), char, _CONFUSED[char]))
        for span in each.text
        for offset, char in enumerate(span.of(lines))
        if char in _CONFUSED
    ]


def _put(lines: list[str], span: Span, offset: int, char: str) -> list[str]:
    changed, place = list(lines), span.start + offset
    changed[span.line] = changed[span.line][:place] + char + changed[span.line][place + 1 :]
    return changed
