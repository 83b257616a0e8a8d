"""Records whose id a source changed: judgements and the subject they make outlive that.

Some publishers number their entries anew, and a list without ids of its own gets them from what stands in the file. A
record that is new in a version *follows* one that is gone from it where both are parties, state the very same, and no
other record on either side does. That is a fact of the table (`Record.follows`) which subjects are computed from beside
judgements; the judgements themselves stay as people made them, on the record that they saw.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from dragoman.node.registry.models import Record


def pair(gone: Iterable[tuple[int, str]], new: Iterable[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return who follows whom: ``(new, gone)``, where one record on each side has the content.

    Both are given as primary key and digest of the content.
    """
    left, right = list(gone), list(new)
    before, after = Counter(content for _, content in left), Counter(content for _, content in right)
    alone = {content: pk for pk, content in left if before[content] == 1}
    return [(pk, alone[content]) for pk, content in right if after[content] == 1 and content in alone]


def follow(gone: Sequence[int], new: Iterable[tuple[int, str]]) -> int:
    """Note which of the new parties follow one that is gone; return how many. Call it in the transaction of both."""
    if not gone:
        return 0
    left: list[tuple[int, str]] = []
    for start in range(0, len(gone), 500):
        rows = Record.objects.filter(pk__in=gone[start : start + 500], is_party=True)
        left += rows.values_list("pk", "content")
    pairs = pair(left, new)
    for pk, before in pairs:
        Record.objects.filter(pk=pk).update(follows=before)
    return len(pairs)
