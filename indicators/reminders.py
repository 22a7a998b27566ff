"""Told in time: before a due date who keeps a set, after it who leads the unit, by the bell, once per person and term.

Which days are rows (`ReminderTerm`), the city's own. Who left is passed over: the substitute is told, and where nobody
keeps the set any more the unit's leader, before the due date already.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count
from django.urls import reverse

from districts.models import Unit
from indicators import keepers, notices, owed
from indicators.arithmetic import Flag
from indicators.models import Notice, ReminderTerm, Value, ValueSet
from indicators.notices import Told
from indicators.periods import Period

STILL = timedelta(days=7)  # a term that passed longer ago, while the background stood still, is not made up for
Who = ReminderTerm.Who


@dataclass(frozen=True)
class Reached:
    """A term of a set that was reached for one of its periods; `left` are the cells of each unit that lacks some."""

    value_set: ValueSet
    period: Period
    due: datetime
    at: datetime
    who: str
    left: dict[int, int]


def remind(now: datetime) -> None:
    """Tell everybody whose term was reached; a second time it tells nobody anything new."""
    reached = list(_reached(now))
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in={pk for one in reached for pk in one.left})}
    kept, leaders = keepers.present(units), keepers.leaders(units)
    told: dict[tuple[int, str], Told] = {}
    for one in reached:
        for pk, left in one.left.items():
            people = kept.get((one.value_set.pk, pk), []) if one.who == Who.KEEPERS else []
            code = Notice.Code.OVERDUE if one.due <= now else Notice.Code.DUE_SOON
            if one.who == Who.KEEPERS and not people:
                code = Notice.Code.NO_KEEPER
            fresh = _told(one, units[pk], left, code)
            for user in people or leaders.get(pk, []):
                known = told.get((user, fresh.key))
                if known is None or known.at < fresh.at:
                    told[user, fresh.key] = replace(fresh, user_id=user)
    notices.tell(told.values())


def _told(one: Reached, unit: Unit, left: int, code: str) -> Told:
    value_set, start = one.value_set, one.period.start
    return Told(
        0, f"owed:{value_set.pk}:{unit.pk}:{start:%Y%m%d%H}", code,
        reverse("sheet", args=[value_set.code, unit.slug, owed.key(one.period)]), one.at,
        parameters={"set_vi": value_set.name_vi, "set_en": value_set.name_en, "unit": unit.short_name, "left": left,
                    "kind": value_set.period_kind, "start": start.isoformat(), "due": one.due.isoformat()})


def _reached(now: datetime) -> Iterator[Reached]:
    """Every term of every set that lies in the last days, with the units whose sheet has empty cells still."""
    terms = list(ReminderTerm.objects.filter(is_on=True))
    own = {term.value_set_id for term in terms}
    for value_set in ValueSet.objects.prefetch_related("items__indicator"):
        asked = [term for term in terms if term.value_set_id == (value_set.pk if value_set.pk in own else None)]
        for period in _periods(value_set, asked, now):
            due = owed.due_at(value_set, period)
            hit = [term for term in asked if now - STILL < due + timedelta(days=term.days) <= now]
            left = _left(value_set, period) if hit else {}
            for term in hit if left else ():
                if term.who == Who.LEADERS or due > now:  # after the due date it is the leader's
                    yield Reached(value_set, period, due, due + timedelta(days=term.days), term.who, left)


def _periods(value_set: ValueSet, terms: Iterable[ReminderTerm], now: datetime) -> Iterator[Period]:
    """The periods that have ended whose due date is near enough for one of the terms."""
    rule, days = owed.rule(), [term.days for term in terms]
    if not days:
        return
    first = now - STILL - timedelta(days=max(days) + value_set.due_days + 1)
    period = rule.at(value_set.period_kind, max(first, rule.at(value_set.period_kind, value_set.begins).start))
    while period.start <= now and owed.due_at(value_set, period) + timedelta(days=min(days)) <= now:
        yield period
        period = rule.next(period)


def _left(value_set: ValueSet, period: Period) -> dict[int, int]:
    """How many cells are neither filled nor given a reason, by unit; units that lack none are left out."""
    units = owed.owing(value_set, [period])[period.start]
    asked = [item.indicator_id for item in owed.items(value_set, period)]
    there = Value.objects.filter(indicator__in=asked, start=period.start, unit__in=units)
    answered = dict(there.exclude(flag=Flag.WITHDRAWN).order_by().values_list("unit_id").annotate(Count("pk")))
    left = {unit: len(asked) - answered.get(unit, 0) for unit in sorted(units)}
    return {unit: count for unit, count in left.items() if count}
