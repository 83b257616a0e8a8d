"""The names of OFAC's advanced XML: aliases of documented names, in parts and scripts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from dragoman.lists._assembly import Assembly
from dragoman.lists._xml import child_text, children
from dragoman.lists.ofac_advanced_values import References
from dragoman.model.record import Quality

if TYPE_CHECKING:
    from lxml import etree

#: The natural order of name parts; the file prints the family name first.
_RANKS = {
    "first name": 0,
    "middle name": 1,
    "nickname": 2,
    "patronymic": 3,
    "last name": 4,
    "matronymic": 5,
    "maiden name": 6,
}
#: Scripts of languages that put the family name first themselves (ISO 15924), and write it unspaced but for Hangul.
_FAMILY_FIRST = {"hani": "", "hans": "", "hant": "", "jpan": "", "kore": "", "hang": " "}


@dataclass(frozen=True, slots=True)
class NameParts:
    """One documented name: the property that it is for, in natural order, as printed, and its parts."""

    prop: str
    full: str
    printed: str
    quality: Quality
    last: str | None
    first: str | None


def read_names(identity: etree._Element, assembly: Assembly, references: References) -> Iterator[NameParts]:
    """Yield the names of an identity, the primary one first; its other scripts are aliases."""
    groups = {
        group.get("ID", ""): references.texts["NamePartType"].get(group.get("NamePartTypeID", ""), "").lower()
        for master in children(identity, "NamePartGroups")
        for parent in children(master, "MasterNamePartGroup")
        for group in children(parent, "NamePartGroup")
    }
    main = identity.get("Primary") in ("true", "1")
    aliases = children(identity, "Alias")
    for alias in sorted(aliases, key=lambda one: one.get("Primary") not in ("true", "1")):
        prop, quality = _grade(alias, references, main)
        if comment := child_text(alias, "Comment"):
            assembly.note(f"Name: {comment}")
        for documented in children(alias, "DocumentedName"):
            if comment := child_text(documented, "Comment"):
                assembly.note(f"Name: {comment}")
            name = _documented(documented, prop, quality, groups, references)
            if name is not None:
                yield name


def _grade(alias: etree._Element, references: References, main: bool) -> tuple[str, Quality]:
    kind = references.texts["AliasType"].get(alias.get("AliasTypeID", ""), "").lower()
    if alias.get("LowQuality") in ("true", "1"):
        return "weakAlias", "weak"
    if kind.startswith("f.k.a"):
        return "previousName", "good"
    primary = main and alias.get("Primary") in ("true", "1")
    return "name" if primary else "alias", "good"


def _documented(
    documented: etree._Element, prop: str, quality: Quality, groups: dict[str, str], references: References
) -> NameParts | None:
    parts: list[tuple[str, str]] = []
    script = ""
    for value in (child for part in children(documented, "DocumentedNamePart") for child in part):
        text = " ".join("".join(map(str, value.itertext())).split())
        if text:
            parts.append((groups.get(value.get("NamePartGroupID", ""), ""), text))
            script = script or references.scripts.get(value.get("ScriptID", ""), "")
    if not parts:
        return None
    joint = _FAMILY_FIRST.get(script)
    ordered = parts if joint is not None else sorted(parts, key=lambda part: _RANKS.get(part[0], 0))
    full = (" " if joint is None else joint).join(text for _, text in ordered)
    last = next((text for kind, text in parts if kind == "last name"), None)
    first = next((text for kind, text in parts if kind == "first name"), None)
    latin = script in ("", "latn")
    if prop == "name" and not latin:  # one list, one way: the original script is an alias, the Latin form the name
        prop = "alias"
    comma = "," if parts[0][0] == "last name" and len(parts) > 1 and joint is None else ""
    printed = " ".join([parts[0][1] + comma, *(text for _, text in parts[1:])])
    return NameParts(prop, full, printed, quality, last if latin else None, first if latin else None)
