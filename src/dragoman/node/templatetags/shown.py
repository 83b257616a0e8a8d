"""Filters and tags for showing scores, dates, countries and icons. Built into every template."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

#: From here on a score is shown as high, or as middling: the default threshold, and where one name alone may lie.
HIGH, MIDDLING = 0.85, 0.70
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Return an icon of the sprite; it is decoration, the words beside it say what it means."""
    return format_html(
        '<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', static("dragoman/icons.svg"), name
    )


@register.filter
def score(value: float) -> SafeString:
    """Return a score with two decimals, coloured by how high it is."""
    level = "high" if value >= HIGH else "mid" if value >= MIDDLING else "low"
    # Rounded down: nothing but equality is shown as 1.00.
    return format_html('<span class="score" data-level="{}">{}</span>', level, f"{int(value * 100 + 1e-9) / 100:.2f}")


@cache
def _country_names() -> dict[str, str]:
    from rigour.territories import get_territories

    return {territory.code.lower(): territory.name for territory in get_territories()}


@register.filter
def country(code: str) -> str:
    """Return the name of a country by FollowTheMoney's code, or the code where it has none."""
    return _country_names().get(code.lower(), code)


@register.filter
def edtf(value: str) -> str:
    """Return a date with its precision in words: ``about 1957``, ``1955 to 1960``, ``4 March 1971``."""
    if "/" in value:
        first, _, last = value.partition("/")
        return f"{edtf(first)} to {edtf(last)}"
    about, plain = ("about ", value[:-1]) if value.endswith("~") else ("", value)
    parts = plain.split("-")
    if not all(part.isdecimal() for part in parts) or len(parts) > 3:
        return value
    if len(parts) > 1 and 1 <= int(parts[1]) <= 12:
        parts[1] = _MONTHS[int(parts[1]) - 1]
    if len(parts) == 3:
        parts[2] = str(int(parts[2]))
    return about + " ".join(reversed(parts))


@register.filter
def schema_label(name: str) -> str:
    """Return a schema's name in words: ``Public body``."""
    words = "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name).strip()
    return words[:1].upper() + words[1:]


@register.filter
def schema_icon(name: str) -> str:
    """Return the icon of a schema."""
    icons = {"Person": "person", "Vessel": "vessel", "Airplane": "airplane", "CryptoWallet": "wallet"}
    return icons.get(name, "passport" if name in ("Passport", "Identification") else "organisation")


@register.filter
def when(value: datetime | None) -> SafeString | str:
    """Return a moment as a time element, in the node's time zone, to the minute."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="seconds"), f"{local:%Y-%m-%d %H:%M}")


@register.filter
def prop_label(name: str) -> str:
    """Return a property's name in words: ``birthDate`` is ``Birth date``."""
    return schema_label(name[:1].upper() + name[1:])


_QUOTED = re.compile("(“[^“”]*”)")


@register.filter
def sentence(text: str) -> SafeString:
    """Return an explanation with its quoted words apart, so that foreign ones do not turn the sentence round."""
    parts = (
        format_html("“<bdi>{}</bdi>”", part[1:-1]) if part.startswith("“") and part.endswith("”") else escape(part)
        for part in _QUOTED.split(text)
    )
    return mark_safe("".join(parts))  # noqa: S308  every part is escaped above  # nosec B308 B703


@register.filter
def joined(values: Iterable[str]) -> str:
    """Return codes in words, sorted, parted by commas: ``list entries, persons of interest``."""
    return ", ".join(sorted(value.replace("_", " ") for value in values))
