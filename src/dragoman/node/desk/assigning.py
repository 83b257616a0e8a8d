"""Who looks after a hit: taking it, giving it back, giving it to somebody; and which teams see a screening.

An assignment tells the others that somebody is at it. It locks nothing: a hit is decided by whoever may review it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from dragoman.errors import ActRefused
from dragoman.node.access import Principal
from dragoman.node.desk.acting import person_of
from dragoman.node.desk.models import Assignment, Hit, Screening
from dragoman.node.journal.recording import record
from dragoman.node.people.models import Account, Appointment, Team

#: Whoever may review hits may look after them.
REVIEWING = ("analyst", "reviewer", "supervisor")


def assignable(principal: Principal, hit: Hit) -> list[Account]:
    """Return to whom the principal may give a hit: a supervisor to all who may review it, others to nobody."""
    if not principal.has("supervisor"):
        return []
    holding = Appointment.objects.in_force().filter(role__in=REVIEWING)
    found = Account.objects.filter(is_active=True, pk__in=holding.values("account")).order_by("username")
    asked = [hit.screening.teams.all()] if hit.screening.limited else []
    of_list = Team.objects.filter(source__name=hit.source)
    for limiting in [*asked, *([of_list] if of_list.exists() else [])]:
        found = found.filter(pk__in=Account.objects.filter(teams__in=limiting).values("pk"))
    return list(found)


def _sees(account: Account, hit: Hit) -> bool:
    teams = frozenset(account.teams.values_list("pk", flat=True))
    principal = Principal(account, None, account.roles, teams)
    return Hit.objects.visible_to(principal).filter(pk=hit.pk).exists()


def take(principal: Principal, hit_id: int) -> Hit:
    """Look after a hit oneself. Raises ActRefused where somebody else does, unless a supervisor takes it over."""
    person = person_of(principal)
    with transaction.atomic():
        hit = _locked(principal, hit_id)
        holder = _holder(hit)
        if holder is not None and holder != person and not principal.has("supervisor"):
            raise ActRefused(f"{holder.shown_name} looks after it", remedy="ask them to give it back, or a supervisor")
        _give(principal, hit, person, before=holder)
    return hit


def release(principal: Principal, hit_id: int) -> Hit:
    """Give a hit back to the queue: one's own, or as a supervisor anybody's. Raises ActRefused otherwise."""
    person = person_of(principal)
    with transaction.atomic():
        hit = _locked(principal, hit_id)
        holder = _holder(hit)
        if holder is None:
            return hit
        if holder != person and not principal.has("supervisor"):
            raise ActRefused(f"{holder.shown_name} looks after it", remedy="they or a supervisor may give it back")
        Assignment.objects.filter(hit=hit).delete()
        record(principal, "desk.hit.released", f"hit:{hit.pk}", account=holder.pk)
    return hit


def assign(principal: Principal, hit_id: int, account_id: int) -> Hit:
    """Give a hit to a person who may review it. Only a supervisor may, and only to those who may see it.

    Raises ActRefused.
    """
    with transaction.atomic():
        hit = _locked(principal, hit_id)
        if not principal.has("supervisor"):
            raise ActRefused("only a supervisor gives hits to others", remedy="take it yourself, or ask a supervisor")
        to = next((each for each in assignable(principal, hit) if each.pk == account_id), None)
        if to is None or not _sees(to, hit):
            raise ActRefused("that person may not review this hit", remedy="choose one of those that are offered")
        _give(principal, hit, to, before=_holder(hit))
    return hit


def _locked(principal: Principal, hit_id: int) -> Hit:
    return Hit.objects.visible_to(principal).select_for_update(of=("self",)).get(pk=hit_id)


def _holder(hit: Hit) -> Account | None:
    found = Assignment.objects.filter(hit=hit).select_related("to").first()
    return found.to if found is not None else None


def _give(principal: Principal, hit: Hit, to: Account, before: Account | None) -> None:
    if before == to:
        return
    given = {"to": to, "by": person_of(principal), "at": timezone.now()}
    Assignment.objects.update_or_create(hit=hit, defaults=given)
    record(
        principal,
        "desk.hit.assigned",
        f"hit:{hit.pk}",
        account=to.pk,
        before=f"account:{before.pk}" if before else None,
    )


def may_limit(principal: Principal, screening: Screening) -> bool:
    """Tell whether the principal may say which teams see a screening: a supervisor, or who made it."""
    made = principal.account is not None and principal.account.pk == screening.by_id
    return principal.has("supervisor") or (made and principal.has(*REVIEWING))


def teams_for(principal: Principal, screening: Screening) -> list[Team]:
    """Return the teams that may be chosen: one's own, and those that see the screening already."""
    own, already = Team.objects.filter(pk__in=principal.teams), screening.teams.all()
    return sorted({*own, *already}, key=lambda team: team.name)


def own_teams(principal: Principal) -> list[Team]:
    """Return the teams that a new screening may be limited to."""
    return list(Team.objects.filter(pk__in=principal.teams).order_by("name"))


def check_own(principal: Principal, chosen: Sequence[int]) -> None:
    """Raise ActRefused where a new screening is to be limited to a team that is not the principal's."""
    _of_ones_own(principal, own_teams(principal), chosen)


def _of_ones_own(principal: Principal, offered: Sequence[Team], chosen: Sequence[int]) -> list[Team]:
    teams = [team for team in offered if team.pk in set(chosen)]
    if len(teams) != len(set(chosen)) or (teams and not any(team.pk in principal.teams for team in teams)):
        raise ActRefused("a screening is limited to teams of your own", remedy="choose among your teams")
    return teams


def limit(principal: Principal, screening: Screening, chosen: Sequence[int]) -> Screening:
    """Let only some teams see a screening and its hits; everybody where none is chosen.

    Raises ActRefused where that is not the principal's to say, and for a team that they are not in: nobody hides a
    screening from themselves.
    """
    if not may_limit(principal, screening):
        raise ActRefused("the screening is not yours to limit", remedy="ask who made it, or a supervisor")
    teams = _of_ones_own(principal, teams_for(principal, screening), chosen)
    with transaction.atomic():
        screening.teams.set(teams)
        screening.limited = bool(teams)
        screening.save(update_fields=["limited"])
        numbers = ",".join(str(each) for each in sorted(team.pk for team in teams))
        record(principal, "desk.screening.limited", f"screening:{screening.pk}", teams=numbers)
    return screening
