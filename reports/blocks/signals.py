"""What needs attention: what has missed its target, and for how long."""

from indicators import owed, saying
from indicators.answers import Answer, Cell
from indicators.models import Indicator
from indicators.states import State, standing, target_on
from reports.asked import Asked
from reports.blocks.indicators import cell_of, figure
from reports.report import Block, Table

COLUMNS = ["Chỉ số", "Giá trị", "Kỳ số liệu", "Chưa đạt từ"]


def block(asked: Asked) -> Block:
    found = (_row(asked, one) for one in asked.run.indicators if one.pk in asked.run.series and asked.shows(one))
    rows = [row for row in found if row]
    return Block("signals", "Tín hiệu cần chú ý",
                 tables=[Table("Chỉ số chưa đạt chỉ tiêu", COLUMNS, rows)] if rows else [],
                 reason="" if rows else "Không có chỉ số nào chưa đạt chỉ tiêu.")


def _row(asked: Asked, indicator: Indicator) -> list:
    """[] unless the newest figure misses its target."""
    found = asked.run.series[indicator.pk]
    by_start = {one.period.start: cell_of(asked, one) for one in found}
    red = 0
    for one in found:
        if _state(asked, indicator, one, by_start) != State.DANGER:
            break
        red += 1
    if not red:
        return []
    first = saying.period(found[red - 1].period)
    return [indicator.name, figure(indicator, cell_of(asked, found[0]).value), saying.period(found[0].period),
            f"{first} hoặc trước đó" if red == len(found) else first]


def _state(asked: Asked, indicator: Indicator, at: Answer, by_start: dict) -> str:
    unit = None if asked.is_city else asked.unit.pk
    target = target_on(list(indicator.targets.all()), owed.last_day(at.period), unit)
    ago = by_start.get(owed.rule().a_year_before(at.period).start, Cell())
    course = asked.run.courses(unit).get(indicator.pk, {}).get(at.period.start)
    return standing(indicator, target, cell_of(asked, at), year_before=ago.value, course=course).state
