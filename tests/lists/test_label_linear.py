"""The label of a document number is found where it was, and in time that grows with the text."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dragoman.lists import _documents

#: As it was searched for before: right, and slow on long texts.
_PLAIN = re.compile(r"(?:\b(?:number|no|nr|code|ssn)\b|\bn[°º])[.:]*\s*(?:n[°º])?(?=.*\d)|^no(?=\d)|:\s", re.IGNORECASE)
_PIECES = st.sampled_from(
    ["no", "No", "number", "n°", "nº", "ssn", ".", ":", " ", "\n", "7", "٣", "x", "(", "-", "no7"]
)
_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from dragoman.lists import _documents
text = sys.argv[1] + sys.argv[2] * (400_000 // len(sys.argv[2])) + sys.argv[3]
_documents._behind_label(text)
"""


@settings(max_examples=2000, deadline=None)
@given(st.lists(_PIECES, max_size=14).map("".join))
def test_it_is_found_where_a_plain_search_finds_it(text: str) -> None:
    label = _PLAIN.search(text)
    assert _documents._behind_label(text) == (text[label.end() :] if label else text)


@pytest.mark.parametrize("piece", ["no ", "number. n°", ".", " ", "no\n", "no.", ":", "n°"])
@pytest.mark.parametrize("start", ["", "number"])
def test_a_long_text_takes_no_longer_than_its_length(start: str, piece: str) -> None:
    command = [sys.executable, "-c", _READ, start, piece, "x"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
