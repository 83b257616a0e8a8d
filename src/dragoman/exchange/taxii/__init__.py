"""TAXII 2.1 without HTTP and without a database: filters, pages, adding, and what is answered."""

from __future__ import annotations
