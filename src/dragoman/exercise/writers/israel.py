"""Israel's table of seized wallets, as CSV with its Hebrew header."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path

from dragoman.exercise.cast import Party
from dragoman.exercise.wallets import with_lookalike

#: Full name, identity number, passport, date of birth, wallet address or user, currency.
_HEADER = ("שם מלא", "תעודת זהות", "דרכון", "תאריך לידה", "מספר זיהוי הארנק האלקטרוני/ יוזר", "מטבע")
_ORDER = "צ.ת {}"


def record_id(party: Party) -> str:
    """Return the id by which the reader knows the wallet."""
    return f"nbctf-wallet-{party.wallet}"


def write_list(parties: Iterable[Party], path: Path) -> None:
    """Write the table: the order of each wallet, then the wallet."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = csv.writer(stream)
        rows.writerow(_HEADER)
        order = ""
        for party in parties:
            if party.programme != order:
                order = party.programme
                rows.writerow([_ORDER.format(order), *[""] * 5])
            rows.writerow(["", "", "", "", with_lookalike(party.wallet) if party.lookalike else party.wallet, "USDT"])
