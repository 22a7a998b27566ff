"""How figures of indicators look: values in their unit of measure, states, periods."""

from datetime import timedelta
from decimal import Decimal

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from districts import outlines
from hcmc_ioc.lib import pills, svg, words
from hcmc_ioc.lib.caching import drawn_once
from hcmc_ioc.lib.templating import Library
from indicators import judged_pages, judged_words, pages, saying, typed
from indicators.answers import Cell
from indicators.arithmetic import Flag, Why
from indicators.judging import Judged
from indicators.models import Indicator
from indicators.states import Standing, State

register = Library()
register.filter("typed", typed.shown)
register.filter("period_name", saying.period)
register.simple_tag(saying.measured, name="measured")
register.simple_tag(saying.left, name="left_words")
register.simple_tag(saying.saved, name="saved_words")
register.simple_tag(saying.odd, name="odd_words")
register.simple_tag(saying.read_by, name="read_by_words")
register.simple_tag(saying.failure, name="failure_words")
register.simple_tag(pages.key, name="period_key")
register.simple_tag(saying.notice, name="notice_words")
_drawn_map = drawn_once(svg.outline_map)
TONES = {State.OK: "ok", State.WARN: "warn", State.DANGER: "danger", State.UNKNOWN: "neutral"}


@register.simple_tag
def plainly(indicator: Indicator, value: Decimal | float | None) -> str:
    """The number alone, for a column whose head says the unit of measure."""
    return words.number(value, indicator.decimals)


@register.simple_tag
def why_not(cell: Cell) -> str:
    """In words why there is no value."""
    return str(Why(cell.why).label) if cell.why else ""


@register.simple_tag
def lasting(time: timedelta) -> str:
    """“3 giờ”: how long something took or has taken."""
    return words.duration(time.total_seconds())


@register.simple_tag
def flag_name(flag: str) -> str:
    return str(Flag(flag).label) if flag else ""


@register.simple_tag
def standing_pill(standing: Standing) -> SafeString | str:
    """Reached, nearly, not, not to be judged; nothing where there is no target."""
    tone = TONES.get(State(standing.state))
    return pills.pill(tone, State(standing.state).label) if tone else ""


@register.simple_tag
def indicator_map(indicator: Indicator, rows) -> dict | None:
    """The areas coloured by their figure, what is bad the strongest: {"map", "legend"}; None without areas."""
    paths, box = outlines.outlines(settings.MAP)
    there = {row.unit.code: row for row in rows if row.unit.is_area}
    values = {code: float(row.cell.value) for code, row in there.items() if row.cell.value is not None}
    if not values or not there.keys() & paths.keys():
        return None
    uppers, low_is_strong = svg.limits(values.values()), indicator.polarity == Indicator.Polarity.UP
    shapes = [
        svg.Shape(paths[code], row.unit.short_name, saying.measured(indicator, row.cell.value),
                  svg.class_of(values.get(code), uppers, low_is_strong=low_is_strong))
        for code, row in there.items() if code in paths]
    form = "decimal" if indicator.decimals else "number"
    legend = svg.legend(uppers, max(values.values()), form, low_is_strong=low_is_strong)
    return {"map": _drawn_map(shapes, box, indicator.name), "legend": legend}


@register.simple_tag
def indicator_multiples(rows) -> list:
    """(row, its course) of every unit, all on one scale; nothing where there is no course yet."""
    there = [value for row in rows for value in row.trend if value is not None]
    if len(rows) < 2 or max((sum(v is not None for v in row.trend) for row in rows), default=0) < 3:
        return []
    scale = min(there), max(there)
    return [(row, svg.sparkline(row.trend, None, "number", 34, scale)) for row in rows]


@register.simple_tag
def indicator_trend(row) -> SafeString | str:
    there = [value for value in row.trend if value is not None]
    return svg.sparkline(list(row.trend)) if len(there) > 2 else ""


@register.simple_tag
def indicator_course(indicator: Indicator, labels: list[str], values: list[float | None]) -> SafeString:
    """The city's figure over time, with its table."""
    form = "decimal" if indicator.decimals else "number"
    caption = f"{indicator.name} ({indicator.measure})"
    return svg.trend(labels, [(indicator.measure, values)], caption=caption, form=form, close=True)


@register.simple_tag
def judgement_chart(found: Judged) -> SafeString:
    """The series within its limits, what stands out as diamonds."""
    drawn = judged_pages.charted(found)
    places = drawn.pop("places")
    signs = [svg.Sign(places[one.period.start], one.tone, one.words)
             for one in judged_words.signals(found) if places[one.period.start] >= 0]
    return svg.control(**drawn, signs=signs, form="decimal" if found.indicator.decimals else "number",
                       caption=judged_words.caption(found))


@register.simple_tag
def cells_of(cell: Cell) -> str:
    """“21/22 đơn vị” beside a figure of the city; nothing where nothing is owed."""
    if not cell.owed:
        return ""
    return _("%(n)s/%(all)s đơn vị") % {"n": words.number(cell.delivered), "all": words.number(cell.owed)}
