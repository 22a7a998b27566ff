"""Who stands behind a side of a directive: the people of a unit, of the city's office, its leaders."""

from collections.abc import Collection

from accounts.models import Membership
from accounts.roles import UNIT, Role
from coordination.access import ANSWERS_FOR_CITY, ANSWERS_FOR_CITY_AS_LEADER
from coordination.models import Directive, EscalationStep, Recipient
from districts.models import Unit


def of_unit(unit_id: int, *, leaders_only: bool = False) -> set[int]:
    """Who works for the unit now and may answer for it."""
    if Unit.objects.is_city(unit_id):
        return with_roles(ANSWERS_FOR_CITY_AS_LEADER if leaders_only else ANSWERS_FOR_CITY)
    return with_roles({Role.UNIT_LEADER} if leaders_only else UNIT, unit_id)


def of_sender(directive: Directive) -> set[int]:
    """Who sent it; where they have left, or it was a system, whoever leads their side now."""
    if directive.sender_id is None:
        return of_unit(directive.sender_unit_id, leaders_only=True)
    there = Membership.objects.valid().filter(user=directive.sender_id, user__is_active=True).exists()
    return {directive.sender_id} if there else of_unit(directive.sender_unit_id, leaders_only=True)


def with_roles(roles: Collection[str], unit_id: int | None = None) -> set[int]:
    rows = Membership.objects.valid().filter(role__in=roles, user__is_active=True)
    if unit_id is not None:
        rows = rows.filter(unit=unit_id)
    return set(rows.values_list("user_id", flat=True))


def of_step(step: EscalationStep, recipient: Recipient) -> set[int]:
    """Whom a step of escalation tells."""
    whom = EscalationStep.Whom
    if step.whom == whom.UNIT:
        return of_unit(recipient.unit_id)
    if step.whom == whom.UNIT_LEADER:
        return of_unit(recipient.unit_id, leaders_only=True)
    return with_roles({Role.ANALYST}) if step.whom == whom.OFFICE else of_sender(recipient.directive)
