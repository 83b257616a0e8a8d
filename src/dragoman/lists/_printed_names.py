"""Names as lists print them: several to a cell, two scripts to a name, remarks among them.

``Fazel Rahim; Fazil Rahim``, ``حسن غول (Hassan Ghul; Hassan Gul)``, ``Amir Khazmat (original script:
Амир Хазмат)`` and ``Encep Nurjaman (birth name)`` each stand in one cell of the UN list; the Official Journal
prints ``STORMBRINGER (ex KRITI VIGOR)`` and ``Naim (a.k.a. Naaeem, Na’im) Jasem SULEIMAN``.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from dragoman.model.countries import country_code

_REMARK = re.compile(
    r"previously|formerly|birth name|combat name|false identity|sub-unit|original script|nom de guerre|born\b|passport"
    r"|\b(?:date|place) of\b|\bDP?OB\b|\bPOB\b|identification|appears in|known|^third$|^[a-z]{2}[ei]\.\d{3}$",
    re.IGNORECASE,
)
_FIELD = re.compile(r"\b(?:date|place) of\b|\bDP?OB\b|\bPOB\b|identification", re.IGNORECASE)
_BORN = re.compile(r"(?:,\s*+|(?<!\s)\s++)?+\bborn ", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_SUFFIX = re.compile(r"(?<!\s)\s++-\s++(sub-unit name)\s*+$", re.IGNORECASE)
_SLASHED = re.compile(r"\s/\s([A-Z]{2,8})\s*$")
_LABEL = re.compile(
    r"^\s*(?:in )?(?:\w+ (?:script|spelling)|arabic|russian|ukrainian|belarusian|aliases|a\.?k\.?a\.?)\s*:\s*",
    re.IGNORECASE,
)
_FORMER = re.compile(
    r"^\s*(?:ex|formerly(?: known as)?|f\.?k\.?a\.?|previously)[:\s-]+(?!listed\b)(?=\S{2})", re.IGNORECASE
)
_ALSO = re.compile(r"^\s*(?:a\.?k\.?a\.?|also|alias|aka)[:\s]+", re.IGNORECASE)
_SLASH = re.compile(r"(?<!\s)\s++/\s++")
_SEPARATOR = re.compile(r";|\s[a-z]\)\s")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z/-]*[A-Z](?:-[A-Z]+)?")

_MARK = re.compile("\0\\d+\0")
_LONGEST_CELL = 5000
_DEEPEST = 3

#: Letters that only one language of the Arabic script uses; the others leave the language open.
_LANGUAGES = {"pus": frozenset("ټډړښځڅېۍ"), "urd": frozenset("ٹڈڑںے")}


@dataclass(frozen=True, slots=True)
class PrintedNames:
    """The names of one cell: `names` whole, `short` forms (acronyms), `former` ones, and the `remarks` among them."""

    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    former: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_names(text: str) -> PrintedNames:
    """Part a cell into its names, acronyms, former names and remarks. Loses no word; raises nothing."""
    if len(text) > _LONGEST_CELL:
        return PrintedNames((_clean(text),))
    cell = _Cell()
    cell.read(text.replace("\0", " "))
    return PrintedNames(*(tuple(dict.fromkeys(found)) for found in (cell.names, cell.short, cell.former, cell.remarks)))


def language(text: str) -> str | None:
    """Return the ISO 639-3 language that the letters alone give away; None where several languages use them."""
    scripts = {_script(char) for char in text if char.isalpha()}
    if scripts == {"HANGUL"}:
        return "kor"
    if scripts == {"ARABIC"}:
        return next((code for code, letters in _LANGUAGES.items() if letters & set(text)), None)
    return None


def is_latin(text: str) -> bool:
    """Tell whether any letter of the text is Latin, or there is no letter."""
    scripts = {_script(char) for char in text if char.isalpha()}
    return not scripts or "LATIN" in scripts


class _Cell:
    """What one cell has given so far."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.short: list[str] = []
        self.former: list[str] = []
        self.remarks: list[str] = []

    def read(self, text: str, depth: int = 0) -> None:
        """Part `text` and sort its parts; `depth` counts the brackets around it."""
        if (tail := _tail(text)) is not None:
            self.remarks.append(text[tail:].strip(" ,"))
            text = text[:tail]
        if suffix := _SUFFIX.search(text):
            self.remarks.append(suffix[1])
            text = text[: suffix.start()]
        for outer, inner in _parted(text):
            self._sort(outer, inner, depth)

    def _sort(self, outer: str, inner: list[str], depth: int) -> None:
        """Tell for each bracket what it holds, state the name around it, then what stood in the brackets."""
        bare = _MARK.sub(" ", outer)
        nested: list[str] = []
        variants: list[str] = []
        acronyms = len(self.short)
        for number, content in enumerate(inner):
            mark = f"\0{number}\0"
            plain = _LABEL.sub("", content)
            if plain != content and is_latin(plain):  # "Aliases: KOGEN, GENCO"
                plain = plain.replace(",", ";")
            if _ALSO.match(content):
                variants += _variants(outer, mark, _ALSO.sub("", content))
            elif former := _FORMER.match(content):
                self.former.extend(filter(None, map(_clean, content[former.end() :].split(";"))))
            elif depth < _DEEPEST and _holds_names(content, plain, bare):
                nested.append(plain)
            elif _REMARK.search(content):
                self.remarks.append(content.strip())
            else:
                outer = outer.replace(mark, f"({content})")
                self.short.extend(acronym for part in content.split(",") if _shortens(acronym := part.strip(), bare))
        whole = _MARK.sub(" ", outer)
        if (slashed := _SLASHED.search(bare)) and _shortens(slashed[1], bare[: slashed.start()]):
            self.short.append(slashed[1])
            bare = bare[: slashed.start()]
        self._add(*_halves(whole), *([bare] if len(self.short) > acronyms else []))
        self._add(*(half for variant in variants for half in _halves(variant)))
        for text in nested:
            self.read(text, depth + 1)

    def _add(self, *names: str) -> None:
        self.names.extend(name for name in map(_clean, names) if any(map(str.isalnum, name)))


def _holds_names(content: str, plain: str, bare: str) -> bool:
    """Tell whether a bracket holds other names: several, labelled as such, or in another script."""
    if _REMARK.fullmatch(plain) or _FIELD.search(content):
        return False
    return bool(";" in content or plain != content or (plain and is_latin(plain) != is_latin(bare)))


def _variants(outer: str, mark: str, content: str) -> list[str]:
    """Write out ``Naim (a.k.a. Naaeem, Na’im) SULEIMAN``: a variant of one word takes the place of the word before."""
    before, _, after = outer.partition(mark)
    found = []
    for variant in re.split(r"[,;]\s*", content):
        stem = before.split()[: -1 if len(variant.split()) == 1 else 0] if before.split()[1:] or after.split() else []
        found.append(_MARK.sub(" ", " ".join([*stem, variant, after if stem or after.strip() else ""])))
    return found


def _halves(text: str) -> list[str]:
    """Part ``Saeed AGHAJANI / Said Ara Jani`` where each half is of two words or more; then part two scripts."""
    halves = _SLASH.split(text)
    if any(len(half.split()) < 2 for half in halves):
        halves = [text]
    return [run for half in halves for run in _runs(half)]


def _tail(text: str) -> int | None:
    """Return where the birth begins that ends a text (``, born on 5 May 1970``); None where no number follows."""
    born = _BORN.search(text)
    # Where no number follows the first, none follows a later one.
    return born.start() if born and _DIGIT.search(text, born.end()) else None


def _parted(text: str) -> list[tuple[str, list[str]]]:
    """Part at separators outside brackets; give each part with the contents of its outermost brackets.

    A bracket that is never closed, or closed without being opened, counts for nothing.
    """
    parts: list[tuple[str, list[str]]] = []
    outer, inner, depth = "", [""], 0
    index = 0
    while index < len(text):
        char = text[index]
        if char == "(" and _closes(text, index):
            depth += 1
            if depth == 1:
                inner[-1] = ""
                outer += f"\0{len(inner) - 1}\0"
                index += 1
                continue
        if char == ")" and depth:
            depth -= 1
            if depth == 0:
                inner.append("")
                index += 1
                continue
        if depth:
            inner[-1] += char
        elif separator := _SEPARATOR.match(text, index):
            parts.append((outer, inner[:-1]))
            outer, inner = "", [""]
            index = separator.end()
            continue
        else:
            outer += char
        index += 1
    return [*parts, (outer, inner[:-1])]


def _closes(text: str, start: int) -> bool:
    depth = 0
    for char in text[start:]:
        depth += (char == "(") - (char == ")")
        if not depth:
            return True
    return False


def _shortens(acronym: str, name: str) -> bool:
    """Tell whether the letters of an acronym stand in the name in that order; a country's name is no acronym."""
    if not _ACRONYM.fullmatch(acronym) or (len(acronym) > 3 and country_code(acronym.title())):
        return False
    letters = iter(_fold(name))
    return all(letter in letters for letter in _fold(acronym))


def _fold(text: str) -> str:
    return "".join(char for char in unicodedata.normalize("NFKD", text).lower() if char.isalpha())


def _runs(text: str) -> list[str]:
    """Part a name that is written twice, in Latin letters and in others, where the scripts change once."""
    letters = [(index, _script(char) == "LATIN") for index, char in enumerate(text) if char.isalpha()]
    changes = [after[0] for before, after in pairwise(letters) if before[1] != after[1]]
    if len(changes) != 1 or not text[changes[0] - 1].isspace():
        return [text]
    runs = [text[: changes[0]], text[changes[0] :]]
    # "OOO Рога" is one name: a legal form beside a name is not the same name twice
    return runs if min(len(run.split()) for run in runs) > 1 else [text]


def _clean(name: str) -> str:
    name = " ".join(name.split()).strip(" ,;:")
    if name.count("(") != name.count(")"):
        name = name.strip("() ,;")
    if len(name) > 2 and name[0] in '“"„' and name[-1] in '”"“' and not set(name[1:-1]) & set('“”"'):
        name = name[1:-1].strip()
    return name


@lru_cache(maxsize=4096)
def _script(char: str) -> str:
    return unicodedata.name(char, "UNKNOWN").split()[0]
