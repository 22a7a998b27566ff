"""The saved views of the inbox and the filters of its address: which tickets, for whom."""

from collections.abc import Callable
from dataclasses import dataclass

from django import forms
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import CITYWIDE, HOTLINE, UNIT
from feedback.fields import ANY_AREA, ANY_CATEGORY, ANY_UNIT, Filter, Options, Text
from feedback.models import Promise, Ticket, Urgency
from feedback.querysets import (
    DUE_SOON,
    SQL_DUE_SOON,
    SQL_LATE_OPEN,
    SQL_OVERDUE,
    is_due_soon,
    is_late_open,
    is_overdue,
)
from feedback.rules.workflow import DECIDERS, OPEN, TO_FORWARD, State
from hcmc_ioc.lib.sql import rows

MANY = 1000  # counts outside the small set of open tickets stop here


@dataclass(frozen=True)
class View:
    """One saved view of open tickets. `what` says which, twice: a Q for `(actor, now)`, and SQL for the counts (with
    `now`, `soon` and `user`), which are asked by every inbox; "" where they are counted apart."""

    name: str
    label: str
    roles: frozenset
    what: tuple[Callable, str]
    empty: str = _("Không có phản ánh nào ở mục này.")
    urgent: bool = False
    order: tuple = (F("due_at").asc(nulls_last=True), "pk")  # what burns first


def _in(*states):
    listed = ", ".join(f"'{state.value}'" for state in states)
    return lambda actor, now: Q(state__in=states), f"state IN ({listed})"


def _asked(now):
    """With a request for extension that nobody has decided and whose date has not passed."""
    return Q(pk__in=ASKED.values("ticket_id")) & (Q(due_at__gt=now) | Q(paused_at__isnull=False))


ASKED = Promise.objects.filter(extension_asked_at__isnull=False, extension_decided_at=None, met_at=None,
                               withdrawn_at=None, unit_id=F("ticket__unit_id"))
SQL_ASKED = """
    (due_at > %(now)s OR paused_at IS NOT NULL) AND EXISTS (
        SELECT FROM feedback_promise AS promise
        WHERE promise.ticket_id = ticket.id AND promise.unit_id = ticket.unit_id AND extension_asked_at IS NOT NULL
          AND extension_decided_at IS NULL AND met_at IS NULL AND withdrawn_at IS NULL)
"""

EVERYBODY = CITYWIDE | UNIT
ALL = (lambda actor, now: Q(), "true")
APART = (lambda actor, now: Q(), "")
VIEWS = {
    view.name: view
    for view in (
        View("to_forward", _("Cần chuyển"), HOTLINE, _in(*TO_FORWARD), _("Không còn phản ánh chờ chuyển.")),
        View("new", _("Chưa nhận"), EVERYBODY, _in(State.FORWARDED), _("Mọi phản ánh đã được tiếp nhận.")),
        View("mine", _("Của tôi"), UNIT, (lambda actor, now: Q(assignee=actor.user), "assignee_id = %(user)s"),
             _("Bạn chưa được giao việc nào.")),
        View("working", _("Đang xử lý"), EVERYBODY, _in(State.ACCEPTED, State.IN_PROGRESS)),
        View("due_soon", _("Sắp hạn"), EVERYBODY, (lambda actor, now: is_due_soon(now), SQL_DUE_SOON),
             _("Không có phản ánh nào đến hạn trong 24 giờ tới.")),
        View("overdue", _("Quá hạn"), EVERYBODY, (lambda actor, now: is_overdue(now), SQL_OVERDUE),
             _("Không có phản ánh quá hạn."), urgent=True),
        View("extensions", _("Đề nghị gia hạn"), DECIDERS, (lambda actor, now: _asked(now), SQL_ASKED),
             _("Không có đề nghị gia hạn nào chờ quyết định."), order=("asked_at", "pk")),
        View("late_before", _("Đã trễ ở đơn vị trước"), EVERYBODY,
             (lambda actor, now: is_late_open(now), SQL_LATE_OPEN)),
        View("waiting", _("Chờ người dân"), EVERYBODY, _in(State.WAITING)),
        View("reopened", _("Mở lại"), EVERYBODY, _in(State.REOPENED)),
        View("to_close", _("Chờ kết thúc"), HOTLINE, APART, _("Không còn phản ánh chờ kết thúc."),
             order=("resolved_at", "pk")),
        View("shared", _("Phối hợp"), UNIT, APART, _("Không có phản ánh nào cần phối hợp.")),
        View("area", _("Trên địa bàn, đơn vị khác xử lý"), UNIT, APART,
             _("Không có phản ánh đang mở trên địa bàn do đơn vị khác xử lý.")),
        View("all", _("Tất cả đang mở"), EVERYBODY, ALL, _("Hết việc.")),
    )
}
BESIDE = frozenset({"shared", "area"})  # others answer for these


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
    scope = Ticket.objects.visible_to(actor)
    units = actor.scope
    if view.name == "shared":
        shared = Ticket.coordinating.through.objects.filter(unit_id__in=units).values("ticket_id")
        return scope.open().filter(pk__in=shared).exclude(unit_id__in=units)
    if view.name == "area":
        return Ticket.objects.open().in_areas(units).exclude(unit_id__in=units)
    if units is not None:
        scope = Ticket.objects.of_units(units)
    if view.name == "to_close":
        return scope.filter(state=State.RESOLVED)
    condition, _sql = view.what
    rows = scope.open().filter(condition(actor, now))
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
    counted = [view for view in shown if view.what is not APART]
    sums = ", ".join(f"count(*) FILTER (WHERE {view.what[1]})" for view in counted)
    scope = "true" if units is None else "unit_id = ANY(%(units)s)"
    given = {"now": now, "soon": now + DUE_SOON, "user": actor.user.pk, "units": units, "most": MANY}
    [found] = rows(f"SELECT {sums} FROM feedback_ticket AS ticket WHERE is_open AND {scope}", given)
    numbers = {view.name: count for view, count in zip(counted, found, strict=True)}
    names = {view.name for view in shown}
    if names & BESIDE:
        [(numbers["shared"], numbers["area"])] = rows(_BESIDE, given)
    if "to_close" in names:
        numbers["to_close"] = tickets(VIEWS["to_close"], actor, now).order_by()[:MANY].count()
    return numbers


class FilterForm(forms.Form):
    """The filters beside a view, all of them optional, all of them in the address."""

    q = Text(label=_("Từ trong nội dung"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("Trạng thái"), required=False, widget=Options)
    category = Filter(ANY_CATEGORY, label=_("Lĩnh vực"), empty_label=_("Mọi lĩnh vực"))
    urgency = forms.ChoiceField(label=_("Mức độ"), required=False, widget=Options)
    area = Filter(ANY_AREA, label=_("Địa bàn"), empty_label=_("Mọi địa bàn"))
    unit = Filter(ANY_UNIT, label=_("Đơn vị xử lý"), empty_label=_("Mọi đơn vị"))
    assignee = forms.TypedChoiceField(label=_("Người xử lý"), coerce=int, required=False, widget=Options)

    def __init__(self, actor, data):
        super().__init__(data, auto_id="filter_%s")
        self.fields["state"].choices = [("", _("Mọi trạng thái")), *((s, s.label) for s in State if s in OPEN)]
        self.fields["urgency"].choices = [("", _("Mọi mức độ")), *Urgency.choices]
        units = actor.scope
        if units is None:
            del self.fields["assignee"]
        else:
            self.fields["unit"].only(units)
            if len(units) < 2:
                del self.fields["unit"]
            self.fields["assignee"].choices = [("", _("Mọi người")), *_team(units)]

    def sift(self, rows):
        """`rows` under those filters that could be read."""
        if not self.is_bound or not (self.is_valid() or self.cleaned_data):
            return rows
        given = {name: value for name, value in self.cleaned_data.items() if value}
        if words := given.pop("q", ""):
            rows = rows.matching(words)
        return rows.filter(**given)

    @property
    def in_use(self) -> bool:
        return any(self.data.get(name) for name in self.fields)


def _team(units: list[int]) -> list[tuple[int, str]]:
    """The people who work on tickets in those units."""
    team = Membership.objects.valid().filter(is_active=True, role__in=UNIT, unit_id__in=units)
    people = User.objects.filter(pk__in=team.values("user_id")).order_by("full_name")
    return [(person.pk, str(person)) for person in people.only("full_name", "username")]


def topics_of(actor) -> str:
    """What an inbox listens to: the units it shows, or the city."""
    units = actor.scope
    if units is None:
        return "city"
    return " ".join(f"unit:{pk}" for pk in units[:20])
