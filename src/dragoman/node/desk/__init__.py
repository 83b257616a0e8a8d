"""Screenings, hits, reviews, cases, clocks, documents."""
