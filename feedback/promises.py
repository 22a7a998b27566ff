"""The vocabulary of lists of promises: which fell due, which were kept, which were withdrawn.

Figures count these, lists show them; moments are passed in."""

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from feedback.models import DeadlineRule, Promise

RESULT = DeadlineRule.Kind.RESULT.value

KEPT = Q(met_at__isnull=False, met_at__lte=F("due_at"))
KEPT_FIRST = Q(met_at__isnull=False, met_at__lte=Coalesce("first_due_at", "due_at"))
COUNTED = Q(counts=True, withdrawn_at__isnull=True, paused_at__isnull=True, is_self_made=False)
WAS_LATE = Q(withdrawn_at__gt=F("due_at"), paused_at__isnull=True)


def due_between(start: datetime, end: datetime, kind: str = RESULT) -> QuerySet[Promise]:
    """Promises that fell due in [start, end] and count: not withdrawn, their clock not stopped, not made by a unit to
    itself."""
    return Promise.objects.filter(COUNTED, kind=kind, due_at__gte=start, due_at__lte=end)


def first_due_between(start: datetime, end: datetime) -> QuerySet[Promise]:
    """The same by the date that the citizen was given first."""
    extended = Q(first_due_at__gte=start, first_due_at__lte=end)
    plain = Q(first_due_at__isnull=True, due_at__gte=start, due_at__lte=end)
    missed = Q(first_unit__isnull=False)  # whatever became of the promise
    return Promise.objects.filter(extended & missed | (extended | plain) & ~missed & COUNTED, kind=RESULT)


def of_units_first(unit_ids) -> Q:
    """Those whose first date these units owed, or missed."""
    return Q(first_unit_id__in=unit_ids) | Q(first_unit_id=None, unit_id__in=unit_ids)


def withdrawn_between(start: datetime, end: datetime) -> QuerySet[Promise]:
    """Promises of an answer that were withdrawn in [start, end]: broken ones by a supervisor (`WAS_LATE`), others
    because the report was merged, turned down, corrected or taken away. A broken one is listed in the month that it
    makes better too, that of its date."""
    then, was_due = Q(withdrawn_at__gte=start, withdrawn_at__lte=end), Q(due_at__gte=start, due_at__lte=end)
    return Promise.objects.filter(then | was_due & WAS_LATE, kind=RESULT, withdrawn_at__isnull=False)


def of_units(unit_ids) -> Q:
    return Q(unit_id__in=unit_ids)
