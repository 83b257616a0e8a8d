"""The help page: what each page is for, the keys, and what one's roles allow."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from dragoman.node.access import may


@cache
def pages() -> list[dict[str, str]]:
    """Return the pages in the order of a day's work: route, title, text."""
    text = (Path(__file__).parent / "data/help.yaml").read_text(encoding="utf-8")
    found: list[dict[str, str]] = yaml.safe_load(text)
    return found


@require_GET
def help_page(request: HttpRequest) -> HttpResponse:
    """Show what one can do here."""
    return render(request, "help.html", {"pages": [page for page in pages() if may(request, (page["route"],))]})


urlpatterns: list[URLPattern] = [path("help/", help_page, name="help")]
