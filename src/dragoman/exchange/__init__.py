"""Exchange between agencies: agreements, policy, signed messages, requests, recall.

Pure: no web, no database, no socket. Everything is a value or a function of values: a state goes in, a state comes
out, and the node stores it in the transaction that it belongs to. What a stranger sent is read by ``from_json`` or
``read_*`` and checked by ``check`` (against a `KeyRing`) before anything is done with it. ``docs/agreements.md``
shows it at work.

Words and bytes
    canonical               one way to write a JSON value (RFC 8785), its digest, and a strict reader
    keys                    Ed25519 keys, the ring of partners' keys, documents signed by kind
    handling                colours, codes, purposes, recipients, ends; the strictest of several (`combine`)
    handling_words          the common words, from ``data/handling.yaml``

Agreements
    agreement               the document: parties, clauses, onward rule, retention, quotas, times to answer
    agreement_draft         a document to start from, and the next version of one (`draft`, `next_version`)
    agreement_reading       reading it, with all faults at once (agreement_faults: how faults are noted)
    agreement_acts          sign, suspend, resume, end; how it stands by these acts and the clock (`standing`)
    agreement_changes       what a narrower version or the end takes back; what a receiver may keep (`received`)
    agreement_groups        groups of recipients in which a removed member stays removed

Policy
    policy                  `Policies.decide`: allowed or not, by which clause, as a sentence; quotas
    policy_cedar            an agreement as Cedar policies; the rules of all agreements are ``data/policy.yaml``
    policy_reasons          the sentences
    policy_egress           `egress`: what leaves of an object and all that it needs; what is cut, what stays, why
    policy_onward           the originator's leave, bars, and the signed way of an object

Messages
    signing                 HTTP messages signed and verified (RFC 9421, RFC 9530), repeats refused
    signing_fields          the header fields of it (RFC 8941)
    outbox                  streams between two nodes: in order, exactly once, acknowledged, tried again
    messages                letters: what travels, signed so that it stands alone
    messages_typed          what a stranger sent has the types that it should
    messages_checkpoints    checkpoints of journals, co-signed (C2SP tlog-cosignature)

What was sent, and what is asked
    disclosure              rows of the ledger, receipts, who holds an object (`holders`, `reach`)
    recall                  notices that reach every holder, answers, reminders
    requests                requests for information as events on a clock; refusals, feedback
    requests_deconfliction  who is told that somebody else has an interest

Beside these, imported from their own modules
    stix, taxii, indicators, misp, misp_writing     records, lists and indicators in other people's forms
    matching, matching_quota, matching_commitment   hit or no hit, without showing the list or the query
    keys_of, keys_of_names, oprf, oprf_group, golomb    what private matching compares and computes

A decision to send, from the top: read the agreement and its acts, `standing` each, build `Policies`, ask `egress`
with the leaves and bars that are known, write a `Disclosure` for each object that leaves and `put` the letter into
the outbox, all in one transaction. Then `sign` and send what is `due`. The receiver does `verify`, `remember`,
`receive`, `read_letter`, in one transaction with what it does about the bodies, and answers with the acknowledgement.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dragoman.exchange.agreement import Agreement, Contact, Memorandum, Party
    from dragoman.exchange.agreement_acts import Act, Standing, State, check_act, perform, standing
    from dragoman.exchange.agreement_changes import Given, Narrowing, narrowing, received
    from dragoman.exchange.agreement_draft import draft, next_version
    from dragoman.exchange.agreement_groups import Membership, members
    from dragoman.exchange.agreement_reading import examine, read_agreement
    from dragoman.exchange.canonical import digest, read_json
    from dragoman.exchange.disclosure import Disclosure, Holder, Receipt, holders, reach
    from dragoman.exchange.handling import Colour, Handling, combine
    from dragoman.exchange.keys import KeyRing, NodeKey, PrivateKey, PublicKey
    from dragoman.exchange.messages import Letter, new_nonce, read_letter
    from dragoman.exchange.messages_checkpoints import Cosignature, cosign
    from dragoman.exchange.outbox import (
        Acknowledgement,
        Envelope,
        Inbox,
        Outbox,
        acknowledged,
        due,
        put,
        receive,
        tried,
    )
    from dragoman.exchange.policy import Ask, Decision, Held, Policies, quota_left
    from dragoman.exchange.policy_egress import Egress, Exit, Item, Reference, egress
    from dragoman.exchange.policy_onward import Bar, Leave, check_way, pass_along
    from dragoman.exchange.recall import Done, Duty, Notice, chase, duties, notice
    from dragoman.exchange.requests import Event, Request, Status, request, status, take
    from dragoman.exchange.requests_deconfliction import Interest, Overlap, deconflict
    from dragoman.exchange.signing import Message, Seen, Verified, remember, sign, verify

_NAMES = {
    "agreement": "Agreement Contact Memorandum Party",
    "agreement_acts": "Act Standing State check_act perform standing",
    "agreement_changes": "Given Narrowing narrowing received",
    "agreement_draft": "draft next_version",
    "agreement_groups": "Membership members",
    "agreement_reading": "examine read_agreement",
    "canonical": "digest read_json",
    "disclosure": "Disclosure Holder Receipt holders reach",
    "handling": "Colour Handling combine",
    "keys": "KeyRing NodeKey PrivateKey PublicKey",
    "messages": "Letter new_nonce read_letter",
    "messages_checkpoints": "Cosignature cosign",
    "outbox": "Acknowledgement Envelope Inbox Outbox acknowledged due put receive tried",
    "policy": "Ask Decision Held Policies quota_left",
    "policy_egress": "Egress Exit Item Reference egress",
    "policy_onward": "Bar Leave check_way pass_along",
    "recall": "Done Duty Notice chase duties notice",
    "requests": "Event Request Status request status take",
    "requests_deconfliction": "Interest Overlap deconflict",
    "signing": "Message Seen Verified remember sign verify",
}
#: The module of each name.
_HOMES = {name: module for module, names in _NAMES.items() for name in names.split()}

__all__ = [
    "Acknowledgement",
    "Act",
    "Agreement",
    "Ask",
    "Bar",
    "Colour",
    "Contact",
    "Cosignature",
    "Decision",
    "Disclosure",
    "Done",
    "Duty",
    "Egress",
    "Envelope",
    "Event",
    "Exit",
    "Given",
    "Handling",
    "Held",
    "Holder",
    "Inbox",
    "Interest",
    "Item",
    "KeyRing",
    "Leave",
    "Letter",
    "Membership",
    "Memorandum",
    "Message",
    "Narrowing",
    "NodeKey",
    "Notice",
    "Outbox",
    "Overlap",
    "Party",
    "Policies",
    "PrivateKey",
    "PublicKey",
    "Receipt",
    "Reference",
    "Request",
    "Seen",
    "Standing",
    "State",
    "Status",
    "Verified",
    "acknowledged",
    "chase",
    "check_act",
    "check_way",
    "combine",
    "cosign",
    "deconflict",
    "digest",
    "draft",
    "due",
    "duties",
    "egress",
    "examine",
    "holders",
    "members",
    "narrowing",
    "new_nonce",
    "next_version",
    "notice",
    "pass_along",
    "perform",
    "put",
    "quota_left",
    "reach",
    "read_agreement",
    "read_json",
    "read_letter",
    "receive",
    "received",
    "remember",
    "request",
    "sign",
    "standing",
    "status",
    "take",
    "tried",
    "verify",
]


def __getattr__(name: str) -> Any:
    # Only what is asked for is loaded, so that reading an agreement does not wait for the engine of policies.
    if name not in _HOMES:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"dragoman.exchange.{_HOMES[name]}"), name)
