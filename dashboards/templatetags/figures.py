"""How figures read on screens: tiles, addresses of the lists behind them, units on the map."""

from functools import lru_cache
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dashboards.figures import sentences
from dashboards.figures.registry import FIGURES, asked
from districts import outlines
from hcmc_ioc.lib import pills, svg, words
from hcmc_ioc.lib.caching import drawn_once
from hcmc_ioc.lib.templating import Library, kept, rendered

register = Library()


@register.filter
def figure_name(code: str) -> str:
    return FIGURES[code].name


@register.filter
def figure_definition(code: str) -> str:
    return FIGURES[code].definition


@register.simple_tag
def figure_url(scope, code: str, query) -> str:
    """The list behind a figure of `scope` in the period asked for."""
    figure = FIGURES[FIGURES[code].list_code]
    return _list(asked(figure, scope.pk, query.period))


@register.simple_tag
def field_url(scope, code: str, period, category) -> str:
    """The list behind a figure of `scope` in one field."""
    return _list({"category": category.pk} | asked(FIGURES[code], scope.pk, period))


@register.simple_tag
def unit_url(unit, query) -> str:
    return f"{_address('unit_screen', unit.slug)}?{query.encoded}"


def _list(filters: dict) -> str:
    return f"{_address('tickets')}?{_written(*filters.items())}"


@lru_cache(maxsize=20_000)
def _written(*filters: tuple) -> str:
    """Kept: the same hundred lists stand behind every version of a screen."""
    return urlencode(filters)


@lru_cache(maxsize=5000)
def _address(page: str, *names: str) -> str:
    """Kept: a screen links a hundred times to the same pages."""
    return reverse(page, args=names)


@register.simple_tag
@drawn_once
def figure_tile(tile, scope, query) -> SafeString:
    shown, unit = _shown(tile)
    figure = tile.figure
    return rendered("dashboards/_tile.html", {
        "tile": tile,
        "figure": figure,
        "shown": shown,
        "unit": unit,
        "is_rough": tile.figure.form == "worktime" and tile.value is not None,
        "trend": _trend(tile, query.period),
        "url": figure_url(scope, figure.code, query),
        "alarm": figure.code == "overdue" and bool(tile.value),
    })


def _shown(tile) -> tuple[str, str]:
    """The number and its unit, apart."""
    if tile.value is None:
        return words.UNKNOWN, ""
    if tile.figure.form == "percent":
        return words.percent(tile.value), ""
    if tile.figure.form == "worktime":
        amount, _blank, unit = words.worktime(tile.value).partition(" ")
        return amount, unit
    return words.number(tile.value), ""


def _trend(tile, period) -> str:
    """The change against the period before, in words; "" where a period has no meaning."""
    if tile.value is None or tile.previous is None:
        return ""
    if tile.figure.form == "percent":
        return sentences.points(tile.value, tile.previous, *tile.cases, period)
    return sentences.trend(tile.value, tile.previous, *tile.cases, period=period)


@register.simple_tag
def situation_sentences(figures, before, period, now) -> list[str]:
    return sentences.situation(figures, before, period, localdate(now))


_outlines, _tiles = drawn_once(svg.outline_map), drawn_once(svg.tile_map)


@register.simple_tag
def on_time_map(standings, query=None) -> dict:
    """The areas coloured by their on-time rate, as tiles or outlines: {"map", "legend", "has_outlines"}.

    Areas without enough promises are hatched. `query` decides the form and the links.
    """
    rates = [row.figures.on_time for row in standings if row.enough]
    uppers = svg.limits(rates)
    paths, box = outlines.outlines(settings.MAP)
    if query and query.map_form != "o" and paths:
        shapes = [svg.Shape(paths[row.unit.code], *_shown_on_map(row, uppers, query)) for row in standings
                  if row.unit.code in paths]
        drawn = _outlines(shapes, box, _("Tỷ lệ đúng hạn theo đơn vị"))
    else:
        tiles = [svg.Tile(row.unit.tile_col, row.unit.tile_row, *_shown_on_map(row, uppers, query))
                 for row in standings if row.unit.tile_col is not None]
        drawn = _tiles(tiles, _("Tỷ lệ đúng hạn theo đơn vị"))
    legend = svg.legend(uppers, max(rates, default=None), "percent", low_is_strong=True)
    return {"map": drawn, "legend": legend, "has_outlines": bool(paths)}


def _shown_on_map(row, uppers, query) -> tuple[str, str, str, str]:
    """Name, value in words, class and address of one unit."""
    rate = row.figures.on_time if row.enough else None
    value = words.percent(rate, 0 if rate == 1 else 1)
    tone = svg.class_of(rate, uppers, low_is_strong=True)  # what lies behind must be seen first
    return row.unit.short_name, value, tone, unit_url(row.unit, query) if query else ""


@register.simple_tag
def rate_scale(standings) -> tuple[float, float]:
    """A common scale for the dots: from below the lowest interval to 100 %, in steps of ten points."""
    low = min((row.low for row in standings if row.enough), default=0.8)
    return max(0.0, int(low * 10) / 10), 1.0


@register.simple_tag
def received_resolved(days, by_day) -> dict:
    """What came and what was answered, day by day; by whole weeks when the days would be too many to read."""
    received, resolved, title = by_day["received"], by_day["resolved"], _("Tiếp nhận và xử lý theo ngày")
    if len(days) > svg.MANY_DAYS:
        running = received[-1] is None  # today: the weeks are counted back from yesterday
        received, resolved, days = (values[:-1] if running else values for values in (received, resolved, days))
        received, resolved = ([sum(week) for week in svg.weeks(values)] for values in (received, resolved))
        days, title = [week[-1] for week in svg.weeks(days)], _("Tiếp nhận và xử lý theo tuần")
    tones = ("c1", pills.STATES["resolved"][0])  # answered has one colour, as a pill and as a line
    return {"labels": [f"{day:%d/%m}" for day in days], "title": title, "tones": tones,
            "series": [(_("Tiếp nhận"), received), (_("Đã xử lý"), resolved)]}


@register.simple_tag
def hourly(hours) -> dict:
    return {
        "labels": [f"{hour}h" for hour in range(24)],
        "series": [(_("Tiếp nhận"), hours.received)],
        "band": (hours.low, hours.high),
        "marks": hours.unusual(),
    }


@register.simple_tag
def standings(rows, query, own=None, linked: bool = False) -> SafeString:
    """One group in bands; `own` is a unit to mark, `linked` leads to the units' screens."""
    about = tuple((row.unit.pk, row.unit.slug, row.unit.short_name, row.group_rate, row.band, *row.figures.counts)
                  for row in rows)
    return kept("dashboards/_standings.html", about, query.encoded, own and own.pk,
                 shown={"rows": rows, "query": query, "own": own, "linked": linked})


@register.simple_tag
def fields_table(rows, scope, query, over) -> SafeString:
    """The fields of `scope`: what came, how its dates were kept; each opens its list. `over` is without today."""
    about = tuple((row, row.category.name) for row in rows)
    return kept("dashboards/_fields.html", about, scope.pk, query, over,
                 shown={"fields": rows, "scope": scope, "query": query, "period": query.period, "over": over})


@register.simple_tag
def age_bars(ages) -> list[tuple]:
    """The backlog by age for `histogram`: (days, all, of which overdue)."""
    return [(f"{low}–{high}" if high else f"> {low}", fine + late, late) for low, high, fine, late in ages]


BAND_NAMES = {
    "worse": ("danger", gettext_lazy("Thấp hơn rõ")),
    "usual": ("neutral", gettext_lazy("Trong khoảng thường")),
    "better": ("ok", gettext_lazy("Tốt hơn rõ")),
    "unknown": ("plain", gettext_lazy("Không nhận định")),
}


@register.simple_tag
def band(row) -> dict:
    """How a unit's rate stands to that of its group: tone and word."""
    tone, word = BAND_NAMES[row.band]
    return {"tone": tone, "word": word, "dot": tone if tone in ("ok", "danger") else "c1"}
