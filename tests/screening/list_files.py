"""The real lists that screening is tested on."""

from __future__ import annotations

#: The lists of the data folder: name of the format, then the file or folder.
FILES = {
    "un-sc": "un_2026-02-27.xml",
    "us-ofac-sdn": "ofac_2021-07",
    "us-ofac-cons": "ofac_cons_2025-12",
    "eu-journal": "eu_journal",
    "eu-fsf": "eu_fsf_v1.0_2016-02-11.xml",
    "gb-ofsi": "uk_conlist_2018-04-13.csv",
    "au-dfat": "dfat_regulation8_2024-11.xlsx",
    "ca-sema": "ca_sema_2020-04.xml",
    "in-uapa": "in_mha/banned_organisations_2023-12.html",
    "il-nbctf-wallets": "il_nbctf/wallets.csv",
    "us-bis-dpl": "us_bis_dpl_2019.txt",
}
