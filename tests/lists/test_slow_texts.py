"""Remarks and notes of any length are read in time that grows with their length, not with its square."""

from __future__ import annotations

import subprocess
import sys

import pytest

#: Reads 400,000 characters within 20 seconds of a processor, which the square of them would take hours.
_READ = """
import resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
from dragoman.lists import _documents, ofac_remarks
text = sys.argv[1] * (400_000 // len(sys.argv[1]))
list(_documents._IN_PROSE.finditer(text))
ofac_remarks._EMAIL.findall(text)
"""


@pytest.mark.parametrize(
    "piece", ["Abc ", "A", "Ab", "Republic of ", "a", "a.", "a@", "Passport No ", "Passport No. A"]
)
def test_no_text_is_slow_to_read(piece: str) -> None:
    done = subprocess.run([sys.executable, "-c", _READ, piece], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_what_is_read_is_what_was_read_before() -> None:
    from dragoman.lists._documents import documents_in
    from dragoman.lists.ofac_remarks import _EMAIL

    (found,) = documents_in("He holds a Tunisian passport number L 191609 issued on 28 Feb. 1996.")
    assert (found.number, found.country) == ("L191609", "tn")
    assert _EMAIL.findall("Email a.b+c@example.org; alt. x@y.example.net.") == ["a.b+c@example.org", "x@y.example.net"]
