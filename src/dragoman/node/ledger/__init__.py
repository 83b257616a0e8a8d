"""Alerts over flows."""
