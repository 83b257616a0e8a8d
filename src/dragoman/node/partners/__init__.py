"""Agreements, exchange, requests, disclosures."""
