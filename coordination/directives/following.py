"""What follows from time: steps of escalation, the question at half the term, a term that passes. Each recipient in a
transaction of its own, once each, whoever is killed when; what somebody moves at the same moment is left alone."""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from accounts.roles import Role
from coordination.directives import actions, clock, moves, people
from coordination.machines.directives import AT_WORK, WITH_UNIT, State
from coordination.models import Escalation, Recipient
from districts.calendars import calendar_for

MOST = 1_000  # in one sweep


def sweep(now: datetime) -> int:
    """Do what is due; returns for how many recipients something was done."""
    late = Q(due_at__lte=now, late_since=None, reported_at=None, ended_at=None)
    return (_each(Q(step_at__lte=now), _escalate, now) + _each(Q(ask_at__lte=now), _ask, now)
            + _each(late, _fall_due, now))


def _each(due: Q, work: Callable[[Recipient, datetime], None], now: datetime) -> int:
    done = 0
    for pk in list(Recipient.objects.filter(due).order_by("pk").values_list("pk", flat=True)[:MOST]):
        with transaction.atomic():
            locked = Recipient.objects.select_for_update(skip_locked=True, of=("self",))
            row = locked.select_related("directive__level", "unit").filter(due, pk=pk).first()
            if row is not None:
                work(row, now)
                row.save()
                done += 1
    return done


def _escalate(row: Recipient, now: datetime) -> None:
    """Take every step that is due and was not taken; then wait for the next, if there is one."""
    row.step_at = None
    if row.state != State.SENT:
        return
    level = row.directive.level
    taken = set(row.escalations.filter(asked_at=row.asked_at).values_list("step", "round"))
    calendar = calendar_for(row.unit_id)
    for due in clock.steps(level, list(level.steps.all()), row.asked_at, row.accept_by, calendar):
        if due.at > now:
            row.step_at = due.at
            return
        if (due.step.pk, due.round) not in taken:
            _take(row, due, now)


def _take(row: Recipient, due: clock.Due, now: datetime) -> None:
    """Tell whom the step names; where nobody is there, that is told to the administrators."""
    reached = people.of_step(due.step, row)
    Escalation.objects.create(
        recipient=row, asked_at=row.asked_at, step=due.step, round=due.round, reached=len(reached), at=now)
    whom = due.step.whom if reached else Role.ADMINISTRATOR
    told = reached or people.with_roles({Role.ADMINISTRATOR})
    actions.noted(row.directive, row, "escalate", now,
                  {"whom": str(whom), "step": due.step.whom, "round": due.round, "people": sorted(told)})


def _ask(row: Recipient, now: datetime) -> None:
    row.ask_at = None
    if row.state in AT_WORK:
        actions.noted(row.directive, row, "ask_still", now)


def _fall_due(row: Recipient, now: datetime) -> None:
    moves.settle_term(row, now)
    if row.state in WITH_UNIT:
        actions.noted(row.directive, row, "fall_due", now)
