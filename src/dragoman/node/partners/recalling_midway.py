"""What a partner calls back, out of the tables, the list in use and its index; also while the rest is still to come.

The part of a list that came must not be used: it would report people as clear whom the partner lists. But what may be
wrong about a person must not wait for a line to be mended. So it is taken out of the list in use, which else stays as
it is.
"""

from __future__ import annotations

from dragoman.lists.locking import locked
from dragoman.node.partners import erasing, polling
from dragoman.node.partners.models import Notice, Partner


def take_out(partner: Partner, notices: list[Notice]) -> list[Notice]:
    """Take out what notices call back; return the notices that are carried out with that.

    While the rest of the list is to come, a correction waits for it, as does what is to be kept for less time, and what
    the part that came withdrew: its withdrawal does not say which record it was.
    """
    from dragoman.node.registry import indexing

    by = f"partner:{partner.pk}"
    called_back = [each for each in notices if each.outcome in ("removed", "not_held")]
    withdrawn = erasing.withdrawn_of(partner, [each.object for each in called_back])
    known = [each for each in called_back if each.object not in withdrawn]
    erasing.erase(partner, [each.object for each in known], by)
    if polling.unfinished(partner):
        with locked(indexing.folder() / ".importing"):
            indexing.renew()
        return known
    if not polling.renew(partner):  # the list in use still has what was called back: nothing was removed yet
        return []
    if withdrawn:
        erasing.erase_withdrawn(partner, by)
    return notices
