"""Programs get their answers compressed where they accept it, people's sessions do not; versions survive it."""

import gzip
import json

import pytest
import requests
from django.conf import settings
from django.db import connection
from django.test import Client as Browser
from django.urls import reverse

from tests import processes
from tests.feedback.test_actions import opened
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db


def test_a_list_is_sent_compressed_to_who_accepts_it(callers):
    for _n in range(5):
        opened()
    plain = callers.q1.get("tickets/")
    packed = callers.q1.get("tickets/", Accept_Encoding="gzip, br")
    assert packed["Content-Encoding"] == "gzip" and len(packed.content) < len(plain.content) / 3
    assert json.loads(gzip.decompress(packed.content)) == plain.json() and "Content-Encoding" not in plain
    for answer in (plain, packed):
        assert "Accept-Encoding" in answer["Vary"] and int(answer["Content-Length"]) == len(answer.content)


def test_the_version_of_a_compressed_answer_serves_every_precondition(callers):
    ticket, caller = opened(), callers.q1
    path, packed = f"tickets/{ticket.code}/", {"Accept_Encoding": "gzip"}
    read = caller.get(path, **packed)
    tag = read["ETag"]
    assert tag == f'W/"{ticket.version}"' and caller.get(path)["ETag"] == f'"{ticket.version}"'
    for given in (tag, tag.removeprefix("W/")):
        again = caller.get(path, If_None_Match=given, **packed)
        assert again.status_code == 304 and not again.content
    moved = caller.post(f"{path}moves/accept/", If_Match=tag, **packed)
    assert moved.status_code == 200 and moved["ETag"] == f'W/"{ticket.version + 1}"'
    stale = caller.post(f"{path}moves/resolve/", {"reply": "Xong"}, If_Match=tag, **packed)
    assert stale.status_code == 412 and stale["Content-Type"] == "application/problem+json"
    assert json.loads(gzip.decompress(stale.content))["version"] == ticket.version + 1
    done = caller.post(f"{path}moves/resolve/", {"reply": "Xong"}, If_Match=moved["ETag"], **packed)
    assert json.loads(gzip.decompress(done.content))["state"] == "resolved"


def test_what_is_made_for_a_session_is_not_compressed(cast):
    opened()
    browser = Browser(headers={"Accept-Encoding": "gzip"})
    assert browser.get("/api/v1/schema/")["Content-Encoding"] == "gzip"
    browser.force_login(cast.lan)
    for path in ("/api/v1/tickets/", reverse("inbox")):
        answer = browser.get(path)
        assert answer.status_code == 200 and len(answer.content) > 200 and "Content-Encoding" not in answer


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_the_running_site_compresses_what_programs_ask_and_its_own_files(town, tmp_path):
    database = connection.settings_dict["NAME"]
    settings.EMBEDDED.start(database)
    with processes.site(database, tmp_path, services=("web1",)) as site:
        def ask(path: str, accepted: str) -> requests.Response:
            return requests.get(f"{site.address}{path}", headers={"Accept-Encoding": accepted}, timeout=PATIENCE)

        described = ask("/api/v1/schema/", "gzip")
        assert described.headers["Content-Encoding"] == "gzip" and described.json()["openapi"]
        assert "Content-Encoding" not in ask("/api/v1/schema/", "identity").headers
        page = ask("/dang-nhap/", "gzip")
        assert "Content-Encoding" not in page.headers
        style = next(part for part in page.text.split('"') if part.endswith(".css"))
        assert "Accept-Encoding" in ask(style, "gzip").headers["Vary"]
        assert [ask(style, kind).headers.get("Content-Encoding") for kind in ("gzip", "br", "identity")] == [
            "gzip", "br", None]
