"""One ticket: its page, its moves, its reporters. Each piece of the page that follows it live is the same address with
`?part=`."""

import json
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts import keys
from accounts.actors import Actor
from accounts.models import User
from accounts.requests import acting, fresh_id
from feedback import access, actions, contacts
from feedback.desk import corrections, earlier, offers
from feedback.desk.duties import Duty
from feedback.desk.forms import ContactForm, MoveForm
from feedback.listing.pages import around
from feedback.models import EventText, Reading, Ticket, Urgency
from feedback.rules import promises, reasons
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, AskedBy, IllegalMove
from hcmc_ioc.lib.text import hide_phones, spoken_code

PARTS = {"head": "feedback/desk/ticket_head.html", "history": "feedback/desk/ticket_history.html",
         "facts": "feedback/desk/ticket_facts.html", "reporters": "feedback/desk/reporters.html"}


class TicketPage:
    """What the templates ask of a ticket; each answer is looked up once, and only when it is asked."""

    def __init__(self, actor: Actor, ticket: Ticket):
        self.actor, self.ticket, self.book = actor, ticket, rulebook()

    @cached_property
    def moves(self):
        return offers.moves(self, timezone.now())

    @cached_property
    def legal(self):
        return access.legal_moves(self.actor, self.ticket)

    @cached_property
    def first(self):
        return offers.first(self.moves, self.ticket)

    @cached_property
    def others(self):
        """Those that are buttons beside the first, those in the menu."""
        beside, in_menu = offers.split([move for move in self.moves if move is not self.first])
        return {"beside": beside, "in_menu": in_menu}

    @cached_property
    def may_take(self) -> bool:
        """Whether one click makes it this person's work."""
        is_mine = self.actor.user is not None and self.ticket.assignee_id == self.actor.user.pk
        return not is_mine and any(move.verb == "assign" for move in self.legal)

    @cached_property
    def asked(self):
        """The unit's request to open it again, while it waits for the hotline."""
        return earlier.request_to_reopen(self.ticket)

    at_once, keys, reasons = offers.AT_ONCE, offers.KEYS, contacts.REASONS

    @cached_property
    def form(self):
        """Carries version and request id of the moves that ask nothing."""
        return {"version": self.ticket.version, "request_id": fresh_id()}

    @cached_property
    def note_form(self):
        may_note = any(move.verb == "note" for move in self.legal)
        return MoveForm("note", self.ticket, self.actor, initial={"request_id": fresh_id()}) if may_note else None

    @cached_property
    def promises(self):
        """Oldest first."""
        return self.book.with_units(self.ticket.promises.select_related("rule").order_by("pk"))

    @cached_property
    def promise(self):
        """The one that the citizen's date comes from; of an ended ticket, the last that was."""
        current = promises.in_force(self.promises, self.ticket)
        return current or next((p for p in reversed(self.promises) if p.kind == promises.RESULT), None)

    @cached_property
    def duties(self):
        """Every date owed, with its unit and how it stands, the one in force first."""
        now = timezone.now()
        others = [p for p in reversed(self.promises) if p is not self.promise]
        shown = ([self.promise] if self.promise else []) + others
        return [Duty.of(p, now, p is not self.promise, self.ticket, self.events) for p in shown]

    @cached_property
    def body(self) -> str:
        """The report in its own words, without phone numbers: they are contact data, shown for a reason alone."""
        return hide_phones(self.ticket.body)

    @cached_property
    def events(self):
        return events_of(self.ticket)

    @cached_property
    def words_with_phones(self) -> list[str]:
        """The report and words of its history as they were typed, where a phone number was blotted out."""
        typed = [self.ticket.body, *EventText.objects.filter(event__ticket=self.ticket).values_list("words", flat=True)]
        return [words for words in typed if hide_phones(words) != words]

    @cached_property
    def routing(self):
        """Why the ticket lies where it lies: the rule kept on the last hand-over, or the hand that did it."""
        handed = [event for event in self.events if event.verb in ("forward", "transfer", "send_back")]
        if not handed or handed[0].verb == "send_back":
            return None
        code = handed[0].data.get("rule", "")
        rule = next((rule for rule in self.book.routing_rules if rule.code == code), None)
        why = reasons.routing(rule, self.book, self.ticket.area_id) if rule else ""
        return {"rule": code, "why": why, "event": handed[0]}

    @cached_property
    def map_options(self) -> str:
        tiles = settings.MAP_TILES_URL
        return json.dumps({
            "pin": [self.ticket.lat, self.ticket.lon], "centre": settings.CITY["centre"], "tiles": tiles,
            "pinZoom": 16 if tiles else 13,  # without streets, the unit's outline says more than an empty square
            "outlines": reverse("outlines"),
        })

    @cached_property
    def coordinating(self):
        return list(self.ticket.coordinating.all())

    @cached_property
    def merged(self):
        return list(self.ticket.merged.only("code", "title").order_by("-pk")[:20])

    @cached_property
    def reporters(self):
        return contacts.reporters_of(self.ticket) if self.may_contact else []

    @cached_property
    def may_contact(self):
        return access.may(self.actor, "contact", self.ticket)

    @cached_property
    def contact_form(self):
        return ContactForm()

    @cached_property
    def looks(self):
        """Who read the contact data lately; shown to those who may read it themselves."""
        read = self.ticket.reading_set.filter(kind=Reading.Kind.CONTACT) if self.may_contact else Reading.objects.none()
        return list(read.select_related("user").order_by("-pk")[:5])


def events_of(ticket: Ticket, **which) -> list:
    """The history, newest first, each event with its `details` (what it set, in words) and its words, in which phone
    numbers are blotted out as in the report."""
    events = list(ticket.events.filter(**which).select_related("actor", "unit", "text").order_by("-pk"))
    people = User.objects.in_bulk({e.data["assignee"] for e in events if e.data.get("assignee")})
    for event in events:
        event.details = _details(event, people)
        if hasattr(event, "text"):
            event.text.words = hide_phones(event.text.words)
    return events


def _details(event, people) -> list[str]:
    data, details = event.data, []
    if data.get("unit"):
        details.append(_("đến %(unit)s") % {"unit": event.unit.name})
    if data.get("assignee") in people:
        details.append(_("cho %(name)s") % {"name": people[data["assignee"]]})
    if data.get("score"):
        details.append(_("%(score)s trên 5") % {"score": data["score"]})
    if data.get("asked_by"):
        details.append(_("theo yêu cầu của %(who)s") % {"who": AskedBy(data["asked_by"]).label.lower()})
    if data.get("due") and event.verb in ("ask_extension", "extend"):
        due = timezone.localtime(datetime.fromisoformat(data["due"]))
        details.append(_("đến %(day)s") % {"day": date_format(due, "d/m/Y H:i")})
    if data.get("part"):
        details.append(_("từ %(code)s") % {"code": spoken_code(data["part"])})
    if data.get("into"):
        details.append(_("vào %(code)s") % {"code": spoken_code(data["into"])})
    labels = {"address": _("địa điểm")}
    if "was" in data:
        details += corrections.in_words(data["was"], data["is"])
    else:  # events from before the history kept what was and what is
        labels |= {"is_public": _("công khai"), "hides_name": _("giấu tên"), "area_id": _("địa bàn"),
                   "category_id": _("lĩnh vực"), "urgency": _("mức độ"), "needs_several": _("nhiều đơn vị")}
    changed = [labels[name] for name in data.get("changes", []) if name in labels]
    return details + ([", ".join(changed)] if changed else [])


@never_cache
@login_required
def ticket(request, code: str):
    actor = acting(request)
    ticket = access.ticket_for(actor, code)
    page = TicketPage(actor, ticket)
    context = {"page": page, "ticket": ticket, "topic": f"ticket:{ticket.pk}", "urgencies": Urgency}
    part = request.GET.get("part")
    if "list" in request.GET and not part:
        context["around"] = around(actor, request.GET["list"], ticket, timezone.now())
    if part:
        if part not in PARTS:
            raise Http404
        return render(request, PARTS[part], context)
    return render(request, "feedback/desk/ticket.html", context | {"live_topics": f"ticket:{ticket.pk}",
                                                                   "nav_current": "inbox"})


@never_cache
@login_required
def ticket_move(request, code: str, verb: str):
    """A move: with GET its form, with POST the deed. Asked by a script (HX-Request) it is a piece for a dialog."""
    if verb not in MOVES or verb == "open":
        raise Http404
    actor = acting(request)
    try:
        if keys.answer(actor) is not None:  # asked before the rights: the first sending may have moved it out of sight
            return _done(request, actor, code, verb)
        ticket = access.ticket_for(actor, code, verb)
        if request.method != "POST":
            return _move_page(request, ticket, MoveForm(verb, ticket, actor, initial={"request_id": fresh_id()}))
        return _try_move(request, actor, ticket, MoveForm(verb, ticket, actor, request.POST))
    except keys.KeyReused:
        return _reused_page(request, actor, code, verb)


def _try_move(request, actor: Actor, ticket: Ticket, form: MoveForm):
    if not form.is_valid():
        return _move_page(request, ticket, form, status=422)
    verb = form.move.verb
    try:
        actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, version=form.cleaned_data["version"], **form.given())
    except actions.StaleTicket as stale:
        return _stale_page(request, actor, form, stale)
    except IllegalMove as illegal:
        for field, message in (illegal.errors or {None: str(illegal)}).items():
            form.add_error(field if field in form.fields else None, str(message))
        return _move_page(request, ticket, form, status=422)
    return _done(request, actor, ticket.code, verb)


def _done(request, actor: Actor, code: str, verb: str):
    """To the ticket's page, or to the inbox when the ticket has left what this person may see."""
    messages.success(request, f"{MOVES[verb].done}: {spoken_code(code)}")
    visible = Ticket.objects.visible_to(actor).filter(code=code).exists()
    answer = redirect("ticket", code) if visible else redirect("inbox")
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": answer.url})
    return answer


def _reused_page(request, actor: Actor, code: str, verb: str):
    """The form was sent before with other words: those are written, these are not; both are said, nothing is lost."""
    ticket = access.ticket_for(actor, code, verb)
    typed = request.POST.copy()
    typed["version"], typed["request_id"] = ticket.version, fresh_id()
    form = MoveForm(verb, ticket, actor, typed)
    form.is_valid()
    form.add_error(None, _("Lần gửi trước đã được ghi nhận với nội dung khác. Xem lịch sử của phản ánh; "
                           "nếu vẫn cần ghi nội dung này, gửi lại."))
    return _move_page(request, ticket, form, status=422 if request.htmx else 409)


def _stale_page(request, actor: Actor, form: MoveForm, stale: actions.StaleTicket):
    """What happened meanwhile, with everything that was typed and the ticket's version of now: send again or not."""
    fresh = Ticket.objects.select_related("unit", "category__parent").get(pk=stale.ticket.pk)
    form.data = form.data.copy()
    form.data["version"] = fresh.version
    meanwhile = events_of(fresh, pk__in=[event.pk for event in stale.events])
    still = form.move in access.legal_moves(actor, fresh)
    status = 422 if request.htmx else 409  # htmx shows the answer of a 422
    return _move_page(request, fresh, form, status, meanwhile=meanwhile, still=still)


def _move_page(request, ticket: Ticket, form: MoveForm, status: int = 200, **more):
    template = "feedback/desk/move_form.html" if request.htmx else "feedback/desk/ticket_move.html"
    context = {"ticket": ticket, "form": form, "move": form.move, "nav_current": "inbox",
               "still": ticket.state in form.move.sources}
    return render(request, template, context | more, status=status)


@never_cache
@login_required
@require_POST
def ticket_contact(request, code: str):
    """The reporter's contact data, for a minute, with the reason written down."""
    actor = acting(request)
    ticket = access.ticket_for(actor, code, "contact")
    form = ContactForm(request.POST)
    page = TicketPage(actor, ticket)
    if form.is_valid():
        page.reporters = contacts.reveal(actor=actor, ticket=ticket, reason=form.cleaned_data["reason"])
    page.contact_form = form
    context = {"page": page, "ticket": ticket, "revealed": form.is_valid(), "shown": contacts.SHOWN}
    if request.htmx:
        return render(request, "feedback/desk/reporters.html", context)
    more = {"topic": f"ticket:{ticket.pk}", "nav_current": "inbox"}
    answer = render(request, "feedback/desk/ticket.html", context | more)
    if form.is_valid():
        answer["Refresh"] = f"{contacts.SHOWN}; url={request.path.removesuffix('lien-he/')}"
    return answer
