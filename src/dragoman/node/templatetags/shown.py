"""Filters and tags for showing domain values: scores, dates with precision, countries, scripts. Built into every template."""

from __future__ import annotations

from django import template

register = template.Library()
