"""Who acts at the desk: always a person, be it through a key."""

from __future__ import annotations

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.people.models import Account


def person_of(principal: Principal) -> Account:
    """Return the person who acts, or who answers for the key that does. Raises ActRefused where there is none."""
    if principal.account is None:
        raise ActRefused("nobody is signed in", remedy="sign in, or send an API key")
    return principal.account
