"""The feed: each change reaches each taker once, whoever is killed; one that fails holds nobody up, and is seen."""

import random
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from feedback import actions, bulk
from feedback.models import TicketEvent
from feedback.rules.rulebook import rulebook
from live import feed, tasks
from live.models import Handover
from tests import processes
from tests.city import SYSTEM, intake
from tests.live import taker as probe

KILLS = 6


@pytest.fixture
def taker(monkeypatch):
    """The probe beside the fold; what else the apps register is not asked."""
    monkeypatch.setattr(feed, "takers", {name: t for name, t in feed.takers.items() if t.work is None})
    return probe.registered()


@pytest.fixture
def book(town):
    """The table in which the probe writes down what it takes."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {probe.TABLE} (event_id bigint)")
    yield lambda: sorted(_column(f"SELECT event_id FROM {probe.TABLE}"))
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {probe.TABLE}")


def _column(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return [row[0] for row in cursor.fetchall()]


def opened():
    return actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))


def all_events():
    return sorted(TicketEvent.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_every_event_is_handed_over_and_taken_once_in_order(taker, book):
    actions.accept(actor=SYSTEM, ticket_id=opened().pk)
    assert [row.object_id for row in Handover.objects.order_by("pk")] == all_events()
    assert feed.take_all(probe.NAME) == 3 and book() == all_events()
    assert feed.take_all(probe.NAME) == 0 and not Handover.objects.exists()


@pytest.mark.django_db
def test_a_change_that_is_rolled_back_is_handed_to_nobody(taker, book):
    with pytest.raises(RuntimeError), transaction.atomic():
        feed.hand("ticket", [1])
        raise RuntimeError
    assert not Handover.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_handing_over_outside_a_transaction_is_refused(taker):
    with pytest.raises(RuntimeError, match="outside their transaction"):
        feed.hand("ticket", [1])


@pytest.mark.django_db
@pytest.mark.parametrize("notifies, rows", [(True, 0), (False, 1)])
def test_history_is_kept_from_those_who_notify(book, monkeypatch, notifies, rows):
    monkeypatch.setattr(feed, "takers", {})
    feed.register(feed.Taker(probe.NAME, frozenset({"ticket"}), work=probe.write_down, notifies=notifies))
    story = bulk.Story.open(intake(occurred_at=timezone.now()), book=rulebook(), actor=SYSTEM)
    bulk.write([story], job=SYSTEM, zone=rulebook().zone)
    assert Handover.objects.count() == rows  # of recorded and forwarded the last


@pytest.mark.django_db
def test_one_that_fails_holds_up_neither_the_others_nor_its_own_other_changes(taker, book, caplog):
    def breaks_on_the_first(changes):
        if any(change.object_id == bad for change in changes):
            raise ValueError("this one is odd")
        probe.write_down(changes)

    feed.register(feed.Taker("fragile", frozenset({"ticket"}), work=breaks_on_the_first))
    opened(), opened()
    bad, *others = all_events()
    assert feed.take_all(probe.NAME) == 4 and book() == all_events()
    assert feed.take_all("fragile") == 3 and book() == sorted(all_events() + others)
    left = Handover.objects.get()
    assert (left.object_id, left.tries) == (bad, 1) and left.retry_at > timezone.now()
    assert "fragile put off ticket" in caplog.text
    lags = feed.lags(timezone.now() + timedelta(seconds=90))
    assert lags["fragile"] >= 90 and lags[probe.NAME] == 0
    assert feed.take_all("fragile") == 0, "what was put off is not asked for again at once"


@pytest.mark.django_db
def test_the_sweep_sends_a_task_to_each_taker_that_has_something(taker, book, monkeypatch):
    sent = []
    monkeypatch.setattr(tasks.take, "apply_async", lambda given, **more: sent.append(given[0]))
    tasks.sweep()
    opened()
    tasks.sweep()
    assert sent == [probe.NAME]
    tasks.take(probe.NAME)
    assert book() == all_events()


@pytest.mark.django_db
def test_the_lag_of_each_taker_is_seen(taker, book, client, capsys):
    opened()
    Handover.objects.update(at=timezone.now() - timedelta(seconds=90))
    assert client.get("/readyz").json()["behind"][probe.NAME] >= 90
    call_command("feed")
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith(probe.NAME))
    assert int(line.split()[1]) == 2 and int(line.split()[2]) >= 90


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_two_workers_killed_at_random_take_everything_once(taker, book):
    chance = random.Random(1022)
    surroundings = processes.environment(connection.settings_dict["NAME"])
    with ExitStack() as ending:
        workers = [probe.worker(probe.NAME, surroundings, ending) for _n in range(2)]
        for _kill in range(KILLS):
            for _n in range(15):
                opened()
            victim = chance.randrange(2)
            _wait_until_taken(book, chance.randrange(10, 25))
            workers[victim].kill()
            workers[victim].wait()
            workers[victim] = probe.worker(probe.NAME, surroundings, ending)
        while Handover.objects.filter(taker=probe.NAME).exists():
            assert all(worker.poll() is None for worker in workers)
    assert book() == all_events() and len(all_events()) == KILLS * 30


def _wait_until_taken(book, more: int):
    """Until some, hardly all, of what was just opened is taken: the kill then falls into the work."""
    aim = len(book()) + more
    while len(book()) < aim and Handover.objects.filter(taker=probe.NAME).exists():
        pass
