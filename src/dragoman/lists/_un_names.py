"""The names in one cell of the UN list: several to a cell, two scripts to a name, remarks among them.

``Fazel Rahim; Fazil Rahim``, ``حسن غول (Hassan Ghul; Hassan Gul)``, ``Amir Khazmat (original script:
Амир Хазмат)`` and ``Encep Nurjaman (birth name)`` all stand in ALIAS_NAME.
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
    r"|appears in|known|^third$|^[a-z]{2}[ei]\.\d{3}$",
    re.IGNORECASE,
)
_TAIL = re.compile(r",?\s*\bborn (?:in |on )?(?=.*\d).*$", re.IGNORECASE | re.DOTALL)
_SUFFIX = re.compile(r"\s+-\s+(sub-unit name)\s*$", re.IGNORECASE)
_SLASHED = re.compile(r"\s/\s([A-Z]{2,8})\s*$")
_LABEL = re.compile(r"^\s*(?:in (?:arabic|original) script|original script|in arabic)\s*:\s*", re.IGNORECASE)
_SEPARATOR = re.compile(r";|\s[a-z]\)\s")
_ACRONYM = re.compile(r"[A-Z][A-Za-z]?[A-Z/-]*[A-Z](?:-[A-Z]+)?")

#: Letters that only one language of the Arabic script uses; the others leave the language open.
_LANGUAGES = {"pus": frozenset("ټډړښځڅېۍ"), "urd": frozenset("ٹڈڑںے")}


@dataclass(frozen=True, slots=True)
class PrintedNames:
    """The names of one cell: `names` whole, `short` forms (acronyms), and the `remarks` that stood among them."""

    names: tuple[str, ...]
    short: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()


def read_names(text: str) -> PrintedNames:
    """Part a cell into its names, acronyms and remarks. Loses no word; raises nothing."""
    names: list[str] = []
    short: list[str] = []
    remarks: list[str] = []
    if tail := _TAIL.search(text):
        remarks.append(tail[0].strip(" ,"))
        text = text[: tail.start()]
    if suffix := _SUFFIX.search(text):
        remarks.append(suffix[1])
        text = text[: suffix.start()]
    for outer, inner in _parted(text):
        _sort(outer, inner, names, short, remarks)
    cleaned = dict.fromkeys(filter(None, map(_clean, names)))
    return PrintedNames(tuple(cleaned), tuple(dict.fromkeys(short)), tuple(dict.fromkeys(remarks)))


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


def _sort(outer: str, inner: list[str], names: list[str], short: list[str], remarks: list[str]) -> None:
    """Tell for each bracket whether it holds other names, an acronym, a remark, or a part of the name itself."""
    whole = outer
    bare = re.sub("\0\\d+\0", " ", outer)
    more: list[str] = []
    for number, content in enumerate(inner):
        mark = f"\0{number}\0"
        plain = _LABEL.sub("", content)
        if ";" in content or (plain and is_latin(plain) != is_latin(bare) and not _REMARK.fullmatch(plain)):
            nested = read_names(plain)
            more.extend(nested.names)
            short.extend(nested.short)
            remarks.extend(nested.remarks)
            whole = whole.replace(mark, " ")
        elif _REMARK.search(content):
            remarks.append(content.strip())
            whole = whole.replace(mark, " ")
        else:
            whole = whole.replace(mark, f"({content})")
            short.extend(acronym for part in content.split(",") if _shortens(acronym := part.strip(), bare))
    if (slashed := _SLASHED.search(bare)) and _shortens(slashed[1], bare[: slashed.start()]):
        short.append(slashed[1])
        bare = bare[: slashed.start()]
    names.extend(_runs(whole))
    if short and whole.strip() != bare.strip():
        names.append(bare)
    names.extend(more)


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
    return [text[: changes[0]], text[changes[0] :]]


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
