"""The table of roles for the docs, made from the access rules and from what the views say they do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.urls import get_resolver
from django.urls.resolvers import URLResolver

from dragoman.node.access import ROLES, Rule, rules

BEGIN, END = "<!-- roles: made by `python -m dragoman.node roles_table` -->", "<!-- end of roles -->"
_LETTERS = {role: role[:3].capitalize() for role in ROLES}
_TITLES = {
    "desk": "Search, screenings, hits, cases",
    "registry": "Lists, records, subjects",
    "journal": "Journal",
    "jobs": "Jobs",
    "partners": "Partners and agreements",
    "ledger": "Flows",
    "newsroom": "Reports",
    "webhooks": "Webhooks",
    "people": "People, keys, settings",
    "api": "API",
    "sign-in": "Signing in",
}


def into(page: str) -> str:
    """Return the page with the table between the marks brought up to date."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n\n{roles_table()}\n{END}{after}"


def roles_table() -> str:
    """Return a Markdown table an app: what each route does, who may, and what a key needs."""
    does = dict(_said(get_resolver()))
    groups: dict[str, list[str]] = {}
    for route, rule in rules().items():
        if rule.roles == "nobody" or route not in does:
            continue
        app = route.partition(":")[0] if ":" in route else "sign-in"
        groups.setdefault(app, []).append(_row(route, rule, does[route]))
    head = "| what | " + " | ".join(_LETTERS.values()) + " | purpose | scope of a key |\n"
    head += "|---|" + ":-:|" * len(ROLES) + ":-:|---|\n"
    known = [app for app in _TITLES if app in groups] + sorted(set(groups) - set(_TITLES))
    return "\n".join(f"### {_TITLES.get(app, app)}\n\n{head}" + "".join(sorted(groups[app])) for app in known)


def _row(route: str, rule: Rule, does: str) -> str:
    marks = " | ".join(_mark(rule, role) for role in ROLES)
    purpose = "asked" if rule.personal else ""
    what = does or route
    return f"| {what} <br> `{route}` | {marks} | {purpose} | {f'`{rule.scope}`' if rule.scope else ''} |\n"


def _mark(rule: Rule, role: str) -> str:
    if isinstance(rule.roles, frozenset) and role not in rule.roles:
        return ""
    return "reads" if role == "auditor" and rule.changes == "node" else "yes"


def _said(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, str]]:
    """Yield each route with the first sentence of what its view says it does."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from _said(entry, f"{namespace}{entry.namespace}:" if entry.namespace else namespace)
        elif namespace == "api:":
            yield f"api:{entry.name}", ""
            yield from _operations(entry.callback)
        else:
            yield namespace + (entry.name or entry.lookup_str), _first_sentence(entry.callback)


def _operations(view: Callable[..., Any]) -> Iterator[tuple[str, str]]:
    owner = next((cell.cell_contents for cell in getattr(view, "__closure__", None) or ()), None)
    for operation in getattr(owner, "operations", []):
        name = getattr(operation, "url_name", None) or operation.view_func.__name__
        yield f"api:{name}", f"{'/'.join(operation.methods)} {_first_sentence(operation.view_func)}"


def _first_sentence(view: Callable[..., Any]) -> str:
    ours = getattr(view, "__module__", "").startswith("dragoman.")
    text = " ".join((getattr(view, "__doc__", None) or "").split()) if ours else ""
    return text.split(". ")[0].rstrip(".").replace("|", "/")
