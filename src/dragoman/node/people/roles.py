"""Giving and ending roles.

Where a node has several administrators, two of them give a role: one proposes, another confirms, and neither is the
person who gets it. Where there is one alone, one must do; the journal marks what was done alone. An auditor has no
other role, so that nobody oversees what they did themselves. The last administrator stays.
"""

from __future__ import annotations

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.journal.recording import record
from dragoman.node.people.models import Account, Appointment, Role


def administrators() -> QuerySet[Account]:
    """Return the accounts that are administrators now."""
    held = Appointment.objects.in_force().filter(role=Role.ADMINISTRATOR)
    return Account.objects.filter(is_active=True, pk__in=held.values("account"))


def needs_second(by: Account | None) -> bool:
    """Tell whether an appointment by this administrator waits for a second one."""
    return by is not None and administrators().exclude(pk=by.pk).exists()


@transaction.atomic
def appoint(principal: Principal, account: Account, role: str) -> Appointment:
    """Give a role, or propose it where another administrator has to confirm. Raises ActRefused."""
    standing = Appointment.objects.select_for_update().filter(account=account, ended=None)
    held = set(standing.values_list("role", flat=True))
    if role not in Role.values:
        raise ActRefused(f"there is no role {role!r}", remedy="choose one of the roles")
    if role in held:
        raise ActRefused(f"{account.shown_name} has, or waits for, this role", remedy="nothing is left to do")
    if held and Role.AUDITOR in {role, *held}:
        raise ActRefused("an auditor has no other role", remedy="end the other roles first")
    proposed = needs_second(principal.account)
    made = Appointment.objects.create(account=account, role=role, by=principal.account, proposed=proposed)
    act = "people.role.proposed" if proposed else "people.role.given"
    alone = not proposed and principal.account == account
    record(principal, act, f"account:{account.pk}", result="alone" if alone else role, role=role)
    return made


@transaction.atomic
def confirm(principal: Principal, appointment: Appointment) -> None:
    """Confirm a proposed role. Raises ActRefused to whoever proposed it or would get it."""
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if appointment.ended is not None or not appointment.proposed:
        raise ActRefused("this role does not wait for anybody", remedy="reload the page")
    if principal.account is None or principal.account.pk in (appointment.by_id, appointment.account_id):
        raise ActRefused("a role takes a second administrator", remedy="ask another administrator to confirm it")
    appointment.proposed, appointment.confirmed_by = False, principal.account
    appointment.save()
    record(principal, "people.role.given", f"account:{appointment.account_id}", result=appointment.role)


@transaction.atomic
def end(principal: Principal, appointment: Appointment) -> None:
    """End a role, or withdraw a proposed one. Raises ActRefused where the node would be without an administrator."""
    appointment = Appointment.objects.select_for_update().get(pk=appointment.pk)
    if appointment.ended is not None:
        return
    if appointment.role == Role.ADMINISTRATOR and not appointment.proposed:
        keep_an_administrator(appointment.account)
    appointment.ended, appointment.ended_by = timezone.now(), principal.account
    appointment.save()
    record(principal, "people.role.ended", f"account:{appointment.account_id}", result=appointment.role)


def keep_an_administrator(leaving: Account) -> None:
    """Raise ActRefused where no administrator would be left without this one."""
    # The rows are locked, so that two administrators who end each other's role at once do not both succeed.
    held = Appointment.objects.select_for_update().filter(ended=None, proposed=False, role=Role.ADMINISTRATOR)
    others = {each.account_id for each in held.filter(account__is_active=True)} - {leaving.pk}
    if not others:
        raise ActRefused("a node keeps one administrator", remedy="make somebody else an administrator first")


@transaction.atomic
def set_active(principal: Principal, account: Account, *, active: bool) -> None:
    """Close an account, or open it again. Raises ActRefused for the last administrator."""
    if not active and Role.ADMINISTRATOR in account.roles:
        keep_an_administrator(account)
    account.is_active = active
    account.save(update_fields=["is_active"])
    record(principal, "people.account.opened" if active else "people.account.closed", f"account:{account.pk}")
