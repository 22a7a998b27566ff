"""Tickets: the list, one of them, its history, its moves; the catalogue that they name."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts import keys
from accounts.models import User
from feedback import access, actions, contacts
from feedback.api import asked, payload, representation
from feedback.api.reading import Readable
from feedback.console.intake import IntakeForm
from feedback.desk.forms import MoveForm
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, IllegalMove, check
from hcmc_ioc.lib.api.problems import Problem, invalid
from hcmc_ioc.lib.api.views import Resource, require


class Tickets(Readable):
    def get(self, request) -> Response:
        """Tickets that the caller may see, narrowed and in order; the next page behind `cursor`."""
        require(access.may(self.actor, "view"), "tickets:read")
        get = request.query_params.dict()
        found = asked.listing(self.actor, get, timezone.now())
        limit = asked.limit(get)
        rows = found.take(asked.place(get, found), limit + 1)
        more = ""
        if len(rows) > limit:
            cursor = found.place_of(rows[limit - 1]).encoded()
            more = request.build_absolute_uri(f"{request.path}?{urlencode(get | {'cursor': cursor})}")
        shown = rulebook().with_catalogue(rows[:limit])
        return Response({"results": [representation.ticket(row) for row in shown], "next": more or None})

    def post(self, request) -> Response:
        """Record a report: 201 with its address. By the rules of the console: routed, and a date is promised."""
        require(access.may(self.actor, "open"), "tickets:write")
        actor = self.sending()
        source = _source(request.data, actor)
        data = payload.read(request.data, payload.OPEN, beside=frozenset({"source_id"}))
        ticket = earlier = _once(actor)
        if ticket is None:
            ticket = self._opened(actor, data, source)
        shown = _shown(self.actor, ticket.pk, None if earlier else ticket)
        address = reverse("api_ticket", args=[ticket.code])
        return self.versioned(shown, shown["version"], status=201,
                              Location=request.build_absolute_uri(address))

    def _opened(self, actor, data: dict, source: dict) -> Ticket:
        form = IntakeForm(actor, data)
        if not form.is_valid():
            raise invalid(_errors(form))
        now = timezone.now()
        remark = form.cleaned_data.get("no_place_reason", "")
        try:
            return _done(lambda: actions.open_ticket(
                actor=actor, intake=form.intake(now, **source), reporter=form.reporter, remark=remark, at=now))
        except IntegrityError:
            if not source:
                raise
            raise Problem(409, "known_source_id", _("Đã có phản ánh mang source_id này.")) from None


class OneTicket(Readable):
    def get(self, request, code: str) -> Response:
        """The ticket as it stands, with its ETag; 304 where the caller has that version."""
        require(access.may(self.actor, "view"), "tickets:read")
        ticket = access.ticket_for(self.actor, code)
        return self.versioned(_shown(self.actor, ticket.pk), ticket.version)


class Events(Readable):
    def get(self, request, code: str) -> Response:
        """Its history, the oldest first."""
        require(access.may(self.actor, "view"), "tickets:read")
        ticket = access.ticket_for(self.actor, code)
        rows = ticket.events.select_related("text").order_by("pk")
        return Response({"results": [representation.event(row) for row in rows], "next": None})


class Moves(Resource):
    def post(self, request, code: str, verb: str) -> Response:
        """One move, by the same rules as on the page; with `If-Match` only on the version that was read."""
        if verb not in actions.VERBS:
            raise NotFound(_("Không có thao tác này."))
        require(access.may(self.actor, verb), _scope_of(verb))
        ticket = access.ticket_for(self.actor, code)
        actor, version = self.sending(), self.seen_version()
        data = payload.read(request.data or {}, payload.MOVE)
        moved = self._move(actor, verb, ticket, data, version) if _once(actor) is None else None
        shown = _shown(self.actor, ticket.pk, moved)
        return self.versioned(shown, shown["version"])

    def _move(self, actor, verb: str, ticket: Ticket, data: dict, version: int | None) -> Ticket:
        if not access.may(actor, verb, ticket):
            raise PermissionDenied
        if version is not None and version != ticket.version:
            _refuse_stale(ticket, version)
        if ticket.state not in MOVES[verb].sources:  # before the fields: nothing that is given would help
            _done(lambda: check(verb, ticket.state, {}))
        if "assignee" in data:
            data["assignee"] = _person(data["assignee"])
        form = MoveForm(verb, ticket, actor, data)
        if verb == "edit":
            form.data = _with_what_stands(form)
        if not form.is_valid():
            raise invalid(_errors(form))
        given = form.given()
        return _done(lambda: actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, version=version, **given))


class Contacts(Resource):
    def post(self, request, code: str) -> Response:
        """Who reported it; the look is written down with its reason (a key of `contacts.REASONS`)."""
        require(access.may(self.actor, "contact"), "contacts:read")
        ticket = access.ticket_for(self.actor, code)
        reason = request.data.get("reason") if isinstance(request.data, dict) else None
        if reason not in contacts.REASONS:
            raise invalid({"reason": [_("Lý do là một trong: %(all)s.") % {"all": ", ".join(contacts.REASONS)}]})
        rows = contacts.reveal(actor=self.actor, ticket=ticket, reason=reason)
        return Response({"results": [{"name": row.name, "phone": row.phone, "is_first": row.is_first,
                                      "joined_at": representation.instant(row.joined_at)} for row in rows]})


class Categories(Resource):
    def get(self, request) -> Response:
        """Fields and the kinds of problem in them; `field` is null for a field itself."""
        rows = sorted(rulebook().categories.values(), key=lambda c: (c.parent_id or c.pk, c.parent_id or 0, c.position))
        return Response({"results": [
            {"code": row.code, "name_vi": row.name_vi, "name_en": row.name_en, "is_active": row.is_active,
             "field": representation.code_of(row.parent), "urgency": row.urgency, "is_public": row.is_public}
            for row in rows], "next": None})


class Channels(Resource):
    def get(self, request) -> Response:
        rows = sorted(rulebook().channels.values(), key=lambda channel: channel.position)
        return Response({"results": [{"code": row.code, "name_vi": row.name_vi, "name_en": row.name_en,
                                      "is_active": row.is_active} for row in rows], "next": None})


def _source(given: Any, actor) -> dict:
    """The caller's own number of the report, so that it finds it again and never sends it twice."""
    source_id = given.get("source_id") if isinstance(given, dict) else None
    if source_id is None:
        return {}
    if not isinstance(source_id, str) or not 0 < len(source_id) <= 60 or not source_id.isprintable():
        raise invalid({"source_id": [_("Từ 1 đến 60 ký tự in được.")]})
    return {"source_system": actor.ref[:20], "source_id": source_id}


def _once(actor) -> Ticket | None:
    """The ticket of the same request sent before; None for a first sending."""
    try:
        earlier = keys.answer(actor)
    except keys.KeyReused as reused:
        raise _reused() from reused
    return None if earlier is None else Ticket.objects.defer("search", "body").get(pk=earlier["ticket"])


def _reused() -> Problem:
    return Problem(409, "key_reused", _("Idempotency-Key này đã dùng cho một yêu cầu khác."))


def _done(act: Callable[[], Any]) -> Any:
    """What the verb says, as problems."""
    try:
        return act()
    except actions.StaleTicket as stale:
        raise _stale(stale.ticket, stale.events) from stale
    except keys.KeyReused as reused:
        raise _reused() from reused
    except IllegalMove as refused:
        if refused.errors:
            raise invalid({name: [message] for name, message in refused.errors.items()}) from refused
        raise Problem(409, "illegal_move", str(refused)) from refused


def _refuse_stale(ticket: Ticket, version: int) -> None:
    raise _stale(ticket, ticket.events.filter(version__gt=version).select_related("text").order_by("pk"))


def _stale(ticket: Ticket, events) -> Problem:
    return Problem(412, "stale", _("Phản ánh đã thay đổi từ khi bạn đọc."), version=ticket.version,
                   events=[representation.event(row) for row in events])


def _errors(form) -> dict:
    """Messages per field; those of the whole form stand at the whole document."""
    return {"" if name == "__all__" else name: messages for name, messages in form.errors.items()}


def _person(username: str) -> str:
    person = User.objects.filter(username=username).only("pk").first()
    return str(person.pk) if person else payload.NONE


def _with_what_stands(form: MoveForm) -> dict:
    """A correction names what it changes; the rest stays as it is. Nobody is asked twice: a program has no second
    thought."""
    stands = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    stands = {name: "" if value is None else "on" if value is True else "" if value is False else str(value)
              for name, value in stands.items()}
    return stands | form.data


def _scope_of(verb: str) -> str:
    return "tickets:dispatch" if verb not in _UNIT_VERBS else "tickets:write"


_UNIT_VERBS = frozenset(verb for verb, move in MOVES.items() if "unit_staff" in move.roles)


def _shown(actor, ticket_id: int, row: Ticket | None = None) -> dict:
    """The ticket as the caller sees it now, or as their move left it (`row`); after a hand-over it may be theirs no
    more."""
    if row is not None:
        row = row if access.may(actor, "view", row) else None
    else:
        visible = Ticket.objects.visible_to(actor).select_related("merged_into")
        row = visible.defer("search").filter(pk=ticket_id).first()
    if row is None:
        code, version = Ticket.objects.values_list("code", "version").get(pk=ticket_id)
        return {"code": code, "version": version, "left": True}
    rulebook().with_catalogue([row])
    return representation.whole(row, timezone.now())
