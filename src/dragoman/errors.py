"""Every error that Dragoman raises on purpose.

DragomanError
├── UsageError            the caller asked for something that makes no sense
│   ├── SettingRefused    a setting of the node is missing, contradictory or dangerous
│   ├── ActRefused        a rule of the node forbids what a person asked for
│   ├── AddressRefused    an address that the node is to call is not public
│   ├── StepRefused       an agreement, request or recall is in no state for this step
│   └── QuotaReached      a partner has asked as much as the agreement allows for now
├── InputError            something that was handed in cannot be read
│   ├── ListRefused       a list file is truncated, wrong or not what it claims
│   ├── BackupRefused     a node cannot be saved or restored: half a file, a home that is not empty
│   ├── QueryRefused      a query row or message cannot be screened
│   ├── AgreementRefused  an agreement or an act on it is incomplete, contradictory or not signed as it must be
│   ├── MessageRefused    a partner's message is malformed, or not what its sender may send
│   │   ├── SignatureRefused  forged, altered, or signed with a key that is not known
│   │   ├── ReplayRefused     too old, from the future, or seen before
│   │   ├── OrderBroken       the stream from or to a partner contradicts what was received before
│   │   └── MatchingRefused   a message of private matching is malformed, or belongs to another list
│   ├── BundleRefused     a STIX bundle or MISP event is malformed, hostile or too large
│   ├── TaxiiRefused      a TAXII request asks for what the protocol does not allow
│   ├── ValueRefused      one value (a date, an identifier) cannot be understood
│   ├── EventRefused      an event of the journal has a field or value that is no identifier
│   ├── CheckpointRefused a checkpoint, note or public key is malformed or not signed by a known key
│   └── ProofRefused      a proof does not show what it claims
├── StoreError            the data folder lacks or contradicts what was asked
│   ├── UnknownList       no list of that name
│   ├── UnknownVersion    the list has no such version
│   ├── IndexUnusable     the index file is missing, damaged or of another format
│   └── JournalDamaged    the journal is not what was appended to it
├── SearchStopped         a process that searched for a job ended by itself
├── FetchFailed           a publisher's address did not give a list
└── DeliveryFailed        an address that the node calls gave no answer

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


class StepRefused(UsageError):
    """An agreement, request or recall is in no state for this step."""


class QuotaReached(UsageError):
    """A partner has asked as much as the agreement allows for now."""


class ActRefused(UsageError):
    """A rule of the node forbids what a person asked for: a second person is missing, or the state has changed."""


class AddressRefused(UsageError):
    """An address that the node is to call is not public: it could be used to reach into a network."""


class InputError(DragomanError):
    """Something that was handed in cannot be read."""


class ListRefused(InputError):
    """A list file is truncated, wrong or not what it claims; the version in use stays in use."""


class BackupRefused(InputError):
    """A node cannot be saved or restored: the file is half or altered, or the home is not empty."""


class QueryRefused(InputError):
    """A query cannot be screened."""


class AgreementRefused(InputError):
    """An agreement or an act on it is incomplete, contradictory or not signed as it must be."""


class MessageRefused(InputError):
    """A partner's message is malformed, or not what its sender may send."""


class SignatureRefused(MessageRefused):
    """A message or document is forged, altered, or signed with a key that is not known."""


class ReplayRefused(MessageRefused):
    """A message is too old, from the future, or was seen before."""


class OrderBroken(MessageRefused):
    """The stream from or to a partner contradicts what was received before."""


class MatchingRefused(MessageRefused):
    """A message of private matching is malformed, or belongs to another list."""


class BundleRefused(InputError):
    """A STIX bundle or MISP event is malformed, hostile or too large."""


class TaxiiRefused(InputError):
    """A TAXII request asks for what the protocol does not allow. `status` is the HTTP status to answer with."""

    def __init__(self, message: str, *, status: int = 400, place: str | None = None, remedy: str | None = None) -> None:
        super().__init__(message, place=place, remedy=remedy)
        self.status = status


class ValueRefused(InputError):
    """One value (a date, an identifier) cannot be understood."""


class EventRefused(InputError):
    """An event of the journal has a field or a value that is no identifier."""


class CheckpointRefused(InputError):
    """A checkpoint, a signed note or a public key is malformed, or not signed by a known key."""


class ProofRefused(InputError):
    """A proof does not show what it claims."""


class StoreError(DragomanError):
    """The data folder lacks or contradicts what was asked."""


class UnknownList(StoreError):
    """No list of that name is kept."""


class UnknownVersion(StoreError):
    """The list is kept, but not in that version."""


class IndexUnusable(StoreError):
    """The index file is missing, damaged, or of another format."""


class JournalDamaged(StoreError):
    """The journal is not what was appended to it: changed, deleted, reordered or cut short."""


class SearchStopped(DragomanError):
    """A process that searched for a job ended by itself: it was killed, or the machine is short of memory."""


class FetchFailed(DragomanError):
    """A publisher's address did not give a list."""


class DeliveryFailed(DragomanError):
    """An address that the node calls gave no answer."""
