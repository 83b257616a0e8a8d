"""What every page knows."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from dragoman import __version__
from dragoman.node.access import may, principal_of
from dragoman.node.navigation import ENTRIES
from dragoman.node.people.models import Purpose, Role
from dragoman.node.people.node_settings import node_name


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the node's name, who acts, and the entries of the navigation that they may open."""
    principal = principal_of(request)
    here = request.resolver_match.view_name if request.resolver_match else ""
    shown = ENTRIES if principal.known else ()
    purpose = principal.purpose and Purpose.objects.filter(pk=principal.purpose).first()
    return {
        "node_name": node_name(),
        "node_version": __version__,
        "principal": principal,
        "purpose": purpose,
        "role_titles": [Role(role).label for role in Role.values if role in principal.roles],
        "navigation": [entry.shown(here) for entry in shown if may(request, (entry.route,))],
    }
