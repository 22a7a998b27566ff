"""Indicators × units × periods as the analyst lays them out: all of it in the address, as a page and as a file."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import StringIO
from typing import IO, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from districts.models import Unit
from hcmc_ioc.lib import sheets
from hcmc_ioc.lib.sheets import Head, Sheet
from hcmc_ioc.lib.text import clean
from indicators import access, board, owed, saying, sharing
from indicators.answers import Cell, answer
from indicators.arithmetic import Why
from indicators.models import Indicator
from indicators.periods import OffBorder, Period

INDICATORS, PERIODS, CELLS = 12, 60, 20_000  # at most
CITY = "toan-thanh-pho"  # the city among the units
ACROSS = {"chi-so": gettext_lazy("Chỉ số"), "don-vi": gettext_lazy("Đơn vị"), "ky": gettext_lazy("Kỳ")}
LONG = ("indicator", "indicator_name", "unit", "unit_name", "period", "value", "numerator", "denominator", "measure",
        "flag", "why")


@dataclass(frozen=True)
class Asked:
    """What an address asks for; `unseen` are indicators whose figures the actor may not see."""

    indicators: tuple[Indicator, ...]
    units: tuple[Unit | None, ...]  # None is the city
    first: date
    last: date
    by: str  # a kind of period, "" for each indicator's own
    across: str
    unseen: tuple[Indicator, ...] = ()


@dataclass(frozen=True)
class Pivot:
    """`cells` by (indicator, unit, code of the period); `periods` in order."""

    asked: Asked
    periods: tuple[Period, ...]
    cells: Mapping[tuple[int, int | None, str], Cell] = field(default_factory=dict)


def read(actor: Actor, given: Mapping[str, Sequence[str]], today: date, way: str) -> Asked:
    """The address understood; what is seen under a grant is logged as read in this `way`. ValueError says what is
    wrong; nothing chosen is nothing asked."""
    known = {one.code: one for one in board.catalogue()}
    chosen = [known[code] for code in dict.fromkeys(given.get("chi-so", ())) if code in known]
    if len(chosen) > INDICATORS:
        raise ValueError(_("Chọn nhiều nhất %(n)s chỉ số.") % {"n": INDICATORS})
    seen = {one.pk for one in chosen if sharing.read(actor, one, way)}
    slugs = list(dict.fromkeys(map(clean, given.get("don-vi", ())))) or [CITY]
    units = {unit.slug: unit for unit in Unit.objects.in_force().filter(slug__in=slugs)}
    last = _month(given, "den", today.replace(day=1))
    first = _month(given, "tu", _months_back(last, 5))
    if first > last:
        raise ValueError(_("Kỳ đầu phải trước kỳ cuối."))
    across = (given.get("cot") or ["ky"])[0]
    return Asked(
        tuple(one for one in chosen if one.pk in seen),
        tuple(None if slug == CITY else units[slug] for slug in slugs if slug == CITY or slug in units),
        first, last, (given.get("theo") or [""])[0], across if across in ACROSS else "ky",
        tuple(one for one in chosen if one.pk not in seen))


def _month(given: Mapping[str, Sequence[str]], name: str, usual: date) -> date:
    text = (given.get(name) or [""])[0]
    try:
        return date.fromisoformat(f"{text}-01") if text else usual
    except ValueError:
        raise ValueError(_("“%(text)s” không phải là tháng, ví dụ đúng: 2026-10.") % {"text": text[:20]}) from None


def _months_back(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 - months
    return date(index // 12, index % 12 + 1, 1)


def of(asked: Asked) -> Pivot:
    """The figures, an answer for each indicator however many units and periods; a period that cuts the indicator's own
    ones has none. ValueError where there would be too many."""
    periods: dict[str, Period] = {}
    cells: dict[tuple[int, int | None, str], Cell] = {}
    for indicator in asked.indicators:
        chain = _chain(asked.by or indicator.period_kind, asked)
        periods |= {one.code: one for one in chain if one.code not in periods}
        if len(periods) * len(asked.units) * len(asked.indicators) > CELLS:
            raise ValueError(_("Bảng quá lớn: hãy chọn ít chỉ số, đơn vị hoặc kỳ hơn."))
        try:
            found = answer(indicator, chain)
        except OffBorder:
            continue
        for one in found:
            for unit in asked.units:
                cell = one.city if unit is None else one.units.get(unit.pk, Cell(why=Why.NOT_OWED))
                cells[_key(indicator, unit, one.period)] = cell
    return Pivot(asked, tuple(sorted(periods.values())), cells)


def _chain(kind: str, asked: Asked) -> list[Period]:
    rule = owed.rule()
    period, end = rule.at(kind, asked.first), rule.at(kind, asked.last)
    found = [period]
    while found[-1] < end:
        found.append(rule.next(found[-1]))
        if len(found) > PERIODS:
            raise ValueError(_("Chọn nhiều nhất %(n)s kỳ.") % {"n": PERIODS})
    return found


@dataclass(frozen=True)
class Line:
    """One row of the table: what it is of, and its cells with their indicators."""

    heads: tuple[str, str]
    indicator: Indicator | None
    unit: Unit | None
    cells: list[tuple[Indicator, Cell | None]]


def table(pivot: Pivot) -> tuple[list[str], list[Line]]:
    """The heads across, then the lines: two of the three stand down the side, as they were chosen."""
    asked = pivot.asked
    values: dict[str, Sequence[Any]] = {
        "chi-so": asked.indicators, "don-vi": asked.units, "ky": pivot.periods}
    outer, inner = (name for name in ACROSS if name != asked.across)
    heads = [named(one) for one in values[asked.across]]
    lines = []
    for first in values[outer]:
        for second in values[inner]:
            side = {outer: first, inner: second}
            places = [side | {asked.across: third} for third in values[asked.across]]
            cells = [(place["chi-so"], pivot.cells.get(_key(place["chi-so"], place["don-vi"], place["ky"])))
                     for place in places]
            lines.append(Line((named(first), named(second)), side.get("chi-so"), side.get("don-vi"), cells))
    return heads, lines


def _key(indicator: Indicator, unit: Unit | None, period: Period) -> tuple[int, int | None, str]:
    return indicator.pk, unit.pk if unit else None, period.code


def named(one: Indicator | Unit | Period | None) -> str:
    """An indicator with its unit of measure, a unit, the city, a period."""
    if one is None:
        return _("Toàn Thành phố")
    if isinstance(one, Period):
        return saying.period(one)
    return f"{one.name} ({one.measure})" if isinstance(one, Indicator) else one.short_name


def rows(pivot: Pivot) -> Iterable[list]:
    """One row per figure, under the heads `LONG`."""
    for indicator in pivot.asked.indicators:
        for unit in pivot.asked.units:
            for period in pivot.periods:
                if (cell := pivot.cells.get(_key(indicator, unit, period))) is not None:
                    parts = (cell.value, cell.numerator, cell.denominator)
                    yield [indicator.code, indicator.name, unit.code if unit else "", named(unit), period.code,
                           *(None if one is None else float(one) for one in parts), indicator.measure,
                           cell.flag or "", str(cell.why or "")]


def as_csv(pivot: Pivot) -> str:
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerows([LONG, *rows(pivot)])
    return "\ufeff" + file.getvalue()


def as_xlsx(pivot: Pivot, who: str, now: datetime, address: str) -> IO[bytes]:
    heads, lines = table(pivot)
    down = [Head(ACROSS[name], 36) for name in ACROSS if name != pivot.asked.across]
    laid = Sheet(_("Bảng"), [*down, *(Head(head, 16) for head in heads)],
                 ([*line.heads, *(None if cell is None or cell.value is None else float(cell.value)
                                  for _indicator, cell in line.cells)] for line in lines))
    long = Sheet(_("Dữ liệu"), [Head(name, 18) for name in LONG], rows(pivot))
    about = sheets.about(gettext_lazy("Bảng phân tích"), who, now, [(gettext_lazy("Địa chỉ"), address)])
    return sheets.workbook(about, [laid, long])


def choices(actor: Actor) -> list[Indicator]:
    """What may be chosen: what the actor sees, as of right or under a grant."""
    return [one for one in board.catalogue() if access.sees(actor, one)]
