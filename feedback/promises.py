"""The vocabulary of lists of promises: which fell due, which were kept, which were withdrawn.

Figures count these, lists show them; moments are passed in."""

from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from feedback.models import DeadlineRule, Promise

RESULT = DeadlineRule.Kind.RESULT.value

KEPT = Q(met_at__isnull=False, met_at__lte=F("due_at"))
KEPT_FIRST = Q(met_at__isnull=False, met_at__lte=Coalesce("first_due_at", "due_at"))
WAS_LATE = Q(withdrawn_at__gt=F("due_at"), paused_at__isnull=True)


def due_between(start: datetime, end: datetime, kind: str = RESULT) -> QuerySet[Promise]:
    """Promises that fell due in [start, end] and count: not withdrawn, their clock not stopped, not made by a unit to
    itself."""
    return _counted(kind).filter(due_at__gte=start, due_at__lte=end)


def first_due_between(start: datetime, end: datetime) -> QuerySet[Promise]:
    """The same by the date that the citizen was given first."""
    extended = Q(first_due_at__gte=start, first_due_at__lte=end)
    return _counted(RESULT).filter(extended | Q(first_due_at__isnull=True, due_at__gte=start, due_at__lte=end))


def withdrawn_between(start: datetime, end: datetime) -> QuerySet[Promise]:
    """Promises of an answer that were withdrawn in [start, end]: broken ones by a supervisor (`WAS_LATE`), others
    because the report was merged, turned down or corrected."""
    return Promise.objects.filter(kind=RESULT, withdrawn_at__gte=start, withdrawn_at__lte=end)


def _counted(kind: str) -> QuerySet[Promise]:
    return Promise.objects.filter(kind=kind, counts=True, withdrawn_at__isnull=True, paused_at__isnull=True,
                                  is_self_made=False)
