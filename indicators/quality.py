"""Checks are run where values change, in the transaction that changes them; what fails opens an issue, what passes
again mends it. No data is neither: a value that is missing opens nothing and mends nothing.

Whoever judges holds the units' locks, so that two who bring two figures of one unit see each other's, and never open
two issues. Judging again changes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from indicators import checks, owed
from indicators.arithmetic import WITHOUT_NUMBER, Flag, Parts, Rules
from indicators.models import Check, Failure, Indicator, IndicatorVersion, Issue, Keeper, SetItem, Value

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
        self.summands: dict[int, list[int]] = {}
        for check in Check.objects.prefetch_related("summands"):
            self.of[check.indicator_id].append(check)
            self.summands[check.pk] = [one.pk for one in check.summands.all()]
            if check.indicator_id is not None:
                self.reads[check.indicator_id].update(self.read_by(check))
        for judged, others in self.reads.items():
            for pk in others:
                self.readers[pk].add(judged)

    def read_by(self, check: Check) -> list[int]:
        """The other indicators that the check reads."""
        return self.summands[check.pk] if check.other_id is None else [check.other_id]

    def on(self, indicator: int) -> list[Check]:
        return self.of[indicator] + self.of[None]


@dataclass
class _Held:
    """A value as it is kept, with what the last judgement said."""

    pk: int
    start: datetime
    number: Decimal | None
    is_break: bool
    counts: tuple[int, int]


class _Judging:
    def __init__(self, book: _Book, keys: Sequence[Key], now: datetime) -> None:
        self.book, self.now = book, now
        self.units = sorted({unit for _indicator, unit, _start in keys})
        touched = {indicator for indicator, _unit, _start in keys}
        judged = touched.union(*(book.readers[pk] for pk in touched))
        asked = judged.union(*(book.reads[pk] for pk in judged))
        self.kinds = dict(Indicator.objects.filter(pk__in=asked).values_list("pk", "period_kind"))
        self.bounds = self._bounds({start for *_one, start in keys}, {self.kinds[pk] for pk in touched})
        self.series = self._series(asked)
        self.numbers = {(pk, unit, one.start): one.number
                        for (pk, unit), series in self.series.items() for one in series}
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

    def _bounds(self, starts: set[datetime], kinds: set[str]) -> tuple[datetime, datetime]:
        """From twelve periods before the first of these values until twelve after the last."""
        first = min(_reach(kind, min(starts))[0] for kind in kinds)
        return first, max(_reach(kind, max(starts))[1] for kind in kinds)

    def _series(self, indicators: Collection[int]) -> dict[tuple[int, int], list[_Held]]:
        rows = Value.objects.filter(indicator__in=indicators, unit__in=self.units, start__range=self.bounds)
        rules = _rules(indicators)
        found: defaultdict[tuple[int, int], list[_Held]] = defaultdict(list)
        for pk, indicator, unit, start, version, flag, checked, failed, *numbers in rows.order_by("start").values_list(
                "pk", "indicator_id", "unit_id", "start", "version_id", "flag", "checked", "failed", "number",
                "numerator", "denominator"):
            number = None if flag in WITHOUT_NUMBER else rules[version].divided(Parts(*numbers))
            found[indicator, unit].append(_Held(pk, start, number, flag == Flag.BREAK, (checked, failed)))
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
            first, last = min(starts), _reach(self.kinds[indicator], max(starts))[1]
            series = self.series.get((indicator, unit), [])
            found[indicator, unit].update(one.start for one in series if first < one.start <= last)
        return found

    # What is judged

    def _judge(self, key: Key, place: int, one: _Held) -> None:
        if one.number is None:
            self.counts[one.pk] = (0, 0)
            return
        day, ran, wrong = _last_day(self.kinds[key[0]], key[2]), 0, 0
        for check in self.book.on(key[0]):
            was_run, failed = self._verdict(check, key, place, one.number) if check.is_in_force(day) else (False, None)
            ran += was_run
            if failed:
                wrong += 1
                self.failed[check.pk, key] = failed
            elif was_run or not check.is_in_force(day):
                self.passed.add((check.pk, key))
        self.counts[one.pk] = (ran, wrong)

    def _verdict(self, check: Check, key: Key, place: int, number: Decimal) -> tuple[bool, checks.Failed | None]:
        """Whether the check could be run (what it reads is there), and how the value fails it."""
        indicator, unit, start = key
        if check.kind == Check.Kind.RANGE:
            return True, checks.within(number, check.low, check.high)
        if check.kind == Check.Kind.JUMP:
            return checks.steady(number, self._before(key, place), check.limit)
        others = [self.numbers.get((pk, unit, start)) for pk in self.book.read_by(check)]
        there = [other for other in others if other is not None]
        if len(there) < len(others) or not there:
            return False, None
        if check.kind == Check.Kind.ORDER:
            return True, checks.at_most(number, there[0])
        return True, checks.adds_up(number, there, check.tolerance, exactly=check.is_exact)

    def _before(self, key: Key, place: int) -> list[Decimal]:
        """The values of the last twelve periods before it, since the last break of the series."""
        series, since = self.series[key[0], key[1]], _reach(self.kinds[key[0]], key[2])[0]
        found: list[Decimal] = []
        if series[place].is_break:
            return found
        for one in reversed(series[:place]):
            if one.start < since:
                break
            if one.number is not None:
                found.append(one.number)
            if one.is_break:
                break
        return found[::-1]

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
                                value=failed.value, base=failed.base, score=failed.score))
        Failure.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["indicator", "start", "unit", "check_row"],
            update_fields=["issue", "value", "base", "score"])
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
                  base=wanted[one][1].base) for one in missing)
        return found | dict(zip(missing, opened, strict=True))


def _keepers(wanted: Collection[Owner]) -> dict[tuple[int, int], int]:
    """Who keeps the set of an indicator in a unit; nobody where nobody is named."""
    sets = dict(SetItem.objects.filter(
        indicator__in={indicator for *_one, indicator in wanted}).values_list("indicator_id", "value_set_id"))
    rows = Keeper.objects.filter(value_set__in=set(sets.values()), unit__in={unit for _check, unit, _one in wanted})
    keepers = {(unit, value_set): user for unit, value_set, user in rows.values_list(
        "unit_id", "value_set_id", "user_id")}
    pairs = {(unit, indicator) for _check, unit, indicator in wanted}
    return {(unit, indicator): keepers[unit, sets[indicator]] for unit, indicator in pairs
            if (unit, sets.get(indicator)) in keepers}


def _rules(indicators: Collection[int]) -> dict[int, Rules]:
    return {version.pk: version.rules for version in IndicatorVersion.objects.filter(indicator__in=indicators)}


@lru_cache(maxsize=4096)
def _of_city(rule: owed.Rule, kind: str, start: datetime) -> tuple[datetime, datetime, date]:
    period = rule.at(kind, start)
    after = period
    for _step in range(checks.MOST):
        after = rule.next(after)
    return rule.before(period, checks.MOST).start, after.start, owed.last_day(period)


def _reach(kind: str, start: datetime) -> tuple[datetime, datetime]:
    """The starts of the twelfth period before and after."""
    return _of_city(owed.rule(), kind, start)[:2]


def _last_day(kind: str, start: datetime) -> date:
    return _of_city(owed.rule(), kind, start)[2]
