"""The saved views of the inbox and the filters of its address: which tickets, for whom."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db.models import F, OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.roles import CITYWIDE, HOTLINE, UNIT
from feedback.fields import fixed_choice
from feedback.listing.filters import ASKED, ME, WORKING, TicketFilter
from feedback.querysets import DUE_SOON, SQL_DUE_SOON, SQL_LATE_OPEN, SQL_OVERDUE
from feedback.rules.workflow import DECIDERS, OPEN, TO_FORWARD, State
from hcmc_ioc.lib.sql import rows
from hcmc_ioc.lib.words import Words

MANY = 1000  # counts outside the small set of open tickets stop here


@dataclass(frozen=True)
class View:
    """One saved view of open tickets: `asks` is what it asks of the list of everything, `sql` the same for the counts
    (with `now`, `soon` and `user`), which every inbox wants; "" where it is counted apart."""

    name: str
    label: Words
    roles: frozenset
    sql: str
    asks: Mapping[str, str] = field(default_factory=dict)
    empty: Words = _("Không có phản ánh nào ở mục này.")
    urgent: bool = False
    order: tuple = (F("due_at").asc(nulls_last=True), "pk")  # what burns first

    def asked(self, actor) -> dict[str, str]:
        """As a filter: of the open ones, and of those of the person's own units unless it says otherwise."""
        own = {} if actor.scope is None else {"whose": "own"}
        return {"state": "open"} | own | dict(self.asks)


def _in(*states: State) -> str:
    return f"state IN ({', '.join(repr(state.value) for state in states)})"


SQL_ASKED = """
    (due_at > %(now)s OR paused_at IS NOT NULL) AND EXISTS (
        SELECT FROM feedback_promise AS promise
        WHERE promise.ticket_id = ticket.id AND promise.unit_id = ticket.unit_id AND extension_asked_at IS NOT NULL
          AND extension_decided_at IS NULL AND met_at IS NULL AND withdrawn_at IS NULL)
"""

EVERYBODY = CITYWIDE | UNIT
APART = ""
VIEWS = {
    view.name: view
    for view in (
        View("to_forward", _("Cần chuyển"), HOTLINE, _in(*TO_FORWARD), {"state": "to_forward"},
             _("Không còn phản ánh chờ chuyển.")),
        View("new", _("Chưa nhận"), EVERYBODY, _in(State.FORWARDED), {"state": State.FORWARDED.value},
             _("Mọi phản ánh đã được tiếp nhận.")),
        View("mine", _("Của tôi"), UNIT, "assignee_id = %(user)s", {"handler": ME},
             _("Bạn chưa được giao việc nào.")),
        View("working", _("Đang xử lý"), EVERYBODY, _in(*WORKING), {"state": "working"}),
        View("due_soon", _("Sắp hạn"), EVERYBODY, SQL_DUE_SOON, {"late": "due_soon"},
             _("Không có phản ánh nào đến hạn trong 24 giờ tới.")),
        View("overdue", _("Quá hạn"), EVERYBODY, SQL_OVERDUE, {"late": "overdue"},
             _("Không có phản ánh quá hạn."), urgent=True),
        View("extensions", _("Đề nghị gia hạn"), DECIDERS, SQL_ASKED, {"has": "asked"},
             _("Không có đề nghị gia hạn nào chờ quyết định."), order=("asked_at", "pk")),
        View("late_before", _("Đã trễ ở đơn vị trước"), EVERYBODY, SQL_LATE_OPEN, {"late": "late_before"}),
        View("waiting", _("Chờ người dân"), EVERYBODY, _in(State.WAITING), {"state": State.WAITING.value}),
        View("reopened", _("Mở lại"), EVERYBODY, _in(State.REOPENED), {"state": State.REOPENED.value}),
        View("to_close", _("Chờ kết thúc"), HOTLINE, APART, {"state": State.RESOLVED.value},
             _("Không còn phản ánh chờ kết thúc."), order=("resolved_at", "pk")),
        View("reopenings", _("Đề nghị mở lại"), HOTLINE, APART, {"state": "done", "has": "to_reopen"},
             _("Không có đề nghị mở lại nào chờ tổng đài."), order=("reopening_asked_at", "pk")),
        View("shared", _("Phối hợp"), UNIT, APART, {"whose": "shared"}, _("Không có phản ánh nào cần phối hợp.")),
        View("area", _("Trên địa bàn, đơn vị khác xử lý"), UNIT, APART, {"whose": "area"},
             _("Không có phản ánh đang mở trên địa bàn do đơn vị khác xử lý.")),
        View("all", _("Tất cả đang mở"), EVERYBODY, "true", empty=_("Hết việc.")),
    )
}
BESIDE = frozenset({"shared", "area"})  # others answer for these
ANSWERED = frozenset({"to_close", "reopenings"})  # not among the open ones


def views_for(actor) -> list[View]:
    return [view for view in VIEWS.values() if actor.role in view.roles]


def chosen(actor, name: str) -> View:
    """The view asked for, or the person's first one."""
    view = VIEWS.get(name)
    if view and actor.role in view.roles:
        return view
    return VIEWS["to_forward" if actor.role in HOTLINE else "all"]


def tickets(view: View, actor, now):
    """The tickets of a view in the scope of `actor`."""
    [rows] = TicketFilter(actor, view.asked(actor), shown=False).tickets(now)
    if view.name == "extensions":
        return rows.annotate(asked_at=Subquery(ASKED.filter(ticket=OuterRef("pk")).values("extension_asked_at")[:1]))
    return rows


# Written out: every inbox asks it, and building it from the models took longer than answering it.
_BESIDE = """
    SELECT (SELECT count(*) FROM (
        SELECT DISTINCT ticket.id FROM feedback_ticket_coordinating AS link
        JOIN feedback_ticket AS ticket ON ticket.id = link.ticket_id
        WHERE link.unit_id = ANY(%(units)s) AND ticket.is_open AND ticket.unit_id <> ALL(%(units)s) LIMIT %(most)s
    ) AS shared), (SELECT count(*) FROM (
        SELECT FROM feedback_ticket
        WHERE is_open AND area_id = ANY(%(units)s) AND unit_id <> ALL(%(units)s) LIMIT %(most)s
    ) AS others)
"""


def counts(actor, now) -> dict[str, int]:
    """How many tickets each view of `actor` holds; those apart from the open ones are counted up to `MANY`."""
    shown, units = views_for(actor), actor.scope
    counted = [view for view in shown if view.sql != APART]
    sums = ", ".join(f"count(*) FILTER (WHERE {view.sql})" for view in counted)
    scope = "true" if units is None else "unit_id = ANY(%(units)s)"
    given = {"now": now, "soon": now + DUE_SOON, "user": actor.user.pk, "units": units, "most": MANY}
    [found] = rows(f"SELECT {sums} FROM feedback_ticket AS ticket WHERE is_open AND {scope}", given)
    numbers = {view.name: count for view, count in zip(counted, found, strict=True)}
    names = {view.name for view in shown}
    if names & BESIDE:
        [(numbers["shared"], numbers["area"])] = rows(_BESIDE, given)
    for name in names & ANSWERED:
        numbers[name] = tickets(VIEWS[name], actor, now).order_by()[:MANY].count()
    return numbers


class InboxFilter(TicketFilter):
    """What a view is narrowed by further: the same filters, those that an inbox has use for."""

    SHOWN = ("q", "state", "category", "urgency", "area", "unit", "handler")
    state = fixed_choice([("", _("Mọi trạng thái")), *((s.value, s.label) for s in State if s in OPEN)],
                         label=_("Trạng thái"))

    def __init__(self, actor, get):
        super().__init__(actor, {name: get[name] for name in self.SHOWN if name in get})
        units = actor.scope
        if units is not None and len(units) > 1:
            self.fields["unit"].only(units)

    @property
    def shown(self) -> list:
        """Only what leaves a choice."""
        units = self.actor.scope
        leaving = {"handler"} if units is None else {"unit"} if len(units) < 2 else set()
        return [self[name] for name in self.SHOWN if name not in leaving]

    def sift(self, rows, now):
        """`rows` under those filters that could be read."""
        rows = rows.filter(self.conditions(now))
        return rows.matching(self.given["q"]) if "q" in self.given else rows

    @property
    def in_use(self) -> bool:
        return bool(self.given or self.errors)
