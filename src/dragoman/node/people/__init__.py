"""Accounts, roles, teams, purposes, sign-in, API keys."""
