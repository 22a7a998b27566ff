"""Open311 GeoReport v2: what the city can be asked to do, what was asked, and asking."""

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound, PermissionDenied
from rest_framework.response import Response

from feedback import access
from feedback.console.receipts import receipt
from feedback.models import Ticket
from feedback.open311 import asked, catalogue, posting, representation
from feedback.open311.door import Door
from hcmc_ioc.lib.api.views import require


class Discovery(Door):
    root = "discovery"

    def get(self, request, format) -> Response:
        return Response(catalogue.discovery(request.build_absolute_uri("/open311/v2")))


class Services(Door):
    root = "services"

    def get(self, request, format) -> Response:
        return Response([catalogue.service(row) for row in catalogue.in_use()])


class Definition(Door):
    root = "service_definition"

    def get(self, request, code: str, format) -> Response:
        for row in catalogue.in_use():
            if row.code == code:
                return Response(catalogue.definition(row))
        raise NotFound(_("Không có service_code “%(code)s”.") % {"code": code[:60]})


class Requests(Door):
    def get(self, request, format) -> Response:
        """Public tickets, newest first."""
        return Response(representation.requests(asked.tickets(request.query_params.dict(), timezone.now())))

    def post(self, request, format) -> Response:
        """Record a report: by the rules of the console, once however often it is sent within a minute."""
        if self.actor is None:
            raise PermissionDenied(_("Thiếu api_key."))
        require(access.may(self.actor, "open"), "open311:write")
        ticket = posting.post(self.actor, request.data.dict(), timezone.now())
        answer = {"service_request_id": ticket.code, "service_notice": receipt(ticket)["line"], "account_id": None}
        address = reverse("open311_request", args=[ticket.code, format])
        return Response([answer], status=201, headers={"Location": request.build_absolute_uri(address)})


class OneRequest(Door):
    def get(self, request, code: str, format) -> Response:
        return Response(representation.requests([_public(code)]))


class Token(Door):
    """Every report has its number at once, so its number is its token."""

    def get(self, request, token: str, format) -> Response:
        code = _public(token).code
        return Response([{"service_request_id": code, "token": code}])


def _public(code: str) -> Ticket:
    rows = Ticket.objects.public().filter(code=code if code.isprintable() else "")
    if (found := rows.only(*representation.COLUMNS).first()) is None:
        raise NotFound(_("Không có phản ánh công khai nào mang mã này."))
    return found
