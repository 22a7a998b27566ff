"""Answering for what checks found: acknowledged, or confirmed correct with a reason. Only `quality` mends."""

from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from hcmc_ioc.lib import sql
from indicators import quality, totals
from indicators.access import may_for
from indicators.models import Failure, Issue
from live import hints, topics

SETTLED_SHOWN = 20


@transaction.atomic
def acknowledge(actor: Actor, issue: Issue) -> bool:
    """Somebody of the unit looks into it; False where it is answered or settled already."""
    held = _held(actor, issue)
    if held.state != Issue.State.OPEN:
        return False
    _answer(actor, held, Issue.State.ACKNOWLEDGED)
    return True


@transaction.atomic
def confirm(actor: Actor, issue: Issue, reason: str) -> bool:
    """The values are right as they are, for this reason; ValueError without one. The check stays as narrow as it was:
    another value that fails opens another issue."""
    if not reason.strip():
        raise ValueError("confirming needs its reason")
    held = _held(actor, issue)
    if not held.is_unsettled:
        return False
    held.reason, held.closed_at = reason.strip()[:500], timezone.now()
    _answer(actor, held, Issue.State.CONFIRMED)
    return True


def _held(actor: Actor, issue: Issue) -> Issue:
    if not may_for(actor, "key", issue.unit_id):
        raise PermissionError("not of this unit")
    quality.hold([issue.unit_id])
    return Issue.objects.select_for_update().get(pk=issue.pk)


def _answer(actor: Actor, issue: Issue, state: str) -> None:
    issue.state = state
    if issue.answered_at is None:
        issue.answered_at, issue.answered_by = timezone.now(), actor.user
    issue.save()
    hints.publish_on_commit(topics.raise_versions([totals.TOPIC, totals.topic_of(issue.unit)]))


def of_unit(unit_id: int, *, settled: bool) -> list[Issue]:
    """The issues of a unit with what fails, the oldest first; of the settled ones the latest."""
    rows = Issue.objects.filter(unit=unit_id).select_related(
        "check_row__other", "indicator", "owner", "answered_by").prefetch_related("failures")
    if settled:
        return list(rows.exclude(state__in=Issue.UNSETTLED).order_by("-closed_at", "-pk")[:SETTLED_SHOWN])
    return list(rows.filter(state__in=Issue.UNSETTLED).order_by("opened_at", "pk"))


_UNSETTLED_AT = """
    WHERE indicators_failure.unit_id = %s AND indicators_failure.start = %s
    AND indicators_failure.indicator_id = ANY(%s) AND indicators_issue.state = ANY(%s) ORDER BY indicators_failure.id
"""


def unsettled_at(unit_id: int, start, indicators: Iterable[int]) -> dict[int, list[Failure]]:
    """What somebody still has to answer for at the cells of a sheet, by indicator."""
    given = [unit_id, start, list(indicators), [state.value for state in Issue.UNSETTLED]]
    found: dict[int, list[Failure]] = {}
    for row in sql.read(Failure, _UNSETTLED_AT, given, beside=("issue", "check_row", "indicator")):
        found.setdefault(row.indicator_id, []).append(row)
    return found
