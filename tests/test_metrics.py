"""Seen from outside: what Prometheus reads, and the line that each request leaves."""

import re
import urllib.request
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families as families

from feedback import actions
from feedback.models import FactChange
from hcmc_ioc.lib import metrics, pulse
from hcmc_ioc.logs import LineFormatter
from live import signs
from tests import processes
from tests.city import by, intake

TOKEN = "let-prometheus-in"


def scraped(client, **labels):
    """Every sample: (name, labels) → value."""
    answer = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}", "host": "web1:8000"})
    assert answer.status_code == 200 and answer["Content-Type"].startswith("text/plain; version=0.0.4")
    return samples(answer.content.decode())


def samples(text):
    return {(s.name, frozenset(s.labels.items())): s.value for family in families(text) for s in family.samples}


def value(found, name, **labels):
    return found.get((name, frozenset(labels.items())), 0)


@pytest.fixture(autouse=True)
def token(settings):
    settings.METRICS_TOKEN = TOKEN


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}é"])
def test_strangers_find_nothing(client, db, header):
    assert client.get("/metrics", headers={"authorization": header.encode().decode("latin-1")}).status_code == 404


def test_without_a_token_there_is_no_such_page(client, db, settings):
    settings.METRICS_TOKEN = ""
    assert client.get("/metrics", headers={"authorization": "Bearer "}).status_code == 404


def test_requests_are_counted_by_view_and_status(client, cast):
    client.force_login(cast.ha)
    before = scraped(client)
    client.get(reverse("overview"))
    client.get("/khong-co/")
    client.get(f"/vu/{'x' * 40}/")
    after = scraped(client)

    def more(name, **labels):
        return value(after, name, **labels) - value(before, name, **labels)

    assert more("ioc_requests_total", view="overview", status="200") == 1
    assert more("ioc_request_duration_seconds_count", view="overview") == 1
    assert more("ioc_requests_total", view="none", status="404") == 1
    views = {dict(labels).get("view", "") for _name, labels in after}
    assert not [view for view in views if "x" * 10 in view or "/" in view]  # nothing that a stranger typed


def test_the_age_of_a_queue_is_that_of_its_oldest_entry(client, cast):
    actions.open_ticket(actor=by(cast.tu), intake=intake(occurred_at=timezone.now()))
    assert value(scraped(client), "ioc_queue_age_seconds", queue="figures") < 60
    FactChange.objects.update(at=timezone.now() - timedelta(minutes=7))
    found = scraped(client)
    assert 400 < value(found, "ioc_queue_age_seconds", queue="figures") < 500
    queues = {dict(labels)["queue"] for name, labels in found if name == "ioc_queue_age_seconds"}
    assert queues >= {"figures", "journal", "files", "webhooks"}


def test_a_silent_part_and_an_old_backup_are_seen(client, cast):
    assert ("ioc_part_age_seconds", frozenset({("part", "backup")})) not in scraped(client)  # there never was one
    signs.leave("backup")
    signs.leave("beat")
    signs.Sign.objects.filter(name="backup").update(at=timezone.now() - timedelta(days=2))
    found = scraped(client)
    assert 172_800 <= value(found, "ioc_part_age_seconds", part="backup") < 172_900
    assert value(found, "ioc_part_age_seconds", part="beat") < 60


def test_refused_sign_ins_are_counted(client, cast):
    before = scraped(client)
    for _n in range(6):
        client.post(reverse("sign_in"), {"username": cast.ha.username, "password": "wrong"})
    after = scraped(client)
    refused = "ioc_sign_in_refusals_total"
    for why in ("password", "pair"):
        assert value(after, refused, why=why) > value(before, refused, why=why)


def test_names_are_as_prometheus_wants_them(client, db):
    client.get("/healthz")
    client.get(reverse("sign_in"))
    text = client.get("/metrics", headers={"authorization": f"Bearer {TOKEN}"}).content.decode()
    for family in families(text):
        assert re.fullmatch(r"ioc_[a-z_]+", family.name) and family.documentation.endswith(".")
        counted = family.type == "counter"
        assert all(s.name.endswith("_total") for s in family.samples if counted and not s.name.endswith("_created"))
        assert not any(word in family.name for word in ("milliseconds", "_ms", "_count", "_sum"))


def test_each_request_leaves_a_line_without_what_people_typed(client, cast, settings, caplog):
    settings.REQUEST_LOG = True
    client.force_login(get_user_model().objects.get(pk=cast.ha.pk))
    with caplog.at_level("INFO", "hcmc_ioc.requests"):
        client.get(reverse("tickets"), {"q": "Trần Văn Tám 0900000123"})
        client.get(reverse("sign_in"))
    lines = [LineFormatter().format(record) for record in caplog.records if record.name == "hcmc_ioc.requests"]
    assert re.search(r"kind=person method=GET view=tickets status=200 ms=\d+$", lines[0])
    assert "Tám" not in lines[0] and "0900" not in lines[0]


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_two_processes_count_together_and_a_killed_one_s_screens_are_forgotten(cast, tmp_path):
    surroundings = {"IOC_METRICS_TOKEN": TOKEN, "IOC_REQUEST_LOG": "1", "WEB_CONCURRENCY": "2"}
    with processes.site(connection.settings_dict["NAME"], tmp_path, ("web1",), **surroundings) as site:
        ask = urllib.request.Request(f"{site.address}/metrics", headers={"Authorization": f"Bearer {TOKEN}"})

        def read():
            with urllib.request.urlopen(ask, timeout=20) as answer:
                return samples(answer.read().decode())

        before = value(read(), "ioc_requests_total", view="sign_in", status="200")
        for _n in range(20):
            with urllib.request.urlopen(f"{site.address}{reverse('sign_in')}", timeout=20) as answer:
                answer.read()
        found = [value(read(), "ioc_requests_total", view="sign_in", status="200") - before for _n in range(4)]
        assert found == [20] * 4
        assert "kind=nobody method=GET view=sign_in status=200" in site.output()
    gone = metrics.FOLDER / "gauge_livesum_999999999.db"
    gone.write_bytes(b"")
    metrics.text(timezone.now())
    assert not gone.exists()


def test_what_is_away_and_what_is_still_is_told(client, db, monkeypatch):
    signs.leave("beat")
    found = scraped(client)
    assert value(found, "ioc_part_age_seconds", part="beat") < 5
    assert ("ioc_part_age_seconds", frozenset({("part", "worker")})) not in found, "it never gave one"
    assert value(found, "ioc_service_away", service="postgresql") == 0
    monkeypatch.setattr(pulse.database, "away", True)
    monkeypatch.setattr(metrics, "_ask", lambda *given: pytest.fail("nobody asks a database that is away"))
    assert value(scraped(client), "ioc_service_away", service="postgresql") == 1
