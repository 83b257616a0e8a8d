"""Every error that Dragoman raises on purpose.

DragomanError
├── UsageError            the caller asked for something that makes no sense
│   └── SettingRefused    a setting of the node is missing, contradictory or dangerous
├── InputError            something that was handed in cannot be read
│   ├── ListRefused       a list file is truncated, wrong or not what it claims
│   ├── QueryRefused      a query row or message cannot be screened
│   └── ValueRefused      one value (a date, an identifier) cannot be understood
├── StoreError            the data folder lacks or contradicts what was asked
│   ├── UnknownList       no list of that name
│   ├── UnknownVersion    the list has no such version
│   └── IndexUnusable     the index file is missing, damaged or of another format
└── FetchFailed           a publisher's address did not give a list

Each carries what went wrong, where (if it is a place in a file), and the remedy.
"""

from __future__ import annotations


class DragomanError(Exception):
    """Root of the tree. ``str()`` gives message, place and remedy, fit to show to a person."""

    def __init__(self, message: str, *, place: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.remedy = remedy

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}" if self.place else self.message
        return f"{text}\n  {self.remedy}" if self.remedy else text


class UsageError(DragomanError):
    """The caller asked for something that makes no sense."""


class SettingRefused(UsageError):
    """A setting of the node is missing, contradictory or dangerous: it does not start."""


class InputError(DragomanError):
    """Something that was handed in cannot be read."""


class ListRefused(InputError):
    """A list file is truncated, wrong or not what it claims; the version in use stays in use."""


class QueryRefused(InputError):
    """A query cannot be screened."""


class ValueRefused(InputError):
    """One value (a date, an identifier) cannot be understood."""


class StoreError(DragomanError):
    """The data folder lacks or contradicts what was asked."""


class UnknownList(StoreError):
    """No list of that name is kept."""


class UnknownVersion(StoreError):
    """The list is kept, but not in that version."""


class IndexUnusable(StoreError):
    """The index file is missing, damaged, or of another format."""


class FetchFailed(DragomanError):
    """A publisher's address did not give a list."""
