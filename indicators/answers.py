"""The figures of an indicator for any unit and period: pages, the command, the API, files and reports ask here.

Order of adding: first over time within a unit, each part by its own rule; then over territory; then dividing. Beside
every figure stands how much of what was owed it rests on, and why there is none where there is none.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db.models import Q

from districts.models import Unit
from indicators import maps, owed
from indicators.arithmetic import WITHOUT_NUMBER, ZERO, Adding, Flag, Parts, Rules, Why, worst
from indicators.formulas import Formula, understood
from indicators.models import Indicator, IndicatorVersion, Revision, Value
from indicators.periods import OffBorder, Period

LOOK_BACK = 3  # periods of an operand with longer periods, until one has a value


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. `value` is in the indicator's unit of measure (percent 0–100), unrounded, or None with `why`.

    `owed`, `delivered`, `on_time` count unit × base-period cells; `on_time` is None where nothing is judged (history).
    """

    value: Decimal | None = None
    numerator: Decimal | None = None
    denominator: Decimal | None = None
    number: Decimal | None = None  # of what has no parts: what was added
    flag: str | None = None
    owed: int = 0
    delivered: int = 0
    on_time: int | None = None
    units_counted: int = 0
    why: str | None = None


@dataclass(frozen=True)
class Answer:
    period: Period
    city: Cell
    units: dict[int, Cell]


class Held(NamedTuple):
    """One value as it is kept."""

    parts: Parts
    flag: str
    first_at: datetime | None = None
    is_history: bool = False

    @property
    def counts(self) -> bool:
        return self.flag not in WITHOUT_NUMBER


Values = dict[datetime, dict[int, Held]]  # by the start of the base period, then by unit
Source = Callable[[Indicator, IndicatorVersion, Sequence[Period]], list[Answer]]
sources: dict[str, Source] = {}  # of indicators whose figures nobody delivers: registered by the app that counts them
begins: dict[str, Callable[[], date | None]] = {}  # by source, the first day of which it knows: before, 0 is no figure


def answer(
    indicator: Indicator, periods: Sequence[Period], *, map_: str = "then", as_of: datetime | None = None,
    history: bool = False,
) -> list[Answer]:
    """City and units, for each of these periods; `OffBorder` where one cuts a base period of the indicator.

    `map_="today"` reads the values by the units of today; `as_of` as they were known at that moment, with `history` as
    if what was loaded as history had been there.
    """
    if indicator.source == Indicator.Source.FORMULA:
        return _by_formula(indicator, periods, map_=map_, as_of=as_of, history=history)
    if indicator.source in sources:
        return sources[indicator.source](indicator, version_for(indicator, periods[-1]), periods)
    return delivered([indicator], periods, map_=map_, as_of=as_of, history=history)[indicator.pk]


def delivered(
    indicators: Sequence[Indicator], periods: Sequence[Period], *, map_: str = "then", as_of: datetime | None = None,
    history: bool = False,
) -> dict[int, list[Answer]]:
    """The same for many delivered indicators of one kind of period, in as many queries as there are sets; of base
    periods the city alone is told faster by `sums`."""
    rule, kind = owed.rule(), indicators[0].period_kind
    bases = {period: rule.within(kind, period.start, period.end) for period in periods}
    every = sorted({base for found in bases.values() for base in found})
    before = {base.start: rule.before(base).start for base in every}
    kept = _kept([indicator.pk for indicator in indicators], {*before, *before.values()}, as_of, history)
    owing: dict[int, dict[datetime, set[int]]] = {}
    answers = {}
    for indicator in indicators:
        value_set = indicator.set_item.value_set if hasattr(indicator, "set_item") else None
        if value_set and value_set.pk not in owing:
            owing[value_set.pk] = owed.owing(value_set, every)
        values, owes = kept[indicator.pk], _asked(indicator, owing[value_set.pk], every) if value_set else {}
        due = {base.start: owed.due_at(value_set, base) for base in every} if value_set else {}
        if map_ == "today":
            values, owes = maps.today(values, owes, _moved)
        question = _Question(indicator, bases, before, values, owes, due)
        answers[indicator.pk] = [question.of(period) for period in periods]
    return answers


def _asked(indicator: Indicator, owing: Mapping[datetime, set[int]], every: Sequence[Period]) -> dict:
    """Who owes the indicator: as its set is owed, in the periods in which the set asks for it."""
    return {base.start: owing[base.start] if owed.is_asked(indicator.set_item, base) else set() for base in every}


def version_for(indicator: Indicator, period: Period) -> IndicatorVersion:
    """The definition in force in the period, of a longer one in its last base period; the first one for what lies
    before all."""
    versions = list(indicator.versions.all())
    if len(versions) == 1:
        return versions[0]
    if period.kind != indicator.period_kind:
        period = owed.rule().at(indicator.period_kind, period.end - timedelta(microseconds=1))
    day = owed.first_day(period)
    return next((version for version in reversed(versions) if version.begins <= day), versions[0])


class RulesOf:
    """How figures of an indicator are reckoned, by the start of their base period: asked of many."""

    def __init__(self, indicator: Indicator) -> None:
        self.indicator = indicator
        versions = list(indicator.versions.all())
        self.only = versions[0].rules if len(versions) == 1 else None

    def at(self, start: datetime) -> Rules:
        return self.only or version_for(self.indicator, owed.rule().at(self.indicator.period_kind, start)).rules


@dataclass
class _Question:
    indicator: Indicator
    bases: Mapping[Period, Sequence[Period]]
    before: Mapping[datetime, datetime]
    values: Values
    owing: Mapping[datetime, set[int]]
    due: Mapping[datetime, datetime]

    def of(self, period: Period) -> Answer:
        version = version_for(self.indicator, period)
        rules, bases = version.rules, self.bases[period]
        starts = [base.start for base in bases]
        owes = owed.by_unit(self.owing, starts)
        held: dict[int, list[tuple[datetime, Held]]] = defaultdict(list)
        for start in starts:
            for unit_id, value in self.values.get(start, {}).items():
                held[unit_id].append((start, value))
        one = _redefined(self.indicator, bases)
        parts: dict[int, Parts | None] = {}
        units: dict[int, Cell] = {}
        for unit_id in held.keys() | owes.keys():
            kept = held.get(unit_id, [])
            parts[unit_id] = None if one else _over_time(rules, kept, starts)
            units[unit_id] = self._cell(rules, parts[unit_id], kept, owes.get(unit_id, 0), starts)
        return Answer(period, self._city(rules, parts, held, owes, starts), units)

    def _cell(self, rules: Rules, parts: Parts | None, kept: list, owes: int, starts: Sequence[datetime]) -> Cell:
        counted = [(start, value) for start, value in kept if value.counts]
        cell = Cell(owed=owes, delivered=len(counted), on_time=self._on_time(kept), units_counted=0)
        why = None if counted else why_not([value.flag for _start, value in kept], owes)
        if why is None and parts is None:
            why = Why.MISSING if _needs_last(rules) and counted[-1][0] != starts[-1] else Why.NOT_ADDITIVE
        if why is None and owes and not _needs_last(rules) and len(counted) < self.indicator.coverage * owes:
            why = Why.BELOW_COVERAGE
        return _with(cell, rules, parts, (value.flag for _start, value in counted), 1, why)

    def _city(self, rules: Rules, parts: Mapping[int, Parts | None], held: Mapping[int, list],
              owes: Mapping[int, int], starts: Sequence[datetime]) -> Cell:
        if self.indicator.city_value == Indicator.CityValue.NONE:
            return Cell(why=Why.NOT_APPLICABLE)
        if self.indicator.city_value == Indicator.CityValue.DELIVERED:  # by its owner alone
            only = {self.indicator.owner_id}
            held = {unit: kept for unit, kept in held.items() if unit in only}
            owes = {unit: number for unit, number in owes.items() if unit in only}
        everything = [pair for kept in held.values() for pair in kept]
        counted = [(start, value) for start, value in everything if value.counts]
        there = [one for unit in sorted(held) if (one := parts.get(unit)) is not None]
        late = _needs_last(rules) and not any(start == starts[-1] for start, _value in counted)
        return Together(
            rules.over_territory(there) if there else None, sum(owes.values()), len(counted), self._on_time(everything),
            len(there), frozenset(value.flag for _start, value in everything), late,
        ).cell(rules, self._is_thin(rules, held, owes, starts))

    def _is_thin(self, rules: Rules, held: Mapping[int, list], owes: Mapping[int, int], starts) -> bool:
        """Below the coverage that the indicator asks for: in cells owed, and in what they weighed the period before."""
        asked = starts[-1:] if _needs_last(rules) else starts
        owing = {start: self.owing.get(start, set()) & owes.keys() for start in asked}
        cells = sum(map(len, owing.values()))
        if not cells:
            return False
        there = {(start, unit) for unit, kept in held.items() for start, value in kept if value.counts}
        delivered = sum((start, unit) in there for start, units in owing.items() for unit in units)
        if delivered < self.indicator.coverage * cells:
            return True
        weight = whole = ZERO
        for start, units in owing.items():
            last = self.values.get(self.before[start], {})
            for unit in units & last.keys():
                size = last[unit].parts.denominator or ZERO
                whole += size
                weight += size if (start, unit) in there else ZERO
        return weight < self.indicator.coverage * whole

    def _on_time(self, kept: Iterable[tuple[datetime, Held]]) -> int | None:
        judged = [value.first_at <= self.due[start] for start, value in kept
                  if value.counts and not value.is_history and value.first_at is not None and start in self.due]
        return sum(judged) if judged else None


@dataclass(frozen=True)
class Together:
    """What the values of all units are together, before it is said whether that is the city's figure. `owed` and
    `delivered` count cells, `units` those with a value; `flags` are of everything that was kept."""

    whole: Parts | None  # None: nothing to add, or it cannot be added
    owed: int
    delivered: int
    on_time: int | None
    units: int
    flags: frozenset[str]
    is_late: bool = False  # it is as of the end, and nothing came for the last base period

    def cell(self, rules: Rules, is_thin: bool) -> Cell:
        why = None if self.delivered else why_not(self.flags, self.owed)
        if why is None and self.whole is None:
            why = Why.MISSING if self.is_late else Why.NOT_ADDITIVE
        if why is None and is_thin:
            why = Why.BELOW_COVERAGE
        cell = Cell(owed=self.owed, delivered=self.delivered, on_time=self.on_time)
        return _with(cell, rules, self.whole, self.flags - WITHOUT_NUMBER, self.units, why)


def _with(cell: Cell, rules: Rules, parts: Parts | None, flags: Iterable[str], units: int, why: str | None) -> Cell:
    if parts is None or why is not None:
        return replace(cell, why=why)
    value = rules.divided(parts)
    found = replace(cell, number=parts.number, numerator=parts.numerator, denominator=parts.denominator,
                    units_counted=units)
    if value is None:
        return replace(found, why=Why.NO_DENOMINATOR)
    return replace(found, value=value, flag=worst(flags))


def why_not(flags: Collection[str], owes: int) -> str:
    """Why there is no figure where no value counts; `flags` of what there is."""
    if flags and all(flag == Flag.CANNOT_EXIST for flag in flags):
        return Why.NOT_APPLICABLE
    return Why.MISSING if owes or flags else Why.NOT_OWED


def _needs_last(rules: Rules) -> bool:
    return rules.time == Adding.LAST and (not rules.in_parts or rules.denominator_time == Adding.LAST)


def _over_time(rules: Rules, kept: Sequence[tuple[datetime, Held]], starts: Sequence[datetime]) -> Parts | None:
    """The values of one unit as one. Where a part is as of the end, the last base period must be there."""
    counted = [(start, value) for start, value in kept if value.counts]
    asks_last = rules.time == Adding.LAST or (rules.in_parts and rules.denominator_time == Adding.LAST)
    if not counted or (asks_last and counted[-1][0] != starts[-1]):
        return None
    return rules.over_time([value.parts for _start, value in counted])


def _redefined(indicator: Indicator, bases: Sequence[Period]) -> bool:
    """Whether the period spans definitions whose figures cannot be added."""
    return len({version_for(indicator, base).rules for base in (bases[0], bases[-1])}) > 1


def _kept(indicators: Sequence[int], starts: Collection[datetime], as_of: datetime | None,
          history: bool) -> dict[int, Values]:
    """What is kept, or was at a moment, by indicator, start and unit."""
    found: dict[int, Values] = {pk: defaultdict(dict) for pk in indicators}
    columns = ("indicator_id", "start", "unit_id", "number", "numerator", "denominator", "flag")
    asked = {"indicator_id__in": indicators, "start__in": starts}
    if as_of is None:
        rows = Value.objects.filter(**asked).order_by("start")
        for indicator, start, unit, *numbers, flag, first_at, history in rows.values_list(
                *columns, "first_at", "is_history"):
            found[indicator][start][unit] = Held(Parts(*numbers), flag, first_at, history)
        return found
    known = Q(at__lt=as_of) | Q(delivery__is_history=True) if history else Q(at__lt=as_of)
    revisions = Revision.objects.filter(known, **asked).order_by("start", "unit_id", "revision")
    firsts: dict[tuple, datetime] = {}
    for indicator, start, unit, *numbers, flag, at, history in revisions.values_list(
            *columns, "at", "delivery__is_history"):
        if flag not in WITHOUT_NUMBER:
            firsts.setdefault((indicator, start, unit), at)
        first = firsts.get((indicator, start, unit))
        found[indicator][start][unit] = Held(Parts(*numbers), flag, first, history)
    return found


def _moved(values: Sequence[tuple[Held, Decimal, bool]]) -> Held:
    """What several units of then are together as one of today: (value, share of it, whether the share is estimated)."""
    def total(name: str) -> Decimal | None:
        given = [(getattr(value.parts, name), share) for value, share, _estimated in values if value.counts]
        return sum((number * share for number, share in given), ZERO) if given and all(
            number is not None for number, _share in given) else None

    flags = [value.flag for value, _share, _estimated in values]
    estimated = any(estimated for _value, _share, estimated in values)
    flag = flags[0] if not any(value.counts for value, *_rest in values) else (
        Flag.ESTIMATED if estimated else worst(flags))
    return Held(Parts(total("number"), total("numerator"), total("denominator")), flag)


# Formulas


def _by_formula(indicator: Indicator, periods: Sequence[Period], **how) -> list[Answer]:
    """Evaluated at each level on that level's parts: the city's is of the city's parts, never a sum of results."""
    versions = {period: version_for(indicator, period) for period in periods}
    for period in periods:
        owed.rule().within(indicator.period_kind, period.start, period.end)  # or it is off a border
    codes = list(dict.fromkeys(
        code for version in versions.values() for code, _part in understood(version.formula).operands))
    operands = Indicator.objects.filter(code__in=codes).prefetch_related("versions")
    known = {each.code: each for each in operands}
    given = {code: _operand(known[code], periods, **how) for code in codes}
    answers = []
    for place, (period, version) in enumerate(versions.items()):
        formula = understood(version.formula)
        here = {code: given[code][place] for code, _part in formula.operands}
        units = set().union(*(found.units for found in here.values())) if here else set()
        cells = {unit: formula_cell(formula, version, {code: found.units.get(unit, Cell(why=Why.MISSING))
                                                        for code, found in here.items()}) for unit in units}
        city = formula_cell(formula, version, {code: found.city for code, found in here.items()})
        answers.append(Answer(period, city, cells))
    return answers


def _operand(indicator: Indicator, periods: Sequence[Period], **how) -> list[Answer]:
    return [_latest(period, chain) for period, chain in chains(indicator, periods, **how).items()]


def chains(indicator: Indicator, periods: Sequence[Period], **how) -> dict[Period, list[Answer]]:
    """What an operand says for each period; one with longer periods has its last ones before the period's end, the
    latest first, of which the first value counts."""
    try:
        return {one.period: [one] for one in answer(indicator, periods, **how)}
    except OffBorder:
        rule, kind = owed.rule(), indicator.period_kind
        ended = {period: rule.before(rule.at(kind, period.end)) for period in periods}
        if any(last.end - last.start < period.end - period.start for period, last in ended.items()):
            raise  # weeks make no months
        asked = {period: [rule.before(last, back) for back in range(LOOK_BACK)] for period, last in ended.items()}
        every = sorted({one for chain in asked.values() for one in chain}, key=lambda one: one.start)
        found = dict(zip(every, answer(indicator, every, **how), strict=True))
        return {period: [found[one] for one in chain] for period, chain in asked.items()}


def _latest(period: Period, chain: Sequence[Answer]) -> Answer:
    """The first value of this chain, for the city and for each unit."""
    cells: dict[int, list[Cell]] = defaultdict(list)
    for one in chain:
        for unit, cell in one.units.items():
            cells[unit].append(cell)

    def first(there: Sequence[Cell]) -> Cell:
        return next((cell for cell in there if cell.value is not None), there[0])

    return Answer(period, first([one.city for one in chain]), {unit: first(there) for unit, there in cells.items()})


def formula_cell(formula: Formula, version: IndicatorVersion, cells: Mapping[str, Cell]) -> Cell:
    """A formula over the cells of one level, by the codes of its operands."""
    names = {"": "value", "n": "numerator", "d": "denominator"}
    numbers = {(code, part): getattr(cells[code], names[part]) for code, part in formula.operands}
    value = formula.value(numbers, version.missing)
    judged = [cell.on_time for cell in cells.values() if cell.on_time is not None]
    found = Cell(
        owed=max((cell.owed for cell in cells.values()), default=0),
        delivered=min((cell.delivered for cell in cells.values()), default=0),
        on_time=min(judged) if judged else None,
        units_counted=min((cell.units_counted for cell in cells.values()), default=0))
    if value is None:
        whys = [cell.why for cell in cells.values() if cell.why]
        return replace(found, why=whys[0] if whys else Why.NO_DENOMINATOR)
    return replace(found, value=value * version.factor, flag=worst(cell.flag for cell in cells.values() if cell.flag))


def unit_codes(unit_ids: Collection[int]) -> dict[int, str]:
    """The code of each unit; where a code came back later, the older one with the day from which it was in force."""
    found: dict[int, str] = {}
    taken: set[str] = set()
    for unit in Unit.objects.filter(pk__in=unit_ids).order_by("code", "-valid_from"):
        found[unit.pk] = unit.code if unit.code not in taken else f"{unit.code}@{unit.valid_from}"
        taken.add(unit.code)
    return found
