"""The fold is exact, once, whatever happens to it; the check finds every error; the rebuild puts all right."""

import random
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from dashboards.figures import contribution, definitions, fold, rebuild, registry
from dashboards.figures.periods import Period
from dashboards.models import PromiseDay, UnitDay
from feedback import actions, bulk, outbox
from feedback.models import FactChange, Ticket
from feedback.rules import facts
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import IllegalMove
from live.models import TopicVersion
from tests.city import intake, unit
from tests.patience import PATIENCE

ACTOR = Actor.system("demo")
NOW = datetime(2026, 6, 15, 10, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))


def lived(seed, count):
    """`count` tickets over two months with every kind of life, written in bulk."""
    chance, book, stories = random.Random(seed), rulebook(), []
    areas = [unit(code).pk for code in ("760", "778", "769")] + [None]
    for _n in range(count):
        at = NOW - timedelta(minutes=chance.randrange(60 * 24 * 60))
        story = bulk.Story.open(intake(occurred_at=at, area_id=chance.choice(areas)), book=book, actor=ACTOR)
        step = timedelta(hours=chance.randrange(1, 200))
        if story.life.ticket.state == "forwarded" and chance.random() < 0.8:
            story.then("resolve", at + step, book=book, actor=ACTOR, reply="Xong")
            if chance.random() < 0.3:
                story.then("rate", at + step * 2, book=book, actor=ACTOR, score=chance.randrange(1, 6))
            elif chance.random() < 0.4:
                story.then("reopen", at + step * 2, book=book, actor=ACTOR, asked_by="citizen", note="Chưa xong")
        elif story.life.ticket.state == "new" and chance.random() < 0.6:
            minutes = timedelta(minutes=chance.randrange(1, 12))
            story.then("forward", at + minutes, book=book, actor=ACTOR, unit=chance.choice(areas[:3]))
        elif story.life.ticket.state == "forwarded" and chance.random() < 0.5:
            story.then("accept", at + step / 2, book=book, actor=ACTOR)
            story.then("transfer", at + step, book=book, actor=ACTOR, unit=chance.choice(areas[:3]), note="x")
        elif chance.random() < 0.3:
            story.then("reject", at + step, book=book, actor=ACTOR, reply="Không thuộc phạm vi")
        stories.append(story)
    bulk.write(stories, job=ACTOR, zone=book.zone, wake=False)


def churn(chance, times, since=None):
    """Single verbs on random tickets, some time after what happened last, and after `since`: hand-overs, questions,
    returns, extensions, answers, reopenings."""
    tickets = list(Ticket.objects.order_by("pk").values_list("pk", flat=True))
    for _n in range(times):
        ticket = Ticket.objects.get(pk=chance.choice(tickets))
        last = ticket.events.latest("pk").at
        at = max(last, since or last) + timedelta(hours=chance.randrange(1, 60))
        due_at = (ticket.due_at or at) + timedelta(days=4)
        verb, given = chance.choice([
            ("accept", {}), ("transfer", {"unit": unit("778").pk, "note": "x"}), ("resolve", {"reply": "x"}),
            ("ask_extension", {"due_at": due_at, "note": "x"}), ("extend", {}), ("ask_citizen", {"reply": "x"}),
            ("resume", {"note": "x"}),
            ("send_back", {"note": "x"}), ("forward", {"unit": unit("760").pk}),
            ("reopen", {"asked_by": "hotline", "note": "x"}),
            ("reject", {"reply": "x"}), ("rate", {"score": chance.randrange(1, 6)}),
            ("edit", {"values": {"urgency": chance.choice(["normal", "urgent"])}}),
        ])
        try:
            actions.VERBS[verb](actor=ACTOR, ticket_id=ticket.pk, at=at, **given)
        except IllegalMove:
            actions.note(actor=ACTOR, ticket_id=ticket.pk, at=at, note="x")


@pytest.mark.django_db
def test_folded_figures_are_exact(town):
    lived(1, 150)
    fold.fold_all()
    churn(random.Random(2), 40)
    assert FactChange.objects.count() == 40
    assert differences_here() == []  # the outbox is counted in
    fold.fold_all()
    assert not FactChange.objects.exists()
    assert differences_here() == []


def differences_here():
    """`rebuild.differences` opens a snapshot of its own; inside a test's transaction the same is compared."""
    with connection.cursor() as cursor:
        return rebuild.compare(cursor)


@pytest.mark.django_db(transaction=True)
def test_check_finds_a_wrong_cell_and_rebuild_mends_it(town):
    lived(3, 60)
    fold.fold_all()
    assert rebuild.differences() == []
    UnitDay.objects.filter(received__gt=0).update(received=999)
    PromiseDay.objects.create(unit=unit("760"), day="2001-01-01", due=1)
    found = rebuild.differences()
    assert any("stored 999" in line for line in found) and any("2001-01-01" in line for line in found)
    rebuild.rebuild()
    assert rebuild.differences() == []


@pytest.mark.django_db(transaction=True)
def test_killed_anywhere_nothing_is_lost_or_counted_twice(town, monkeypatch):
    lived(4, 40)
    real = fold._upsert
    chance = random.Random(5)

    def deadly(rollup, rows):
        if chance.random() < 0.3:
            raise KeyboardInterrupt
        real(rollup, rows)

    monkeypatch.setattr(fold, "_upsert", deadly)
    deaths = 0
    while FactChange.objects.exists():
        try:
            fold.fold(limit=7)
        except KeyboardInterrupt:
            deaths += 1
    assert deaths > 3
    assert rebuild.differences() == []


@pytest.mark.django_db(transaction=True)
def test_two_folds_and_a_rebuild_at_once_are_still_exact(town):
    lived(6, 120)
    errors = []

    def work(task):
        try:
            task()
        except Exception as exc:  # noqa: BLE001 - shown by the assertion
            errors.append(exc)
        finally:
            connection.close()

    def folding():
        while fold.fold(limit=5):
            pass

    def changing():
        churn(random.Random(8), 25)

    threads = [threading.Thread(target=work, args=[t]) for t in (folding, folding, changing, rebuild.rebuild)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert not any(thread.is_alive() for thread in threads)
    assert errors == []
    fold.fold_all()
    assert rebuild.differences() == []


@pytest.mark.django_db
def test_versions_go_up_for_every_scope_touched(town):
    ticket = actions.open_ticket(actor=ACTOR, intake=intake(occurred_at=timezone.now()))
    fold.fold_all()
    first = dict(TopicVersion.objects.values_list("topic", "version"))
    assert first.keys() == {"city", f"unit:{unit('760').pk}"}
    actions.transfer(actor=ACTOR, ticket_id=ticket.pk, unit=unit("778").pk, note="x")
    fold.fold_all()
    second = dict(TopicVersion.objects.values_list("topic", "version"))
    assert second["city"] == first["city"] + 1
    assert second[f"unit:{unit('760').pk}"] == first[f"unit:{unit('760').pk}"] + 1
    assert f"unit:{unit('778').pk}" in second


@pytest.mark.django_db
def test_the_city_is_the_sum_of_its_units_and_lists_equal_figures(town):
    lived(9, 200)
    fold.fold_all()
    now = NOW + timedelta(days=20)
    period = Period((NOW - timedelta(days=70)).date(), now.date())
    book = rulebook()
    found = definitions.figures(book.units, period, now, areas=True)
    city = found.pop(book.city_id)
    names = "received resolved due due_met reopened rejected rated open overdue due_soon to_forward"
    for name in names.split():
        assert sum(getattr(f, name) for f in found.values()) == getattr(city, name), name
    assert city.due > 50 and city.overdue > 5 and city.reopened > 3 and city.rejected > 3
    for unit_id, figures in [(book.city_id, city), *found.items()]:
        for name in registry.LISTS:
            figure = registry.FIGURES[name]
            listed = registry.rows_behind(figure, unit_id, period, now).count()
            assert listed == figure.value(figures), (name, unit_id)


@pytest.mark.django_db
def test_todays_promises_fall_due_by_the_minute(town):
    ticket = actions.open_ticket(actor=ACTOR, intake=intake(occurred_at=timezone.now()))
    fold.fold_all()
    due = ticket.due_at
    day = Period(due.date(), due.date())
    city = rulebook().city_id

    def at(moment):
        return definitions.figures([city], day, moment)[city].due

    assert at(due - timedelta(minutes=1)) == 0
    assert at(due) == 1
    assert at(due + timedelta(days=1)) == 1


@pytest.mark.django_db
def test_a_paused_promise_is_not_due(town):
    ticket = actions.open_ticket(actor=ACTOR, intake=intake(occurred_at=timezone.now()))
    actions.accept(actor=ACTOR, ticket_id=ticket.pk)
    due = ticket.due_at
    actions.ask_citizen(actor=ACTOR, ticket_id=ticket.pk, reply="?")
    fold.fold_all()
    city = rulebook().city_id
    later = due + timedelta(days=2)
    found = definitions.figures([city], Period(due.date(), later.date()), later)[city]
    assert (found.due, found.overdue, found.open) == (0, 0, 1)


def test_bins_are_at_most_five_per_cent_wide():
    for low, high in zip(contribution.EDGES, contribution.EDGES[1:], strict=False):
        assert high - low == 1 or high / low <= 1.05
    for minutes in [0, 1, 19, 20, 21, 500, 12_345, 10**7]:
        middle = contribution.bin_middle(contribution.bin_of(minutes))
        assert abs(middle - min(minutes, 1_300_000)) <= max(0.5, 0.06 * minutes)


@pytest.mark.django_db
def test_taking_outside_a_transaction_is_refused(town):
    class Plain:
        in_atomic_block = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("feedback.outbox.connection", Plain())
        with pytest.raises(RuntimeError):
            outbox.take(1)


@pytest.mark.django_db
def test_facts_hold_no_personal_data(town):
    ticket = actions.open_ticket(
        actor=ACTOR, intake=intake(occurred_at=timezone.now()), reporter={"name": "An", "phone": "+84900000001"}
    )
    here = facts.of(ticket, ticket.promises.all())
    assert set(here) <= {
        "unit", "area", "self", "category", "channel", "received", "resolved", "minutes", "reopened", "rejected",
        "rated", "score", "promises",
    }
    with transaction.atomic():
        assert [after for _pk, _before, after in outbox.take(5)] == [here]
