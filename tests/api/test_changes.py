"""The journal: another system that follows it has exactly our tickets, whatever happens in between."""

import random
import threading
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone

from feedback import actions, journal
from feedback.api import changes
from feedback.models import JournalEntry, Ticket
from live import feed
from tests.city import by, unit
from tests.dashboards.test_fold import churn, lived
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


def taken() -> None:
    feed.take_all(journal.NAME)


class Store:
    """What another system keeps: code → version; read whole once, then by what changed."""

    def __init__(self, caller):
        self.caller, self.versions = caller, {}
        self.cursor = caller.get("changes/").json()["cursor"]
        query = {"limit": 50}
        while True:
            told = caller.get("tickets/", query).json()
            self.versions |= {row["code"]: row["version"] for row in told["results"]}
            if not told["next"]:
                return
            query["cursor"] = told["next"].rpartition("cursor=")[2].partition("&")[0]

    def follow(self, limit=50) -> None:
        while True:
            answer = self.caller.get("changes/", {"since": self.cursor, "limit": limit})
            assert answer.status_code == 200, answer.content
            told = answer.json()
            for row in told["results"]:
                if row.get("left"):
                    self.versions.pop(row["code"], None)
                else:
                    self.versions[row["code"]] = row["version"]
            self.cursor = told["cursor"]
            if not told["more"]:
                return

    def is_ours(self, of_units) -> bool:
        visible = Ticket.objects.all() if of_units is None else (
            Ticket.objects.filter(unit__code__in=of_units) | Ticket.objects.filter(area__code__in=of_units))
        return self.versions == dict(visible.values_list("code", "version"))


def test_a_store_that_follows_stays_equal(callers):
    lived(5, 60)
    taken()
    stores = [(Store(callers.city), None), (Store(callers.q1), ["760"]), (Store(callers.q3), ["778"])]
    chance = random.Random(11)
    for _round in range(5):
        churn(chance, 12)
        opened()
        if chance.random() < 0.6:
            taken()
        for store, _units in stores:
            store.follow(limit=chance.randrange(1, 9))
    taken()
    for store, units in stores:
        store.follow()
        assert store.is_ours(units), units


def test_what_was_not_numbered_yet_is_not_skipped(callers):
    """A change before the cursor's moment may be numbered after it: it still comes."""
    first = opened()
    store = Store(callers.q1)  # nothing is numbered yet, the ticket was read whole
    actions.accept(actor=by(), ticket_id=first.pk)
    taken()
    store.follow()
    assert store.is_ours(["760"])


def test_a_ticket_that_is_handed_on_leaves(callers):
    ticket = opened()
    Ticket.objects.filter(pk=ticket.pk).update(area=None)
    taken()
    mine, theirs = Store(callers.q1), Store(callers.q3)
    actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit("778").pk, note="x")
    taken()
    told = callers.q1.get("changes/", {"since": mine.cursor}).json()["results"]
    assert told == [{"code": ticket.code, "version": ticket.version + 1, "left": True}]
    theirs.follow()
    assert theirs.versions == {ticket.code: ticket.version + 1}
    mine.follow()
    actions.accept(actor=by(), ticket_id=ticket.pk)
    taken()
    assert callers.q1.get("changes/", {"since": mine.cursor}).json()["results"] == []  # no more of strangers


def test_many_changes_of_others_are_passed_over_page_by_page(callers, monkeypatch):
    monkeypatch.setattr(changes, "LOOKED_AT", 3)
    store = Store(callers.q3)
    for _n in range(5):
        opened()
    mine = opened(area="778", lat=None, lon=None)
    taken()
    told = callers.q3.get("changes/", {"since": store.cursor}).json()
    assert told["results"] == [] and told["more"]
    store.follow()
    assert set(store.versions) == {mine.code}


def test_an_import_enters_the_journal(callers):
    store = Store(callers.city)
    lived(3, 20)
    taken()
    assert JournalEntry.objects.count() == 20  # once per ticket, whatever its past
    store.follow()
    assert store.is_ours(None)


def test_a_cursor_that_leads_nowhere_is_told(callers):
    opened()
    taken()
    store = Store(callers.q1)
    for _n in range(3):
        opened()
    taken()
    store.follow()
    old = journal.Cursor(1, JournalEntry.objects.get(number=1).stamp).encoded()
    start = journal.Cursor().encoded()
    JournalEntry.objects.filter(number__lt=4).update(at=timezone.now() - timedelta(days=91))
    assert journal.forget(timezone.now()) == 3
    for cursor in (old, start):
        answer = callers.q1.get("changes/", {"since": cursor})
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_gone")
    for wrong in ("x", "", "%00", "MTIz", "LTEuMQ"):
        assert callers.q1.get("changes/", {"since": wrong}).status_code == 400, wrong


def test_a_cursor_of_before_a_restore_is_told(callers):
    for _n in range(3):
        opened()
    taken()
    store = Store(callers.q1)
    JournalEntry.objects.filter(number__gt=1).delete()  # the backup knew one change; others take the numbers again
    for _n in range(4):
        opened()
    taken()
    assert callers.q1.get("changes/", {"since": store.cursor}).status_code == 410


def test_the_last_entry_is_never_forgotten(callers):
    opened()
    taken()
    JournalEntry.objects.update(at=timezone.now() - timedelta(days=400))
    last = JournalEntry.objects.latest("number").number
    journal.forget(timezone.now())
    opened()
    taken()
    assert JournalEntry.objects.order_by("number").first().number == last


@pytest.mark.django_db(transaction=True)
def test_nothing_is_skipped_with_writers_at_the_same_time(callers):
    tickets = [opened() for _n in range(6)]
    taken()
    store, stop = Store(callers.q1), threading.Event()

    def write(ticket):
        try:
            for _n in range(8):
                actions.note(actor=by(), ticket_id=ticket.pk, note="x")
        finally:
            connections.close_all()

    def number():
        try:
            while not stop.is_set():
                taken()
        finally:
            connections.close_all()

    writers = [threading.Thread(target=write, args=[ticket]) for ticket in tickets]
    takers = [threading.Thread(target=number) for _n in range(2)]
    for thread in (*writers, *takers):
        thread.start()
    while any(thread.is_alive() for thread in writers):
        store.follow(limit=2)
    stop.set()
    for thread in (*writers, *takers):
        thread.join()
    taken()
    store.follow()
    assert store.is_ours(["760"]) and JournalEntry.objects.count() >= 48
    numbers = list(JournalEntry.objects.order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
