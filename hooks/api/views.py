"""Webhooks as their client sees them: its own hooks, what was sent there, what is to be sent again."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound
from rest_framework.response import Response

from accounts import clients
from accounts.actors import Kind
from accounts.models import Client
from feedback import access
from feedback.api import asked
from feedback.api.representation import instant
from feedback.rules.workflow import MOVES
from hcmc_ioc.lib import addresses
from hcmc_ioc.lib.api.problems import Problem, invalid
from hcmc_ioc.lib.api.views import Resource, require
from hooks import hooks
from hooks.models import LEFT, Delivery, Hook

VERBS = frozenset({*MOVES, LEFT})
LARGEST = 2**63 - 1


class OfClient(Resource):
    """For a client with the scope, and for its own hooks alone: what is another's is not there."""

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        require(self.actor.kind == Kind.CLIENT and hooks.SCOPE in self.actor.scopes, hooks.SCOPE)

    def hook(self, pk: int) -> Hook:
        found = Hook.objects.filter(pk=min(pk, LARGEST), client=self.actor.number).first()
        return _there(found)

    def delivery(self, pk: int, number: int) -> Delivery:
        rows = Delivery.objects.select_related("ticket")
        return _there(rows.filter(hook=self.hook(pk), pk=min(number, LARGEST)).first())


class Hooks(OfClient):
    def get(self, request) -> Response:
        rows = Hook.objects.filter(client=self.actor.number).order_by("pk")
        return Response({"results": [hook(row) for row in rows], "next": None})

    def post(self, request) -> Response:
        """A new hook; its secret is shown this once."""
        given = _read(request.data, {"url", "verbs"})
        if "url" not in given:
            raise invalid({"url": [_("Cần một địa chỉ.")]})
        client = Client.objects.get(pk=self.actor.number)
        if not access.may(clients.standing(client), "view"):
            raise Problem(409, "nothing_to_tell", _("Hệ thống này không có quyền tickets:read nên không có gì để gửi."))
        if Hook.objects.filter(client=client).count() >= hooks.MOST:
            raise Problem(409, "too_many", _("Mỗi hệ thống có nhiều nhất %(most)s webhook.") % {"most": hooks.MOST})
        made, secret = hooks.make(client, given["url"], given.get("verbs", []))
        address = request.build_absolute_uri(f"{request.path}{made.pk}/")
        return Response(hook(made) | {"secret": secret}, status=201, headers={"Location": address})


class OneHook(OfClient):
    def get(self, request, pk: int) -> Response:
        return Response(hook(self.hook(pk)))

    def patch(self, request, pk: int) -> Response:
        """`url`, `verbs`, `active`; what happened while it was switched off is read from `/changes/`."""
        row = self.hook(pk)
        given = _read(request.data, {"url", "verbs", "active"})
        hooks.change(row, url=given.get("url"), verbs=given.get("verbs"))
        if "active" in given:
            if given["active"]:
                hooks.resume(row)
            else:
                hooks.end(row, Hook.Ended.CLIENT)
        return Response(hook(self.hook(pk)))

    def delete(self, request, pk: int) -> Response:
        hooks.remove(self.hook(pk))
        return Response(status=204)


class Test(OfClient):
    def post(self, request, pk: int) -> Response:
        """A message of the type `hook.test` goes out; what came of it stands among the deliveries."""
        row = self.hook(pk)
        if not row.is_active:
            raise Problem(409, "inactive", _("Webhook này đang tắt."))
        return Response(delivery(hooks.test(row)), status=202)


class Rotate(OfClient):
    def post(self, request, pk: int) -> Response:
        """A new secret, shown this once; messages bear both signatures until `old_secret_until`."""
        secret = hooks.rotate(self.hook(pk))
        return Response(hook(self.hook(pk)) | {"secret": secret})


class Deliveries(OfClient):
    def get(self, request, pk: int) -> Response:
        """The newest first, perhaps of one `state`; the next page behind `cursor`."""
        row, get = self.hook(pk), request.query_params
        if unknown := [name for name in get if name not in ("state", "cursor", "limit")]:
            raise _bad(unknown[0], _("Không có tham số này."))
        rows = Delivery.objects.filter(hook=row).select_related("ticket").order_by("-pk")
        if state := get.get("state"):
            if state not in Delivery.State.values:
                raise _bad("state", _("Một trong: %(all)s.") % {"all": ", ".join(Delivery.State.values)})
            rows = rows.filter(state=state)
        if cursor := get.get("cursor"):
            if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 19):
                raise _bad("cursor", _("Không phải vị trí của danh sách này."))
            rows = rows.filter(pk__lt=int(cursor))
        limit = asked.limit(get)
        found = list(rows[: limit + 1])
        more = None
        if len(found) > limit:
            kept = get.copy()
            kept["cursor"] = str(found[limit - 1].pk)
            more = request.build_absolute_uri(f"{request.path}?{kept.urlencode()}")
        return Response({"results": [delivery(one) for one in found[:limit]], "next": more})


class Replay(OfClient):
    def post(self, request, pk: int, number: int) -> Response:
        """Once more, with the same `webhook-id`, in its old place among those of its ticket."""
        row = self.delivery(pk, number)
        hooks.replay(Delivery.objects.filter(pk=row.pk))
        return Response(delivery(self.delivery(pk, number)), status=202)


def hook(row: Hook) -> dict:
    return {
        "id": row.pk, "url": row.url, "verbs": row.verbs, "active": row.is_active, "ended_why": row.ended_why,
        "made_at": instant(row.made_at), "failing_since": instant(row.failing_since),
        "old_secret_until": instant(row.old_until if len(row.secrets(timezone.now())) > 1 else None),
    }


def delivery(row: Delivery) -> dict:
    return {
        "id": row.pk, "webhook_id": row.webhook_id, "verb": row.verb, "event": row.event_id,
        "ticket": row.ticket.code if row.ticket else None, "state": row.state, "tries": row.tries,
        "made_at": instant(row.made_at), "done_at": instant(row.done_at), "status": row.status,
        "next_try_at": instant(row.next_try_at) if row.state == Delivery.State.WAITING else None,
        "error": row.error, "duration_ms": row.duration_ms,
    }


def _read(data: Any, known: set[str]) -> dict:
    """What was sent, each field of its type; a problem names every one that is not."""
    if not isinstance(data, dict):
        raise invalid({"": [_("Cần một đối tượng JSON.")]})
    errors: dict[str, list[str]] = {name: [_("Không có trường này.")] for name in data if name not in known}
    if "url" in data:
        try:
            addresses.read(data["url"] if isinstance(data["url"], str) else "")
        except ValueError as refusal:
            errors["url"] = [str(refusal)]
    verbs = data.get("verbs", [])
    if not isinstance(verbs, list) or not all(isinstance(verb, str) and verb in VERBS for verb in verbs):
        errors["verbs"] = [_("Cần một danh sách gồm: %(all)s.") % {"all": ", ".join(sorted(VERBS))}]
    if not isinstance(data.get("active", True), bool):
        errors["active"] = [_("Cần true hoặc false.")]
    if errors:
        raise invalid(errors)
    return data | ({"verbs": list(dict.fromkeys(verbs))} if "verbs" in data else {})


def _there(row):
    if row is None:
        raise NotFound(_("Không có gì ở địa chỉ này, hoặc bạn không được xem."))
    return row


def _bad(name: str, message: str) -> Problem:
    return Problem(400, "bad_parameter", errors={f"?{name}": [message]})
