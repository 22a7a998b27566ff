"""Answers in words are compressed for whoever accepts it, each with another length; versions survive it."""

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


def test_pages_are_compressed_and_their_length_tells_nothing(cast):
    opened()
    browser = Browser(headers={"Accept-Encoding": "gzip"})
    browser.force_login(cast.lan)
    answers = [browser.get(reverse("inbox")) for _n in range(8)]
    plain = browser.get(reverse("inbox"), headers={"Accept-Encoding": "identity"})
    assert "Content-Encoding" not in plain and len(answers[0].content) < len(plain.content) / 3
    assert all(answer["Content-Encoding"] == "gzip" for answer in answers)
    assert len({len(answer.content) for answer in answers}) > 3
    signed_in = Browser().post(reverse("sign_in"), {"username": "lan", "password": "mat-khau-1022"})
    cookie = signed_in.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["samesite"] == "Lax", "no other site lets a browser ask in somebody's name"


def test_files_that_are_compressed_already_are_left_alone(cast):
    browser = Browser(headers={"Accept-Encoding": "gzip"})
    browser.force_login(cast.ha)
    assert "Content-Encoding" not in browser.get(f"{reverse('overview')}?tep=xlsx")


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
        assert page.headers["Content-Encoding"] == "gzip"
        style = next(part for part in page.text.split('"') if part.endswith(".css"))
        assert "Accept-Encoding" in ask(style, "gzip").headers["Vary"]
        assert [ask(style, kind).headers.get("Content-Encoding") for kind in ("gzip", "br", "identity")] == [
            "gzip", "br", None]
