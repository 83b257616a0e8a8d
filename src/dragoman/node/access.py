"""Who may call which route: default deny, from tables.

Each app says in its ``access.yaml`` who may call each of its routes; a route without a rule is refused to everybody,
and a test fails. A rule::

    desk:hit:            # the route, as Django names it; operations of the API are ``api:<operation>``
      roles: [analyst, reviewer]      # or ``signed_in``, ``anyone``, or ``nobody`` for what a library brings along
      personal: true                  # shows personal data: asks for a purpose, and is journalled by the view
      scope: review                   # the scope an API key needs; without one no key may call it
      changes: nothing                # what a POST changes: the node unless said, ``own`` sign-in, or ``nothing``

An auditor changes nothing: unsafe methods are refused to them wherever the rule does not say ``own`` or ``nothing``.
Until somebody has the second factor that the node asks for, they reach only routes that anyone may call or that change
their ``own`` sign-in.

What a person may see of the objects behind a route is the business of each app's querysets (``visible_to``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from inspect import getclosurevars, isfunction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlencode

import yaml
from django.apps import apps
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, render
from django.urls import reverse

from dragoman.errors import SettingRefused

if TYPE_CHECKING:
    from dragoman.node.people.models import Account, ApiKey

Everybody = Literal["anyone", "signed_in", "nobody"]
Changes = Literal["node", "own", "nothing"]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
ROLES = ("analyst", "reviewer", "supervisor", "liaison", "auditor", "administrator")


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may call a route."""

    roles: frozenset[str] | Everybody
    personal: bool = False
    scope: str | None = None
    changes: Changes = "node"

    def allows(self, principal: Principal, method: str = "GET") -> bool:
        """Tell whether the principal may call the route with this method, purpose aside."""
        if method not in SAFE_METHODS and self.changes == "node" and principal.has("auditor"):
            return False
        if self.roles == "anyone":
            return True
        if not principal.known or self.roles == "nobody":
            return False
        if principal.key is not None and (self.scope is None or self.scope not in principal.scopes):
            return False
        return self.roles == "signed_in" or bool(principal.roles & self.roles)


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is acting: a person in a browser, or a system with a person's API key; and for which purpose.

    `teams` are ids of `people.Team`. A key has the roles of the person who answers for it,
    cut by its scopes.
    """

    account: Account | None = None
    key: ApiKey | None = None
    roles: frozenset[str] = frozenset()
    teams: frozenset[int] = frozenset()
    scopes: frozenset[str] = frozenset()
    purpose: str | None = None
    facts: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def known(self) -> bool:
        """Whether anybody signed in."""
        return self.account is not None

    @property
    def name(self) -> str:
        """The identifier by which the journal knows who acts: ``account:7``, ``key:3`` or ``nobody``."""
        if self.key is not None:
            return f"key:{self.key.pk}"
        return f"account:{self.account.pk}" if self.account is not None else "nobody"

    def has(self, *roles: str) -> bool:
        """Tell whether the principal has one of the roles."""
        return bool(self.roles & set(roles))


NOBODY = Principal()


@cache
def rules() -> dict[str, Rule]:
    """Return the rule of every route, gathered from the apps. Raises SettingRefused on a rule that makes no sense."""
    found: dict[str, Rule] = {}
    folders = [Path(__file__).parent, *(Path(app.path) for app in apps.get_app_configs() if _is_ours(app.name))]
    for folder in folders:
        path = folder / "access.yaml"
        if not path.is_file():
            continue
        for route, given in (yaml.safe_load(path.read_text(encoding="utf-8")) or {}).items():
            if route in found:
                raise SettingRefused(f"two rules for the route {route}", place=str(path), remedy="remove one")
            found[route] = _rule(route, given, path)
    return found


def _is_ours(name: str) -> bool:
    return name.startswith("dragoman.node.")


_NEVER = "an administrator sees no personal data, nor does anybody without a role"
_KEYS = {"roles", "personal", "scope", "changes"}


def _rule(route: str, given: dict[str, Any], path: Path) -> Rule:
    if not isinstance(given, dict) or not set(given) <= _KEYS:
        raise SettingRefused(f"the rule of {route} is {given}", place=str(path), remedy=f"use {sorted(_KEYS)}")
    roles, changes = given.get("roles"), given.get("changes", "node")
    if changes not in ("node", "own", "nothing"):
        raise SettingRefused(f"the rule of {route} changes {changes}", place=str(path), remedy="node, own or nothing")
    if given.get("personal") and (isinstance(roles, str) or "administrator" in (roles or ())):
        raise SettingRefused(f"the rule of {route} shows personal data to {roles}", place=str(path), remedy=_NEVER)
    more = {"personal": bool(given.get("personal")), "scope": given.get("scope"), "changes": changes}
    if roles in ("anyone", "signed_in", "nobody"):
        return Rule(roles, **more)
    if not isinstance(roles, list) or not roles or not set(roles) <= set(ROLES):
        raise SettingRefused(f"the rule of {route} names the roles {roles}", place=str(path), remedy=f"use {ROLES}")
    return Rule(frozenset(roles), **more)


def rule_of(route: str) -> Rule | None:
    """Return the rule of a route, or None: then nobody may call it."""
    return rules().get(route)


def route_of(request: HttpRequest, view: Callable[..., Any]) -> str | None:
    """Return the name by which the rules know what is called: an operation of the API is known by path and method."""
    match = request.resolver_match
    if match is None or not match.namespaces or match.namespaces[-1] != "api":
        return match.view_name if match is not None else None
    method = "GET" if request.method == "HEAD" else request.method
    name = _operations(view).get(method or "GET")
    return f"api:{name}" if name is not None else match.view_name


@cache
def _operations(view: Callable[..., Any]) -> dict[str, str]:
    """Return the operation that each method of an API path calls.

    Django names a path after its first operation, whatever the method; django-ninja keeps the others in the object that
    its view closes over.
    """
    owner = getclosurevars(view).nonlocals.get("self") if isfunction(view) else None
    return {
        method: getattr(operation, "url_name", None) or operation.view_func.__name__
        for operation in getattr(owner, "operations", ())
        for method in operation.methods
    }


def principal_of(request: HttpRequest) -> Principal:
    """Return who acts in this request; the middleware has found out."""
    found = getattr(request, "principal", NOBODY)
    assert isinstance(found, Principal)  # noqa: S101
    return found


def may(request: HttpRequest, routes: Iterable[str]) -> bool:
    """Tell whether the request's principal may call any of the routes; for links in templates."""
    principal = principal_of(request)
    return any((rule := rule_of(route)) is not None and rule.allows(principal) for route in routes)


class AccessMiddleware:
    """Finds out who acts, and lets a view be called only where a rule allows it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        from dragoman.node.people.principals import identify

        found = identify(request)
        if isinstance(found, HttpResponse):
            return found
        request.principal = found  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponseBase | None:
        """Refuse what no rule allows, before the view is called."""
        route = route_of(request, view)
        rule = rule_of(route) if route is not None else None
        principal = principal_of(request)
        if rule is None or not rule.allows(principal, request.method or "GET") or _forged(request, view, principal):
            return refused(request, principal)
        if rule.roles != "anyone" and rule.changes != "own" and _lacks_second_factor(principal):
            return ask_second_factor(request)
        if rule.personal and principal.purpose is None:
            return ask_purpose(request)
        return None


class _Form(CsrfViewMiddleware):
    """Checks a request as Django checks forms, and says why it was refused."""

    def _reject(self, request: HttpRequest, reason: str) -> Any:
        return reason


def _forged(request: HttpRequest, view: Callable[..., Any], principal: Principal) -> bool:
    """Tell whether another site may have sent this in the name of somebody who is signed in here.

    Pages are checked by Django; the API is exempt there, for keys need no token. Who calls it with a session does.
    """
    if request.method in SAFE_METHODS or principal.account is None or principal.key is not None:
        return False
    if not getattr(view, "csrf_exempt", False):
        return False
    form = _Form(lambda _: HttpResponse())
    form.process_request(request)
    return form.process_view(request, lambda _: HttpResponse(), (), {}) is not None


def _lacks_second_factor(principal: Principal) -> bool:
    from dragoman.node.people.node_settings import second_factor_required

    if principal.account is None or principal.key is not None:
        return False
    return not principal.facts.get("second_factor") and second_factor_required()


def _wants_json(request: HttpRequest) -> bool:
    match = request.resolver_match
    of_api = request.path.startswith("/api/") or (match is not None and "api" in match.namespaces)
    return of_api or "authorization" in request.headers or not request.accepts("text/html")


def refused(request: HttpRequest, principal: Principal) -> HttpResponseBase:
    """Answer a request that no rule allows: sign in first, or no."""
    if _wants_json(request):
        status = 403 if principal.known else 401
        detail = "No role or scope of yours allows this." if principal.known else "Sign in, or send an API key."
        return problem(request, status, detail)
    if not principal.known:
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204, headers={"HX-Redirect": reverse("account_login")})
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    return render(request, "refused.html", status=403)


def ask_purpose(request: HttpRequest) -> HttpResponseBase:
    """Answer a request for personal data that carries no purpose."""
    if _wants_json(request):
        return problem(request, 403, "Say for which purpose: header Dragoman-Purpose, one of the purposes of the key.")
    return _elsewhere(request, reverse("people:purpose"))


def ask_second_factor(request: HttpRequest) -> HttpResponseBase:
    """Answer somebody who has no second factor yet, at a node that asks for one."""
    if _wants_json(request):
        return problem(request, 403, "This node asks for a second factor: sign in with a browser and set one up.")
    return _elsewhere(request, reverse("mfa_index"))


def _elsewhere(request: HttpRequest, path: str) -> HttpResponseBase:
    """Lead to another page first, and back to this one afterwards; a part of a page leads the whole page there."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": path})
    target = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{path}?{urlencode({'next': target})}")


_TITLES = {400: "Bad request", 401: "Who are you?", 403: "Not allowed", 404: "Not found", 409: "Conflict"}


def problem(request: HttpRequest, status: int, detail: str, **more: Any) -> JsonResponse:
    """Return an error as RFC 9457 problem+json, with the request id."""
    content = {
        "type": "about:blank",
        "title": _TITLES.get(status, "Error"),
        "status": status,
        "detail": detail,
        "request_id": getattr(request, "id", None),
        **more,
    }
    response = JsonResponse(content, status=status, content_type="application/problem+json")
    if status == 401:
        response["WWW-Authenticate"] = "ApiKey"
    return response
