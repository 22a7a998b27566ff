"""A client that a generator makes of our description carries a ticket through its whole life, on the running site."""

import importlib
import json
import os
import subprocess
import sys
from datetime import date
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from accounts import clients
from accounts.scopes import API
from districts.models import Unit
from feedback.models import Ticket
from feedback.rules.rights import OF_UNITS
from hcmc_ioc.openapi import schema
from tests import processes
from tests.city import unit
from tests.patience import wait_for

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
NAME = "ioc_client"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Where the package is that was made; whatever the generator does not understand is a failure."""
    place = tmp_path_factory.mktemp("generated")
    (place / "openapi.json").write_text(json.dumps(schema()), encoding="utf-8")
    tools = Path(sys.executable).parent
    done = subprocess.run(
        [tools / "openapi-python-client", "generate", "--path", place / "openapi.json", "--meta", "none",
         "--output-path", place / NAME, "--fail-on-warning"],
        env=os.environ | {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}, capture_output=True, text=True,
        check=False,
    )
    assert done.returncode == 0 and "warning" not in (done.stdout + done.stderr).lower(), done.stdout + done.stderr
    return place


class Generated:
    """What was generated, called by the names of the description: `call("moveTicket", code, "note", body=…)`."""

    def __init__(self, address: str):
        self.here = {"base_url": f"{address}/api/v1", "raise_on_unexpected_status": True, "timeout": 60}
        self.models = importlib.import_module(f"{NAME}.models")
        self.client = importlib.import_module(f"{NAME}.client").Client(**self.here)
        names = {operation["operationId"]: operation["tags"][0]
                 for item in schema()["paths"].values() for operation in item.values()}
        self.asked = {name: importlib.import_module(f"{NAME}.api.{tag}.{_snake(name)}") for name, tag in names.items()}

    def sign_in(self, client, secret: str):
        """Who calls from now on."""
        wanted = self.models.TokenRequest.from_dict({
            "grant_type": "client_credentials", "client_id": client.client_id, "client_secret": secret})
        token = self.call("getToken", body=wanted).access_token
        self.client = importlib.import_module(f"{NAME}.client").AuthenticatedClient(token=token, **self.here)
        return self.client

    def call(self, operation: str, *given, status=HTTPStatus.OK, **more):
        """What was answered, as the generated types have it."""
        answer = self.asked[operation].sync_detailed(*given, client=self.client, **more)
        assert answer.status_code == status, answer.content
        return answer.parsed

    def move(self, code: str, verb: str, status=HTTPStatus.OK, if_match: str | None = None, **given):
        headers = {"idempotency_key": f"{verb}-1"} | ({"if_match": if_match} if if_match else {})
        return self.call("moveTicket", code, verb, status=status, body=self.models.Move.from_dict(given), **headers)


def _snake(name: str) -> str:
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


@pytest.fixture
def generated(folder, town, tmp_path, monkeypatch):
    database = connection.settings_dict["NAME"]
    settings.EMBEDDED.start(database)
    monkeypatch.syspath_prepend(folder)
    with processes.site(database, tmp_path) as site:
        made = Generated(site.address)
        scopes = ["tickets:read", "tickets:write"]
        made.of_unit = made.sign_in(*clients.register(name="Quận 1", unit=unit("760"), scopes=scopes))
        made.of_city = made.sign_in(*clients.register(name="Tổng đài", unit=Unit.objects.city(), scopes=sorted(API)))
        yield made
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]


def test_every_operation_and_every_schema_has_its_name(folder):
    """A nested schema without a name of its own would be named after the place where it stands."""
    made = {file.stem for file in (folder / NAME / "models").glob("*.py")}
    assert not {name for name in made if name.endswith("_item") or "_response_" in name or name.endswith("_body")}
    for path, item in schema()["paths"].items():
        assert all(operation.get("operationId") and operation.get("summary") for operation in item.values()), path


def test_a_ticket_lives_its_whole_life(generated):
    call, move, models = generated.call, generated.move, generated.models
    start, before = call("listChanges").cursor, _received(call)
    report = models.Report.from_dict({
        "body": "Ổ gà lớn trước số 12 Lê Lợi", "category": "trat-tu-lan-chiem", "channel": "app", "area": "760",
        "address": "12 Lê Lợi", "reporter": {"name": "Nguyễn Văn An", "phone": "0901 234 567"}, "source_id": "app-1",
    })
    opened = call("openTicket", body=report, idempotency_key="open-1", status=HTTPStatus.CREATED)
    code = opened.code
    assert opened.state == models.State.FORWARDED and opened.promises[0].verdict == models.PromiseVerdict.RUNNING
    assert opened.due_at > timezone.now()
    assert call("openTicket", body=report, idempotency_key="open-1", status=HTTPStatus.CREATED).code == code
    for verb, given, state in (
        ("accept", {}, "accepted"), ("note", {"note": "Đã xem hiện trường."}, "accepted"),
        ("ask_citizen", {"reply": "Ổ gà ở làn nào?"}, "waiting"), ("resume", {"note": "Làn trong"}, "in_progress"),
        ("resolve", {"reply": "Đã vá xong."}, "resolved"), ("rate", {"score": 2, "note": "Còn gồ ghề"}, "resolved"),
    ):
        generated.client = generated.of_unit if verb in OF_UNITS else generated.of_city
        moved = move(code, verb, **given)
        assert moved.state == state, verb
    seen = f'"{moved.version}"'
    again = move(code, "reopen", asked_by="citizen", note="Chưa xong", if_match=seen)
    assert again.state == models.State.REOPENED and again.version == moved.version + 1
    stale = move(code, "close", status=HTTPStatus.PRECONDITION_FAILED, if_match=seen)
    assert (stale.code, stale.version, [event.verb for event in stale.events]) == ("stale", again.version, ["reopen"])
    events = call("listEvents", code).results
    assert [event.version for event in events] == list(range(1, again.version + 1))
    assert [contact.phone for contact in call("readContacts", code, body=models.Look.from_dict(
        {"reason": "verify"})).results] == ["+84901234567"]
    found = call("listTickets", q=code, area="760", state=models.ListState("reopened"), limit=5)
    assert [row.code for row in found.results] == [code] and found.next_ is None
    _follows(call, start, code, again.version)
    wait_for(lambda: _received(call) == before + 1)
    assert Ticket.objects.get().source_id == "app-1"
    _reads_the_rest(generated)


def _received(call) -> float:
    return call("readFigures", unit="760", from_=timezone.localdate(), to=timezone.localdate()).figures["received"]


def _follows(call, cursor: str, code: str, version: int) -> None:
    """The change comes behind the cursor as soon as the background has numbered it."""
    def latest():
        rows = call("listChanges", since=cursor, limit=10).results
        return {row.code: row.version for row in rows} == {code: version}

    wait_for(latest)


def _reads_the_rest(generated) -> None:
    call, today = generated.call, timezone.localdate()
    assert unit("760").name_vi in {row.name_vi for row in call("listUnits").results}
    assert "app" in {row.code for row in call("listChannels").results}
    assert "trat-tu-lan-chiem" in {row.code for row in call("listCategories").results}
    days = call("readSeries", unit="760", from_=date(today.year, 1, 1), to=today).results
    assert days[-1].day == today and days[-1].value is None
    assert "760" in {row.unit for row in call("compareUnits", from_=today, to=today).results}
    hook = generated.models.HookToMake.from_dict({"url": "https://nhan.example/ioc", "verbs": ["open"]})
    made = call("makeHook", body=hook, status=HTTPStatus.CREATED)
    assert made.secret.startswith("whsec_") and [row.id for row in call("listHooks").results] == [made.id]
    call("removeHook", made.id, status=HTTPStatus.NO_CONTENT)
    wrong = call("readTicket", "PHA-KHONG-CO", status=HTTPStatus.NOT_FOUND)
    assert wrong.code == "not_found" and wrong.status == 404
