"""Dragoman: screen, explain and exchange, one node per agency."""

__version__ = "0.1.0"
