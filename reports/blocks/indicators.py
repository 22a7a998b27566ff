"""The indicators that units deliver, by field: this period, the one before, a year ago, how it stands to its target."""

from decimal import Decimal
from itertools import groupby

from hcmc_ioc.lib.words import number
from indicators import owed, saying
from indicators.answers import Answer, Cell, version_for
from indicators.arithmetic import Flag, Kind, Why
from indicators.models import Indicator
from indicators.periods import Period
from indicators.states import Standing, State, standing, target_on
from reports import sentences
from reports.asked import Asked
from reports.report import Block, Figure, Table

COLUMNS = ["Chỉ số", "Đơn vị tính", "Kỳ này", "Kỳ trước", "Cùng kỳ năm trước", "So với cùng kỳ", "Chỉ tiêu", "Đánh giá",
           "Số đơn vị đã gửi"]
OF_ONE_PERIOD = frozenset({Kind.COUNT, Kind.AMOUNT})  # a target of a month says nothing of the sum of three
RED = 5  # of what misses its target, so many are named


def block(asked: Asked) -> Block:
    judged = {one.pk: _judged(asked, one) for one in asked.run.indicators if asked.shows(one)}
    shown = [one for one in asked.run.indicators if one.pk in judged and _has(asked, one)]
    tables = [
        Table(field.name, COLUMNS, [_row(asked, one, judged[one.pk]) for one in found], note=_note(asked, found))
        for field, found in ((field, list(found)) for field, found in groupby(shown, key=lambda one: one.field))
    ]
    return Block("indicators", "Kết quả thực hiện các chỉ tiêu", sentences=_sentences(asked, shown, judged),
                 tables=tables, reason="" if tables else "Chưa có số liệu của chỉ số nào trong kỳ.")


def cell_of(asked: Asked, found: Answer) -> Cell:
    return found.city if asked.is_city else found.units.get(asked.unit.pk, Cell(why=Why.NOT_OWED))


def figure(indicator: Indicator, value: Decimal | None) -> Figure:
    """The unit of measure stands in its own column; "%" stays with its number."""
    measure = "%" if indicator.measure_vi == "%" else ""
    return Figure(None if value is None else float(round(value, 6)), indicator.decimals, measure)


def _has(asked: Asked, indicator: Indicator) -> bool:
    """A row is worth its line where there is a figure, or one that is owed and lacks."""
    cell = cell_of(asked, asked.run.values[indicator.pk][0])
    return cell.value is not None or cell.why not in (Why.NOT_OWED, Why.NOT_APPLICABLE, None)


def _judged(asked: Asked, indicator: Indicator) -> Standing:
    now, _before, ago = asked.run.values[indicator.pk]
    if now.period.kind != indicator.period_kind and version_for(indicator, now.period).kind in OF_ONE_PERIOD:
        return Standing(State.NONE)
    unit = None if asked.is_city else asked.unit.pk
    target = target_on(list(indicator.targets.all()), owed.last_day(now.period), unit)
    courses = asked.run.courses(unit).get(indicator.pk, {}) if now.period.kind == indicator.period_kind else {}
    return standing(indicator, target, cell_of(asked, now), year_before=cell_of(asked, ago).value,
                    course=courses.get(now.period.start))


def _row(asked: Asked, indicator: Indicator, judged: Standing) -> list:
    now, before, ago = (cell_of(asked, one) for one in asked.run.values[indicator.pk])
    shown = [figure(indicator, one.value) for one in (now, before, ago)]
    first: Figure | str = shown[0]
    if now.value is None and now.why:
        first = str(Why(now.why).label)
    elif now.flag == Flag.PRELIMINARY:
        first = f"{shown[0]} (sơ bộ)"
    return [indicator.name, indicator.measure_vi, first, *shown[1:], _against(indicator, now, ago),
            _target(indicator, judged), "" if judged.state == State.NONE else str(State(judged.state).label),
            f"{now.delivered}/{now.owed}" if now.owed else ""]


def _against(indicator: Indicator, now: Cell, ago: Cell) -> str:
    if now.value is None or ago.value is None:
        return ""
    if indicator.measure_vi == "%":
        return sentences.signed(now.value - ago.value, 1, " điểm")
    return sentences.signed((now.value / ago.value - 1) * 100, 1, "%") if ago.value else ""


def _target(indicator: Indicator, judged: Standing) -> str:
    if judged.target is None:
        return ""
    said = str(figure(indicator, judged.target.value))
    proposed = " (đề xuất)" if judged.target.is_proposal else ""
    return f"{judged.target.get_form_display()} {said}{proposed}"


def _note(asked: Asked, found: list[Indicator]) -> str:
    spans = {asked.run.values[one.pk][0].period for one in found}
    return f"Số liệu của {sentences.listed(sorted(span_of(one) for one in spans))}."


def span_of(period: Period) -> str:
    """“tháng 10/2026”, or of several “2026-06–2026-08” as dates."""
    if "–" not in period.code:
        return saying.period(period)
    return f"{owed.first_day(period):%d/%m/%Y} – {owed.last_day(period):%d/%m/%Y}"


def _sentences(asked: Asked, shown: list[Indicator], judged: dict[int, Standing]) -> list[str]:
    states = [judged[one.pk].state for one in shown]
    rated = [state for state in states if state in (State.OK, State.WARN, State.DANGER)]
    said = []
    if rated:
        said = [f"Trong {number(len(shown))} chỉ số của báo cáo có {number(len(rated))} chỉ số được đánh giá theo chỉ "
                f"tiêu: {number(states.count(State.OK))} đạt, {number(states.count(State.WARN))} gần đạt, "
                f"{number(states.count(State.DANGER))} chưa đạt."]
    red = [one for one in shown if judged[one.pk].state == State.DANGER]
    if red:
        values = {one.pk: cell_of(asked, asked.run.values[one.pk][0]).value for one in red[:RED]}
        named = [f"{one.name} ({saying.measured(one, values[one.pk])})" for one in red[:RED]]
        more = f" và {number(len(red) - RED)} chỉ số khác" if len(red) > RED else ""
        said.append(f"Chưa đạt: {'; '.join(named)}{more}.")
    return said

