"""What a directive may be about, as an address names it (`?ve=<kind>:<what>`): found for whoever asks, kept as it was.

Each app that knows more kinds of things registers how they are found (`kinds`).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.http import Http404, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination.models import Directive
from districts.calendar import FIRST, LAST
from districts.models import Unit
from feedback.access import ticket_for
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Listing
from feedback.models import DeadlineRule, Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib import words as say
from indicators import access as sharing
from indicators import answers, owed, pages, saying
from indicators.models import Indicator, Value
from signals import access as signal_access
from signals import attention

MOST_UNITS, MOST_TICKETS = 20, 10_000
About = Directive.About


@dataclass(frozen=True)
class Subject:
    """`words` and `url` say what it is; `keeps` goes into the directive's own columns, `more` into its JSON; `lead`
    are the units that answer for it, `title`, `result`, `days` what a sender would probably write."""

    kind: str
    words: str
    url: str
    keeps: Mapping[str, Any] = field(default_factory=dict)
    more: Mapping[str, Any] = field(default_factory=dict)
    lead: Sequence[Unit] = ()
    tickets: Sequence[int] = ()
    title: str = ""
    result: str = ""
    days: int = 7
    due_on: date | None = None  # where a rule of the city says it

    def kept(self) -> dict[str, Any]:
        """The columns of a directive about it."""
        return {"about_kind": self.kind, "about": {"words": self.words, "url": self.url, **self.more}, **self.keeps}


Finder = Callable[[Actor, str], Subject | None]
kinds: dict[str, Finder] = {}


def find(actor: Actor, asked: str) -> Subject | None:
    """What `asked` names, for this person; None for nothing, `Http404` for what they may not see or there is not."""
    if not asked:
        return None
    kind, _colon, what = asked.replace("\0", "").partition(":")
    if kind not in kinds:
        raise Http404
    found = kinds[kind](actor, what)
    if found is None:
        raise Http404
    return found


def _ticket(actor: Actor, code: str) -> Subject:
    ticket = ticket_for(actor, code)
    said = {"code": ticket.code, "title": ticket.title}
    return Subject(About.TICKET, _("Phản ánh %(code)s: %(title)s") % said, reverse("ticket", args=[ticket.code]),
                   keeps={"ticket": ticket}, lead=[ticket.unit] if ticket.unit.kind != Unit.Kind.UNASSIGNED else [],
                   tickets=[ticket.pk], title=_("Xử lý dứt điểm phản ánh %(code)s") % said,
                   result=_("Phản ánh được trả lời, có hình ảnh trước và sau"), days=1, due_on=_directed(ticket))


def _directed(ticket: Ticket) -> date | None:
    """The term of a report that a leader directs: one working day by the city's regulation, a row like all terms."""
    due = rulebook().due(DeadlineRule.Kind.DIRECTED, category_id=ticket.category_id, urgency=ticket.urgency,
                         needs_several=ticket.needs_several, start=timezone.now(), unit_id=ticket.unit_id)
    return timezone.localtime(due.at).date() if due else None


def _tickets(actor: Actor, query: str) -> Subject | None:
    """A list as it is asked for: its reports of this moment, however long it is at most so many."""
    narrowed = TicketFilter(actor, QueryDict(query), shown=False)
    listing = Listing(actor, narrowed, timezone.now())
    rows = listing.take(None, MOST_TICKETS)
    found = list(dict.fromkeys((row.ticket_id if narrowed.per_row else row.pk, row.unit_id) for row in rows))
    if not found:
        return None
    by_unit = Unit.objects.in_force().filter(pk__in={unit for _pk, unit in found}).exclude(kind=Unit.Kind.UNASSIGNED)
    units = list(by_unit[:MOST_UNITS + 1])
    told = ", ".join(f"{what}: {which}" for what, which, _without in narrowed.described())
    said = {"n": say.number(len(found)), "what": told or _("mọi phản ánh")}
    return Subject(About.TICKETS, _("%(n)s phản ánh (%(what)s)") % said, f"{reverse('tickets')}?{query}",
                   lead=units if len(units) <= MOST_UNITS else [], tickets=[pk for pk, _unit in found],
                   more={"query": query, "count": len(found)}, title=_("Giải quyết dứt điểm %(n)s phản ánh") % said,
                   result=_("Mọi phản ánh trong danh sách đã được trả lời"))


def _figure(actor: Actor, what: str) -> Subject | None:
    """`<indicator>:<unit's slug or nothing>:<period>`: the figure as it is now, with what it rests on."""
    code, _colon, rest = what.partition(":")
    slug, _colon, named = rest.partition(":")
    indicator = Indicator.objects.filter(code=code).first()
    unit = Unit.objects.in_force().filter(slug=slug).first() if slug else Unit.objects.city()
    if indicator is None or unit is None or not sharing.sees(actor, indicator):
        return None
    try:
        period = pages.period_of(indicator.period_kind, named)
    except (ValueError, OverflowError):
        return None
    if not FIRST < period.start.date() < LAST:
        return None  # no city has figures of such a time
    answer = answers.answer(indicator, [period])[0]
    is_city = Unit.objects.is_city(unit.pk)
    cell = answer.city if is_city else answer.units.get(unit.pk, answers.Cell())
    version = answers.version_for(indicator, period)
    value = Value.objects.filter(indicator=indicator, unit=unit, start=period.start).first()
    figure = saying.measured(indicator, cell.value)
    said = {"what": indicator.name, "unit": unit.name, "period": saying.period(period), "value": figure}
    return Subject(
        About.FIGURE, _("%(what)s, %(unit)s, %(period)s: %(value)s") % said,
        f"{reverse('indicator', args=[indicator.code])}?ky={owed.key(period)}",
        keeps={"indicator": indicator, "figure_unit": unit, "figure_start": period.start, "definition": version,
               "revision": value.revision if value else None},
        more={"value": str(cell.value) if cell.value is not None else "", "shown": figure, "period": owed.key(period),
              "known_at": timezone.now().isoformat()},
        lead=[] if is_city else [unit], title=_("Cải thiện “%(what)s”") % said,
        result=_("%(what)s đạt chỉ tiêu") % said, days=14)


def _signal(actor: Actor, key: str) -> Subject | None:
    if not signal_access.may(actor, "read"):
        return None
    found = attention.of(actor, timezone.now(), most=attention.ALL)
    row = next((row for row in (*found.rows, *found.known) if row.key == key), None)
    if row is None:
        return None
    return Subject(About.SIGNAL, row.sentence, row.url, more={"key": key, "since": row.since},
                   title=_("Kiểm tra, xử lý: %(what)s") % {"what": row.sentence[:150]}, days=3,
                   result=_("Báo cáo nguyên nhân và kết quả xử lý"))


def _unit(_actor: Actor, slug: str) -> Subject | None:
    unit = Unit.objects.in_force().filter(slug=slug).first()
    if unit is None:
        return None
    return Subject(About.UNIT, unit.name, reverse("unit_screen", args=[unit.slug]), lead=[unit])


kinds.update({"phan-anh": _ticket, "danh-sach": _tickets, "chi-so": _figure, "can-chu-y": _signal, "don-vi": _unit})


def figure_now(directive: Directive) -> str | None:
    """How the figure that it is about reads now, where that differs from how it read then; None where it does not."""
    if directive.about_kind != About.FIGURE or directive.indicator is None or directive.figure_unit is None:
        return None
    period = pages.period_of(directive.indicator.period_kind, directive.about["period"])
    answer = answers.answer(directive.indicator, [period])[0]
    is_city = Unit.objects.is_city(directive.figure_unit_id or 0)
    cell = answer.city if is_city else answer.units.get(directive.figure_unit.pk, answers.Cell())
    now = str(cell.value) if cell.value is not None else ""
    return saying.measured(directive.indicator, cell.value) if now != directive.about["value"] else None


def closed_of(directive: Directive) -> tuple[int, int] | None:
    """How many of the listed reports of citizens are closed, of how many; None where there is no list."""
    listed = directive.listed.count()
    if not listed:
        return None
    return directive.listed.filter(ticket__is_open=False).count(), listed


