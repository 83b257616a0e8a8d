"""Telling other systems of new hits: signed, at least once, and never of anybody's data."""
