"""What pages show of a judgement over time, as a context."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from indicators import judged_words as said
from indicators import judging, owed
from indicators.judging import Judged, Plan
from indicators.models import Indicator, Method
from indicators.pages import period_of
from indicators.saying import period as named
from indicators.saying import short

CHARTED = 48  # periods in the drawing
SIGNALS = 8


def context(found: Judged) -> dict:
    """The chart's lists, the signals and the method in words, what was saved beside what is found now."""
    row = found.plan.saved
    told = said.signals(found)
    return {
        "judged": found, "is_drawn": any(value is not None for value in found.judgement.values),
        "signals": told[:SIGNALS], "more_signals": max(0, len(told) - SIGNALS),
        "why_not_judged": said.why_not(found), "method": said.method(found),
        "marks": [said.mark(found, one) for one in found.plan.marks],
        "saved": said.kept(found, row) if row else "",
        "drifted": _drift(found) if row else [],
    }


def _drift(found: Judged) -> list[tuple[str, str, str]]:
    """What the saved judgement said and what the same method says now, where they differ: (what, then, now)."""
    row = found.plan.saved
    if row is None:
        return []
    now, until = judging.told(found), row.until
    periods = {one.code: one.start for one in found.periods}
    seen = [one for one in now["signals"] if periods[one["period"]] <= until]
    rows = [("limits", said.limits(row.found["stretches"], found.indicator),
             said.limits(now["stretches"], found.indicator)),
            ("signals", _listed(found, row.found["signals"]), _listed(found, seen))]
    return [one for one in rows if one[1] != one[2]]


def _listed(found: Judged, signals: Sequence[Mapping]) -> str:
    rule = owed.rule()
    codes = sorted({one["period"] for one in signals})
    return ", ".join(named(rule.parse(found.indicator.period_kind, code)) for code in codes) or "–"


def charted(found: Judged) -> dict:
    """The last periods as `svg.control` takes them, in the indicator's unit of measure."""
    judgement, scale = found.judgement, found.scale
    known = next((place for place, value in enumerate(judgement.values) if value is not None), 0)
    first = max(known, len(found.periods) - CHARTED)
    low, high = judgement.bounds or (float("-inf"), float("inf"))
    limits = [None if one is None else tuple(
        scale * min(high, max(low, edge)) for edge in (one.low, one.centre, one.high)) for one in judgement.limits]
    begins = {one.first for one in judgement.stretches}
    return {
        "labels": [short(one) for one in found.periods[first:]],
        "values": [None if value is None else scale * value for value in judgement.values[first:]],
        "limits": limits[first:],
        "anew": [place - first for place, key in enumerate(judgement.keys) if key in begins and place >= first],
        "places": {one.start: place - first for place, one in enumerate(found.periods)},
    }


def tried(indicator: Indicator, plan: Plan, given: Mapping[str, Sequence[str]]) -> Plan | None:
    """The plan that an address asks to try: `cach` (method), `lai` (begin anew with), `bo` (leave out); None where it
    asks for none; ValueError for what is no method or period."""
    methods = [one for one in given.get("cach", ()) if one]
    marks = [(kind, _start_of(indicator, text)) for name, kind in (("lai", "rebase"), ("bo", "exclude"))
             for text in given.get(name, ()) if text]
    if not methods and not marks:
        return None
    return plan.with_marks(Method(methods[0]) if methods else plan.method, marks)


def _start_of(indicator: Indicator, text: str) -> datetime:
    return period_of(indicator.period_kind, text).start
