"""What one ticket adds to which row of which rollup: the one definition of every historical count. Pure.

A contribution is a `Counter` over keys `(table, unit, …, measure)`; the fold adds `of(after) − of(before)`. Every unit
row has a twin for the whole city (`city_id`), so the city is always the sum of its units.
"""

from bisect import bisect_right
from collections import Counter
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

# Upper edges of the handling-time bins in working minutes: each at most 5 % above the one before (whole minutes while
# those are coarser than 5 %), up to about ten working years. A median read from them is within 5 %.
EDGES: list[int] = [1]
while EDGES[-1] < 1_300_000:
    EDGES.append(max(EDGES[-1] + 1, int(EDGES[-1] * 1.05)))

SATISFIED = 4  # of 5
RESULT, FORWARD = "result", "forward"  # kinds of promise
HANDLING, ACCEPTING, FORWARDING = "handling", "accepting", "forwarding"  # kinds of duration
_PLAIN: list[Any] = [0, RESULT, None, None, None, None]  # what a short entry of a promise leaves out


def bin_of(minutes: int) -> int:
    """The bin of a duration: the number of edges that are not above it (`width_bucket` in SQL)."""
    return bisect_right(EDGES, minutes)


def bin_middle(number: int) -> float:
    """A duration in minutes that stands for the bin, within 5 % of everything in it."""
    low = EDGES[number - 1] if number else 0
    high = EDGES[number] - 1 if number < len(EDGES) else low
    return (low + high) / 2


def hour_of(seconds: int) -> int:
    """The epoch second at which the hour of `seconds` began. Hours are whole hours of UTC, so that the hour which the
    clock repeats in autumn is two hours here too."""
    return seconds - seconds % 3600


@lru_cache(maxsize=200_000)
def _day_of_quarter(quarter: int, zone: ZoneInfo) -> date:
    return datetime.fromtimestamp(quarter * 900, zone).date()


def local_day(seconds: int, zone: ZoneInfo) -> date:
    """The local date. Asked per quarter of an hour, the finest step of any zone's offset, so that the cache serves."""
    return _day_of_quarter(seconds // 900, zone)


def of(facts: dict | None, city_id: int, zone: ZoneInfo) -> Counter:
    """What a ticket with these `feedback.rules.facts` adds; nothing for None."""
    adds: Counter = Counter()
    if facts is None:
        return adds
    unit = facts["unit"]
    for scope in (unit, city_id):
        day, hour = local_day(facts["received"], zone), hour_of(facts["received"])
        adds["hour", scope, hour, "received"] += 1
        adds["day", scope, day, "received"] += 1
        if "self" in facts:
            adds["day", scope, day, "self_received"] += 1
        adds["category", scope, facts["category"], day, "received"] += 1
        adds["channel", scope, facts["channel"], day, "received"] += 1
        if "resolved" in facts:
            day, hour = local_day(facts["resolved"], zone), hour_of(facts["resolved"])
            adds["hour", scope, hour, "resolved"] += 1
            adds["day", scope, day, "resolved"] += 1
            adds["category", scope, facts["category"], day, "resolved"] += 1
            if "minutes" in facts and "self" not in facts:
                adds["duration", scope, HANDLING, day, bin_of(facts["minutes"]), "tickets"] += 1
                adds["day", scope, day, "handled_minutes"] += facts["minutes"]
                adds["day", scope, day, "stopped_minutes"] += facts.get("stopped", 0)
        if "accepted" in facts and "self" not in facts:
            day = local_day(facts["accepted"], zone)
            adds["duration", scope, ACCEPTING, day, bin_of(facts["minutes_to_accept"]), "tickets"] += 1
        if "reopened" in facts:
            adds["day", scope, local_day(facts["reopened"], zone), "reopened"] += 1
        if "rejected" in facts:
            adds["day", scope, local_day(facts["rejected"], zone), "rejected"] += 1
        if "rated" in facts:
            day = local_day(facts["rated"], zone)
            adds["day", scope, day, "rated"] += 1
            adds["day", scope, day, "satisfied"] += int(facts["score"] >= SATISFIED)
            adds["day", scope, day, "score_sum"] += facts["score"]
    _add_promises(adds, facts["promises"], city_id, zone)
    return adds


def _add_promises(adds: Counter, promises: list, city_id: int, zone: ZoneInfo) -> None:
    for unit, due, met, *more in promises:
        is_self, kind, first, met_first, met_at, minutes = more + _PLAIN[len(more) :]
        day = local_day(due, zone)
        if kind != RESULT:  # the hotline's own clocks: of the row "unassigned", never of the city
            adds["promise", unit, kind, day, "due"] += 1
            adds["promise", unit, kind, day, "met"] += met
            if kind == FORWARD and met_at is not None:
                adds["duration", unit, FORWARDING, local_day(met_at, zone), bin_of(minutes), "tickets"] += 1
            continue
        prefix = "self_" if is_self else ""  # a unit's promises on what it recorded itself are counted apart
        for scope in (unit, city_id):
            adds["promise", scope, RESULT, day, f"{prefix}due"] += 1
            adds["promise", scope, RESULT, day, f"{prefix}met"] += met
            if not is_self:
                first_day = day if first is None else local_day(first, zone)
                adds["promise", scope, RESULT, first_day, "first_due"] += 1
                adds["promise", scope, RESULT, first_day, "first_met"] += met if first is None else met_first


def difference(before: dict | None, after: dict | None, city_id: int, zone: ZoneInfo) -> Counter:
    """`of(after) − of(before)` without the keys that do not change."""
    adds = of(after, city_id, zone)
    adds.subtract(of(before, city_id, zone))
    return Counter({key: count for key, count in adds.items() if count})
