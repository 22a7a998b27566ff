"""The description of the API (OpenAPI 3.1), as programs read it. It is written by hand under `data/`: the views answer
plain rows, and a test sends whatever the description allows and compares every answer with it."""

from functools import cache
from pathlib import Path

import yaml
from csp.constants import SELF
from csp.decorators import csp_update
from django.contrib.auth.decorators import login_required
from django.http import Http404, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from rest_framework.views import APIView

from accounts.scopes import SCOPES

DATA = Path(__file__).parent / "data"


class Schema(APIView):
    """For everybody: it names nothing but what can be asked."""

    authentication_classes = ()
    permission_classes = ()

    def get(self, request) -> JsonResponse:
        return JsonResponse(schema(), json_dumps_params={"ensure_ascii": False})


@cache
def schema() -> dict:
    whole, hooks = _read("openapi.yaml"), _read("openapi-hooks.yaml")
    whole["components"] = _read("openapi-components.yaml")
    whole["webhooks"] = hooks["webhooks"]
    for part in (hooks, _read("openapi-numbers.yaml"), _read("openapi-reports.yaml"), _read("openapi-directives.yaml"),
                 _read("openapi-centres.yaml")):
        whole["paths"] |= part["paths"]
        for kind, found in part["components"].items():
            if twice := whole["components"][kind].keys() & found.keys():
                raise ValueError(f"two {kind} are called {sorted(twice)[0]}")
            whole["components"][kind] |= found
    flow = whole["components"]["securitySchemes"]["client"]["flows"]["clientCredentials"]
    flow["scopes"] = {name: str(words) for name, words in SCOPES.items()}
    return whole


def _read(name: str) -> dict:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


@never_cache
@login_required
@csp_update({"style-src": [SELF, "'unsafe-inline'"]})  # Swagger UI writes styles as it draws
def page(request):
    """The description as a page to try it, for administrators: with their own session and rights."""
    if not request.user.is_administrator:
        raise Http404
    return render(request, "api.html", {"nav_current": "administration"})
