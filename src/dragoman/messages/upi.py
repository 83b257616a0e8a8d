"""UPI payments as XML: ReqPay of the National Payments Corporation of India, and the messages about it.

What is read from where is ``data/upi_fields.yaml``. Each payee of a payment gives one `Message`; the payer and the
bank of the payer are the very same in all. An address such as ``ana@bank`` is an account of kind ``proxy``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import msgspec

from dragoman.messages._xml_names import LOCAL
from dragoman.messages._xml_stream import Documents
from dragoman.messages.drafting import Draft, Findings, Shared, account_of
from dragoman.messages.parties import Amount, BankAccount, Fact, Message, opened, refusal
from dragoman.messages.travellers import masked

if TYPE_CHECKING:
    from lxml.etree import _Element

_NAMESPACE = b"npci.org/upi/"


@cache
def _table() -> dict[str, Any]:
    import yaml

    text = files("dragoman.messages").joinpath("data/upi_fields.yaml").read_text(encoding="utf-8")
    plain: dict[str, Any] = yaml.safe_load(text)
    return plain


@cache
def _element_pattern() -> re.Pattern[bytes]:
    return re.compile(rb"<(?:[\w.-]+:)?(?:" + "|".join(_table()["messages"]).encode() + rb")[\s/>]")


def recognise(head: bytes) -> bool:
    """Tell whether `head` is XML of a UPI payment."""
    if not head.lstrip(b" \t\r\n\xef\xbb\xbf").startswith(b"<") or not _element_pattern().search(head):
        return False
    return _NAMESPACE in head or b"Payer" in head


def read(source: Path | BinaryIO, name: str | None = None) -> Iterator[Message]:
    """Yield a message for every payee of every payment, or for the payer alone where there is none.

    Raises QueryRefused where the XML is not well-formed, has a DTD, or holds no message of the table.
    """
    with opened(source, name) as (stream, called):
        documents, done = Documents(stream, called), [0]
        while documents.more():
            before = done[0]
            for event, element, whole in documents.events(_table()["messages"], lambda: done[0]):
                if event != "end":
                    continue
                for message in _messages(element, called):
                    done[0] += 1
                    if documents.fault is not None:
                        message = msgspec.structs.replace(message, problems=(*message.problems, documents.fault))
                    yield message
                if not whole:
                    element.clear()
            if done[0] == before:
                raise refusal(called, "a UPI payment such as ReqPay", "none", before)
        if not done[0]:
            raise refusal(called, "a UPI payment", "an empty input", 0)


def _messages(element: _Element, called: str) -> Iterator[Message]:
    kind = LOCAL[element.tag]
    shared, id_ = _payment(element, f"{called}: {kind}")
    payees = list(element.iter("{*}Payee"))
    for number, payee in enumerate(payees, 1):
        place = f"{called}: {kind}/Payees/Payee[{number}]"
        yield (shared + _party(payee, "Payee", place)).message(f"UPI {kind}", id_, place)
    if not payees:
        yield shared.message(f"UPI {kind}", id_, f"{called}: {kind}")


def _payment(element: _Element, place: str) -> tuple[Shared, str | None]:
    """Read the transaction and the payer, which all payees share."""
    found, id_ = Findings(), None
    for each in element.iter("{*}Txn"):
        for key, kind in _table()["references"].items():
            if value := (each.get(key) or "").strip():
                found.references.append(Fact(kind, value, f"{place}/Txn@{key}"))
        for key, kind in _table()["texts"].items():
            if value := (each.get(key) or "").strip():
                found.texts.append(Fact(kind, value, f"{place}/Txn@{key}"))
        id_ = id_ or each.get("id")
    shared = found.finish()
    for payer in element.iter("{*}Payer"):
        shared = shared + _party(payer, "Payer", f"{place}/Payer")
    return shared, id_


def _party(element: _Element, name: str, place: str) -> Shared:
    found = Findings()
    role = _table()["parties"][name]
    draft = found.party(role, place)
    _names(element, draft, place)
    if address := (element.get("addr") or "").strip():
        draft.bear(BankAccount(address, "proxy", None, f"{place}@addr"))
    for detail in element.iter("{*}Detail"):
        kind = _table()["details"].get((detail.get("name") or "").upper())
        value = (detail.get("value") or "").strip()
        if value:
            _detail(found, draft, kind or "other", value, f"{place}/Ac/Detail[{detail.get('name')}]")
    for amount in element.iter("{*}Amount"):
        _amount(found, amount, role, f"{place}/Amount")
    if draft.finished() is None:
        found.problem(place, "a name, an address or an account", "none")
    return found.finish()


def _names(element: _Element, draft: Draft, place: str) -> None:
    for path, prop in _table()["party"].items():
        child, _, attribute = path.partition("@")
        for holder in element.iter(f"{{*}}{child}") if child else (element,):
            if value := " ".join((holder.get(attribute) or "").split()):
                draft.state(prop, value, f"{place}/{path}" if child else f"{place}{path}")


def _detail(found: Findings, draft: Draft, kind: str, value: str, place: str) -> None:
    if kind == "account":
        draft.bear(account_of(value, place))
    elif kind == "agent":  # the code names the bank (four letters) and its branch
        agent = found.party(f"{draft.role}_agent", place, "Organization")
        agent.facts.append(Fact("clearing_member", f"INFSC {value}", place))
    elif kind == "phone":
        draft.state("phone", value, place)
    elif kind == "id":
        draft.state("idNumber", value, place)
    elif kind == "card":
        draft.facts.append(Fact("payment_card", masked(value), place))


def _amount(found: Findings, element: _Element, role: str, place: str) -> None:
    value = (element.get("value") or "").strip()
    if value.replace(".", "", 1).isdecimal() and value.isascii():
        kind = "transaction" if role == "creditor" else "instructed"
        found.amounts.append(Amount(kind, value, (element.get("curr") or "INR").strip(), place))
    else:
        found.problem(place, "an amount such as 1250.00", value or "nothing")
