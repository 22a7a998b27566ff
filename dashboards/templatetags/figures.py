"""How figures read on screens: tiles, addresses of the lists behind them, units on the map. `{% load figures %}`"""

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards import maps, situation
from hcmc_ioc.lib import svg, words

register = template.Library()

NAMES = {
    "received": gettext_lazy("Tiếp nhận"),
    "resolved": gettext_lazy("Đã xử lý"),
    "reopened": gettext_lazy("Mở lại"),
    "rejected": gettext_lazy("Từ chối"),
    "rated": gettext_lazy("Được đánh giá"),
    "open": gettext_lazy("Đang mở"),
    "overdue": gettext_lazy("Quá hạn"),
    "due_soon": gettext_lazy("Sắp đến hạn trong 24 giờ"),
    "to_forward": gettext_lazy("Chờ chuyển"),
    "due": gettext_lazy("Đến hạn trong kỳ"),
    "due_met": gettext_lazy("Trả lời đúng hạn"),
    "late": gettext_lazy("Trả lời trễ hạn hoặc chưa trả lời"),
    "on_time": gettext_lazy("Đúng hạn"),
    "median": gettext_lazy("Thời gian xử lý trung vị"),
    "satisfaction": gettext_lazy("Người dân hài lòng"),
}
DEFINITIONS = {
    "received": gettext_lazy("Số phản ánh ghi nhận trong kỳ, tính cho đơn vị đang chịu trách nhiệm. Kỳ có hôm nay được "
                             "so với kỳ trước đến cùng giờ."),
    "resolved": gettext_lazy("Số phản ánh có kết quả xử lý trong kỳ; phản ánh bị mở lại không còn được tính."),
    "reopened": gettext_lazy("Số phản ánh được mở lại trong kỳ, mỗi phản ánh tính một lần."),
    "rejected": gettext_lazy("Số phản ánh bị từ chối trong kỳ, có nêu lý do."),
    "rated": gettext_lazy("Số phản ánh được người dân đánh giá trong kỳ."),
    "open": gettext_lazy("Số phản ánh chưa có kết quả tại thời điểm này."),
    "overdue": gettext_lazy("Số phản ánh đang mở đã quá hạn; phản ánh đang chờ người dân không tính là quá hạn."),
    "due_soon": gettext_lazy("Số phản ánh đang mở sẽ đến hạn trong 24 giờ tới."),
    "to_forward": gettext_lazy("Số phản ánh mới hoặc bị trả lại, chưa có đơn vị xử lý."),
    "due": gettext_lazy("Số lời hứa đến hạn trong kỳ và trước thời điểm này, trừ lời hứa đã rút hoặc đang tạm dừng."),
    "due_met": gettext_lazy("Số lời hứa đến hạn trong kỳ đã được trả lời trước hoặc đúng hạn."),
    "late": gettext_lazy("Số lời hứa đến hạn trong kỳ được trả lời sau hạn hoặc chưa được trả lời."),
    "on_time": gettext_lazy("Lời hứa giữ đúng chia cho lời hứa đến hạn trong kỳ; để quá hạn không làm tỷ lệ đẹp hơn."),
    "median": gettext_lazy("Một nửa số phản ánh được xử lý trong thời gian này, tính bằng giờ làm việc, sai số 5%."),
    "satisfaction": gettext_lazy("Tỷ lệ lượt đánh giá từ 4 trên 5 trở lên."),
}
LIST_OF = {"on_time": "late", "median": "resolved", "satisfaction": "rated"}


@register.filter
def figure_name(name: str) -> str:
    return NAMES[name]


@register.filter
def figure_definition(name: str) -> str:
    return DEFINITIONS[name]


@register.simple_tag
def figure_url(scope, name: str, asked) -> str:
    """The list behind a figure of `scope` in the period asked for."""
    return f"{reverse('figure_list', args=[scope.slug, LIST_OF.get(name, name)])}?{asked.query}"


@register.simple_tag
def unit_url(unit, asked) -> str:
    return f"{reverse('unit_screen', args=[unit.slug])}?{asked.query}"


@register.inclusion_tag("dashboards/_tile.html")
def figure_tile(tile, scope, asked):
    shown, unit = _shown(tile)
    return {
        "tile": tile,
        "label": NAMES[tile.name],
        "definition": DEFINITIONS[tile.name],
        "shown": shown,
        "unit": unit,
        "note": _note(tile),
        "trend": _trend(tile),
        "form": "percent" if tile.name == "on_time" else "number",
        "url": figure_url(scope, tile.name, asked),
        "alarm": tile.name == "overdue" and bool(tile.value),
    }


def _shown(tile) -> tuple[str, str]:
    """The number and its unit, apart."""
    if tile.value is None:
        return words.UNKNOWN, ""
    if tile.name in ("on_time", "satisfaction"):
        return words.percent(tile.value), ""
    if tile.name == "median":
        amount, _blank, unit = words.worktime(tile.value).partition(" ")
        return f"≈\N{NO-BREAK SPACE}{amount}", unit
    return words.number(tile.value), ""


def _note(tile) -> str:
    beside = tile.beside or {}
    if tile.name == "open":
        return _("%(n)s chờ chuyển đơn vị") % {"n": words.number(beside["to_forward"])}
    if tile.name == "overdue":
        return _("%(n)s sắp đến hạn trong 24 giờ") % {"n": words.number(beside["due_soon"])}
    if tile.name == "on_time":
        told = {"met": words.number(beside["due_met"]), "due": words.number(beside["due"])}
        return _("%(met)s trên %(due)s lượt đến hạn") % told
    if tile.name == "median" and beside["p90"] is not None:
        return _("90%% xử lý trong %(time)s") % {"time": words.worktime(beside["p90"])}
    if tile.name == "satisfaction":
        rated = beside["rated"]
        return ngettext("%(n)s lượt đánh giá", "%(n)s lượt đánh giá", rated) % {"n": words.number(rated)}
    return ""


def _trend(tile) -> str:
    """The change against the period before, in words; "" where a period has no meaning."""
    if tile.value is None or tile.previous is None:
        return ""
    if tile.name in ("on_time", "satisfaction"):
        points = (tile.value - tile.previous) * 100
        if abs(points) < 0.1:
            return _("ngang kỳ trước")
        sign = _("cao hơn kỳ trước %(n)s điểm") if points > 0 else _("thấp hơn kỳ trước %(n)s điểm")
        return sign % {"n": words.number(abs(points), 1)}
    return situation.trend(tile.value, tile.previous)


@register.simple_tag
def situation_sentences(figures, before, period) -> list[str]:
    return situation.sentences(figures, before, period)


@register.simple_tag
def on_time_map(standings, asked=None) -> dict:
    """The areas coloured by their on-time rate, as tiles or outlines: {"map", "legend", "has_outlines"}.

    Areas without enough promises are hatched. `asked` decides the form and the links.
    """
    rates = [row.figures.on_time for row in standings if row.enough]
    uppers = svg.limits(rates)
    paths, box = maps.outlines(settings.MAP)
    if asked and asked.map_form == "ranh-gioi" and paths:
        shapes = [svg.Shape(paths[row.unit.code], *_shown_on_map(row, uppers, asked)) for row in standings
                  if row.unit.code in paths]
        drawn = svg.outline_map(shapes, box, _("Tỷ lệ đúng hạn theo đơn vị"))
    else:
        tiles = [svg.Tile(row.unit.tile_col, row.unit.tile_row, *_shown_on_map(row, uppers, asked))
                 for row in standings if row.unit.tile_col is not None]
        drawn = svg.tile_map(tiles, _("Tỷ lệ đúng hạn theo đơn vị"))
    legend = svg.legend(uppers, max(rates, default=None), "percent")
    return {"map": drawn, "legend": legend, "has_outlines": bool(paths)}


def _shown_on_map(row, uppers, asked) -> tuple[str, str, str, str]:
    """Name, value in words, class and address of one unit."""
    rate = row.figures.on_time if row.enough else None
    value = words.percent(rate, 0 if rate == 1 else 1)
    return row.unit.display_short, value, svg.class_of(rate, uppers), unit_url(row.unit, asked) if asked else ""


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
        received, resolved = ([sum(week) for week in svg.weeks(values)] for values in (received, resolved))
        days, title = [week[-1] for week in svg.weeks(days)], _("Tiếp nhận và xử lý theo tuần")
    return {"labels": [f"{day:%d/%m}" for day in days], "title": title,
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
def age_bars(ages) -> list[tuple]:
    """The backlog by age for `histogram`: (days, all, of which overdue)."""
    return [(f"{low}–{high}" if high else f"> {low}", fine + late, late) for low, high, fine, late in ages]


VERDICTS = {
    "better": ("ok", gettext_lazy("Tốt hơn rõ")),
    "worse": ("danger", gettext_lazy("Thấp hơn rõ")),
    "usual": ("neutral", gettext_lazy("Trong khoảng thường")),
    "unknown": ("plain", gettext_lazy("Ít số liệu")),
}


@register.simple_tag
def verdict(row, city_figures) -> dict:
    """How a unit's rate stands to the city's: tone and word."""
    tone, word = VERDICTS[row.verdict(city_figures.on_time)]
    return {"tone": tone, "word": word, "dot": tone if tone in ("ok", "danger") else "c1"}
