"""Conditions of an opinion on their way to directives: the one place where both rooms meet."""

from contextlib import suppress

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import access
from coordination.directives import actions, clock
from coordination.machines.directives import Illegal
from coordination.models import Consultation, Directive, Level
from districts.calendars import calendar_for

KIND = Directive.Kind.DIRECTIVE


def may_hand_over(actor: Actor, consultation: Consultation) -> bool:
    """Whoever gives directives may; what the department signs waits on the page for one of them."""
    return access.may_send(actor, KIND) and consultation.conditions.filter(directive=None).exists()


@transaction.atomic
def hand_over(actor: Actor, consultation: Consultation) -> int:
    """Give the unit a directive for each condition that has none; returns how many. Nothing where this person gives no
    directives."""
    level = Level.objects.order_by("rank").first()
    if level is None or not may_hand_over(actor, consultation):
        return 0
    item, given = consultation.item, 0
    for one in consultation.conditions.select_for_update().filter(directive=None):
        about = _("Điều kiện của ý kiến về hạng mục %(code)s: %(name)s.") % {"code": item.code, "name": item.name}
        draft = actions.Draft(kind=KIND, level=level, title=one.text[:200], body=about, result=one.text[:500],
                              due_on=clock.working_day_from(one.due, calendar_for()), lead=[item.unit])
        with suppress(Illegal), transaction.atomic():  # its term has passed: it stays on the page
            one.directive = actions.send(actor=actor.sending("", ""), draft=draft).pk
            one.save()
            given += 1
    return given
