"""The four words by source: what units send, by the door through which it came; what the system counts itself; what
follows by formula. The rows of the doors, and what came through none, add up to the board of the units."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows
from indicators import board, owed
from indicators.answers import answer, sources
from indicators.models import Delivery, Indicator, Issue, Pull, Value
from indicators.quality_board import Due, Words, fresh_since

LIVE = (Indicator.Source.HOTLINE, Indicator.Source.PLATFORM)
COUNTED = (*LIVE, Indicator.Source.FORMULA)
DOORS = tuple(Delivery.Door.values)
NOTHING = ""  # the door of what did not come


@dataclass
class OfSource:
    code: str
    label: str
    words: Words
    failing: int = 0  # of its addresses, whose latest try brought nothing usable


def of_sources(due: Sequence[Due], whole: Words, units: Collection[int], now: datetime) -> list[OfSource]:
    """The rows of these units, whose four words together are `whole`; sources that bring nothing are left out."""
    found = _delivered(due, set(units), now)
    found[NOTHING] = _rest(whole, found.values())
    pulls = Pull.objects.failing().count()
    shown = [OfSource(door, _label(door), found[door], pulls if door == Delivery.Door.PULL else 0)
             for door in (*DOORS, NOTHING)
             if found[door].complete.whole or (door == Delivery.Door.PULL and pulls)]
    counted = _counted(now.replace(second=now.second // 10 * 10, microsecond=0))
    return shown + [OfSource(code, str(capfirst(Indicator.Source(code).label)), counted[code])
                    for code in COUNTED if counted[code].complete.whole]


def _label(door: str) -> str:
    if door == NOTHING:
        return _("Đơn vị gửi, chưa nhận được")
    return _("Đơn vị gửi, %(door)s") % {"door": Delivery.Door(door).label}


def _rest(whole: Words, doors: Collection[Words]) -> Words:
    rest = Words(None, issues=whole.issues - sum(one.issues for one in doors))
    for name in ("right", "complete", "clean", "fresh"):
        shares = [getattr(one, name) for one in doors]
        share = getattr(whole, name)
        getattr(rest, name).add(share.good - sum(one.good for one in shares),
                                share.whole - sum(one.whole for one in shares))
    return rest


# What units send

_CELLS = """
    SELECT asked.place, held.unit_id, delivery.door, count(*), count(*) FILTER (WHERE asked.has_limit AND is_number),
           count(*) FILTER (WHERE asked.is_fresh AND is_number), count(*) FILTER (WHERE is_number),
           sum(held.checked), sum(held.failed)
    FROM unnest(%s::bigint[], %s::timestamptz[], %s::int[], %s::bool[], %s::bool[])
        AS asked (indicator_id, start, place, has_limit, is_fresh)
    JOIN indicators_value held USING (indicator_id, start)
    JOIN indicators_delivery delivery ON delivery.id = held.delivery_id
    CROSS JOIN LATERAL (SELECT held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn') AS is_number) said
    GROUP BY 1, 2, 3
"""


def _delivered(due: Sequence[Due], units: set[int], now: datetime) -> dict[str, Words]:
    found: dict[str, Words] = {door: Words(None) for door in (*DOORS, NOTHING)}
    asked = [(one.pk, group.period.start, place, bool(one.freshness_days),
              bool(one.freshness_days) and group.period.start >= fresh_since(one, now))
             for place, group in enumerate(due) for one in group.indicators]
    counted = rows(_CELLS, [list(column) for column in zip(*asked, strict=True)]) if asked else ()
    for place, unit, door, cells, limited, fresh, there, checked, failed in counted:
        if unit in units & due[place].units:
            words = found[door]
            words.complete.add(there, cells)
            words.clean.add(cells, cells)
            words.fresh.add(fresh, limited)
            words.right.add(checked - failed, checked)
    _take_issues(due, units, found)
    return found


def _take_issues(due: Sequence[Due], units: set[int], found: dict[str, Words]) -> None:
    """Each issue stands with the door of the value that opened it; what is not clean, with that of the value due."""
    issues = list(Issue.objects.filter(unit__in=units, state__in=Issue.UNSETTLED).order_by().values_list(
        "unit_id", "indicator_id", "start"))
    periods = {one.pk: group.period.start for group in due for one in group.indicators}
    owing = {(unit, one.pk) for group in due for unit in group.units for one in group.indicators}
    wrong = {(unit, indicator, periods[indicator]) for unit, indicator, _start in issues if (unit, indicator) in owing}
    doors = _doors(wrong | set(issues))
    for one in issues:
        found[doors.get(one, NOTHING)].issues += 1
    for one in wrong & doors.keys():
        found[doors[one]].clean.good -= 1


def _doors(keys: Collection[tuple]) -> dict[tuple, str]:
    asked: defaultdict[datetime, set[int]] = defaultdict(set)
    for _unit, indicator, start in keys:
        asked[start].add(indicator)
    values = Value.objects.filter(start__in=asked, indicator__in=set().union(*asked.values()),
                                  unit__in={unit for unit, *_rest in keys}) if keys else Value.objects.none()
    there = values.order_by().values_list("unit_id", "indicator_id", "start", "delivery__door")
    return {(unit, indicator, start): door for unit, indicator, start, door in there
            if (unit, indicator, start) in keys}


# What is counted or reckoned


@ttl_cache(seconds=10)
def _counted(now: datetime) -> dict[str, Words]:
    """Whether each has its figure of the last whole period, and whether that is new; no check judges them."""
    found: dict[str, Words] = {code: Words(None) for code in COUNTED}
    every = [one for one in board.catalogue() if one.source in COUNTED]
    periods = {row.indicator.pk: row.period for row in board.of_city(
        [one for one in every if one.source == Indicator.Source.FORMULA]) if row.cell.value is not None}
    rule = owed.rule()
    for one in every:
        period = rule.before(rule.at(one.period_kind, now))
        if one.source in LIVE and one.source in sources and answer(one, [period])[0].city.value is not None:
            periods[one.pk] = period
        held = periods.get(one.pk)
        words = found[one.source]
        words.complete.add(held is not None, 1)
        if one.source in LIVE:
            words.fresh.add(held is not None, 1)  # counted as one looks
        elif one.freshness_days:
            words.fresh.add(held is not None and held.start >= fresh_since(one, now), 1)
    return found
