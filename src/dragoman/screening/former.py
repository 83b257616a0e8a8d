"""What the next build takes over from an index: the parts of every record that has not changed since.

Making names into tokens, and tokens into forms and keys, is most of the work of a build, and depends on nothing but the
record, the code and its tables. So an index keeps a digest of each record and its tokens whole; a build that is given
the former index makes only the parts of records that it does not find there. The file that results is, byte for byte,
the one that a build without it would write.
"""

from __future__ import annotations

import logging
import unicodedata
from functools import cache
from hashlib import blake2b
from importlib import import_module
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from dragoman.errors import IndexUnusable
from dragoman.model import Record
from dragoman.screening import file
from dragoman.screening.kernels import MAX_UNITS
from dragoman.screening.pieces import Arrays

_log = logging.getLogger(__name__)
_encoder = msgspec.msgpack.Encoder()
DIGEST = 16

#: The arrays that are taken over, by type; those of where pieces begin have one row more.
_TAKEN: dict[type[Any], str] = {
    np.uint8: """party_digest party_blob text_blob facts_date_soft facts_gender facts_group names_first names_span
        names_strength token_blob token_kind token_opening vocabulary_form_sound vocabulary_form_writing""",
    np.int32: """facts_date_start facts_date_first facts_date_last facts_country_start facts_country facts_place_start
        names_start names_token names_party names_first_initial vocabulary_form_start vocabulary_form_token
        vocabulary_form_order vocabulary_key_start vocabulary_key_form""",
    np.int64: "party_start text_start token_start",
    np.uint64: "facts_place token_key vocabulary_key_hash",
    np.float32: "vocabulary_form_mass",
}
_WIDTH = {"party_digest": DIGEST, "vocabulary_form_mass": 2}


def digest_of(record: Record) -> bytes:
    """Return a digest of a record: its source, id and schema, and what it states, in order."""
    said = [record.source, record.id, record.schema]
    for known in record.statements:
        said += (known.prop, known.value, known.quality or "")
    return blake2b(_encoder.encode(said), digest_size=DIGEST).digest()


@cache
def made_with() -> str:
    """Return the versions of what turns letters into sounds beside our own code and tables."""
    icu: Any = import_module("icu")
    return f"Unicode {unicodedata.unidata_version}, ICU {icu.ICU_VERSION}"


class Former:
    """A former index, or none: its arrays, and which of its parties can be taken over."""

    def __init__(self, arrays: Arrays | None = None) -> None:
        self.arrays = _nothing() if arrays is None else arrays
        self.parties = len(self.arrays["party_digest"])
        digests = self.arrays["party_digest"].tobytes()
        self._numbers = {digests[at * DIGEST : (at + 1) * DIGEST]: at for at in range(self.parties)}
        # Of a name of more units the rest was not kept: its party is made anew.
        full = np.diff(self.arrays["names_start"]) >= MAX_UNITS
        for number in np.unique(self.arrays["names_party"][full]).tolist():
            self._numbers.pop(self.arrays["party_digest"][number].tobytes(), None)

    @classmethod
    def open(cls, path: Path | None) -> Former:
        """Open a former index; one that is missing, damaged or made otherwise counts as none, and the log says so."""
        if path is None:
            return cls()
        try:
            arrays, about = file.read(path, whole=True)
            if about.get("made_with") != made_with():
                raise IndexUnusable(f"it was built with {about.get('made_with')}", place=str(path))
        except IndexUnusable as error:
            _log.info("The whole index is built: of the former one %s", error.message)
            return cls()
        return cls(arrays)

    def number(self, digest: bytes) -> int | None:
        """Return the number of the party of this digest, None where its parts have to be made."""
        return self._numbers.get(digest)


def _nothing() -> Arrays:
    found: Arrays = {}
    for kind, names in _TAKEN.items():
        for name in names.split():
            empty = np.zeros(1 if name.endswith(("_start", "_first_initial")) else 0, kind)
            found[name] = empty.reshape(-1, _WIDTH[name]) if name in _WIDTH else empty
    return found
