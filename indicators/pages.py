"""What the pages of indicators show, as contexts; and how periods are named and addressed there."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from accounts.actors import Actor
from districts.models import Unit
from hcmc_ioc.lib import beside, sql
from hcmc_ioc.lib.text import vn_norm
from indicators import access, board, operands, owed, plans, saying
from indicators.answers import Answer, Cell, answer, sources, version_for
from indicators.arithmetic import WITHOUT_NUMBER, Parts
from indicators.board import TREND
from indicators.judging.peers import Place
from indicators.models import Indicator, IndicatorField, Revision, Value
from indicators.owed import key
from indicators.periods import CUT_OFFS, Period
from indicators.states import Standing, standing, target_on

SHOWN = 24  # periods of an indicator's page
REVISIONS = 12
NO_UNITS: dict[int, Cell] = {}  # of an answer whose units were not asked
COMMON = frozenset("so luong ty le cua theo trong cac va tren thang tuan".split())  # words that many names have
CLOSE, MOST_CLOSE = 0.6, 6  # the share of the asked words that a name has; so many are shown


@dataclass(frozen=True)
class Group:
    field: IndicatorField
    rows: list[board.Row]
    sourceless: list[Indicator]


def groups(rows: list[board.Row], every: list[Indicator]) -> list[Group]:
    """By field, in the fields' order; within one red first."""
    by_field: defaultdict[int, list[board.Row]] = defaultdict(list)
    for row in rows:
        by_field[row.indicator.field_id].append(row)
    there = {row.indicator.pk for row in rows}
    fields: dict[int, IndicatorField] = {one.field_id: one.field for one in every}
    found = []
    for pk, field in fields.items():
        chosen = sorted(by_field[pk], key=lambda row: (row.cell.value is None, board.ORDER[row.standing.state]))
        rest = [one for one in every if one.field_id == pk and one.pk not in there]
        found.append(Group(field, chosen, rest))
    return found


def catalogue(actor: Actor, text: str) -> dict:
    asked = vn_norm(text).split()
    every = [one for one in board.catalogue() if all(word in _said(one) for word in asked)]
    rows = board.of_city([one for one in every if access.sees_unasked(actor, one)])
    return {"groups": groups(rows, every), "text": text, "count": len(every)}


def _said(indicator: Indicator) -> str:
    return _norm(f"{indicator.code} {indicator.name_vi} {indicator.name_en} {indicator.field.name_vi}")


_norm = lru_cache(maxsize=4096)(vn_norm)


def matching(actor: Actor, text: str) -> dict:
    """What there is already of what somebody describes: `rows` with their figures, `unseen` without."""
    asked = set(vn_norm(text).split()) - COMMON
    close = []
    for one in board.catalogue() if asked else []:
        said = set(vn_norm(f"{one.code.replace('-', ' ')} {one.name_vi} {one.name_en}").split())
        share = len(asked & said) / len(asked)
        if share >= CLOSE:
            close.append((share, one))
    found = [one for _share, one in sorted(close, key=lambda pair: -pair[0])[:MOST_CLOSE]]
    rows = board.of_city([one for one in found if access.sees_unasked(actor, one)])
    there = {row.indicator.pk for row in rows}
    return {"rows": rows, "unseen": [one for one in found if one.pk not in there]}


@dataclass(frozen=True)
class UnitRow:
    unit: Unit
    cell: Cell
    standing: Standing
    trend: tuple[float | None, ...]


def indicator(chosen: Indicator, asked: str, now: datetime, *, sees: bool = True) -> dict:
    """One indicator: the city's figure, its course, every unit beside the others, what it means and meant."""
    rule = owed.rule()
    periods = _periods(chosen, now)
    found = _answers(chosen, periods) if sees and _has_source(chosen) else []
    told = [one for one in found if one.city.value is not None or one.units or one.units is NO_UNITS]
    at = next((one for one in told if key(one.period) == asked), told[-1] if told else None)
    looked_at = [at, *(one for one in found if at and one.period == rule.a_year_before(at.period))] if at else []
    found = _with_units(chosen, found, looked_at)
    at = next((one for one in found if at and one.period == at.period), None)
    version = version_for(chosen, at.period if at else periods[-1])
    return {
        "indicator": chosen, "version": version, "versions": list(chosen.versions.all()), "answer": at,
        "answers": found, "choices": [one.period for one in reversed(told)],
        "labels": [saying.period(one.period) for one in found],
        "values": [_float(one.city.value) for one in found],
        "before": next((one for one in found if at and one.period == rule.before(at.period)), None),
        "year_before": next((one for one in found if at and one.period == rule.a_year_before(at.period)), None),
        **(_of_period(chosen, found, at) if at else {"standing": None, "target": None, "rows": [], "revisions": []}),
    }


def _of_period(chosen: Indicator, found: list[Answer], at: Answer) -> dict:
    judged = _Judged(chosen, found)
    return {"standing": judged.of(at), "target": target_on(list(chosen.targets.all()), owed.last_day(at.period)),
            "operands": operands.of(version_for(chosen, at.period), at.period),
            "rows": (rows := _unit_rows(judged, found, at)), "revisions": _revisions(chosen, at),
            "explained": explained(chosen, rows, at.period)}


def explained(chosen: Indicator, rows: Sequence[UnitRow | Place], period: Period) -> dict[int, list[beside.Remark]]:
    """What units said of these figures, by unit."""
    asked = [beside.Figure(chosen.pk, row.unit.pk, period.start, saying.measured(chosen, row.cell.value))
             for row in rows]
    return {one.unit_id or 0: remarks for one, remarks in beside.about_figures(asked).items()}


def _answers(chosen: Indicator, periods: list[Period]) -> list[Answer]:
    """The answer of each period; of what is delivered the city's kept figures, without the units."""
    if chosen.source != Indicator.Source.DELIVERED:
        return answer(chosen, periods)
    kept = board.kept(chosen, periods)
    rest = [one for one in periods if one.start not in kept]
    live = {one.period: one for one in answer(chosen, rest)} if rest else {}
    return [live[one] if one in live else Answer(one, kept[one.start], NO_UNITS) for one in periods]


def _with_units(chosen: Indicator, found: list[Answer], looked_at: list[Answer]) -> list[Answer]:
    lacking = [one.period for one in looked_at if one.units is NO_UNITS]
    whole = {one.period: one for one in answer(chosen, lacking)} if lacking else {}
    return [whole.get(one.period, one) for one in found]


_SAVED = "SELECT max(id) FROM indicators_savedjudgement WHERE indicator_id = %(one)s"
_CHANGE = """
    SELECT (SELECT max(changed) FROM indicators_total WHERE indicator_id = %(one)s),
           (SELECT max(id) FROM indicators_savedjudgement WHERE indicator_id = %(one)s),
           (SELECT count(*) FROM indicators_issue WHERE indicator_id = %(one)s AND state IN ('open', 'acknowledged'))
"""


def change_of(chosen: Indicator, version: int) -> tuple:
    """What differs as soon as the page of an indicator says anything else: what it means, and the number of the last
    change of its figures with its open issues, or the version of all figures for what follows from others."""
    if chosen.source != Indicator.Source.DELIVERED:
        return version, sql.rows(_SAVED, {"one": chosen.pk})[0], board.stamp(chosen)
    return sql.rows(_CHANGE, {"one": chosen.pk})[0], board.stamp(chosen)


def _has_source(indicator: Indicator) -> bool:
    return indicator.source in (Indicator.Source.DELIVERED, Indicator.Source.FORMULA) or indicator.source in sources


def _periods(indicator: Indicator, now: datetime) -> list[Period]:
    """The last ones up to the one that runs."""
    rule = owed.rule()
    latest = indicator.totals.order_by("-start").values_list("start", flat=True).first()
    period = rule.at(indicator.period_kind, latest or now)
    chain = [period]
    while len(chain) < SHOWN + 1:
        chain.insert(0, rule.before(chain[0]))
    return chain


class _Judged:
    """How figures of an indicator stand against their targets, with what these need of other periods."""

    def __init__(self, indicator: Indicator, found: list[Answer]) -> None:
        self.indicator, self.targets = indicator, list(indicator.targets.all())
        self.answers = {one.period: one for one in found}
        self.city = plans.of_city([indicator]).get(indicator.pk, {})
        self.units = plans.of_units([indicator]).get(indicator.pk, {})

    def of(self, at: Answer, unit_id: int | None = None) -> Standing:
        target = target_on(self.targets, owed.last_day(at.period), unit_id)
        ago = self.answers.get(owed.rule().a_year_before(at.period))
        courses = self.city if unit_id is None else self.units.get(unit_id, {})
        return standing(self.indicator, target, _cell(at, unit_id), course=courses.get(at.period.start),
                        year_before=_cell(ago, unit_id).value if ago else None)


def _cell(at: Answer, unit_id: int | None) -> Cell:
    return at.city if unit_id is None else at.units.get(unit_id, Cell())


def _unit_rows(judged: _Judged, found: list[Answer], at: Answer) -> list[UnitRow]:
    units = {unit.pk: unit for unit in Unit.objects.filter(pk__in=at.units)}
    courses = _courses(judged.indicator, found[-TREND:])
    rows = [UnitRow(units[pk], cell, judged.of(at, pk), tuple(by_unit.get(pk) for by_unit in courses))
            for pk, cell in at.units.items()]
    return sorted(rows, key=lambda row: row.unit.sort_key)


def _courses(chosen: Indicator, found: list[Answer]) -> list[dict[int, float | None]]:
    """What each unit came to in each of these periods."""
    if chosen.source != Indicator.Source.DELIVERED:
        return [{pk: _float(cell.value) for pk, cell in one.units.items()} for one in found]
    rules = {one.period.start: version_for(chosen, one.period).rules for one in found}
    there = Value.objects.filter(indicator=chosen, start__in=rules).exclude(flag__in=WITHOUT_NUMBER).order_by()
    values: dict[datetime, dict[int, float | None]] = {start: {} for start in rules}
    for start, unit, *numbers in there.values_list("start", "unit_id", "number", "numerator", "denominator"):
        values[start][unit] = _float(rules[start].divided(Parts(*numbers)))
    return list(values.values())


def _float(number: Decimal | None) -> float | None:
    return None if number is None else float(number)


def _revisions(indicator: Indicator, at: Answer) -> list[Revision]:
    """What was changed after it came: second and later revisions of this period."""
    rows = Revision.objects.filter(indicator=indicator, start=at.period.start, revision__gt=1)
    return list(rows.select_related("unit", "delivery__user").order_by("-at")[:REVISIONS])


def period_of(kind: str, text: str) -> Period:
    """The period that an address names; ValueError for none."""
    if kind in CUT_OFFS and len(text) == len("2026-10"):
        return owed.rule().parse(kind, text)
    return owed.rule().parse(kind, text) if len(text) != 10 else owed.rule().at(kind, date.fromisoformat(text))
