"""STIX 2.1 both ways: records, indicators, markings, and bundles that may be hostile."""

from __future__ import annotations
