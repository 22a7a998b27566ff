"""What a list of tickets is narrowed by: one object for the page, for exports and later for the API.

It is read from an address (`?unit=12&state=open&due_to=2026-11-30`), says in words what it asks for, and names rows. A
list is of tickets, or of promises (`per`): then each date that fell due is a row of its own, as the figures count them.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from functools import cached_property, partial
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import BooleanField, Case, Exists, F, OuterRef, Q, QuerySet, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import UNIT
from feedback import access, search
from feedback import promises as owed
from feedback.fields import ANY_AREA, ANY_CHANNEL, ANY_FIELD, ANY_UNIT, DayInput, Filter, Options, Text, fixed_choice
from feedback.models import Promise, Ticket, Urgency
from feedback.querysets import TicketQuerySet, is_due_soon, is_late_open, is_overdue
from feedback.rules import reasons
from feedback.rules.promises import CLARIFY, FORWARD, RESULT
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import DONE, OPEN, TO_FORWARD, State
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.words import Words

DATES: dict[str, tuple[str, Words]] = {  # name in addresses → column of the row, words
    "received": ("occurred_at", gettext_lazy("Tiếp nhận")),
    "due": ("due_at", gettext_lazy("Hạn")),
    "resolved": ("resolved_at", gettext_lazy("Xử lý xong")),
    "reopened": ("reopened_at", gettext_lazy("Mở lại")),
    "rejected": ("rejected_at", gettext_lazy("Từ chối")),
    "rated": ("rated_at", gettext_lazy("Đánh giá")),
    "withdrawn": ("withdrawn_at", gettext_lazy("Rút hạn")),  # of promises alone
}
JUDGED = {"reopened": "reopened_unit"}  # whose answer it was, whoever has the ticket now


WORKING = (State.ACCEPTED, State.IN_PROGRESS)
ASKED = Promise.objects.filter(extension_asked_at__isnull=False, extension_decided_at=None, met_at=None,
                               withdrawn_at=None, unit_id=F("ticket__unit_id"))
EXTENDED = Promise.objects.filter(kind=RESULT, withdrawn_at=None, extension_granted=True)


def _asked(now: datetime) -> Q:
    """With a request for extension that nobody has decided and whose date has not passed."""
    return Q(is_open=True, pk__in=ASKED.values("ticket_id")) & (Q(due_at__gt=now) | Q(paused_at__isnull=False))


def _broken(now: datetime) -> Q:
    late = Q(met_at__gt=F("due_at")) | Q(met_at=None, paused_at=None, due_at__lte=now)
    return Q(Exists(Promise.objects.filter(late, ticket=OuterRef("pk"), kind=RESULT, withdrawn_at=None)))


def row_by_row(condition: Q) -> Q:
    """The same, asked of each row in the order of a list: a page of fifty then needs no list of all that is late.
    PostgreSQL turns a plain EXISTS into a join of everything; a CASE it leaves alone."""
    return Q(Case(When(condition, then=True), default=False))


LATE: dict[str, tuple[Words, Callable[[datetime], Q]]] = {
    "overdue": (gettext_lazy("Đang quá hạn"), lambda now: Q(is_open=True) & is_overdue(now)),
    "due_soon": (gettext_lazy("Đến hạn trong 24 giờ"), lambda now: Q(is_open=True) & is_due_soon(now)),
    "late_before": (gettext_lazy("Đã trễ ở đơn vị trước"), lambda now: Q(is_open=True) & is_late_open(now)),
    "late": (gettext_lazy("Trễ hạn"), _broken),
    "kept": (gettext_lazy("Đúng hạn"), lambda now: Q(resolved_at__isnull=False) & ~_broken(now)),
}
MARKS: dict[str, tuple[Words, Callable[[datetime], Q]]] = {
    "asked": (gettext_lazy("Đề nghị gia hạn chờ quyết định"), _asked),
    "to_reopen": (gettext_lazy("Đề nghị mở lại chờ quyết định"), lambda now: Q(reopening_asked_at__isnull=False)),
    "extended": (gettext_lazy("Được gia hạn"), lambda now: Q(pk__in=EXTENDED.values("ticket_id"))),
    "reopened": (gettext_lazy("Đã mở lại"), lambda now: Q(reopened_at__isnull=False)),
    "rated": (gettext_lazy("Đã được đánh giá"), lambda now: Q(rated_at__isnull=False)),
    "merged": (gettext_lazy("Đã gộp"), lambda now: Q(merged_into__isnull=False)),
    "self": (gettext_lazy("Đơn vị tự ghi nhận"), lambda now: Q(recorded_by=F("unit"))),
    "others": (gettext_lazy("Không do đơn vị tự ghi nhận"),
               lambda now: Q(recorded_by=None) | ~Q(recorded_by=F("unit"))),
}
WHOSE: dict[str, tuple[Words]] = {
    "own": (gettext_lazy("Đơn vị tôi xử lý"),),
    "shared": (gettext_lazy("Đơn vị tôi phối hợp"),),
    "area": (gettext_lazy("Trên địa bàn, đơn vị khác xử lý"),),
}
ME = "me"
STATES: dict[str, tuple[Words, Q]] = {
    "open": (gettext_lazy("Đang mở"), Q(is_open=True)),
    "done": (gettext_lazy("Không còn mở"), Q(is_open=False)),
    "to_forward": (gettext_lazy("Chờ chuyển"), Q(is_open=True, state__in=TO_FORWARD)),
    "working": (gettext_lazy("Đã nhận, đang xử lý"), Q(is_open=True, state__in=WORKING)),
} | {state.value: (state.label, Q(state=state, is_open=state in OPEN)) for state in (*OPEN, *DONE)}


PLAIN: dict[str, Callable[[Any], Q]] = {  # what asks for nothing but its own value
    "category": lambda value: Q(category_id__in=_with_children(value)),
    "area": lambda value: Q(area_id=value),
    "state": lambda value: STATES[value][1],
    "urgency": lambda value: Q(urgency=value),
    "channel": lambda value: Q(channel=value),
    "caller": search.of_caller,
}


@dataclass(frozen=True)
class Per:
    """A list of promises: which fell due, or were withdrawn, in a span of moments, and which of them were kept."""

    label: Words
    between: Callable[[datetime, datetime], QuerySet[Promise]]
    kept: Q = owed.KEPT
    date: str = "due"
    whose: Callable[[list[int]], Q] = owed.of_units


PER = {
    "result": Per(gettext_lazy("Hạn trả lời"), owed.due_between),
    "first": Per(gettext_lazy("Hạn ban đầu"), owed.first_due_between, owed.KEPT_FIRST,
                 whose=owed.of_units_first),
    "forward": Per(gettext_lazy("Hạn chuyển của tổng đài"), partial(owed.due_between, kind=FORWARD)),
    "clarify": Per(gettext_lazy("Hạn xác định thẩm quyền"), partial(owed.due_between, kind=CLARIFY)),
    "withdrawn": Per(gettext_lazy("Hạn đã rút"), owed.withdrawn_between, ~owed.WAS_LATE, "withdrawn"),
}
_OTHER_STARS = ("SELECT FROM jsonb_array_elements(feedback_ticket.other_ratings) AS star "
                "WHERE (star->>1)::timestamptz BETWEEN %s AND %s")
SPAN = {"from": gettext_lazy("Từ ngày"), "to": gettext_lazy("Đến ngày")}
LONG_AGO, FAR_AHEAD = datetime(2000, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001 - placed in the city's zone


class Day(forms.DateField):
    """A local day as browsers and people write it."""

    widget = DayInput(format="%Y-%m-%d")
    input_formats = ["%Y-%m-%d", "%d/%m/%Y"]
    default_error_messages = {"invalid": gettext_lazy("Ngày không đọc được. Ví dụ đúng: 23/11/2026.")}


class AnyUnit(Filter):
    """The units of today to choose from; of an address also one that is no more, or the row of nobody's."""

    def valid_value(self, value):
        return str(value).isdecimal() and len(str(value)) < 18 and int(value) in rulebook().units


def _choice(label: Words, anything: Words, choices: dict) -> forms.ChoiceField:
    return fixed_choice([("", anything), *((name, words) for name, (words, *_rest) in choices.items())], label=label)


class TicketFilter(forms.Form):
    """The filters of a list, all optional, all in the address. What cannot be read is said at its field and narrows
    nothing. `actor` None is the system, which sees everything. One that nobody is `shown` has but the fields that are
    asked for, and a list with few filters names them in `SHOWN`: making the others takes longer than the list."""

    SHOWN: tuple[str, ...] = ()

    q = Text(label=gettext_lazy("Từ trong nội dung, mã"), required=False, max_length=200,
             widget=forms.TextInput({"type": "search", "data-search": "", "autocomplete": "off"}))
    category = Filter(ANY_FIELD, label=gettext_lazy("Lĩnh vực"), empty_label=gettext_lazy("Mọi lĩnh vực"))
    area = AnyUnit(ANY_AREA, label=gettext_lazy("Địa bàn"), empty_label=gettext_lazy("Mọi địa bàn"))
    unit = AnyUnit(ANY_UNIT, label=gettext_lazy("Đơn vị xử lý"), empty_label=gettext_lazy("Mọi đơn vị"))
    state = _choice(gettext_lazy("Trạng thái"), gettext_lazy("Mọi trạng thái"), STATES)
    late = _choice(gettext_lazy("Thời hạn"), gettext_lazy("Mọi thời hạn"), LATE)
    urgency = fixed_choice([("", gettext_lazy("Mọi mức độ")), *Urgency.choices], label=gettext_lazy("Mức độ"))
    channel = Filter(ANY_CHANNEL, label=gettext_lazy("Kênh"), empty_label=gettext_lazy("Mọi kênh"))
    caller = forms.RegexField(r"\A[pt][0-9a-f]{32}\Z", label=gettext_lazy("Điện thoại"), required=False)
    whose = _choice(gettext_lazy("Phạm vi"), gettext_lazy("Mọi phản ánh được xem"), WHOSE)
    handler = forms.ChoiceField(label=gettext_lazy("Người xử lý"), required=False, widget=Options)
    has = _choice(gettext_lazy("Dấu hiệu"), gettext_lazy("Không lọc"), MARKS)
    per = _choice(gettext_lazy("Mỗi dòng"), gettext_lazy("Phản ánh"), {name: (per.label,) for name, per in PER.items()})

    def __init__(self, actor: Actor | None, data, *, shown: bool = True):
        if self.SHOWN or not shown:
            wanted = self.SHOWN if shown else data
            self.base_fields = {name: field for name, field in self.base_fields.items() if name in wanted}
        super().__init__(data, auto_id="filter_%s")
        self.actor = actor
        self._add_days([f"{name}_{end}" for name in DATES for end in SPAN
                        if f"{name}_{end}" in data or (shown and not self.SHOWN)])
        if actor is None or actor.scope is None:
            self.fields.pop("whose", None)
        if actor is None or not access.may(actor, "search_phone"):
            self.fields.pop("caller", None)
        elif "q" in self.fields:
            self.fields["q"].label = gettext_lazy("Nội dung, mã, điện thoại")
        if "handler" in self.fields:
            self.fields["handler"].choices = [("", gettext_lazy("Mọi người")), *self._handlers(data.get("unit"))]
        self.is_valid()

    def _add_days(self, names: list[str]) -> None:
        for field in names:
            name, _under, end = field.rpartition("_")
            words = DATES[name][1]
            self.fields[field] = day = Day(label=words, required=False)
            day.widget.attrs["aria-label"] = f"{words}: {SPAN[end]}"

    def _handlers(self, unit: Any) -> list[tuple[str, Words]]:
        """Who may be asked for: oneself, the people of one's units, or for the city's people those of the unit asked
        for."""
        if self.actor is None or self.actor.user is None:
            return []
        if (scope := self.actor.scope) is not None:
            return [(ME, gettext_lazy("Tôi")), *_team(tuple(scope))]
        return list(_team((int(unit),))) if str(unit).isdecimal() and len(str(unit)) < 10 else []

    @cached_property
    def given(self) -> dict:
        """What was asked for and could be read."""
        return {name: value for name, value in self.cleaned_data.items() if value not in ("", None)}

    @cached_property
    def query(self) -> str:
        """The same as an address, always in the same order."""
        return self.query_without()

    def query_without(self, *names: str) -> str:
        return urlencode({name: value for name, value in self.given.items() if name not in names})

    @property
    def per_row(self) -> Per | None:
        """What kind of promise a row is; None where rows are tickets."""
        return PER.get(self.given.get("per", ""))

    # --- rows

    def tickets(self, now: datetime, *, paged: bool = False) -> list[TicketQuerySet]:
        """The tickets asked for that the actor may see, in parts that do not overlap and that an index answers; `paged`
        where only the first of them are wanted, in order."""
        conditions = self.conditions(now, leaving=("late",) if paged and self.given.get("late") == "late" else ())
        if paged and self.given.get("late") == "late":
            conditions &= row_by_row(_broken(now))
        return [part.filter(conditions) for part in self._scope()]

    def promises(self, now: datetime) -> QuerySet[Promise]:
        """The promises asked for, of the actor's own units or, for the city's people, of all."""
        per = self.per_row
        start, end = self._span(per.date)
        rows = per.between(start, min(end, now))
        if "late" in self.given:
            rows = rows.filter(per.kept) if self.given["late"] == "kept" else rows.exclude(per.kept)
        units = self._units()
        rows = rows if units is None else rows.filter(per.whose(units))
        of_ticket = self.conditions(now, leaving=("unit", "late", *(f"{per.date}_{end}" for end in ("from", "to"))))
        return rows.filter(ticket__in=Ticket.objects.filter(of_ticket)) if of_ticket else rows

    def _units(self) -> list[int] | None:
        """The units that answer: the one asked for, those of the actor, or None for all."""
        scope = self.actor.scope if self.actor else None
        if (unit := self.given.get("unit")) is None:
            return scope
        return [unit] if scope is None or unit in scope else []

    def _scope(self) -> list[TicketQuerySet]:
        everything = Ticket.objects.all()
        if self.actor is None:
            return [everything]
        if self.given.get("unit") and self._units() and "whose" not in self.given:
            # their own, also what was judged and lies elsewhere now
            return [everything]
        return everything.parts_visible_to(self.actor, self.given.get("whose", ""))

    def conditions(self, now: datetime, leaving: tuple[str, ...] = ()) -> Q:
        """What tickets are asked for, but for the words and whose they are."""
        given = {name: value for name, value in self.given.items() if name not in leaving}
        found = Q()
        for name, condition in PLAIN.items():
            if name in given:
                found &= condition(given[name])
        for name, table in (("late", LATE), ("has", MARKS)):
            if name in given and (given[name] != "others" or not self._asks_for_stars(given)):
                found &= table[given[name]][1](now)
        if self._asks_for_stars(given):
            found &= self._rated(given)
        elif "unit" in given:
            found &= self._of_unit(given)
        if "handler" in given:
            found &= Q(assignee_id=self.actor.user.pk if given["handler"] == ME else int(given["handler"]))
        for name, (column, _words) in DATES.items():
            if name not in ("withdrawn", "rated") and {f"{name}_from", f"{name}_to"} & given.keys():
                start, end = self._span(name)
                found &= Q(**{f"{column}__gte": start, f"{column}__lte": end})
        return found

    def _asks_for_stars(self, given: dict) -> bool:
        return not {"rated_from", "rated_to"}.isdisjoint(given)

    def _rated(self, given: dict) -> Q:
        """What was rated on these days: an answer of the unit asked for, and by others than who recorded it."""
        start, end = self._span("rated")
        unit = given.get("unit")
        if unit is not None and unit not in (self._units() or []):
            return Q(pk__in=[])
        worst, more, asked = Q(rated_at__gte=start, rated_at__lte=end), _OTHER_STARS, [start, end]
        if unit is not None:
            worst &= Q(rated_unit=unit) | Q(rated_unit=None, unit_id=unit)
            more, asked = f"{more} AND (star->>0)::bigint = %s", [*asked, unit]
        if given.get("has") == "others":
            worst &= Q(recorded_by=None) | ~Q(recorded_by=Coalesce("rated_unit", "unit"))
            more += " AND recorded_by_id IS DISTINCT FROM (star->>0)::bigint"
        return worst | Q(other_ratings__isnull=False) & Q(RawSQL(f"EXISTS ({more})", asked, BooleanField()))  # noqa: S611

    def _of_unit(self, given: dict) -> Q:
        unit = given["unit"]
        if unit not in (self._units() or []):
            return Q(pk__in=[])
        for name, column in JUDGED.items():
            if f"{name}_from" in given or f"{name}_to" in given:
                return Q(**{column: unit}) | Q(**{column: None}, unit_id=unit)
        return Q(unit_id=unit)

    def _span(self, name: str) -> tuple[datetime, datetime]:
        """From the beginning of the first day to the last microsecond of the last one, in the city's time."""
        zone, start, end = rulebook().zone, self.given.get(f"{name}_from"), self.given.get(f"{name}_to")
        first = datetime.combine(start, time.min, zone) if start else LONG_AGO.replace(tzinfo=zone)
        last = datetime.combine(end + timedelta(days=1), time.min, zone) if end else FAR_AHEAD.replace(tzinfo=zone)
        return first, last - timedelta(microseconds=1)

    # --- words

    def described(self) -> Iterator[tuple[str, str, str]]:
        """(what, which, the address without it) for everything that narrows the list."""
        for name, value in self.given.items():
            if name.endswith(("_from", "_to")):
                date = name.rpartition("_")[0]
                if name.endswith("_from") or f"{date}_from" not in self.given:
                    without = self.query_without(f"{date}_from", f"{date}_to")
                    yield str(DATES[date][1]), self._days(date), without
            else:
                yield str(self.fields[name].label), self._said(name, value), self.query_without(name)

    def _days(self, name: str) -> str:
        first, last = (self.given.get(f"{name}_{end}") for end in ("from", "to"))
        start, end = (date_format(day, "d/m/Y") if day else "" for day in (first, last))
        if first == last:
            return start
        if not start or not end:
            return _("đến %(day)s") % {"day": end} if end else _("từ %(day)s") % {"day": start}
        return f"{start} – {end}"

    def _said(self, name: str, value) -> str:
        book = rulebook()
        if name in ("area", "unit"):
            return book.units[value].name
        if name == "category":
            return reasons.full_name(book.categories[value])
        if name == "channel":
            return book.channels[value].name
        if name == "late" and self.given.get("per") == "withdrawn":
            return _("đã trễ khi rút") if value == "late" else _("chưa đến hạn khi rút")
        if name == "caller":
            return search.caller_said(value) or _("chưa từng gọi")
        return str(dict(self.fields[name].choices).get(value, value)) if name != "q" else value


def _with_children(category_id: int) -> list[int]:
    """The kind of problem, or all those of a field."""
    return [c.pk for c in rulebook().categories.values() if category_id in (c.pk, c.parent_id)]


@ttl_cache(seconds=10)
def _team(units: tuple[int, ...]) -> tuple[tuple[str, str], ...]:
    """The people who work on tickets in those units."""
    team = Membership.objects.valid().filter(is_active=True, role__in=UNIT, unit_id__in=units)
    people = User.objects.filter(pk__in=team.values("user_id")).order_by("full_name")
    return tuple((str(person.pk), str(person)) for person in people.only("full_name", "username"))
