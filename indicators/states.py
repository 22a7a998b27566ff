"""How a figure stands against its target: reached, nearly, not, or not to be judged. Pure but for the rows given."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from indicators.answers import Cell
from indicators.models import Indicator, Target
from indicators.plans import Course

NEARLY = Decimal("0.9")
FEWEST = 20  # cases; below it nothing is judged


class State(TextChoices):
    OK = "ok", _("đạt")
    WARN = "warn", _("gần đạt")
    DANGER = "danger", _("chưa đạt")
    UNKNOWN = "unknown", _("chưa thể đánh giá")
    NONE = "none", _("không có chỉ tiêu")


@dataclass(frozen=True)
class Standing:
    state: str
    target: Target | None = None
    share: Decimal | None = None  # attained ÷ target
    course: Course | None = None  # of a plan
    expected: Decimal | None = None  # what the plan says should be attained by now


def target_on(targets: Sequence[Target], day: date, unit_id: int | None = None) -> Target | None:
    """The target in force on the day: the unit's own, else the one for all."""
    there = [t for t in targets if t.begins <= day and (t.ends is None or day <= t.ends)]
    own = [t for t in there if t.unit_id == unit_id and unit_id is not None]
    common = [t for t in there if t.unit_id is None]
    chosen = own or common
    return chosen[-1] if chosen else None


def standing(indicator: Indicator, target: Target | None, cell: Cell, *, year_before: Decimal | None = None,
             course: Course | None = None) -> Standing:
    """`year_before` is the value of the same period a year ago (targets of growth), `course` where its year stands
    (plans)."""
    if target is None:
        return Standing(State.NONE)
    if cell.value is None or (cell.denominator is not None and cell.denominator < FEWEST):
        return Standing(State.UNKNOWN, target)
    value, goal = cell.value, target.value
    match target.form:
        case Target.Form.RANGE:
            inside = goal <= value <= (target.upper if target.upper is not None else value)
            return Standing(State.OK if inside else State.DANGER, target)
        case Target.Form.GROWTH:
            if not year_before:
                return Standing(State.UNKNOWN, target)
            return _of_growth((value / year_before - 1) * 100, goal, target)
        case Target.Form.PLAN:
            expected = _expected(target, course)
            if course is None or course.attained is None or expected is None:
                return Standing(State.UNKNOWN, target, course=course)
            found = _judged(course.attained, expected, target, less_is_better=False)
            return replace(found, course=course, expected=expected)
    less_is_better = target.form == Target.Form.AT_MOST or (
        target.form != Target.Form.AT_LEAST and indicator.polarity == Indicator.Polarity.DOWN)
    return _judged(value, goal, target, less_is_better=less_is_better)


def _expected(target: Target, course: Course | None) -> Decimal | None:
    """What should be attained by now: along the path that was typed, else along that of the years before."""
    if course is None:
        return None
    if target.path:
        return target.value * target.path[course.place - 1] if course.place <= len(target.path) else None
    return None if course.share is None else target.value * course.share


def _of_growth(growth: Decimal, goal: Decimal, target: Target) -> Standing:
    """A goal below 0 is a fall that is to be reached."""
    reached = growth <= goal if goal < 0 else growth >= goal
    if reached or not goal:
        return Standing(State.OK if reached else State.DANGER, target, Decimal(int(reached)))
    share = growth / goal
    return Standing(State.WARN if share >= NEARLY else State.DANGER, target, share)


def _judged(value: Decimal, goal: Decimal, target: Target, *, less_is_better: bool) -> Standing:
    if less_is_better:
        if value <= goal:
            return Standing(State.OK, target, Decimal(1))
        share = goal / value if value else Decimal(0)
    else:
        if value >= goal:
            return Standing(State.OK, target, Decimal(1))
        share = value / goal if goal else Decimal(0)
    return Standing(State.WARN if share >= NEARLY else State.DANGER, target, share)
