"""The city lives on: every step is an ordinary move, its level holds, people are left alone."""

from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest

from accounts.actors import Actor
from demo import cast, seeding
from demo.simulation import BURST_CALLS, EASING, LATE_SHARE, SHARES, Simulator
from feedback import actions
from feedback.models import Ticket, TicketEvent
from feedback.rules.workflow import MOVES, State

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 28, 15, 20, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


@pytest.fixture
def simulator(town):
    cast.enrol(NOW.date())
    seeding.seed(600, 1, 7, NOW, lambda done: None)
    return Simulator(NOW, Random(5))


def test_a_call_becomes_a_forwarded_or_new_ticket(simulator):
    before = Ticket.objects.count()
    ticket = simulator.call(NOW)
    assert Ticket.objects.count() == before + 1
    assert ticket.state in {State.NEW, State.FORWARDED} and ticket.source_system == "demo"


def test_every_verb_makes_its_move(simulator):
    """In an order in which each leaves something for the next."""
    in_order = ["send_back", "forward", "accept", "assign", "start", "ask_citizen", "resume", "report_progress", "note",
                "join", "resolve", "rate", "reopen", "close"]
    of_extensions = {"ask_extension", "extend", "refuse_extension"}
    of_requests = {"ask_reopening", "refuse_reopening"}
    assert set(in_order) | {"reject"} | of_extensions | of_requests == set(SHARES)
    for minute, verb in enumerate([*in_order, "send_back", "reject"], 1):
        at = NOW + timedelta(minutes=minute)
        simulator.call(at, "trat-tu-lan-chiem", 0)  # something that its area can return
        moved = next(filter(None, (simulator.move(at, verb) for _try in range(30))), None)
        assert moved, f"nothing to {verb}"
        event = TicketEvent.objects.filter(ticket=moved).order_by("-pk").first()
        assert (event.verb, event.at, event.origin) == (verb, at, "demo")
        assert MOVES[verb].target is None or event.state_after == MOVES[verb].target


def test_extensions_are_asked_before_the_date_and_decided_later(simulator):
    at = NOW
    for verb in ("ask_extension", "extend", "ask_extension", "refuse_extension"):
        soon = Ticket.objects.open().filter(state=State.IN_PROGRESS, promises__extension_asked_at=None)
        ticket = soon.order_by("pk").first()
        if verb == "ask_extension":
            Ticket.objects.filter(pk=ticket.pk).update(due_at=at + timedelta(hours=5))
            ticket.promises.update(due_at=at + timedelta(hours=5))
        moved = next(filter(None, (simulator.move(at, verb) for _try in range(30))), None)
        assert moved and moved.events.latest("pk").verb == verb
        at += timedelta(minutes=20)


def test_requests_to_reopen_are_decided_later(simulator):
    at, others = NOW, Ticket.objects.filter(reopening_asked_at=None)
    for verb in ("ask_reopening", "refuse_reopening", "ask_reopening", "reopen"):  # what may not be decided is old
        age = timedelta(hours=1) if verb == "ask_reopening" else timedelta(days=9)
        others.filter(state=State.RESOLVED).update(resolved_at=at - age)
        moved = next(filter(None, (simulator.move(at, verb) for _try in range(30))), None)
        assert moved and moved.events.latest("pk").verb == verb
        at += timedelta(minutes=20)
    assert moved.events.latest("pk").data["asked_by"] == "unit"


def test_the_number_of_open_tickets_returns_to_its_level(simulator):
    """Five lively minutes in which too much is open: more is answered than arrives."""
    simulator.level = Ticket.objects.open().count() // 2
    simulator.speed, now = 22, NOW
    while now < NOW + timedelta(minutes=5):
        now += timedelta(seconds=simulator.tick(now))
    made = TicketEvent.objects.filter(at__gt=NOW)
    arrived, answered = (made.filter(verb=verb).count() for verb in ("open", "resolve"))
    assert 50 < arrived < answered


def test_what_is_late_does_not_run_dry(simulator):
    open_now = Ticket.objects.open().filter(paused_at=None).values_list("pk", flat=True)
    Ticket.objects.filter(pk__in=list(open_now[:9])).update(due_at=NOW - timedelta(days=30))
    late = Ticket.objects.overdue(NOW).count()

    def ease():
        for verb in [*EASING] * 9:
            simulator.move(NOW, verb)
        return Ticket.objects.overdue(NOW).count()

    simulator.level = late / LATE_SHARE
    assert ease() == late
    simulator.level = 1
    assert ease() < late


def test_a_burst_comes_from_one_area_within_two_minutes(simulator):
    now = simulator.next_burst
    simulator.next_call = simulator.next_move = now + timedelta(hours=1)
    wait = simulator.tick(now)
    while simulator.burst:
        now += timedelta(seconds=wait)
        wait = simulator.tick(now)
    calls = Ticket.objects.filter(occurred_at__gt=NOW)
    assert calls.count() == BURST_CALLS
    assert set(calls.values_list("category__code", flat=True)) == {"thoat-nuoc-ngap"}
    assert calls.values("area").distinct().count() == 1
    assert calls.latest("occurred_at").occurred_at - calls.earliest("occurred_at").occurred_at < timedelta(minutes=2)


def test_a_ticket_that_a_person_touched_is_left_to_them(simulator):
    person = Actor.system("demo", origin="web")
    waiting = Ticket.objects.filter(state=State.ACCEPTED)
    for ticket in waiting:
        actions.note(actor=person, ticket_id=ticket.pk, at=NOW, note="Tôi đang xem.")
    assert waiting.exists()
    assert not any(simulator.move(NOW + timedelta(minutes=5), "start") for _try in range(10))
    assert simulator.move(NOW + timedelta(minutes=30), "start")


def test_new_tickets_go_to_the_area_named_in_their_words(simulator):
    unit = simulator.desk.areas[0]
    ticket = Ticket(body=f"Hồ sơ nộp tại UBND {unit.name} đã quá hẹn.", area_id=None)
    named = [area for area in simulator.desk.areas if simulator.desk.names_place_in(area, ticket.body)]
    assert simulator._area_of(ticket) in named and unit in named
