"""The messages of the exercise as their senders write them: pacs.008, MT103, PAXLST, PNRGOV and zones of passports."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from html import escape
from typing import Any

from dragoman.messages.mrz_writing import MrzFields, write_mrz

_Row = dict[str, Any]
_DAY = "2026-02-10"
_TRANSFER = """<CdtTrfTxInf><PmtId><InstrId>EXR{number}</InstrId><EndToEndId>EXR{number}</EndToEndId></PmtId>\
<IntrBkSttlmAmt Ccy="EUR">{amount}.00</IntrBkSttlmAmt><ChrgBr>SHAR</ChrgBr>
<Dbtr><Nm>{debtor}</Nm>{born}</Dbtr><DbtrAcct><Id><Othr><Id>EXR-D{number}</Id></Othr></Id></DbtrAcct>
<DbtrAgt><FinInstnId><Nm>Hasselwyk Savings</Nm></FinInstnId></DbtrAgt>
<CdtrAgt><FinInstnId><Nm>Tjellmoss Savings</Nm></FinInstnId></CdtrAgt>
<Cdtr><Nm>{creditor}</Nm></Cdtr><CdtrAcct><Id><Othr><Id>EXR-C{number}</Id></Othr></Id></CdtrAcct>
<RmtInf><Ustrd>{text}</Ustrd></RmtInf></CdtTrfTxInf>
"""
_BORN = "<Id><PrvtId><DtAndPlcOfBirth><BirthDt>{}</BirthDt></DtAndPlcOfBirth></PrvtId></Id>"


def transfers(rows: Sequence[_Row]) -> str:
    """Return one pacs.008.001.08 with a transaction for each row."""
    parts = [
        _TRANSFER.format(
            number=number,
            amount=900 + 100 * number,
            debtor=escape(row["debtor"]),
            creditor=escape(row["creditor"]),
            text=escape(row["text"]),
            born=_BORN.format(row["born"]) if "born" in row else "",
        )
        for number, row in enumerate(rows, 1)
    ]
    head = f"<GrpHdr><MsgId>EXERCISE-1</MsgId><CreDtTm>{_DAY}T09:00:00Z</CreDtTm><NbOfTxs>{len(rows)}</NbOfTxs>"
    settled = f"<SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf></GrpHdr>\n{''.join(parts)}"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">'
        f"<FIToFICstmrCdtTrf>\n{head}{settled}</FIToFICstmrCdtTrf></Document>\n"
    )


def wires(rows: Sequence[_Row]) -> str:
    """Return an MT103 for each row."""
    return "".join(
        "{1:F01EXRAZZ22XXXX0000000000}{2:I103EXRBZZ22XXXXN}{4:\r\n"
        f":20:EXR{number}\r\n:23B:CRED\r\n:32A:260210EUR{900 + number},\r\n"
        f":50K:/EXRD{number}\r\n{row['debtor']}\r\nQUAY 4\r\n:59:/EXRC{number}\r\n{row['creditor']}\r\nQUAY 9\r\n"
        f":70:{row['text']}\r\n:71A:SHA\r\n-}}\r\n"
        for number, row in enumerate(rows, 1)
    )


def passengers(rows: Sequence[_Row]) -> str:
    """Return one PAXLST with all rows on one flight."""
    people = (
        f"NAD+FL+++{row['family']}:{row['given']}'ATT+2++{row['sex']}'DTM+329:{_short(row['born'])}'"
        f"NAT+2+{row['country']}'DOC+P:110:111+{row['passport']}'DTM+36:301231'LOC+91+{row['country']}'\n"
        for row in rows
    )
    body = [
        "UNH+1+PAXLST:D:02B:UN:IATA'BGM+745'NAD+MS+++EXERCISE DESK'TDT+20+ZZ0100+++ZZ'\n",
        "LOC+125+ARN'DTM+189:2602101200:201'LOC+87+AMS'DTM+232:2602101400:201'\n",
        *people,
        f"CNT+42:{len(rows)}'",
    ]
    return _interchange("PAXLST", "UNOA:4", body)


def bookings(rows: Sequence[_Row]) -> str:
    """Return one PNRGOV with a reservation for each row."""
    body = ["UNH+1+PNRGOV:13:1:IA+EXR'\nMSG+:22'\nORG+ZZ:ARN'\nTVL+100226:1200:1400+ARN+AMS+ZZ+100'\n"]
    body.append(f"EQN+{len(rows)}'\n")
    for number, row in enumerate(rows, 1):
        name = f"{row['family']}/{row['given']}"
        numbers = f"P/{row['country']}/{row['passport']}/{row['country']}/{_air(row['born'])}/{row['sex']}/31DEC30"
        body += [
            f"SRC'\nRCI+ZZ:EXR{number:03}::100126:0900'\nTIF+{row['family']}+{row['given']}:A:1'\n",
            f"SSR+DOCS:HK::ZZ:::::/{numbers}/{name}'\nTVL+100226:1200::1400+ARN+AMS+ZZ+100:Y'\n",
        ]
    return _interchange("PNRGOV", "IATA:1", body)


def documents(rows: Sequence[_Row]) -> str:
    """Return the two lines of a passport for each row."""
    zones: list[str] = []
    for row in rows:
        fields = MrzFields(
            "P", row["country"], row["family"].replace(" ", "<"), row["given"], row["passport"], row["country"],
            _short(row["born"]), row["sex"], "301231",
        )  # fmt: skip
        zones += [*write_mrz("TD3", fields), ""]
    return "\n".join(zones)


def _interchange(kind: str, syntax: str, body: Iterable[str]) -> str:
    text = "".join(body)
    return (
        f"UNB+{syntax}+EXERCISE+AUTHORITY+260210:0600+EXR1++{kind}'\n{text}UNT+{text.count(chr(39)) + 1}+1'\n"
        "UNZ+1+EXR1'\n"
    )


def _short(day: str) -> str:
    return day.replace("-", "")[2:]


def _air(day: str) -> str:
    months = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    known = date.fromisoformat(day)
    return f"{known.day:02}{months[known.month - 1]}{known.year % 100:02}"
