"""Over HTTP: what is revoked stops in the middle of its reading; no secret is in a log or in clear in the database."""

import base64

import pytest
import requests
from django.conf import settings
from django.db import connection

from accounts import clients
from accounts.scopes import SCOPES
from districts.models import Unit
from tests import processes
from tests.feedback.test_actions import opened
from tests.patience import PATIENCE

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def site(town, tmp_path):
    database = connection.settings_dict["NAME"]
    settings.EMBEDDED.start(database)
    with processes.site(database, tmp_path, IOC_HOOKS_PRIVATE="1") as running:
        yield running


class Asking:
    """A client that speaks HTTP; `secrets` is whatever it was told that nobody else may know."""

    def __init__(self, address: str):
        self.api = f"{address}/api/v1"
        self.client, self.secret = clients.register(name="Hệ thống", unit=Unit.objects.city(), scopes=list(SCOPES))
        form = {"grant_type": "client_credentials", "client_id": self.client.client_id, "client_secret": self.secret}
        self.form = form
        in_body = requests.post(f"{self.api}/token/", form, timeout=PATIENCE).json()["access_token"]
        by_basic = requests.post(f"{self.api}/token/", {"grant_type": "client_credentials"}, timeout=PATIENCE,
                                 auth=(self.client.client_id, self.secret)).json()["access_token"]
        self.key = clients.key(self.client)[0]
        self.secrets, self.token = [self.secret, in_body, by_basic, self.key], by_basic

    def ask(self, method: str, address: str, **more) -> requests.Response:
        given = {"headers": {"Authorization": f"Bearer {self.token}"}} | more
        url = address if "://" in address else f"{self.api}/{address}"
        return requests.request(method, url, timeout=PATIENCE, **given)


def test_a_client_revoked_in_the_middle_of_paging_stops_at_once(site):
    codes = {opened().code for _n in range(5)}
    one, other = Asking(site.address), Asking(site.address)
    page = one.ask("GET", "tickets/?limit=2").json()
    page = one.ask("GET", page["next"]).json()
    assert len(page["results"]) == 2 and {row["code"] for row in page["results"]} < codes and page["next"]
    clients.revoke(one.client)
    for refused in (one.ask("GET", page["next"]), one.ask("GET", "changes/"), one.ask("GET", "hooks/")):
        assert refused.status_code == 401 and 'error="invalid_token"' in refused.headers["WWW-Authenticate"]
        assert not codes & set(refused.text.split('"')), "an answer to the revoked client names a ticket"
    assert requests.post(f"{one.api}/token/", one.form, timeout=PATIENCE).json() == {"error": "invalid_client"}
    assert other.ask("GET", page["next"]).status_code == 200  # the page is there, for others


def everything() -> str:
    """Every row of every table as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT format('%I.%I', schemaname, tablename) FROM pg_tables WHERE schemaname = 'public'")
        found = []
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} AS t")
            found.append(cursor.fetchone()[0])
    return "\n".join(found)


def test_no_secret_is_in_a_log_or_in_clear_in_the_database(site):
    one = Asking(site.address)
    ask = one.ask
    hook = ask("POST", "hooks/", json={"url": "http://127.0.0.1:9/in"}).json()
    one.secrets += [hook["secret"], hook["secret"].removeprefix("whsec_")]
    code = opened().code
    ask("POST", f"hooks/{hook['id']}/test/")
    ask("POST", f"tickets/{code}/moves/accept/", headers={"Authorization": f"Bearer {one.token}",
                                                           "Idempotency-Key": "k"})
    open311 = f"{site.address}/open311/v2/requests"
    report = {"service_code": "trat-tu-lan-chiem", "lat": 10.7743, "long": 106.701, "description": "Vỉa hè"}
    posted = requests.post(f"{open311}.json", report | {"api_key": one.key}, timeout=PATIENCE)
    assert posted.status_code == 201, posted.text
    for wrong in (  # what is refused is often written down whole
        ask("POST", "tickets/", data="{"), ask("GET", f"tickets/none/?api_key={one.key}"),
        ask("GET", f"nowhere/?token={one.token}"), ask("PUT", f"tickets/?token={one.token}"),
        requests.post(f"{one.api}/token/", one.form | {"scope": "tickets:burn"}, timeout=PATIENCE),
        requests.post(f"{open311}.json?api_key={one.key}", {"service_code": "none"}, timeout=PATIENCE),
        requests.get(f"{site.address}/nowhere/?api_key={one.key}", timeout=PATIENCE),
        ask("GET", f"{site.address}/viec/?token={one.token}", headers={"Host": "strange.example"}),
    ):
        assert 400 <= wrong.status_code < 500, wrong.url
    requests.post(f"{one.api}/token/revoke/", one.form | {"token": one.secrets[1]}, timeout=PATIENCE)
    rows, log = everything(), site.output()
    assert one.client.client_id in rows and "Vỉa hè" in rows and "Not Found" in log  # it was all looked at
    basic = base64.b64encode(f"{one.client.client_id}:{one.secret}".encode()).decode()
    for secret in (*one.secrets, basic):
        assert secret not in rows and secret not in log
