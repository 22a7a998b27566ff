"""The description of the API is true: every address stands in it, whatever it allows is answered as it says, and what
v1 promised once it promises still."""

import json
import os
import re
from contextlib import suppress
from pathlib import Path

import hypothesis
import pytest
import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from django.test import Client as Browser
from django.urls import get_resolver
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from hcmc_ioc.openapi import schema
from hooks import hooks
from tests.feedback.test_actions import opened
from tests.test_no_500 import patterns

pytestmark = pytest.mark.django_db
PROMISED = Path(__file__).parent / "v1.json"
EXAMPLES = 12
CHECKS = [not_a_server_error, checks.status_code_conformance, checks.content_type_conformance,
          checks.response_schema_conformance]
OPERATIONS = sorted((path, method) for path, item in schema()["paths"].items() for method in item)


def test_every_address_of_the_api_is_described():
    """But for the description itself, and the end that says there is nothing."""
    known = {re.sub(r"{(\w+)}", r"%(\1)s", path) for path in schema()["paths"]}
    made = {"/" + pattern.removeprefix("api/v1/") for pattern in patterns(get_resolver())
            if pattern.startswith("api/v1/")} - {"/schema/", "/"}
    assert made == known


def test_the_description_is_read_by_everybody(db):
    answer = Browser().get("/api/v1/schema/")
    assert answer.status_code == 200 and answer.json()["openapi"] == "3.1.0"
    assert "tickets:read" in json.dumps(answer.json()["components"]["securitySchemes"])


def promises() -> dict:
    """What others rely on: each operation, its parameters, and the fields that are always answered."""
    components, found = schema()["components"], {}
    for path, method in OPERATIONS:
        operation = schema()["paths"][path][method]
        names = []
        for one in operation.get("parameters", []):
            named = components["parameters"][one["$ref"].rpartition("/")[2]] if "$ref" in one else one
            names.append(named["name"])
        found[f"{method} {path}"] = {"parameters": sorted(names)}
    for name, item in schema()["webhooks"].items():
        told = [components["parameters"][one["$ref"].rpartition("/")[2]]["name"] for one in item["post"]["parameters"]]
        found[f"webhook {name}"] = {"parameters": sorted(told)}
    for name, one in components["schemas"].items():
        parts = one.get("allOf", [one])
        found[name] = sorted({field for part in parts for field in part.get("required", [])})
    return found


def test_v1_keeps_what_it_promised():
    """A new address, parameter or field is welcome (`KEEP_V1=1` writes it down); one that is gone breaks those who rely
    on it."""
    now = promises()
    if os.environ.get("KEEP_V1"):
        PROMISED.write_text(json.dumps(now, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, before in json.loads(PROMISED.read_text(encoding="utf-8")).items():
        assert name in now, f"{name} is gone"
        if isinstance(before, dict):
            assert set(before["parameters"]) <= set(now[name]["parameters"]), name
        elif name not in ("Report", "Move"):
            assert set(before) <= set(now[name]), name
        else:
            assert set(now[name]) <= set(before), f"{name} asks for more than before"


@pytest.fixture
def kept_connection():
    """A request of WSGI would close the connection of the test at its end."""
    for signal in (signals.request_started, signals.request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (signals.request_started, signals.request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.parametrize(("path", "method"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(path, method, mode, callers, settings, kept_connection):
    """Hypothesis makes requests by the description and against it: no fault of ours, no answer outside it."""
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    code, _other, hook = opened().code, opened(), hooks.make(callers.city.client, "https://nhan.example/", [])[0]
    operation = schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())[path][method.upper()]
    there = {"code": code, "verb": "note", "indicator": "fires", "pk": hook.pk, "number": hooks.test(hook).pk}
    place = {name: value for name, value in there.items() if f"{{{name}}}" in path}

    @hypothesis.settings(max_examples=EXAMPLES, deadline=None, database=None,
                         suppress_health_check=list(hypothesis.HealthCheck))
    @hypothesis.given(operation.as_strategy(mode, **({"path_parameters": place} if place else {})))
    def ask(case):
        case.headers["Authorization"] = f"Bearer {callers.city.token}"
        case.headers["Accept-Encoding"] = "identity"  # by WSGI nobody unpacks the answer
        case.validate_response(case.call(), checks=CHECKS)

    with suppress(hypothesis.errors.Unsatisfiable):  # where nothing is asked there is nothing to get wrong
        ask()
