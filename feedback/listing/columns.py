"""The columns of a list: how each is shown on the page, what stands in a file, and by what it is sorted."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Promise, Ticket
from feedback.rules import promises, reasons
from feedback.rules.promises import Verdict
from hcmc_ioc.lib import words
from hcmc_ioc.lib.assets import icon
from hcmc_ioc.lib.markup import format_html
from hcmc_ioc.lib.pills import countdown, moment, pill, state_pill, urgency_pill
from hcmc_ioc.lib.text import hide_phones, spoken_code
from hcmc_ioc.lib.words import Words


@dataclass(frozen=True)
class Row:
    """A ticket, or one of its promises; `now` is when the list is read."""

    ticket: Ticket
    promise: Promise | None
    now: datetime
    address: str = ""  # of the ticket's page; "" where the reader may not open it

    @property
    def due_at(self) -> datetime | None:
        return self.promise.due_at if self.promise else self.ticket.due_at

    @property
    def unit(self):
        return self.promise.unit if self.promise else self.ticket.unit

    @property
    def round(self) -> int:
        """2 for a promise made after a reopening; the citizen had been given a date before."""
        reopened = self.ticket.reopened_at
        return 2 if self.promise and reopened is not None and self.promise.made_at >= reopened else 1

    @property
    def verdict(self) -> str:
        """How the date in the row stands, in a word that a file can hold."""
        if self.promise is not None:
            return str(_VERDICTS[promises.verdict(self.promise, self.now)])
        ticket = self.ticket
        if ticket.due_at is None:
            return ""
        if ticket.resolved_at is not None:
            return _("đúng hạn") if ticket.resolved_at <= ticket.due_at else _("trễ hạn")
        if not ticket.is_open:
            return ""
        return _("tạm dừng") if ticket.paused_at else _("quá hạn") if ticket.due_at <= self.now else _("còn hạn")


_VERDICTS = {
    Verdict.RUNNING: gettext_lazy("còn hạn"), Verdict.STOPPED: gettext_lazy("tạm dừng"),
    Verdict.KEPT: gettext_lazy("đúng hạn"), Verdict.BROKEN: gettext_lazy("trễ hạn"),
    Verdict.WITHDRAWN: gettext_lazy("đã rút"),
}


@dataclass(frozen=True)
class Column:
    """`shown` writes the cell of a page, `value` is what a file holds (text, number, or a moment). `width` is in
    characters of a sheet; `sort` is the column that rows are ordered by, of tickets, where an index
    answers it for a million."""

    name: str
    label: Words
    value: Callable[[Row], Any]
    shown: Callable[[Row], str] | None = None
    sort: str = ""
    width: int = 16
    classes: str = ""

    def cell(self, row: Row) -> str:
        if self.shown is not None:
            return self.shown(row)
        value = self.value(row)
        if value is None or value == "":
            return words.UNKNOWN
        return moment(value) if isinstance(value, datetime) else format_html("{}", value)


def _what(row: Row) -> SafeString:
    ticket = row.ticket
    title = hide_phones(ticket.title)
    if row.address:
        title = format_html('<a class="row-link" href="{}">{}</a>', row.address, title)
    marks = []
    if row.round > 1:
        marks.append(_("hẹn lần 2"))
    if ticket.is_self_recorded:
        marks.append(_("đơn vị tự ghi nhận"))
    if ticket.is_open and ticket.earlier_due_at and ticket.earlier_due_at <= row.now:
        marks.append(_("đã trễ ở đơn vị trước"))
    sub = " · ".join([spoken_code(ticket.code), reasons.full_name(ticket.category), *marks])
    return format_html('{}<div class="sub">{}</div>', title, sub)


def _date(row: Row) -> str:
    """The date in force: how far it is, or how it ended."""
    if row.due_at is None:
        return words.UNKNOWN
    if row.promise is not None and row.promise.withdrawn_at is not None:
        return pill("plain", _("đã rút"), "minus")
    if row.promise is None and not row.ticket.is_open and row.ticket.resolved_at is None:
        return words.UNKNOWN
    met = row.promise.met_at if row.promise else row.ticket.resolved_at
    paused = (row.promise or row.ticket).paused_at is not None
    return countdown(row.due_at, paused=paused, met=met)


def _stars(row: Row) -> str:
    score = row.ticket.score
    return words.UNKNOWN if score is None else format_html('<span class="nowrap">{}/5 {}</span>', score, icon("star"))


COLUMNS: dict[str, Column] = {
    column.name: column
    for column in (
        Column("code", gettext_lazy("Mã"), lambda r: r.ticket.code, width=17, classes="nowrap num",
               shown=lambda r: format_html("{}", spoken_code(r.ticket.code))),
        Column("title", gettext_lazy("Nội dung"), lambda r: hide_phones(r.ticket.title), _what, width=60),
        Column("field", gettext_lazy("Lĩnh vực"), lambda r: (r.ticket.category.parent or r.ticket.category).name,
               width=24),
        Column("category", gettext_lazy("Nhóm vấn đề"), lambda r: r.ticket.category.name, width=28),
        Column("unit", gettext_lazy("Đơn vị xử lý"), lambda r: r.unit.name,
               lambda r: format_html("{}", r.unit.short_name), width=30),
        Column("area", gettext_lazy("Địa bàn"), lambda r: r.ticket.area.name if r.ticket.area else "",
               lambda r: format_html("{}", r.ticket.area.short_name) if r.ticket.area else words.UNKNOWN, width=20),
        Column("address", gettext_lazy("Địa điểm"), lambda r: hide_phones(r.ticket.address), width=40),
        Column("state", gettext_lazy("Trạng thái"), lambda r: str(r.ticket.get_state_display()),
               lambda r: state_pill(r.ticket.state, r.ticket.get_state_display()), classes="fit"),
        Column("urgency", gettext_lazy("Mức độ"), lambda r: str(r.ticket.get_urgency_display()),
               lambda r: urgency_pill(r.ticket.urgency, r.ticket.get_urgency_display()), classes="fit"),
        Column("channel", gettext_lazy("Kênh"), lambda r: r.ticket.channel.name),
        Column("received", gettext_lazy("Tiếp nhận"), lambda r: r.ticket.occurred_at, sort="occurred_at",
               classes="fit"),
        Column("due", gettext_lazy("Hạn"), lambda r: r.due_at, sort="due_at", classes="fit"),
        Column("verdict", gettext_lazy("Thời hạn"), lambda r: r.verdict, _date, sort="due_at", classes="fit"),
        Column("resolved", gettext_lazy("Xử lý xong"), lambda r: r.ticket.resolved_at, sort="resolved_at",
               classes="fit"),
        Column("handling", gettext_lazy("Thời gian xử lý"), lambda r: r.ticket.handling_minutes,
               lambda r: words.worktime(r.ticket.handling_minutes), classes="fit"),
        Column("assignee", gettext_lazy("Người xử lý"), lambda r: str(r.ticket.assignee or ""), width=24),
        Column("reporters", gettext_lazy("Người báo"), lambda r: r.ticket.reporter_count, classes="num"),
        Column("score", gettext_lazy("Đánh giá"), lambda r: r.ticket.score, _stars, classes="fit"),
        Column("reopened", gettext_lazy("Mở lại"), lambda r: r.ticket.reopened_at, sort="reopened_at", classes="fit"),
        Column("rejected", gettext_lazy("Từ chối"), lambda r: r.ticket.rejected_at, sort="rejected_at", classes="fit"),
    )
}
FIRST = ("title", "unit", "state", "received", "verdict")  # what a list shows before anybody chooses


def chosen(text: str) -> list[Column]:
    """The columns that a cookie or an address names, in the order of the table; the first ones where it names none."""
    names = {name for name in text.replace(".", ",").split(",") if name in COLUMNS}
    return [column for column in COLUMNS.values() if column.name in (names or FIRST)]


def in_files(shown: list[Column]) -> list[Column]:
    """A file also has what stands below the title on a page: the code, the field and the date itself."""
    names = {column.name for column in shown} | {"code", "field", "category", "due"}
    return [column for column in COLUMNS.values() if column.name in names]
