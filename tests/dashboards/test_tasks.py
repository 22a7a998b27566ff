"""Background work: time alone moves figures, a burst is gathered, nothing depends on being woken."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.utils import timezone

from dashboards import tasks
from dashboards.figures import fold
from feedback import actions
from feedback.models import FactChange
from live import feed, signs, topics
from live.models import Sign
from tests.city import SYSTEM, intake, unit

pytestmark = pytest.mark.django_db


def versions():
    return topics.versions(["city", f"unit:{unit('760').pk}", f"unit:{unit('778').pk}"])


@pytest.fixture
def ticket(town):
    ticket = actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    fold.fold_all()
    return ticket


@pytest.mark.parametrize("crossed", [timedelta(0), timedelta(hours=24)])
def test_becoming_overdue_or_due_soon_tells_the_units_screens(crossed, ticket):
    moment = ticket.due_at - crossed
    with time_machine.travel(moment - timedelta(seconds=5), tick=False):
        tasks.tick()
        before = versions()
    with time_machine.travel(moment + timedelta(seconds=5), tick=False):
        tasks.tick()
    after = versions()
    own, other = f"unit:{unit('760').pk}", f"unit:{unit('778').pk}"
    assert after["city"] == before["city"] + 1 and after[own] == before[own] + 1
    assert after[other] == before[other]


def test_a_quiet_minute_tells_nobody(ticket):
    tasks.tick()
    before = versions()
    tasks.tick()
    assert versions() == before


def test_at_midnight_every_screen_has_a_new_today(ticket):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with time_machine.travel(midnight - timedelta(seconds=5), tick=False):
        tasks.tick()
        before = versions()
    with time_machine.travel(midnight + timedelta(seconds=5), tick=False):
        tasks.tick()
    assert all(versions()[topic] == before[topic] + 1 for topic in before)


def test_midnight_is_known_after_beat_and_valkey_were_away(ticket):
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    with time_machine.travel(midnight - timedelta(hours=2), tick=False):
        tasks.tick()
        before = versions()
    cache.clear()
    with time_machine.travel(midnight + timedelta(hours=2), tick=False):
        tasks.tick()
    assert all(versions()[topic] == before[topic] + 1 for topic in before)


def test_tick_and_fold_leave_signs_of_life(town):
    Sign.objects.all().delete()
    tasks.tick()
    tasks.fold()
    ages = signs.ages()
    assert ages["tick"] == 0 and ages["beat"] is None


def test_the_sweep_takes_what_nobody_woke_it_for(town, monkeypatch):
    monkeypatch.setattr(feed.current_app, "send_task", lambda *args, **options: None)
    actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    monkeypatch.setattr(tasks, "_last_fold", 0.0)
    tasks.fold()
    assert not FactChange.objects.exists()


def test_a_sweep_that_found_nothing_does_not_delay_the_next_change(town, monkeypatch):
    monkeypatch.setattr(tasks, "_last_fold", -1000.0)  # long ago
    tasks.fold()
    assert not FactChange.objects.exists()
    actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    tasks.fold()
    assert not FactChange.objects.exists()


def test_a_burst_wakes_the_background_once(town, monkeypatch, django_capture_on_commit_callbacks):
    sent = []
    monkeypatch.setattr(feed.current_app, "send_task", lambda name, *args, **options: sent.append(name))
    for _n in range(5):
        with django_capture_on_commit_callbacks(execute=True):
            actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    assert sent.count("dashboards.tasks.fold") == 1
    cache.clear()


def test_a_lost_broker_costs_a_line_and_no_ticket(town, monkeypatch, caplog, django_capture_on_commit_callbacks):
    def away(*args, **options):
        raise ConnectionError("no route")

    monkeypatch.setattr(feed.current_app, "send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        ticket = actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    assert ticket.pk and "the next sweep takes the change" in caplog.text
