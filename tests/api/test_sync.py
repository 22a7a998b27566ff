"""The example of a district's own system: its store is ours, whatever is killed when, and what it sends comes once."""

import random
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from accounts import clients
from feedback import actions, journal
from feedback.models import Ticket
from live import feed
from tests.city import by, unit
from tests.dashboards.test_fold import churn, lived
from tests.feedback.test_actions import opened

SCRIPT = Path(__file__).parents[2] / "docs" / "examples" / "sync.py"
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def district(cast, live_server, tmp_path):
    """What the script is called with, and the store it fills."""
    client, secret = clients.register(name="Quận 1", unit=unit("760"), scopes=["tickets:read", "tickets:write"])
    store = tmp_path / "store.sqlite"
    return [sys.executable, str(SCRIPT), live_server.url, client.client_id, secret, str(store)], store


def once(district) -> None:
    done = subprocess.run([*district[0], "--once"], capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr


def killed(district, chance) -> None:
    """Begun, and killed in the middle of whatever it does."""
    running = subprocess.Popen([*district[0], "--once"], stderr=subprocess.DEVNULL)
    try:
        running.wait(chance.uniform(0.05, 0.6))
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def asked(district, sql: str) -> list:
    with sqlite3.connect(district[1]) as store:
        return store.execute(sql).fetchall()


def ours() -> set:
    visible = Ticket.objects.filter(unit=unit("760")) | Ticket.objects.filter(area=unit("760"))
    return set(visible.values_list("code", "version"))


def test_the_store_is_ours_through_kills(district):
    lived(9, 40)
    feed.take_all(journal.NAME)
    chance = random.Random(4)
    for _round in range(4):
        killed(district, chance)
        churn(chance, 6)
        feed.take_all(journal.NAME)
    once(district)
    assert set(asked(district, "SELECT code, version FROM tickets")) == ours()


def test_what_it_sends_comes_once_through_kills(district):
    ticket = opened()
    once(district)
    report = '{"body": "Ổ gà lớn", "category": "trat-tu-lan-chiem", "area": "760", "address": "Lê Lợi"}'
    with sqlite3.connect(district[1]) as store:
        for n in range(6):
            store.execute("INSERT INTO outgoing (id, path, body) VALUES (?, '/tickets/', ?)", [f"my-{n}", report])
        store.execute("INSERT INTO outgoing (id, path, body) VALUES ('done', ?, ?)",
                      [f"/tickets/{ticket.code}/moves/resolve/", '{"reply": "Đã vá xong."}'])
        store.execute("INSERT INTO outgoing (id, path, body) VALUES ('bad', '/tickets/', '{}')")
    chance = random.Random(8)
    for _round in range(4):
        killed(district, chance)
    once(district)
    assert sorted(Ticket.objects.exclude(source_id="").values_list("source_id", flat=True)) == [
        f"my-{n}" for n in range(6)]
    assert ticket.events.filter(verb="resolve").count() == 1
    statuses = dict(asked(district, "SELECT id, status FROM outgoing"))
    assert statuses.pop("bad") == 422 and set(statuses.values()) <= {200, 201}


def test_after_a_restore_it_reads_everything_anew(district):
    opened(), opened()
    feed.take_all(journal.NAME)
    once(district)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM feedback_journalentry WHERE number > 1")
    actions.accept(actor=by(), ticket_id=opened().pk)
    feed.take_all(journal.NAME)
    once(district)
    assert set(asked(district, "SELECT code, version FROM tickets")) == ours()
