"""Directives for other systems: what a unit was given, how it stands, and its answers."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.response import Response

from accounts import keys
from accounts.actors import Actor
from coordination import access
from coordination.directives import actions, board, subjects
from coordination.directives.forms import DraftForm
from coordination.machines.directives import MOVES, Illegal
from coordination.models import Directive, Recipient
from districts.models import Unit
from hcmc_ioc.lib.api.problems import Problem, invalid
from hcmc_ioc.lib.api.views import Resource, require

PAGE = 100
LARGEST = 2**31 - 1


class _Directives(Resource):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.may_read(self.actor), access.READ)

    def found(self) -> QuerySet[Directive]:
        lives = board.recipients(self.actor).order_by("pk")
        known = access.readable(self.actor).select_related("level", "sender_unit", "indicator", "figure_unit", "ticket")
        return known.prefetch_related(Prefetch("recipients", lives))


class Directives(_Directives):
    def get(self, request) -> Response:
        """Those that the caller may see, the newest first; `state` of a recipient narrows them, `before` goes on
        behind an id."""
        given, found = request.query_params, self.found()
        if state := given.get("state", "").replace("\0", ""):
            lives = board.recipients(self.actor).filter(state=state)
            found = found.filter(pk__in=lives.values("directive"))
        if "before" in given:
            text = given["before"]
            if not (text.isascii() and text.isdecimal() and int(text[:12]) <= LARGEST):
                raise Problem(400, "bad_parameter", errors={"?before": [_("Cần mã của một chỉ đạo.")]})
            found = found.filter(pk__lt=int(text))
        rows = list(found.order_by("-pk")[:PAGE + 1])
        more = rows[PAGE - 1].pk if len(rows) > PAGE else None
        return Response({"results": [_shown(row) for row in rows[:PAGE]], "next": more})

    def post(self, request) -> Response:
        """A request of the caller's unit to the city or to other units, with the form of the page: units, level and
        report by their codes."""
        require(access.may_send(self.actor, Directive.Kind.REQUEST), access.SEND)
        data = request.data if isinstance(request.data, dict) else {}
        subject = _ticket(self.actor, data)
        form = DraftForm(_as_typed(data), kind=Directive.Kind.REQUEST, subject=subject, own=self.actor.scope or [])
        if not form.is_valid():
            raise invalid({name: [str(fault) for fault in faults] for name, faults in form.errors.items()})
        try:
            made = actions.send(actor=self.sending(), draft=form.draft())
        except Illegal as exc:
            raise Problem(422, "illegal", str(exc)) from exc
        except keys.KeyReused as exc:
            raise Problem(409, "key_reused", _("Idempotency-Key này đã dùng cho một yêu cầu khác.")) from exc
        return Response(_shown(self.found().get(pk=made.pk)), status=201)


def _ticket(actor: Actor, data: dict) -> subjects.Subject | None:
    code = data.get("ticket")
    if not code:
        return None
    try:
        return subjects.find(actor, f"phan-anh:{code}")
    except (Http404, PermissionDenied) as exc:
        raise invalid({"ticket": [_("Không có phản ánh này.")]}) from exc


def _as_typed(data: dict) -> dict[str, Any]:
    """As the page's form sends it: units by their numbers; one that there is not stays what it is, and is refused."""
    known = {unit.code: unit.pk for unit in Unit.objects.in_force()}

    def units(name: str) -> list:
        codes = data.get(name)
        return [known.get(str(code), str(code)) for code in codes] if isinstance(codes, list) else []
    words = {name: str(data.get(name) or "") for name in ("title", "result", "body", "due_on", "level")}
    lead, beside = units("lead"), units("coordinating")
    return words | {"lead": lead, "coordinating": beside} | ({} if beside else {"alone": "on"})


class One(_Directives):
    def get(self, request, id: int) -> Response:  # noqa: A002
        """One directive with the lives that the caller may see."""
        return Response(_shown(get_object_or_404(self.found(), pk=min(id, LARGEST))))


class Answers(_Directives):
    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(access.ANSWER in self.actor.scopes or not self.actor.scopes, access.ANSWER)

    def post(self, request, id: int) -> Response:  # noqa: A002
        """Accept, report progress or a result, explain: for one unit of the caller; what lacks is named."""
        chosen = get_object_or_404(self.found(), pk=min(id, LARGEST))
        data = request.data if isinstance(request.data, dict) else {}
        verb, unit = str(data.get("verb", "")), str(data.get("unit", ""))
        own = set(access.units_of(self.actor))
        lives = [row for row in chosen.recipients.all() if row.unit_id in own and unit in ("", row.unit.code)]
        if verb not in MOVES:
            raise invalid({"verb": [_("Không có bước này.")]})
        if len(lives) != 1:
            raise invalid({"unit": [_("Cần mã của một đơn vị nhận.")]})
        version = data.get("version")
        if version is not None and not (isinstance(version, int) and not isinstance(version, bool)):
            raise invalid({"version": [_("Cần một số.")]})
        given = {name: str(value) for name, value in data.items() if value is not None}
        try:
            row = actions.move(actor=self.sending(), recipient_id=lives[0].pk, verb=verb, given=given, version=version)
        except PermissionDenied:
            require(False, access.ANSWER)
        except Illegal as exc:
            raise Problem(422, "illegal_move", str(exc)) from exc
        except actions.Stale as exc:
            raise Problem(412, "stale", _("Việc đã thay đổi từ lần đọc trước.")) from exc
        except keys.KeyReused as exc:
            raise Problem(409, "key_reused", _("Idempotency-Key này đã dùng cho một yêu cầu khác.")) from exc
        return Response(_life(row))


def _shown(row: Directive) -> dict[str, Any]:
    return {
        "id": row.pk, "code": row.code, "kind": row.kind, "level": row.level.code, "version": row.version,
        "from": row.sender_unit.code, "title": row.title, "body": row.body, "result": row.result,
        "due_at": row.due_at.isoformat(), "sent_at": row.sent_at.isoformat(),
        "recalled_at": row.recalled_at.isoformat() if row.recalled_at else None,
        "about": _about(row), "recipients": [_life(one) for one in row.recipients.all()],
    }


def _about(row: Directive) -> dict[str, Any] | None:
    if not row.about_kind:
        return None
    return {
        "kind": row.about_kind, "words": row.about.get("words", ""), "ticket": row.ticket.code if row.ticket else None,
        "indicator": row.indicator.code if row.indicator else None,
        "unit": row.figure_unit.code if row.figure_unit else None, "period": row.about.get("period"),
        "value": row.about.get("value"), "revision": row.revision,
    }


def _life(row: Recipient) -> dict[str, Any]:
    def said(moment) -> str | None:
        return moment.isoformat() if moment else None
    return {
        "unit": row.unit.code, "part": row.part, "state": row.state, "version": row.version,
        "accept_by": said(row.accept_by), "due_at": said(row.due_at), "seen_at": said(row.seen_at),
        "accepted_at": said(row.accepted_at), "reported_at": said(row.reported_at), "ended_at": said(row.ended_at),
        "own_date": said(row.own_date), "late": row.is_late(timezone.now()),
    }
