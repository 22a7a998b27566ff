"""Other systems that call: a client of the unit 760, one of the city, each with a token."""

import json
from types import SimpleNamespace

import pytest
from django.test import Client as Browser

from accounts import clients
from accounts.scopes import HOTLINE, SCOPES
from districts.models import Unit
from tests.city import unit


class Caller:
    """A client with its token; `get`, `post` answer DRF's responses, `.json()` their body."""

    def __init__(self, place, scopes):
        self.client, self.secret = clients.register(name=f"Hệ thống {place.code}", unit=place, scopes=list(scopes))
        self.token, _row = clients.grant(self.client)
        self.http = Browser()

    def get(self, path, query=None, **headers):
        return self.http.get(f"/api/v1/{path}", query or {}, headers=self._with(headers))

    def post(self, path, body=None, **headers):
        return self.http.post(f"/api/v1/{path}", json.dumps(body if body is not None else {}), "application/json",
                              headers=self._with(headers))

    def _with(self, headers) -> dict:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return {"Authorization": f"Bearer {self.token}"} | named


@pytest.fixture
def callers(cast):
    city, q1, of_units = Unit.objects.city(), unit("760"), sorted(set(SCOPES) - HOTLINE)
    return SimpleNamespace(
        city=Caller(city, SCOPES), q1=Caller(q1, of_units), q3=Caller(unit("778"), of_units),
        reader=Caller(q1, ["tickets:read"]), figures=Caller(q1, ["figures:read"]),
    )


@pytest.fixture
def key(town):
    """An api_key of a client of the city that may post by Open311."""
    client, _secret = clients.register(name="Ứng dụng", unit=Unit.objects.city(), scopes=["open311:write"])
    return clients.key(client)[0]
