"""A small demo city: exact figures, the ordinary rules, the same city for the same seed."""

import subprocess
import sys
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.actors import Actor
from accounts.models import Membership, User
from dashboards.figures import fold, rebuild
from demo import cast, seeding
from districts.cities import read_city
from districts.loading import load
from feedback import access, actions
from feedback.models import Promise, Reporter, Ticket, TicketEvent
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, State
from tests import processes
from tests.city import intake

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 28, 15, 20, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Wednesday, two days after full moon


def small_city(tickets=300, **given):
    cast.enrol(NOW.date())
    return seeding.seed(tickets, given.pop("months", 2), given.pop("seed", 7), NOW, lambda done: None)


@pytest.fixture
def lively(town):
    small_city(900, months=1, seed=9)


@pytest.mark.django_db(transaction=True)
def test_figures_are_exact_after_seeding(town):
    assert small_city() == Ticket.objects.count() == 300
    fold.fold_all()
    assert rebuild.differences() == []


def test_every_state_is_lived_through_and_the_present_is_alive(lively):
    assert set(TicketEvent.objects.values_list("state_after", flat=True)) == {state.value for state in State}
    open_now = Ticket.objects.open()
    assert 0.02 < open_now.count() / 900 < 0.25
    assert {State.FORWARDED, State.IN_PROGRESS} <= set(open_now.values_list("state", flat=True))
    assert open_now.overdue(NOW).exists()
    assert Ticket.objects.filter(occurred_at__date=NOW.date()).exists()


def test_nothing_happens_in_the_future_and_history_follows_the_table(lively):
    assert not TicketEvent.objects.filter(at__gt=NOW).exists()
    state, at = {}, {}
    for event in TicketEvent.objects.order_by("pk"):
        move = MOVES[event.verb]
        before = state.get(event.ticket_id, "")
        assert event.state_before == before and (event.verb == "open" or before in move.sources)
        assert event.at >= at.get(event.ticket_id, event.at)
        state[event.ticket_id], at[event.ticket_id] = event.state_after, event.at
    assert state == dict(Ticket.objects.values_list("pk", "state"))


def test_the_routing_rule_is_kept_and_is_the_one_that_fits(lively):
    book = rulebook()
    sent = TicketEvent.objects.filter(verb="forward", version=2).select_related("ticket")
    by_rule = [event for event in sent if "rule" in event.data]
    assert len(by_rule) > 700
    for event in by_rule:
        ticket = event.ticket
        routed = book.route(
            category_id=ticket.category_id, area_id=ticket.area_id, urgency=ticket.urgency, at=event.at
        )
        assert (event.data["rule"], event.unit_id) == (routed.rule.code, routed.unit_id)


def test_people_act_where_they_work(lively):
    people = {user.pk: user for user in User.objects.all()}
    acted = TicketEvent.objects.exclude(actor=None).select_related("ticket")
    for event in acted.filter(verb__in=["accept", "start", "resolve", "ask_extension"]):
        assert people[event.actor_id].membership.unit_id == event.unit_id
    for event in acted:
        made = "merge" if event.verb == "absorb" else event.verb  # what the merge did to the other ticket
        assert people[event.actor_id].role in MOVES[made].roles, event.verb
    for ticket in Ticket.objects.exclude(assignee=None).select_related("unit")[:50]:
        assert access.may(Actor.person(people[ticket.assignee_id]), "accept", ticket)


def test_shares_are_those_of_the_city(lively):
    due = Promise.objects.filter(withdrawn_at=None, due_at__lt=NOW)
    kept = sum(1 for promise in due if promise.met_at and promise.met_at <= promise.due_at)
    assert 0.90 <= kept / due.count() <= 0.99
    scores = list(Ticket.objects.exclude(score=None).values_list("score", flat=True))
    assert 0.82 <= sum(score >= 4 for score in scores) / len(scores) <= 0.94
    fields = list(Ticket.objects.values_list("category__parent__code", flat=True))
    assert 0.35 <= fields.count("hanh-chinh") / 900 <= 0.5
    assert 0.005 <= TicketEvent.objects.filter(verb__in=["join", "merge"]).count() / 900 <= 0.06


def test_a_merged_ticket_names_its_original_and_joined_callers_are_kept(lively):
    for ticket in Ticket.objects.exclude(merged_into=None).select_related("merged_into"):
        event = TicketEvent.objects.get(ticket=ticket, verb="merge")
        assert event.data["into"] == ticket.merged_into.code
        assert ticket.merged_into.reporter_count >= 2
    joined = TicketEvent.objects.filter(verb="join").count()
    assert joined and Reporter.objects.filter(is_first=False).count() == joined


def told():
    return list(Ticket.objects.order_by("pk").values_list("body", "occurred_at", "state", "due_at", "lat", "score"))


def test_the_same_seed_tells_the_same_city_and_another_seed_another(town):
    cities = []
    for number in (7, 7, 8):
        small_city(60, seed=number)
        cities.append(told())
        for model in (TicketEvent.text.related.related_model, TicketEvent, Promise, Reporter,
                      Ticket.coordinating.through, Ticket):
            model.objects.all().delete()
    assert cities[0] == cities[1] != cities[2]


@pytest.mark.django_db(transaction=True)
def test_seeding_twice_adds_nothing(town, capsys):
    call_command("seed_demo", tickets=40, months=1)
    assert "40 demo tickets" in capsys.readouterr().out
    people = User.objects.count()
    call_command("seed_demo", tickets=40, months=1)
    assert Ticket.objects.count() == 40 and User.objects.count() == people
    assert rebuild.differences() == []


def test_real_tickets_are_never_mixed_with_the_demo(town):
    actions.open_ticket(actor=cast.Crew().nobody, intake=intake(occurred_at=NOW))
    with pytest.raises(CommandError, match="not of the demo"):
        call_command("seed_demo", tickets=40)
    assert Ticket.objects.count() == 1


@pytest.mark.parametrize("command", ["seed_demo", "demo_accounts", "simulate"])
def test_production_has_no_such_command(command):
    done = subprocess.run(
        [sys.executable, "manage.py", command], cwd=processes.ROOT, capture_output=True, text=True,
        env=processes.environment("nowhere"),
    )
    assert done.returncode and f"Unknown command: '{command}'" in done.stderr


def test_accounts_are_printed_one_per_role_and_how_a_wall_is_paired(town, capsys, monkeypatch, client):
    monkeypatch.setenv("IOC_DEMO_PASSWORD", "mot-mat-khau-khac")
    call_command("demo_accounts")
    first = capsys.readouterr().out
    assert set(Membership.objects.values_list("role", flat=True)) >= {account.role for account in cast.shown()}
    for account in cast.shown():
        assert account.username in first
    assert "mot-mat-khau-khac" in first and "/wall/" in first and "truongca" in first
    assert User.objects.get(username="canbo.q1").check_password("mot-mat-khau-khac")
    assert User.objects.get(username="quantri").is_superuser


def test_the_map_of_168_communes_has_its_demo_too(town, settings):
    settings.MAP = "2025"
    small_city(60)
    areas = set(Ticket.objects.exclude(area=None).values_list("area__map", flat=True))
    assert areas == {"2025"} and rulebook().unassigned_id
    assert "canbo.saigon" in {account.username for account in cast.shown()}


def test_another_city_has_accounts_but_no_invented_calls(db, settings):
    with connection.cursor() as cursor:  # our city steps aside until the test rolls back
        cursor.execute("TRUNCATE districts_unit CASCADE")
    settings.CITY = settings.CITY | {"code": "boston"}
    settings.MAP = "neighbourhoods"
    load(read_city("boston"))
    call_command("demo_accounts")
    assert User.objects.get(username="canbo.dorchester").membership.unit.code == "dorchester"
    assert User.objects.filter(username="tongdai").exists()
    with pytest.raises(CommandError, match="written for hcmc"):
        call_command("seed_demo", tickets=10)
