"""Exchange between agencies: agreements, policy, signed messages, requests, recall."""

from __future__ import annotations
