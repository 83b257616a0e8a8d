"""API keys: a person issues one for a system and answers for it; an administrator sees and revokes all.

A key never opens more than its person's roles do, and only within its scopes and purposes. An administrator issues none
for others: they would see the secret, and with it what the other may see.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused
from dragoman.node.access import Principal, rules
from dragoman.node.journal.recording import record
from dragoman.node.people.models import ApiKey, Purpose

#: The longest that a key holds, in days.
LONGEST = 365


def scopes_of(principal: Principal) -> list[str]:
    """Return the scopes that open at least one route to the principal's roles."""
    opened = {
        rule.scope
        for rule in rules().values()
        if rule.scope and (isinstance(rule.roles, str) or rule.roles & principal.roles)
    }
    return sorted(opened)


@transaction.atomic
def issue(
    principal: Principal, name: str, scopes: Iterable[str], purposes: Iterable[Purpose], days: int
) -> tuple[ApiKey, str]:
    """Make a key for which the principal answers; return it with its secret. Raises ActRefused."""
    chosen, for_what = sorted(set(scopes)), list(purposes)
    if principal.account is None or principal.key is not None:
        raise ActRefused("a key does not make keys", remedy="sign in")
    if not chosen or not set(chosen) <= set(scopes_of(principal)):
        raise ActRefused("the key needs scopes that your roles open", remedy="choose among the scopes")
    if not for_what:
        raise ActRefused("the key needs a purpose", remedy="choose one or more")
    if not 1 <= days <= LONGEST:
        raise ActRefused(f"a key holds for 1 to {LONGEST} days", remedy="choose a number of days in between")
    expires = timezone.now() + timedelta(days=days)
    key, secret = ApiKey.issue(name=name, account=principal.account, scopes=chosen, expires=expires)
    key.purposes.set(for_what)
    record(principal, "people.key.issued", f"key:{key.pk}", result=",".join(chosen))
    return key, secret


@transaction.atomic
def revoke(principal: Principal, key: ApiKey) -> None:
    """Make a key useless, now. Raises ActRefused to anybody but its person and administrators."""
    if not principal.has("administrator") and key.account != principal.account:
        raise ActRefused("this is another person's key", remedy="ask an administrator")
    if key.revoked is None:
        key.revoked = timezone.now()
        key.save(update_fields=["revoked"])
        record(principal, "people.key.revoked", f"key:{key.pk}")
