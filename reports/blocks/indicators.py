"""The indicators that units deliver, by field: this period, the one before, a year ago, how it stands to its target."""

from dataclasses import replace
from decimal import Decimal
from itertools import groupby

from hcmc_ioc.lib.words import number
from indicators import owed, saying
from indicators.answers import Answer, Cell, version_for
from indicators.arithmetic import Flag, Kind, Why
from indicators.models import Indicator, Target
from indicators.periods import Period
from indicators.states import Standing, State, standing, target_on
from reports import sentences
from reports.asked import Asked
from reports.report import Block, Figure, Table

BEFORE = "Kỳ trước"
COLUMNS = ["Chỉ số", "Đơn vị tính", "Kỳ này", BEFORE, "Cùng kỳ năm trước", "So với cùng kỳ", "Chỉ tiêu", "Đánh giá",
           "Số đơn vị đã gửi"]
LACKING = "*"
OF_ONE_PERIOD = frozenset({Kind.COUNT, Kind.AMOUNT})  # a target of a month says nothing of the sum of three
RED = 5  # of what misses its target, so many are named


def block(asked: Asked) -> Block:
    judged = {one.pk: _judged(asked, one) for one in asked.run.indicators if asked.shows(one)}
    shown = [one for one in asked.run.indicators if one.pk in judged and is_printed(asked, one)]
    columns = [name for name in COLUMNS if name != BEFORE or "before" in asked.run.earlier]
    tables = [
        Table(field.name, columns, [_row(asked, one, judged[one.pk]) for one in found], note=_note(asked, found))
        for field, found in ((field, list(found)) for field, found in groupby(shown, key=lambda one: one.field))
    ]
    return Block("indicators", "Kết quả thực hiện các chỉ tiêu", sentences=_sentences(asked, shown, judged),
                 tables=tables, reason="" if tables else "Chưa có số liệu của chỉ số nào trong kỳ.")


def cell_of(asked: Asked, found: Answer) -> Cell:
    return found.city if asked.is_city else found.units.get(asked.unit.pk, Cell(why=Why.NOT_OWED))


def figure(indicator: Indicator, value: Decimal | None) -> Figure:
    """The unit of measure stands in its own column; "%" stays with its number."""
    number = None if value is None else float(round(value, 6))
    if indicator.measure_vi == "%":
        return Figure(number, indicator.decimals, "%")
    return Figure(number, indicator.decimals, measure=indicator.measure_vi)


def is_printed(asked: Asked, indicator: Indicator) -> bool:
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
    first: Figure | str = _printed(indicator, now)
    if now.value is None and now.why:
        first = str(Why(now.why).label)
    earlier = [_printed(indicator, before)] if "before" in asked.run.earlier else []
    return [indicator.name, indicator.measure_vi, first, *earlier, _printed(indicator, ago),
            _against(indicator, now, ago), _target(indicator, judged), _state(indicator, judged),
            f"{now.delivered}/{now.owed}" if now.owed else ""]


def _printed(indicator: Indicator, cell: Cell) -> Figure:
    """With a mark where units lack, or where it is preliminary."""
    found = figure(indicator, cell.value)
    marks = [*([LACKING] if _lacks(cell) else []), *(["(sơ bộ)"] if cell.flag == Flag.PRELIMINARY else [])]
    return replace(found, unit=" ".join([found.unit, *marks]).strip()) if marks and cell.value is not None else found


def _lacks(cell: Cell) -> bool:
    """Whether units that owed it did not deliver: such a sum is compared with nothing."""
    return cell.owed > 0 and cell.delivered < cell.owed


def _against(indicator: Indicator, now: Cell, ago: Cell) -> str:
    """The difference of the printed digits; "" where either rests on fewer units than owed it."""
    if now.value is None or ago.value is None or _lacks(now) or _lacks(ago):
        return ""
    this, that = (round(cell.value, indicator.decimals) for cell in (now, ago) if cell.value is not None)
    if indicator.measure_vi == "%":
        return sentences.signed(this - that, max(1, indicator.decimals), " điểm")
    return sentences.signed((this / that - 1) * 100, 1, "%") if that else ""


def _state(indicator: Indicator, judged: Standing) -> str:
    """“đạt”; of a plan with what is attained so far: “gần đạt, lũy kế 750.000 (93,2% kế hoạch)”."""
    if judged.state == State.NONE:
        return ""
    said = str(State(judged.state).label)
    if judged.target is None or judged.course is None or judged.course.attained is None or not judged.target.value:
        return said
    attained = judged.course.attained
    share = number(100 * attained / judged.target.value, 1)
    return f"{said}, lũy kế {figure(indicator, attained)} ({share}% kế hoạch)"


def _target(indicator: Indicator, judged: Standing) -> str:
    if judged.target is None:
        return ""
    target, said = judged.target, figure(indicator, judged.target.value)
    proposed = " (đề xuất)" if target.is_proposal else ""
    match target.form:
        case Target.Form.GROWTH:
            size = Figure(abs(float(target.value)), 0 if target.value == round(target.value) else 1, "%")
            return f"{'giảm' if target.value < 0 else 'tăng'} ít nhất {size} so với cùng kỳ{proposed}"
        case Target.Form.PLAN:
            return f"kế hoạch năm {said}{proposed}"
        case Target.Form.RANGE:
            return f"từ {said} đến {figure(indicator, target.upper)}{proposed}"
    return f"{target.get_form_display()} {said}{proposed}"


def _note(asked: Asked, found: list[Indicator]) -> str:
    """Of which periods: of one for all, else of each."""
    spans: dict[str, list[str]] = {}
    for one in found:
        spans.setdefault(span_of(asked.run.values[one.pk][0].period), []).append(one.name)
    said = [span if len(spans) == 1 else f"{span} ({'; '.join(names)})" for span, names in spans.items()]
    lacking = f" {LACKING} Chưa đủ đơn vị gửi: không so sánh." if any(
        _lacks(cell_of(asked, one)) for indicator in found for one in asked.run.values[indicator.pk]) else ""
    return f"Số liệu của {', '.join(said)}.{lacking}"


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

