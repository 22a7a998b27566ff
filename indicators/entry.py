"""A unit's sheet: one set of one period, cell by cell. Every cell saves itself; a leader approves the differences."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import Prefetch, Q
from django.utils.translation import gettext as _

from accounts.actors import Actor
from districts.models import Unit
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.sql import rows
from indicators import checks, deliveries, issues, keepers, owed, spans, typed
from indicators.access import may_for
from indicators.answers import version_for
from indicators.arithmetic import WITHOUT_NUMBER, Flag, Parts, faults
from indicators.models import Delivery, Failure, Indicator, IndicatorVersion, Keeper, Revision, SetItem, Value, ValueSet
from indicators.periods import Period

PARTS = ("number", "numerator", "denominator")


class Refused(Exception):
    """The cell cannot be saved; `faults` are the words per part ("" for the cell as a whole)."""

    def __init__(self, faults: Mapping[str, str]) -> None:
        super().__init__("; ".join(faults.values()))
        self.faults = dict(faults)


class Conflict(Exception):
    """Somebody else saved the cell meanwhile; `cell` is what it holds now."""

    def __init__(self, cell: "SheetCell") -> None:
        super().__init__("saved by somebody else")
        self.cell = cell


@dataclass(frozen=True)
class Held:
    """One value of a cell as shown: now, a period before, a year before."""

    parts: Parts
    value: Decimal | None
    flag: str


@dataclass
class SheetCell:
    indicator: Indicator
    version: IndicatorVersion
    value: Value | None = None
    note: str = ""
    working: str = ""
    saved_by: str = ""
    before: Held | None = None
    year_before: Held | None = None
    approved: Held | None = None
    odd: checks.Jump | None = None
    failures: list[Failure] = field(default_factory=list)  # that somebody has to answer for

    @property
    def revision(self) -> int:
        return self.value.revision if self.value else 0

    @property
    def flag(self) -> str:
        return self.value.flag if self.value else ""

    @property
    def parts(self) -> Parts:
        value = self.value
        return Parts(value.number, value.numerator, value.denominator) if value else Parts()

    @property
    def number(self) -> Decimal | None:
        return self.version.rules.divided(self.parts) if self.is_there else None

    @property
    def is_there(self) -> bool:
        return self.value is not None and self.value.flag not in WITHOUT_NUMBER

    @property
    def is_answered(self) -> bool:
        """A number, or a reason why there is none."""
        return self.value is not None and self.value.flag != Flag.WITHDRAWN

    @property
    def awaits_approval(self) -> bool:
        return self.value is not None and self.value.flag == Flag.PRELIMINARY


@dataclass
class Sheet:
    value_set: ValueSet
    unit: Unit
    period: Period
    due_at: datetime
    cut_off_at: datetime
    cells: list[SheetCell] = field(default_factory=list)
    keeper: Keeper | None = None

    @property
    def size(self) -> int:
        return len(self.cells)

    @property
    def left(self) -> int:
        return sum(not cell.is_answered for cell in self.cells)

    @property
    def to_approve(self) -> list[SheetCell]:
        return [cell for cell in self.cells if cell.awaits_approval]

    @property
    def is_complete(self) -> bool:
        return self.left == 0


@dataclass(frozen=True)
class Owing:
    """A sheet as a line of the list of what is owed."""

    value_set: ValueSet
    unit: Unit
    period: Period
    due_at: datetime
    size: int
    left: int
    waiting: int  # cells that the unit's leader has not approved

    @property
    def is_complete(self) -> bool:
        return self.left == 0


def owing(unit: Unit, periods_back: int, now: datetime) -> list[Owing]:
    """What the unit owes or owed lately, the latest period first; in a few queries for all sets."""
    pairs = owing_sets(unit, periods_back, now)
    starts = list({period.start for _set, period in pairs})
    given = [Flag.WITHDRAWN.value, Flag.PRELIMINARY.value, unit.pk, starts]
    found = {(value_set, start): counts for value_set, start, *counts in rows(_ANSWERED, given)}
    lines = []
    for (value_set, period), size in zip(pairs, owed.sizes(pairs), strict=True):
        answered, waiting = found.get((value_set.pk, period.start), (0, 0))
        lines.append(Owing(
            value_set, unit, period, owed.due_at(value_set, period), size, max(0, size - answered), waiting))
    return lines


_ANSWERED = """
    SELECT value_set_id, start, count(*) FILTER (WHERE flag <> %s), count(*) FILTER (WHERE flag = %s)
    FROM indicators_value JOIN indicators_setitem USING (indicator_id)
    WHERE unit_id = %s AND start = ANY(%s) GROUP BY 1, 2
"""


def is_owed(value_set: ValueSet, unit: Unit, period: Period, now: datetime) -> bool:
    """Whether the unit owes the set for a period that has begun: nobody else adds to the city's figure."""
    return period.start <= now and bool(owed.owed_by(unit, [(value_set, period)]))


def may_key(actor: Actor, value_set: ValueSet, unit: Unit) -> bool:
    """Staff key what they keep; where nobody keeps it (any more), whoever works in the unit."""
    if not may_for(actor, "key", unit.pk):
        return False
    people = keepers.present([unit.pk]).get((value_set.pk, unit.pk), [])
    return not people or actor.user is None or actor.user.pk in people


def owing_sets(unit: Unit, periods_back: int, now: datetime) -> list[tuple[ValueSet, Period]]:
    """What the unit owes, or owed lately: (set, period), the latest period first."""
    rule, chains = owed.rule(), {}
    itself = Prefetch("owing_units", Unit.objects.filter(pk=unit.pk).only("pk"))
    sets = list(ValueSet.objects.filter(Q(ends=None) | Q(ends__gte=now.date())).prefetch_related(itself))
    for kind in {value_set.period_kind for value_set in sets}:
        chain = [rule.before(rule.at(kind, now))]
        while len(chain) < periods_back:
            chain.append(rule.before(chain[-1]))
        chains[kind] = chain
    asked = [(value_set, period) for value_set in sets for period in chains[value_set.period_kind]]
    return sorted(owed.owed_by(unit, asked), key=lambda pair: (pair[1].start, pair[0].code), reverse=True)


def sheet(value_set: ValueSet, unit: Unit, period: Period) -> Sheet:
    """The whole sheet, with what stood there before beside each cell."""
    rule = owed.rule()
    indicators = [item.indicator for item in _items(value_set) if owed.is_asked(item, period)]
    last, ago = rule.before(period), rule.a_year_before(period)
    chain = [last]
    while len(chain) < checks.MOST:
        chain.append(rule.before(chain[-1]))
    years = spans.earlier_years(period.kind, period.start)
    there = Value.objects.filter(indicator__in=indicators, unit=unit).order_by()
    values = {value.indicator_id: value for value in there.filter(start=period.start).select_related("delivery__user")}
    earlier = _earlier(indicators, unit, {ago.start, *(one.start for one in chain), *years})
    latest = _latest_words(indicators, unit, period)
    approved = _approved(indicators, unit, period) if value_set.needs_approval else {}
    unsettled = issues.unsettled_at(unit.pk, period.start, [one.pk for one in indicators])
    keepers = Keeper.objects.filter(value_set=value_set, unit=unit).select_related("user", "substitute")
    found = Sheet(value_set, unit, period, owed.due_at(value_set, period), owed.cut_off_at(value_set, period),
                  keeper=keepers.first())
    for indicator in indicators:
        version = version_for(indicator, period)
        cell = SheetCell(indicator, version, values.get(indicator.pk),
                         failures=unsettled.get(indicator.pk, []))
        if cell.value is not None:
            cell.note, cell.working = latest.get(indicator.pk, ("", ""))
            user = cell.value.delivery.user
            cell.saved_by = str(user) if user else cell.value.delivery.get_door_display()
        cell.before = _held(earlier.get((indicator.pk, last.start)), version)
        cell.year_before = _held(earlier.get((indicator.pk, ago.start)), version)
        cell.approved = _held(approved.get(indicator.pk), version)
        if cell.number is not None:
            before = _numbers(earlier, version, [one.start for one in reversed(chain)])
            cell.odd = checks.jump(cell.number, before, _numbers(earlier, version, years))
        found.cells.append(cell)
    return found


_ITEMS_NOW = """
    SELECT sum(hashtextextended(item::text, 0)), sum(hashtextextended(one::text, 0)),
           sum(hashtextextended(version::text, 0)), sum(hashtextextended(field::text, 0))
    FROM indicators_setitem item JOIN indicators_indicator one ON one.id = item.indicator_id
    JOIN indicators_indicatorversion version ON version.indicator_id = one.id
    JOIN indicators_indicatorfield field ON field.id = one.field_id WHERE item.value_set_id = %s
"""


def _items(value_set: ValueSet) -> list[SetItem]:
    """What the set asks for, with the definitions: read once for all its clerks, until a row of it changes."""
    (now,) = rows(_ITEMS_NOW, [value_set.pk])
    return _items_as(value_set.pk, now)


@ttl_cache(seconds=600)
def _items_as(value_set: int, _now: tuple) -> list[SetItem]:
    found = SetItem.objects.filter(value_set=value_set).select_related("indicator__field")
    return list(found.prefetch_related("indicator__versions"))


class _Earlier(NamedTuple):
    number: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    flag: str


_EARLIER = """
    SELECT indicator_id, start, number, numerator, denominator, flag FROM indicators_value
    WHERE indicator_id = ANY(%s) AND unit_id = %s AND start = ANY(%s)
"""


def _earlier(indicators: Sequence[Indicator], unit: Unit, starts: Iterable[datetime]) -> dict[tuple, _Earlier]:
    """By indicator and start."""
    given = [[one.pk for one in indicators], unit.pk, list(starts)]
    return {(indicator, start): _Earlier(*rest) for indicator, start, *rest in rows(_EARLIER, given)}


def _held(value: _Earlier | Revision | None, version: IndicatorVersion) -> Held | None:
    if value is None or value.flag == Flag.WITHDRAWN:
        return None
    parts = Parts(value.number, value.numerator, value.denominator)
    return Held(parts, None if value.flag in WITHOUT_NUMBER else version.rules.divided(parts), value.flag)


def _numbers(values: Mapping[tuple[int, datetime], _Earlier], version: IndicatorVersion,
             starts: Sequence[datetime]) -> list[Decimal]:
    held = (_held(values.get((version.indicator_id, start)), version) for start in starts)
    return [one.value for one in held if one is not None and one.value is not None]


_WORDS = """
    SELECT indicator_id, note, working FROM indicators_revision
    WHERE indicator_id = ANY(%s) AND unit_id = %s AND start = %s ORDER BY revision
"""


def _latest_words(indicators: Sequence[Indicator], unit: Unit, period: Period) -> dict[int, tuple[str, str]]:
    given = [[one.pk for one in indicators], unit.pk, period.start]
    return {pk: (note, working) for pk, note, working in rows(_WORDS, given)}


def _approved(indicators: Sequence[Indicator], unit: Unit, period: Period) -> dict[int, Revision]:
    rows = Revision.objects.filter(indicator__in=indicators, unit=unit, start=period.start, flag=Flag.FINAL)
    return {row.indicator_id: row for row in rows.order_by("revision")}


@dataclass(frozen=True)
class Change:
    """What somebody typed into one cell: texts per part, or a flag with its reason. `revision` is what they saw."""

    indicator_id: int
    texts: Mapping[str, str]
    flag: str = ""
    note: str = ""
    revision: int | None = None


@transaction.atomic
def save(
    actor: Actor, value_set: ValueSet, unit: Unit, period: Period, changes: Sequence[Change],
) -> deliveries.Outcome:
    """Save these cells, all or none. Raises `Refused` (what is wrong, by part) or `Conflict`."""
    if not may_key(actor, value_set, unit):
        raise PermissionError("not a keeper of this set")
    items = {item.indicator_id: item.indicator for item in
             value_set.items.select_related("indicator").prefetch_related("indicator__versions")
             if owed.is_asked(item, period)}
    given = []
    for change in changes:
        if change.indicator_id not in items:
            raise Refused({"": _("Ô này không thuộc biểu.")})
        given.append(_given(items[change.indicator_id], value_set, unit, period, change))
    _check_revisions(value_set, unit, period, changes)
    about: dict[str, Any] = {"door": Delivery.Door.FORM, "value_set": value_set, "unit": unit, "start": period.start}
    delivery = Delivery.objects.select_for_update().filter(user=actor.user, **about).order_by("-pk").first()
    return deliveries.bring(delivery or deliveries.new(actor, **about), given)


def _given(indicator: Indicator, value_set: ValueSet, unit: Unit, period: Period, change: Change) -> deliveries.Given:
    version = version_for(indicator, period)
    flag = change.flag or (Flag.PRELIMINARY if value_set.needs_approval else Flag.FINAL)
    if flag in (Flag.MISSING, Flag.CANNOT_EXIST, Flag.WITHDRAWN):
        if not change.note.strip():
            raise Refused({"note": _("Hãy ghi lý do không có số liệu.")})
        reason = change.note.strip()[:500]
        return deliveries.Given(indicator.pk, unit.pk, period.start, version.pk, Parts(), flag, reason)
    wrong, numbers, working = {}, {}, []
    for part in ("numerator", "denominator") if version.in_parts else ("number",):
        try:
            read = typed.read(change.texts.get(part, ""))
        except ValueError as exc:
            wrong[part] = str(exc)
            continue
        if read.number is None:
            wrong[part] = _("Chưa nhập; nếu không có số liệu, hãy ghi lý do.")
        numbers[part] = read.number
        working += [read.working] if read.working else []
    parts = Parts(**numbers)
    if not wrong and (fault := faults(version.rules, parts)):
        wrong["numerator" if version.in_parts else "number"] = fault
    if wrong:
        raise Refused(wrong)
    return deliveries.Given(indicator.pk, unit.pk, period.start, version.pk, parts, flag, change.note.strip()[:500],
                            "; ".join(working)[:200])


def _check_revisions(value_set: ValueSet, unit: Unit, period: Period, changes: Sequence[Change]) -> None:
    seen = {change.indicator_id: change.revision for change in changes if change.revision is not None}
    rows = Value.objects.select_for_update().filter(indicator__in=seen, unit=unit, start=period.start)
    now = {value.indicator_id: value.revision for value in rows.order_by("indicator_id")}
    for pk, revision in seen.items():
        if now.get(pk, 0) != revision:
            raise Conflict(next(cell for cell in sheet(value_set, unit, period).cells if cell.indicator.pk == pk))


@transaction.atomic
def approve(actor: Actor, value_set: ValueSet, unit: Unit, period: Period, revisions: Mapping[int, int]) -> int:
    """The unit's leader approves the cells that they saw in these revisions; returns how many. One that was edited
    meanwhile stays preliminary."""
    if not may_for(actor, "approve", unit.pk):
        raise PermissionError("not a leader of this unit")
    rows = Value.objects.select_for_update().filter(
        indicator__set_item__value_set=value_set, unit=unit, start=period.start, flag=Flag.PRELIMINARY)
    given = [deliveries.Given(v.indicator_id, v.unit_id, v.start, v.version_id,
                              Parts(v.number, v.numerator, v.denominator), Flag.FINAL, _("Lãnh đạo đơn vị duyệt"))
             for v in rows.order_by("indicator_id") if revisions.get(v.indicator_id) == v.revision]
    if given:
        deliveries.bring(deliveries.new(
            actor, door=Delivery.Door.FORM, value_set=value_set, unit=unit, start=period.start), given)
    return len(given)
