"""How a list is written: its rows, its heads that sort, its addresses."""

from types import SimpleNamespace

from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from feedback.listing.columns import COLUMNS, Column, Row
from feedback.listing.filters import DATES, TicketFilter
from feedback.listing.pages import Page
from hcmc_ioc.lib.assets import icon
from hcmc_ioc.lib.caching import per_language
from hcmc_ioc.lib.markup import format_html as fast_html
from hcmc_ioc.lib.markup import join
from hcmc_ioc.lib.templating import Library

register = Library()
AT_ONCE = ("q", "category", "area", "unit", "state", "late")  # the fields that are always in sight
MORE = ("whose", "handler", "urgency", "channel", "has", "per")


@register.simple_tag
def list_rows(rows: list[Row], shown: list[Column]) -> SafeString:
    columns = [(_opening(column.name), column) for column in shown]
    return join(fast_html("<tr data-row>{}</tr>", join(fast_html("{}{}</td>", opening, column.cell(row))
                                                       for opening, column in columns)) for row in rows)


@per_language
def _opening(name: str) -> SafeString:
    """Kept: the same for every row. On a phone the title heads the card and needs no label."""
    column = COLUMNS[name]
    label = "" if name == "title" else fast_html(' data-label="{}"', column.label)
    return fast_html('<td class="{}"{}>', column.classes, label)


@register.simple_tag
def sorted_by(page: Page, column: Column) -> SafeString:
    if not column.sort or column.sort != page.order.column:
        return mark_safe("")
    return format_html('aria-sort="{}"', "descending" if page.order.descending else "ascending")


@register.simple_tag
def sort_link(page: Page, column: Column) -> SafeString:
    """The head of a column: sorts by it, and once more the other way round."""
    if not column.sort or page.filter.per_row is not None:
        return format_html("{}", column.label)
    here = column.sort == page.order.column
    down = not page.order.descending if here else column.name not in ("due", "verdict")
    sort = f"{'-' if down else ''}{column.name}"
    mark = icon("arrow-down" if page.order.descending else "arrow-up") if here else ""
    return format_html('<a href="{}">{}{}</a>', _address(page, sort), column.label, mark)


def _address(page: Page, sort: str) -> str:
    query = page.filter.query
    return f"{reverse('tickets')}?{query}{'&' if query else ''}{urlencode({'sort': sort})}"


@register.simple_tag
def list_address(page: Page, **place) -> str:
    """The address of another page of the list; "" where there is none."""
    where = {name: value for name, value in place.items() if value}
    if not where:
        return ""
    return f"{reverse('tickets')}?{'&'.join(filter(None, (page.query, urlencode(where))))}"


@register.simple_tag
def filter_fields(narrowed: TicketFilter) -> SimpleNamespace:
    """The fields in the order of the page: `first`, `more`, `dates` as pairs."""
    dates = [name for name in DATES if name != "withdrawn" or "withdrawn_from" in narrowed.given]
    more_in_use = any(name not in AT_ONCE for name in narrowed.errors)  # what is in force stands in the chips
    return SimpleNamespace(
        first=[narrowed[name] for name in AT_ONCE],
        more=[narrowed[name] for name in MORE if name in narrowed.fields],
        dates=[(narrowed[f"{name}_from"], narrowed[f"{name}_to"]) for name in dates], more_in_use=more_in_use,
    )


@register.simple_tag
def without_filter(what: str) -> str:
    return _("Bỏ lọc %(what)s") % {"what": what}
