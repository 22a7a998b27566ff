"""What needs attention: what has missed its target, and for how long; of the city what is out of the usual by its
control chart."""

from hcmc_ioc.lib.words import number
from indicators import judged_words, judging, owed, saying
from indicators.answers import Answer
from indicators.answers import Cell as FigureCell
from indicators.board import TREND
from indicators.models import Indicator, Method
from indicators.states import State, standing, target_on
from reports.asked import Asked
from reports.blocks.indicators import cell_of, figure
from reports.report import Block, Cell, Table

UNUSUAL = ["Chỉ số", "Giá trị", "Kỳ số liệu", "Vì sao"]
COLUMNS = ["Chỉ số", "Giá trị", "Kỳ số liệu", "Chưa đạt từ"]


def block(asked: Asked) -> Block:
    found = (_row(asked, one) for one in asked.run.indicators if one.pk in asked.run.series and asked.shows(one))
    rows = [row for row in found if row]
    tables = [Table("Chỉ số chưa đạt chỉ tiêu", COLUMNS, rows)] if rows else []
    if unusual := _unusual(asked):
        tables.append(Table("Chỉ số khác thường theo biểu đồ kiểm soát", UNUSUAL, unusual,
                            note="Cách đánh giá từng chỉ số xem tại trang của chỉ số trên hệ thống."))
    return Block("signals", "Tín hiệu cần chú ý", tables=tables, reason="" if tables else _all_clear(asked))


def _all_clear(asked: Asked) -> str:
    """What was looked at; that nothing could be judged is no all-clear."""
    judged = [one for one in asked.run.indicators if one.pk in asked.run.series and asked.shows(one) and _state(
        asked, one, asked.run.series[one.pk][0], {}) in (State.OK, State.WARN)]
    if not judged:
        return "Không có chỉ số nào có chỉ tiêu và đủ số liệu để đánh giá trong kỳ."
    return f"Không có chỉ số nào chưa đạt trong {number(len(judged))} chỉ số đánh giá được theo chỉ tiêu."


def _unusual(asked: Asked) -> list[list[Cell]]:
    """A signal of the newest period, each with its rule; a unit's figures are small, so of the city alone."""
    rows: list[list[Cell]] = []
    for one in asked.run.indicators if asked.is_city else ():
        if not asked.shows(one):
            continue
        last = asked.run.last_of(one.period_kind)
        found = judging.of(one, None, last)
        for told in judged_words.signals(found):
            if told.period == last and told.tone != "ok":
                of_year = " (chênh lệch so với cùng kỳ)" if found.plan.method == Method.SEASONAL else ""
                rows.append([one.name, figure(one, found.cells[-1].value), saying.period(last), told.words + of_year])
    return rows


def _row(asked: Asked, indicator: Indicator) -> list[Cell]:
    """[] unless the newest figure misses its target."""
    found = asked.run.series[indicator.pk]
    by_start = {one.period.start: cell_of(asked, one) for one in found}
    red = 0
    for one in found[:TREND]:
        if _state(asked, indicator, one, by_start) != State.DANGER:
            break
        red += 1
    if not red:
        return []
    first = saying.period(found[red - 1].period)
    return [indicator.name, figure(indicator, cell_of(asked, found[0]).value), saying.period(found[0].period),
            f"{first} hoặc trước đó" if red == TREND else first]


def _state(asked: Asked, indicator: Indicator, at: Answer, by_start: dict) -> str:
    unit = None if asked.is_city else asked.unit.pk
    target = target_on(list(indicator.targets.all()), owed.last_day(at.period), unit)
    ago = by_start.get(owed.rule().a_year_before(at.period).start, FigureCell())
    course = asked.run.courses(unit).get(indicator.pk, {}).get(at.period.start)
    return standing(indicator, target, cell_of(asked, at), year_before=ago.value, course=course).state
