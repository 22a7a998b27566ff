"""Checks are run where values change, in the transaction that changes them; what fails opens an issue, what passes
again mends it. No data is neither: a value that is missing opens nothing and mends nothing.

Whoever judges holds the units' locks, so that two who bring two figures of one unit see each other's, and never open
two issues. Judging again changes nothing.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from itertools import groupby
from types import MappingProxyType
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from hcmc_ioc.lib.sql import array, rows
from indicators import checks, settling, spans
from indicators.arithmetic import WITHOUT_NUMBER, Adding, Flag, Parts, Rules
from indicators.formulas import understood
from indicators.models import Check, Indicator, IndicatorVersion, Value
from indicators.settling import Key

LOCK = 1022_0012  # with a unit's number: the advisory lock of who judges its values
_NO_ROWS: tuple[list, ...] = ([],) * 9
BATCH = 5_000  # values that are judged at once


def judge(touched: Collection[Key], now: datetime) -> None:
    """Run the checks on these values, and on those that are measured against them; call it in their transaction."""
    book = _Book()
    for keys in _by_units(touched):
        hold({unit for _indicator, unit, _start in keys})
        _Judging(book, keys, now).run()


def again(progress: Callable[[int], None] = lambda done: None) -> None:
    """Run every check on every value: after checks were changed."""
    for indicator in Indicator.objects.order_by("pk").values_list("pk", flat=True):
        values = Value.objects.filter(indicator=indicator).order_by()
        for part in _by_units(list(values.values_list("indicator_id", "unit_id", "start"))):
            with transaction.atomic():
                judge(part, timezone.now())
        progress(1)


def tried(check: Check, keys: Collection[Key], now: datetime) -> list[tuple[Key, checks.Failed]]:
    """Which of these values this check alone would find; nothing is written."""
    book, found, asked = _Book([check]), [], set(keys)
    for part in _by_units(keys):
        judging = _Judging(book, part, now)
        judging.judge()
        found += [(key, failed) for (_check, key), failed in judging.failed.items() if key in asked]
    return found


def hold(units: Iterable[int]) -> None:
    """Until the transaction ends nobody else judges, or answers for, values of these units."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, unit) FROM (SELECT unnest(%s::int[]) AS unit) asked",
                       [LOCK, sorted(units)])


def _by_units(keys: Collection[Key]) -> Iterator[list[Key]]:
    part: list[Key] = []
    for _unit, group in groupby(sorted(keys, key=lambda key: key[1]), key=lambda key: key[1]):
        part += group
        if len(part) >= BATCH:
            yield part
            part = []
    if part:
        yield part


class _Book:
    """Every check, by the indicator that it judges; and which indicators' checks read another."""

    def __init__(self, only: Sequence[Check] | None = None) -> None:
        self.of: defaultdict[int | None, list[Check]] = defaultdict(list)
        self.readers: defaultdict[int, set[int]] = defaultdict(set)
        self.reads: defaultdict[int, set[int]] = defaultdict(set)
        self.read_by: dict[int, list[int]] = {}  # the other indicators that a check reads
        every = list(Check.objects.prefetch_related("summands")) if only is None else only
        self.formulas = {one.pk: understood(one.formula) for one in every if one.kind == Check.Kind.FORMULA}
        codes = set().union(*(formula.codes for formula in self.formulas.values()))
        self.by_code = dict(Indicator.objects.filter(code__in=codes).values_list("code", "pk")) if codes else {}
        for check in every:
            self.of[check.indicator_id].append(check)
            self.read_by[check.pk] = self._read_by(check)
            if check.indicator_id is not None:
                self.reads[check.indicator_id].update(self.read_by[check.pk])
        for judged, others in self.reads.items():
            for pk in others:
                self.readers[pk].add(judged)

    def _read_by(self, check: Check) -> list[int]:
        if check.pk in self.formulas:
            return [self.by_code[code] for code in sorted(self.formulas[check.pk].codes & self.by_code.keys())]
        return [one.pk for one in check.summands.all()] if check.other_id is None else [check.other_id]

    def on(self, indicator: int) -> list[Check]:
        return self.of[indicator] + self.of[None]


class _Series:
    """The values of one indicator of one unit as they are kept, in order: a list for each column. Tens of thousands are
    read at once, of which most are a measure alone; objects for each would take longer than judging."""

    def __init__(self, rules: Mapping[int, Rules] = MappingProxyType({}), *columns: list) -> None:
        self.pks, self.starts, self.versions, self.flags, self.checked, self.failed, *self.columns = columns or _NO_ROWS
        self.rules = rules
        self.numbers = [self._number(*row) for row in zip(self.flags, self.versions, *self.columns, strict=True)]
        self.breaks = [place for place, flag in enumerate(self.flags) if flag == Flag.BREAK]

    def _number(self, flag: str, version: int, number: Any, numerator: Any, denominator: Any) -> Decimal | None:
        if flag in WITHOUT_NUMBER:
            return None
        return number if denominator is None else self.rules[version].divided(Parts(number, numerator, denominator))

    def parts(self, place: int) -> Parts:
        return Parts(*(column[place] for column in self.columns))

    def is_flow(self, place: int) -> bool:
        """Whether it is counted anew in each period."""
        return self.rules[self.versions[place]].time == Adding.SUM

    def at(self, start: datetime) -> int | None:
        """Its place."""
        place = bisect_left(self.starts, start)
        return place if place < len(self.starts) and self.starts[place] == start else None

    def number_at(self, start: datetime) -> Decimal | None:
        place = self.at(start)
        return None if place is None else self.numbers[place]

    def before(self, place: int, since: datetime) -> range:
        """The places of what lies before this one and not before `since`, from the last break of the series on."""
        return range(max(bisect_left(self.starts, since, 0, place), self._last_break(place)), place)

    def unbroken_since(self, place: int) -> datetime:
        return self.starts[self._last_break(place)]

    def _last_break(self, place: int) -> int:
        found = bisect_right(self.breaks, place)
        return self.breaks[found - 1] if found else 0


class _Judging:
    def __init__(self, book: _Book, keys: Sequence[Key], now: datetime) -> None:
        self.book, self.now, self.until = book, now, timezone.now()
        self.units = sorted({unit for _indicator, unit, _start in keys})
        touched = {indicator for indicator, _unit, _start in keys}
        judged = touched.union(*(book.readers[pk] for pk in touched))
        asked = judged.union(*(book.reads[pk] for pk in judged))
        self.kinds = dict(Indicator.objects.filter(pk__in=asked).values_list("pk", "period_kind"))
        starts = {(self.kinds[indicator], start) for indicator, _unit, start in keys}
        self.bounds, self.years = self._bounds(starts)
        self.reach, self.last_day, self.earlier = cache(spans.reach), cache(spans.last_day), cache(spans.earlier_years)
        self.later = cache(lambda kind, start: spans.later_years(kind, start, self.until))
        self.series = self._series(asked)
        self.cells = self._cells(keys)
        self.counts: dict[int, tuple[tuple[int, int], tuple[int, int]]] = {}  # of a value: now, and before
        self.passed: set[tuple[int, Key]] = set()
        self.failed: dict[tuple[int, Key], checks.Failed] = {}

    def run(self) -> None:
        self.judge()
        self._write_counts()
        if self.passed or self.failed:
            settling.settle(self.passed, self.failed, self.now)

    def judge(self) -> None:
        """Find verdicts and counts, without writing any."""
        for (indicator, unit), starts in self.cells.items():
            series = self.series.get((indicator, unit), _NOTHING)
            for place, start in enumerate(series.starts):
                if start in starts:
                    self._judge((indicator, unit, start), series, place)

    # What is read

    def _bounds(self, starts: set[tuple[str, datetime]]) -> tuple[tuple[datetime, datetime], set[datetime]]:
        """From twelve periods before the first of these values until the last that one of them is a measure of; and the
        same periods of the years before all of these."""
        after = {(kind, one) for kind, start in starts for one in spans.later_years(kind, start, self.until)}
        first = min(spans.reach(kind, start)[0] for kind, start in starts)
        last = max({spans.reach(kind, start)[1] for kind, start in starts} | {start for _kind, start in after})
        judged = starts | after | {(kind, one) for kind, start in starts for one in spans.following(kind, start)
                                   if one <= self.until}
        years = {one for kind, start in judged for one in spans.earlier_years(kind, start) if one < first}
        return (first, last), years

    def _series(self, indicators: Collection[int]) -> dict[tuple[int, int], _Series]:
        rules, moment = _rules(indicators), cache(lambda seconds: datetime.fromtimestamp(seconds, UTC))
        since_years = [min(self.years), self.bounds[0]] if self.years else [self.bounds[0]] * 2
        given = [list(indicators), self.units, *self.bounds, list(self.years), Flag.BREAK.value, *since_years]
        return {(indicator, unit): _Series(rules, pks, list(map(moment, starts)), *columns)
                for indicator, unit, pks, starts, *columns in rows(_SERIES, given)}

    def _cells(self, keys: Sequence[Key]) -> dict[tuple[int, int], set[datetime]]:
        """What is to be judged: what changed, what is measured against it, and what came after it."""
        found: defaultdict[tuple[int, int], set[datetime]] = defaultdict(set)
        changed: defaultdict[tuple[int, int], list[datetime]] = defaultdict(list)
        for indicator, unit, start in keys:
            changed[indicator, unit].append(start)
            for pk in {indicator, *self.book.readers[indicator]}:
                found[pk, unit].add(start)
        for (indicator, unit), starts in changed.items():
            kind, first = self.kinds[indicator], min(starts)
            last = self.reach(kind, max(starts))[1]
            later = {one for start in starts for one in self.later(kind, start)}
            series = self.series.get((indicator, unit), _NOTHING)
            found[indicator, unit].update(
                start for start in series.starts if first < start <= last or start in later)
        return found

    # What is judged

    def _judge(self, key: Key, series: _Series, place: int) -> None:
        pk, number = series.pks[place], series.numbers[place]
        if number is None:
            self.counts[pk] = (0, 0), (series.checked[place], series.failed[place])
            return
        day, ran, wrong = self.last_day(self.kinds[key[0]], key[2]), 0, 0
        for check in self.book.on(key[0]):
            in_force = check.is_in_force(day)
            was_run, failed = self._verdict(check, key, number, series, place) if in_force else (False, None)
            ran += was_run
            if failed:
                wrong += 1
                self.failed[check.pk, key] = failed
            elif was_run or not in_force:
                self.passed.add((check.pk, key))
        self.counts[pk] = (ran, wrong), (series.checked[place], series.failed[place])

    def _verdict(self, check: Check, key: Key, number: Decimal, series: _Series,
                 place: int) -> tuple[bool, checks.Failed | None]:
        """Whether the check could be run (what it reads is there), and how the value fails it."""
        match check.kind:
            case Check.Kind.RANGE:
                return True, checks.within(number, check.low, check.high)
            case Check.Kind.JUMP:
                before = [one for at in self._before(key, series, place) if (one := series.numbers[at]) is not None]
                return checks.steady(number, before, check.limit, self._years(key, series, place))
            case Check.Kind.REPEAT:
                return self._repeated(check, key, number, series, place)
            case Check.Kind.FORMULA:
                return self._readded(check, key, number)
        others = [self._number(pk, key) for pk in self.book.read_by[check.pk]]
        there = [other for other in others if other is not None]
        if len(there) < len(others) or not there:
            return False, None
        if check.kind == Check.Kind.ORDER:
            return True, checks.at_most(number, there[0])
        return True, checks.adds_up(number, there, check.tolerance, exactly=check.is_exact)

    def _number(self, indicator: int, key: Key) -> Decimal | None:
        return self.series.get((indicator, key[1]), _NOTHING).number_at(key[2])

    def _repeated(self, check: Check, key: Key, number: Decimal, series: _Series,
                  place: int) -> tuple[bool, checks.Failed | None]:
        """Only of what is counted anew in each period: what stands still may well be the same again."""
        if not series.is_flow(place):
            return False, None
        last = self._before(key, series, place)[-checks.REPEATED:]
        before = [None if series.numbers[at] is None else series.parts(at) for at in last]
        least = checks.LARGE if check.low is None else check.low
        return checks.repeats(number, series.parts(place), before, Decimal(least))

    def _readded(self, check: Check, key: Key, total: Decimal) -> tuple[bool, checks.Failed | None]:
        """The total against its formula; not where an operand is missing."""
        formula, given = self.book.formulas[check.pk], {}
        for code, part in formula.operands:
            series = self.series.get((self.book.by_code.get(code, 0), key[1]), _NOTHING)
            place = series.at(key[2])
            if place is not None and (number := series.numbers[place]) is not None:
                parts = series.parts(place)
                given[code, part] = {"": number, "n": parts.numerator, "d": parts.denominator}[part]
        reckoned = formula.value(given)
        return (False, None) if reckoned is None else (True, checks.readds(total, reckoned, check.tolerance))

    def _before(self, key: Key, series: _Series, place: int) -> range:
        """The values of the last twelve periods before it, since the last break of the series."""
        return series.before(place, self.reach(self.kinds[key[0]], key[2])[0])

    def _years(self, key: Key, series: _Series, place: int) -> list[Decimal]:
        """The values of the same period of earlier years, since the last break of the series."""
        since = series.unbroken_since(place)
        numbers = [series.number_at(start) for start in self.earlier(self.kinds[key[0]], key[2]) if start >= since]
        return [number for number in numbers if number is not None]

    def _write_counts(self) -> None:
        fresh = [(pk, *counts) for pk, (counts, before) in self.counts.items() if counts != before]
        if fresh:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE indicators_value held SET checked = fresh.checked, failed = fresh.failed"
                    " FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS fresh (id, checked, failed)"
                    " WHERE held.id = fresh.id", [array(column) for column in zip(*fresh, strict=True)])


_NOTHING = _Series()
_COLUMNS = ("id", "extract(epoch FROM start)::bigint", "version_id", "flag::text", "checked", "failed", "number",
            "numerator", "denominator")
_SERIES = f"""
    SELECT indicator_id, unit_id, {', '.join(f"array_agg({column} ORDER BY start)" for column in _COLUMNS)}
    FROM indicators_value WHERE indicator_id = ANY(%s) AND unit_id = ANY(%s)
     AND (start BETWEEN %s AND %s OR start = ANY(%s::timestamptz[]) OR flag = %s AND start BETWEEN %s AND %s)
    GROUP BY indicator_id, unit_id
"""


def _rules(indicators: Collection[int]) -> dict[int, Rules]:
    return {version.pk: version.rules for version in IndicatorVersion.objects.filter(indicator__in=indicators)}
