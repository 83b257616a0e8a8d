"""Links that let one person in once: the first administrator, somebody invited, somebody locked out.

No mail server is needed: whoever makes a link sees it once, and hands it over. Kept is only the token's SHA-256.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import timedelta

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record
from dragoman.node.people import roles
from dragoman.node.people.models import Account, Appointment, Link, Role, digest_of

#: How long each kind of link holds.
HOLDS = {
    Link.Kind.FIRST: timedelta(hours=24),
    Link.Kind.INVITATION: timedelta(hours=72),
    Link.Kind.RENEWAL: timedelta(hours=24),
}


def first_link() -> str | None:
    """Return the path of a link that makes the first administrator, or None where there is one already.

    Each call withdraws the links of earlier ones.
    """
    if roles.administrators().exists():
        return None
    with transaction.atomic():
        Link.objects.filter(kind=Link.Kind.FIRST, used=None, withdrawn=None).update(withdrawn=timezone.now())
        return _make(Link.Kind.FIRST, roles=[Role.ADMINISTRATOR])


@transaction.atomic
def invite(principal: Principal, name: str, wanted: Iterable[str]) -> str:
    """Return the path of a link with which a new person makes their account. Raises ActRefused on a wrong role."""
    chosen = sorted(set(wanted))
    if not set(chosen) <= set(Role.values):
        raise ActRefused("there is no such role", remedy="choose among the roles")
    if Role.AUDITOR in chosen and len(chosen) > 1:
        raise ActRefused("an auditor has no other role", remedy="choose auditor alone, or without it")
    path = _make(Link.Kind.INVITATION, name=name, roles=chosen, by=principal.account)
    record(principal, "people.link.made", "link:invitation", result=",".join(chosen))
    return path


@transaction.atomic
def renew(principal: Principal, account: Account) -> str:
    """Return the path of a link with which somebody locked out sets a new password and second factor."""
    links = Link.objects.filter(kind=Link.Kind.RENEWAL, account=account, used=None, withdrawn=None)
    links.update(withdrawn=timezone.now())
    path = _make(Link.Kind.RENEWAL, account=account, by=principal.account)
    record(principal, "people.link.made", f"account:{account.pk}", result="renewal")
    return path


@transaction.atomic
def withdraw(principal: Principal, link: Link) -> None:
    """Make a link useless."""
    link.withdrawn = timezone.now()
    link.save(update_fields=["withdrawn"])
    record(principal, "people.link.withdrawn", f"link:{link.pk}")


def _make(kind: Link.Kind, **fields: object) -> str:
    token = secrets.token_urlsafe(32)
    Link.objects.create(kind=kind, digest=digest_of(token), expires=timezone.now() + HOLDS[kind], **fields)
    return reverse("people:welcome", args=[token])


def find(token: str) -> Link | None:
    """Return the link of a token while it holds."""
    open_ = Link.objects.filter(used=None, withdrawn=None, expires__gt=timezone.now())
    link = open_.filter(digest=digest_of(token)).select_related("account", "by").first()
    if link is not None and link.kind == Link.Kind.FIRST and roles.administrators().exists():
        return None
    return link


@transaction.atomic
def use(link: Link, *, username: str, name: str, password: str) -> Account:
    """Make the account of a link, or renew its sign-in. Raises ActRefused where the link was used meanwhile."""
    held = Link.objects.filter(pk=link.pk, used=None, withdrawn=None, expires__gt=timezone.now())
    if not held.update(used=timezone.now()):
        raise ActRefused("the link has been used", remedy="ask an administrator for a new one")
    if link.account is not None:
        return _renewed(link, link.account, password)
    account = Account(username=username, first_name=name)
    account.set_password(password)
    account.save()
    for role in link.roles:
        proposed = link.kind != Link.Kind.FIRST and roles.needs_second(link.by)
        Appointment.objects.create(account=account, role=role, by=link.by, proposed=proposed)
    record(f"account:{account.pk}", "people.account.made", f"account:{account.pk}", result=link.kind, link=link.pk)
    return account


def _renewed(link: Link, account: Account, password: str) -> Account:
    """Give an account a new password and no second factor.

    Where there is a second administrator, the account's roles wait for them: whoever made the link shall not act as
    somebody else.
    """
    account.set_password(password)
    account.save()
    Authenticator.objects.filter(user=account).delete()
    if roles.needs_second(link.by):
        for appointment in account.appointments.in_force():
            appointment.proposed, appointment.by, appointment.confirmed_by = True, link.by, None
            appointment.save()
    record(f"account:{account.pk}", "people.account.renewed", f"account:{account.pk}", link=link.pk)
    return account
