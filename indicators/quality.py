"""Checks are run where values change, in the transaction that changes them; what fails opens an issue, what passes
again mends it. No data is neither: a value that is missing opens nothing and mends nothing.

Whoever judges holds the units' locks, so that two who bring two figures of one unit see each other's, and never open
two issues. Judging again changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from indicators import checks, keepers, spans
from indicators.arithmetic import WITHOUT_NUMBER, Adding, Flag, Parts, Rules
from indicators.formulas import understood
from indicators.models import Check, Failure, Indicator, IndicatorVersion, Issue, SetItem, Value

Key = tuple[int, int, datetime]  # indicator, unit, start
Owner = tuple[int, int, int]  # check, unit, indicator: one issue at most
LOCK = 1022_0012  # with a unit's number: the advisory lock of who judges its values
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

    def __init__(self) -> None:
        self.of: defaultdict[int | None, list[Check]] = defaultdict(list)
        self.readers: defaultdict[int, set[int]] = defaultdict(set)
        self.reads: defaultdict[int, set[int]] = defaultdict(set)
        self.read_by: dict[int, list[int]] = {}  # the other indicators that a check reads
        every = list(Check.objects.prefetch_related("summands"))
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


@dataclass
class _Held:
    """A value as it is kept, with what the last judgement said."""

    pk: int
    start: datetime
    parts: Parts
    number: Decimal | None
    is_break: bool
    is_flow: bool  # counted anew in each period
    counts: tuple[int, int]


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
        self.series = self._series(asked)
        self.held = {(pk, unit, one.start): one for (pk, unit), series in self.series.items() for one in series}
        self.cells = self._cells(keys)
        self.counts: dict[int, tuple[int, int]] = {}
        self.passed: set[tuple[int, Key]] = set()
        self.failed: dict[tuple[int, Key], checks.Failed] = {}

    def run(self) -> None:
        for (indicator, unit), starts in self.cells.items():
            for place, one in enumerate(self.series.get((indicator, unit), [])):
                if one.start in starts:
                    self._judge((indicator, unit, one.start), place, one)
        self._write_counts()
        if self.passed or self.failed:
            _Settling(self).run()

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

    def _series(self, indicators: Collection[int]) -> dict[tuple[int, int], list[_Held]]:
        first, last = self.bounds
        there = Q(start__range=self.bounds)
        if self.years:
            there |= Q(start__in=self.years) | Q(flag=Flag.BREAK, start__range=(min(self.years), first))
        rows = Value.objects.filter(there, indicator__in=indicators, unit__in=self.units)
        rules = _rules(indicators)
        found: defaultdict[tuple[int, int], list[_Held]] = defaultdict(list)
        for pk, indicator, unit, start, version, flag, checked, failed, *numbers in rows.order_by("start").values_list(
                "pk", "indicator_id", "unit_id", "start", "version_id", "flag", "checked", "failed", "number",
                "numerator", "denominator"):
            parts, rule = Parts(*numbers), rules[version]
            number = None if flag in WITHOUT_NUMBER else rule.divided(parts)
            found[indicator, unit].append(_Held(
                pk, start, parts, number, flag == Flag.BREAK, rule.time == Adding.SUM, (checked, failed)))
        return found

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
            last = spans.reach(kind, max(starts))[1]
            later = {one for start in starts for one in spans.later_years(kind, start, self.until)}
            series = self.series.get((indicator, unit), [])
            found[indicator, unit].update(
                one.start for one in series if first < one.start <= last or one.start in later)
        return found

    # What is judged

    def _judge(self, key: Key, place: int, one: _Held) -> None:
        if one.number is None:
            self.counts[one.pk] = (0, 0)
            return
        day, ran, wrong = spans.last_day(self.kinds[key[0]], key[2]), 0, 0
        for check in self.book.on(key[0]):
            was_run, failed = self._verdict(check, key, place, one) if check.is_in_force(day) else (False, None)
            ran += was_run
            if failed:
                wrong += 1
                self.failed[check.pk, key] = failed
            elif was_run or not check.is_in_force(day):
                self.passed.add((check.pk, key))
        self.counts[one.pk] = (ran, wrong)

    def _verdict(self, check: Check, key: Key, place: int, one: _Held) -> tuple[bool, checks.Failed | None]:
        """Whether the check could be run (what it reads is there), and how the value fails it."""
        number = one.number
        if number is None:
            return False, None
        match check.kind:
            case Check.Kind.RANGE:
                return True, checks.within(number, check.low, check.high)
            case Check.Kind.JUMP:
                before = [earlier.number for earlier in self._before(key, place) if earlier.number is not None]
                return checks.steady(number, before, check.limit, self._years(key))
            case Check.Kind.REPEAT:
                return self._repeated(check, key, place, number)
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
        one = self.held.get((indicator, *key[1:]))
        return one.number if one else None

    def _repeated(self, check: Check, key: Key, place: int, number: Decimal) -> tuple[bool, checks.Failed | None]:
        """Only of what is counted anew in each period: what stands still may well be the same again."""
        one = self.series[key[0], key[1]][place]
        if not one.is_flow:
            return False, None
        last = self._before(key, place)[-checks.REPEATED:]
        before = [earlier.parts if earlier.number is not None else None for earlier in last]
        least = checks.LARGE if check.low is None else check.low
        return checks.repeats(number, one.parts, before, Decimal(least))

    def _readded(self, check: Check, key: Key, total: Decimal) -> tuple[bool, checks.Failed | None]:
        """The total against its formula; not where an operand is missing."""
        formula, given = self.book.formulas[check.pk], {}
        for code, part in formula.operands:
            one = self.held.get((self.book.by_code.get(code, 0), *key[1:]))
            if one is not None and one.number is not None:
                given[code, part] = {"": one.number, "n": one.parts.numerator, "d": one.parts.denominator}[part]
        reckoned = formula.value(given)
        return (False, None) if reckoned is None else (True, checks.readds(total, reckoned, check.tolerance))

    def _before(self, key: Key, place: int) -> list[_Held]:
        """The values of the last twelve periods before it, since the last break of the series."""
        series, since = self.series[key[0], key[1]], spans.reach(self.kinds[key[0]], key[2])[0]
        found: list[_Held] = []
        if series[place].is_break:
            return found
        for one in reversed(series[:place]):
            if one.start < since:
                break
            found.append(one)
            if one.is_break:
                break
        return found[::-1]

    def _years(self, key: Key) -> list[Decimal]:
        """The values of the same period of earlier years, since the last break of the series."""
        breaks = [one.start for one in self.series[key[0], key[1]] if one.is_break and one.start <= key[2]]
        starts = [one for one in spans.earlier_years(self.kinds[key[0]], key[2]) if not breaks or one >= breaks[-1]]
        numbers = [self._number(key[0], (*key[:2], start)) for start in starts]
        return [number for number in numbers if number is not None]

    def _write_counts(self) -> None:
        held = {one.pk: one.counts for series in self.series.values() for one in series}
        fresh = [(pk, *counts) for pk, counts in self.counts.items() if held[pk] != counts]
        if fresh:
            with connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE indicators_value held SET checked = fresh.checked, failed = fresh.failed"
                    " FROM unnest(%s::bigint[], %s::int[], %s::int[]) AS fresh (id, checked, failed)"
                    " WHERE held.id = fresh.id", [list(column) for column in zip(*fresh, strict=True)])


class _Settling:
    """From verdicts to failures and issues."""

    def __init__(self, judging: _Judging) -> None:
        self.passed, self.failed, self.now = judging.passed, judging.failed, judging.now
        rows = Failure.objects.filter(unit__in=judging.units, start__range=judging.bounds).select_related("issue")
        self.held = {(row.check_row_id, (row.indicator_id, row.unit_id, row.start)): row for row in rows}

    def run(self) -> None:
        gone = [row for asked, row in self.held.items() if asked in self.passed]
        fresh = {asked: failed for asked, failed in self.failed.items() if self._is_fresh(asked, failed)}
        if not gone and not fresh:
            return
        left = {row.issue_id for row in gone}
        issues = self._issues(fresh) if fresh else {}
        rows = []
        for (check, key), failed in fresh.items():
            held, issue = self.held.get((check, key)), issues[check, key[1], key[0]]
            left |= {held.issue_id} if held else set()
            rows.append(Failure(check_row_id=check, indicator_id=key[0], unit_id=key[1], start=key[2], issue=issue,
                                value=failed.value, base=failed.base, score=failed.score,
                                is_seasonal=failed.is_seasonal))
        Failure.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["indicator", "start", "unit", "check_row"],
            update_fields=["issue", "value", "base", "score", "is_seasonal"])
        Failure.objects.filter(pk__in=[row.pk for row in gone]).delete()
        still = Failure.objects.filter(issue=OuterRef("pk"))
        unsettled = Issue.objects.filter(pk__in=left, state__in=Issue.UNSETTLED)
        unsettled.exclude(Exists(still)).update(state=Issue.State.MENDED, closed_at=self.now)

    def _is_fresh(self, asked: tuple[int, Key], failed: checks.Failed) -> bool:
        """A failure that nobody knows of: what was confirmed stays so while the value stays."""
        held = self.held.get(asked)
        if held is None:
            return True
        same = abs(held.value - failed.value) < Decimal("1e-9")
        return not same or (held.issue.is_unsettled and abs(held.base - failed.base) >= Decimal("1e-9"))

    def _issues(self, fresh: Mapping[tuple[int, Key], checks.Failed]) -> dict[Owner, Issue]:
        """The unsettled issue of each, opened where there is none, by the latest of its values."""
        wanted = {(check, unit, indicator): (start, fresh[check, (indicator, unit, start)])
                  for check, (indicator, unit, start) in sorted(fresh)}
        units = {unit for _check, unit, _indicator in wanted}
        rows = Issue.objects.filter(unit__in=units, state__in=Issue.UNSETTLED)
        found = {(row.check_row_id, row.unit_id, row.indicator_id): row for row in rows}
        missing = sorted(wanted.keys() - found.keys())
        owners = _keepers(missing) if missing else {}
        opened = Issue.objects.bulk_create(
            Issue(check_row_id=one[0], unit_id=one[1], indicator_id=one[2], opened_at=self.now,
                  owner_id=owners.get(one[1:]), start=wanted[one][0], value=wanted[one][1].value,
                  base=wanted[one][1].base, is_seasonal=wanted[one][1].is_seasonal) for one in missing)
        return found | dict(zip(missing, opened, strict=True))


def _keepers(wanted: Collection[Owner]) -> dict[tuple[int, int], int]:
    """Who keeps the set of an indicator in a unit, or stands in; nobody where nobody does."""
    sets = dict(SetItem.objects.filter(
        indicator__in={indicator for *_one, indicator in wanted}).values_list("indicator_id", "value_set_id"))
    kept = keepers.present({unit for _check, unit, _one in wanted})
    pairs = {(unit, indicator) for _check, unit, indicator in wanted if indicator in sets}
    return {(unit, indicator): people[0] for unit, indicator in pairs
            if (people := kept.get((sets[indicator], unit)))}


def _rules(indicators: Collection[int]) -> dict[int, Rules]:
    return {version.pk: version.rules for version in IndicatorVersion.objects.filter(indicator__in=indicators)}
