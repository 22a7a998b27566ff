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
RESULT, FORWARD, FIRST = "result", "forward", "first"  # kinds of promise; a first date that was missed
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
    return difference(None, facts, city_id, zone)


def difference(before: dict | None, after: dict | None, city_id: int, zone: ZoneInfo) -> Counter:
    """`of(after) − of(before)` without the keys that do not change. What both have alike is not counted at all: most
    changes leave the promises, or everything else, as they were."""
    adds: Counter = Counter()
    promises_differ = rest_differs = True
    if before is not None and after is not None:
        promises_differ = (before["promises"], before["category"]) != (after["promises"], after["category"])
        rest_differs = _without_promises(before) != _without_promises(after)
    for facts, sign in ((after, 1), (before, -1)):
        if facts and promises_differ:
            _add_promises(adds, facts, city_id, zone, sign)
        if facts and rest_differs:
            _add_ticket(adds, facts, city_id, zone, sign)
    return Counter({key: count for key, count in adds.items() if count})


def _without_promises(facts: dict) -> dict:
    return {name: value for name, value in facts.items() if name != "promises"}


def _add_ticket(adds: Counter, facts: dict, city_id: int, zone: ZoneInfo, sign: int) -> None:
    for scope in (facts["unit"], city_id):
        day, hour = local_day(facts["received"], zone), hour_of(facts["received"])
        adds["hour", scope, hour, "received"] += sign
        adds["day", scope, day, "received"] += sign
        if "self" in facts:
            adds["day", scope, day, "self_received"] += sign
        adds["category", scope, facts["category"], day, "received"] += sign
        adds["channel", scope, facts["channel"], day, "received"] += sign
        if "resolved" in facts:
            _add_answer(adds, facts, scope, zone, sign)
        if "accepted" in facts and "self" not in facts:
            day = local_day(facts["accepted"], zone)
            adds["duration", scope, ACCEPTING, day, bin_of(facts["minutes_to_accept"]), "tickets"] += sign
        if "rejected" in facts:
            adds["day", scope, local_day(facts["rejected"], zone), "rejected"] += sign
    _add_verdict_of_citizens(adds, facts, city_id, zone, sign)


def _add_verdict_of_citizens(adds: Counter, facts: dict, city_id: int, zone: ZoneInfo, sign: int) -> None:
    """Of the unit whose answer it was. What a unit recorded itself earns it no stars, wherever it lies now; older rows
    say so only where it lies with the unit still."""
    if "reopened" in facts:
        day = local_day(facts["reopened"], zone)
        for scope in (facts.get("reopened_unit", facts["unit"]), city_id):
            adds["day", scope, day, "reopened"] += sign
    stars = list(facts.get("ratings", ()))
    if "rated" in facts and ("self" not in facts or "rated_unit" in facts):
        stars.append((facts.get("rated_unit", facts["unit"]), facts["rated"], facts["score"]))
    for unit, rated, score in stars:
        day = local_day(rated, zone)
        for scope in (unit, city_id):
            adds["day", scope, day, "rated"] += sign
            adds["day", scope, day, "satisfied"] += sign * (score >= SATISFIED)
            adds["day", scope, day, "score_sum"] += sign * score


def _add_answer(adds: Counter, facts: dict, scope: int, zone: ZoneInfo, sign: int) -> None:
    day, hour = local_day(facts["resolved"], zone), hour_of(facts["resolved"])
    adds["hour", scope, hour, "resolved"] += sign
    adds["day", scope, day, "resolved"] += sign
    adds["category", scope, facts["category"], day, "resolved"] += sign
    if "minutes" in facts and "self" not in facts:
        adds["duration", scope, HANDLING, day, bin_of(facts["minutes"]), "tickets"] += sign
        adds["day", scope, day, "handled_minutes"] += sign * facts["minutes"]
        adds["day", scope, day, "stopped_minutes"] += sign * facts.get("stopped", 0)


def _add_promises(adds: Counter, facts: dict, city_id: int, zone: ZoneInfo, sign: int) -> None:
    for unit, due, met, *more in facts["promises"]:
        is_self, kind, first, met_first, met_at, minutes = more + _PLAIN[len(more) :]
        day = local_day(due, zone)
        if kind == FIRST:
            for scope in (unit, city_id):
                adds["promise", scope, RESULT, day, "first_due"] += sign
            continue
        if kind != RESULT:  # the hotline's own clocks: of the row "unassigned", never of the city
            adds["promise", unit, kind, day, "due"] += sign
            adds["promise", unit, kind, day, "met"] += sign * met
            if kind == FORWARD and met_at is not None:
                adds["duration", unit, FORWARDING, local_day(met_at, zone), bin_of(minutes), "tickets"] += sign
            continue
        prefix = "self_" if is_self else ""  # a unit's promises on what it recorded itself are counted apart
        for scope in (unit, city_id):
            adds["promise", scope, RESULT, day, f"{prefix}due"] += sign
            adds["promise", scope, RESULT, day, f"{prefix}met"] += sign * met
            if not is_self:
                adds["category", scope, facts["category"], day, "due"] += sign
                adds["category", scope, facts["category"], day, "met"] += sign * met
                if first == 0:  # missed: an entry of its own
                    continue
                first_day = day if first is None else local_day(first, zone)
                adds["promise", scope, RESULT, first_day, "first_due"] += sign
                adds["promise", scope, RESULT, first_day, "first_met"] += sign * (met if first is None else met_first)
