"""Figures fetched from an address: taken on the one path, only from allowed hosts; whatever else comes is told."""

import json
import re
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from hcmc_ioc.lib import addresses, crypto
from indicators import pulling, tasks
from indicators.admin import PullForm
from indicators.models import Delivery, Pull, PullHost, PullRun, Staged, Value
from tests.feedback.pages import read, signed_in
from tests.indicators.test_entry import monthly, october
from tests.patience import PATIENCE

__all__ = ["monthly", "october"]
pytestmark = pytest.mark.django_db
MAPPING = """
unit = "unit"
period = "period"
[[values]]
indicator = "fires"
number = "fires"
"""
HERE, UNITS = "127.0.0.1", ("760", "778", "761", "764")


class Server:
    """`answer` is (status, headers, body); what was asked stands in `asked`."""

    def __init__(self):
        self.answer, self.asked = (200, {}, b""), []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                outer.asked.append((self.path, dict(self.headers)))
                status, headers, body = outer.answer
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_args):
                pass

        class Listening(ThreadingHTTPServer):
            def handle_error(self, *_args):
                pass  # the caller hung up

        self.server = Listening((HERE, 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True).start()
        self.url = f"http://{HERE}:{self.server.server_port}/so-lieu"


@pytest.fixture
def server(settings):
    settings.HOOKS_PRIVATE = True
    made = Server()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def source(server, cast, monthly):
    PullHost.objects.create(host=HERE)
    return Pull.objects.create(name="Cháy nổ", url=server.url, mapping=MAPPING, value_set=monthly)


def rows(number=3, units=UNITS, period="2026-10"):
    return [{"unit": code, "period": period, "fires": number} for code in units]


def says(server, found, status=200, **headers):
    body = found if isinstance(found, bytes) else json.dumps(found).encode()
    server.answer = status, {"Content-Type": "application/json"} | headers, body


def outcome(source):
    source.refresh_from_db()
    return pulling.run(source).outcome


def numbers():
    return dict(Value.objects.order_by("unit").values_list("unit__code", "number"))


def test_json_is_taken_as_the_unit_would_have_sent_it(source, server, monthly):
    says(server, rows())
    assert outcome(source) == "taken" and numbers() == dict.fromkeys(UNITS, 3)
    delivery = Delivery.objects.get()
    assert (delivery.door, delivery.value_set, delivery.new) == ("pull", monthly, 4) and not Staged.objects.exists()
    waits = "preliminary" if monthly.needs_approval else "final"
    assert set(Value.objects.values_list("flag", flat=True)) == {waits}, "no door leads around the unit's leader"


def test_csv_and_a_list_inside_and_the_period_in_the_address(source, server):
    Pull.objects.filter(pk=source.pk).update(form="csv", url=server.url + "?ky={period}")
    says(server, b"unit,period,fires\n760,2026-10,5\n")
    assert outcome(source) == "taken" and numbers() == {"760": 5}
    path, _headers = server.asked[-1]
    assert path.startswith("/so-lieu?ky=20") and "{" not in path
    Pull.objects.filter(pk=source.pk).update(form="json", rows_at="data.items")
    says(server, {"data": {"items": rows(7, ["760"])}})
    assert outcome(source) == "taken" and numbers() == {"760": 7}


def test_yesterdays_data_changes_nothing(source, server):
    says(server, rows())
    assert [outcome(source), outcome(source)] == ["taken", "same"] and Delivery.objects.count() == 1
    says(server, rows(4))
    assert outcome(source) == "taken" and numbers()["760"] == 4


WHOLE = json.dumps(rows()).encode()


@pytest.mark.parametrize(("body", "status", "headers", "found", "said"), [
    (b"x", 500, {}, "status", "HTTP 500"),
    (b"<!doctype html><p>Xin", 200, {"Content-Type": "text/html; charset=utf-8"}, "html", ""),
    (b"  <html>", 200, {}, "html", ""),
    (WHOLE[:60], 200, {}, "unreadable", "cắt giữa chừng"),
    (WHOLE[:60], 200, {"Content-Length": "500"}, "protocol", ""),
    (b"", 302, {"Location": "http://10.0.0.1/"}, "redirect", "HTTP 302"),
    (b"[]", 200, {}, "empty", ""),
    (b"{}", 200, {}, "unreadable", "danh sách"),
    (b"[" * 100_000, 200, {}, "unreadable", ""),
    (b'[{"unit": "760", "period": "2026-10", "fires": 1e99999999}]', 200, {}, "rejected", "không phải là số"),
    (b'[{"unit": "760", "period": "2026-10", "fires": NaN}]', 200, {}, "unreadable", ""),
    (b'[{"unit": "0760", "period": "2026-10", "fires": 1}]', 200, {}, "rejected", "dòng 1"),
    (b'[{"unit": "VPUB", "period": "2026-10", "fires": 1}]', 200, {}, "rejected", ""),
    (b'[{"unit": "760", "period": "2026-10"}]', 200, {}, "unreadable", "thiếu cột"),
    (b"\xff\xfe", 200, {}, "unreadable", "UTF-8"),
])
def test_whatever_comes_instead_is_told_and_nothing_is_written(source, server, body, status, headers, found, said):
    says(server, body, status, **headers)
    assert outcome(source) == found and said in PullRun.objects.get().detail
    assert not Value.objects.exists() and not Staged.objects.exists() and len(server.asked) == 1
    source.refresh_from_db()
    assert not source.sha256 and source.next_at < timezone.now() + timedelta(hours=2)


def test_what_is_too_large_or_too_slow_is_left(source, server, monkeypatch):
    monkeypatch.setattr(pulling, "MOST_BYTES", 50)
    says(server, rows())
    assert outcome(source) == "large"
    monkeypatch.setattr(pulling, "SECONDS", 0.2)
    ended = threading.Event()
    server.answer = _Slow(ended)
    assert outcome(source) == "timeout"
    ended.set()


class _Slow:
    """An answer that does not come until the test is over."""

    def __init__(self, ended):
        self.ended = ended

    def __iter__(self):
        self.ended.wait()
        return iter((200, {}, b"[]"))


def test_only_allowed_hosts_and_never_a_private_address(source, server, settings, monkeypatch):
    PullHost.objects.all().delete()
    assert outcome(source) == "host"
    PullHost.objects.create(host="data.example")
    settings.HOOKS_PRIVATE = False
    Pull.objects.filter(pk=source.pk).update(url="https://data.example/x")
    monkeypatch.setattr(addresses, "look_up", lambda _host, _port: ["10.0.0.1"])
    assert outcome(source) == "forbidden"
    Pull.objects.filter(pk=source.pk).update(url=server.url)
    assert outcome(source) == "url" and not server.asked


def test_the_secret_goes_along_and_lies_encrypted(source, server):
    Pull.objects.filter(pk=source.pk).update(header="X-API-Key", secret="bi-mat-1022")
    says(server, rows())
    outcome(source)
    assert server.asked[0][1]["X-API-Key"] == "bi-mat-1022"
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM indicators_pull")
        (kept,) = cursor.fetchone()
    assert "bi-mat" not in kept and crypto.decrypt(kept) == "bi-mat-1022"


# --- As much as usual


@pytest.fixture
def held(source, server):
    for number in (1, 2, 3):
        says(server, rows(number))
        assert outcome(source) == "taken"
    says(server, rows(9, UNITS[:1]))
    assert outcome(source) == "held"
    return PullRun.objects.filter(outcome="held").get()


def test_far_fewer_rows_are_kept_back(client, cast, held):
    assert numbers() == dict.fromkeys(UNITS, 3) and "1 dòng, thường có khoảng 4" in held.detail
    signed_in(client, cast.quan)
    assert client.post(reverse("release_pull", args=[held.pk]), {"act": "take"}).status_code == 404, "values"
    signed_in(client, cast.phuc)
    client.post(reverse("release_pull", args=[held.pk]), {"act": "take"})
    assert numbers() == dict.fromkeys(UNITS, 3) | {"760": 9}
    page = read(client.post(reverse("release_pull", args=[held.pk]), {"act": "take"}, follow=True))
    assert "đã được xử lý" in page


def test_or_dropped_or_replaced_by_what_comes_next(client, cast, held, source, server):
    signed_in(client, cast.phuc)
    client.post(reverse("release_pull", args=[held.pk]), {"act": "drop"})
    assert not Staged.objects.exists() and numbers()["760"] == 3
    assert outcome(source) == "held"
    says(server, rows(5))
    assert outcome(source) == "taken" and not Staged.objects.exists() and numbers()["760"] == 5
    assert not PullRun.objects.filter(outcome="held").exists()


# --- When, and who sees it


def test_what_is_due_is_called_once(source, server):
    says(server, rows())
    now = timezone.now()
    assert (pulling.pull_due(now), pulling.pull_due(timezone.now())) == (1, 0) and len(server.asked) == 1
    pulling.soon(source)
    assert pulling.pull_due(timezone.now()) == 1
    Pull.objects.update(is_on=False, next_at=None)
    assert pulling.pull_due(timezone.now()) == 0


def test_a_source_that_hangs_holds_up_nobody(monkeypatch):
    begun, go_on, ended, rounds = threading.Event(), threading.Event(), threading.Event(), []

    def hanging(now):
        rounds.append(now)
        begun.set()
        go_on.wait(PATIENCE)

    monkeypatch.setattr(pulling, "pull_due", hanging)
    monkeypatch.setattr(pulling.connections, "close_all", ended.set)
    tasks.pull()
    assert begun.wait(PATIENCE)
    tasks.pull()  # comes back too, and begins no second round
    go_on.set()
    assert ended.wait(PATIENCE) and len(rounds) == 1


def test_an_error_of_ours_is_a_run_too(source, server, monkeypatch):
    says(server, rows())
    monkeypatch.setattr(pulling.deliveries, "stage", lambda *_given: 1 / 0)
    assert outcome(source) == "broken"


def test_the_page_says_how_each_source_is(client, cast, source, server):
    says(server, b"x", 500)
    outcome(source)
    for person in (cast.phuc, cast.quan):
        signed_in(client, person)
        page = read(client.get(reverse("pulls")))
        assert "máy chủ trả lời lỗi" in page and "HTTP 500" in page
    for person in (cast.lan, cast.ha, cast.tu):
        signed_in(client, person)
        assert client.get(reverse("pulls")).status_code == 404
        assert client.post(reverse("pull_now", args=[source.pk])).status_code == 404
    signed_in(client, cast.phuc)
    assert "Đang lấy" in read(client.post(reverse("pull_now", args=[source.pk]), follow=True))
    assert Pull.objects.get().next_at <= timezone.now()


def test_the_page_asks_no_more_for_many_sources(client, cast, source, server):
    signed_in(client, cast.phuc)
    client.get(reverse("pulls"))
    with CaptureQueriesContext(connection) as few:
        client.get(reverse("pulls"))
    for number in range(4):
        other = Pull.objects.create(name=f"Nguồn {number}", url=server.url, mapping=MAPPING)
        says(server, rows(number))
        outcome(other)
    with CaptureQueriesContext(connection) as many:
        client.get(reverse("pulls"))
    assert len(many) <= len(few)


def test_a_failing_source_is_an_issue_of_the_source(client, cast, source, server, monthly):
    says(server, b"x", 500)
    outcome(source)
    signed_in(client, cast.ha)
    assert "1 nguồn đang trục trặc" in read(client.get(reverse("quality")))


def test_the_admins_form_refuses_what_could_not_be_called(source, server):
    given = {"name": "B", "url": "http://khac.example/x", "form": "json", "mapping": "khong-co", "period_kind": "month",
             "every_hours": "24", "least_percent": "50", "header": "X-Key"}
    form = PullForm(given)
    assert not form.is_valid() and {"mapping", "url"} <= form.errors.keys()
    Pull.objects.filter(pk=source.pk).update(header="X-Key", secret="giu-nguyen")
    form = PullForm(given | {"name": source.name, "url": server.url, "mapping": MAPPING, "secret": ""},
                    instance=Pull.objects.get())
    assert form.is_valid(), form.errors
    assert "giu-nguyen" not in str(form) and form.save().secret == "giu-nguyen"
    with pytest.raises(ValidationError, match="header"):
        Pull(name="C", url=server.url, mapping=MAPPING, header="X: y\nZ", secret="x").full_clean()


def test_an_administrator_comes_to_it_from_their_own_page(client, cast):
    signed_in(client, cast.quan)
    assert re.search(r'href="/quan-tri/"[^>]*aria-current', client.get(reverse("pulls")).content.decode())
