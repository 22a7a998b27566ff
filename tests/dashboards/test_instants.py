"""Figures between any two instants are what a recount says; what stood at one is what was seen then."""

import random
from collections import Counter, defaultdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from dashboards.figures import as_indicators, definitions, fold, instants
from dashboards.figures.definitions import Figures
from dashboards.figures.periods import Period as Days
from feedback import actions
from feedback.models import Promise, Ticket, TicketEvent
from feedback.promises import COUNTED
from feedback.rules.promises import waits_until
from feedback.rules.rulebook import rulebook
from indicators import answers, owed
from indicators.arithmetic import Why
from indicators.models import Indicator
from indicators.periods import Kind
from tests import city
from tests.city import intake
from tests.dashboards.test_fold import ACTOR, NOW, churn, lived

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = timedelta(days=1)
LATER = NOW + timedelta(days=90)  # when all that happened is over
STANDING = ("open", "overdue", "to_forward", "late_open")
PLAIN = ("received", "resolved", "due", "due_met", "first_due", "first_met", "reopened", "rejected", "rated",
         "satisfied", "handled_minutes", "stopped_minutes", "forward_due", "forward_met", "clarify_due",
         "clarify_met", "withdrawn_late", "withdrawn_early", "self_recorded", "self_due", "self_met")


@pytest.fixture(scope="module")
def seen(django_db_setup, django_db_blocker):
    """Two months of every kind of life, then looks at what stands with more life after each: [(moment, figures)]."""
    outer = transaction.atomic()
    outer._from_testcase = True  # as Django marks its own: verbs may commit in it
    with django_db_blocker.unblock(), outer:
        city.load()
        lived(11, 130)
        chance, moment, looks = random.Random(12), NOW + timedelta(days=18), []
        for _look in range(6):
            churn(chance, 20, since=moment)
            moment = TicketEvent.objects.latest("at").at + timedelta(hours=chance.randrange(1, 40))
            end_waiting(moment)
            answer = {pk: Figures() for pk in rulebook().units}
            definitions.add_now(answer, moment)
            looks.append((moment, by_unit(answer, STANDING)))
        fold.fold_all()
        yield looks
        transaction.set_rollback(True)


def end_waiting(now):
    """As `feedback.tasks.end_waiting` at that time."""
    for promise in Promise.objects.filter(ticket__is_open=True, paused_at__isnull=False, withdrawn_at=None):
        until = waits_until(promise, promise.ticket, promise.paused_at, rulebook())
        if until is not None and until <= now:
            actions.stop_waiting(actor=ACTOR, ticket_id=promise.ticket_id, at=now)


def by_unit(answer, names):
    """{unit: {figure: number}} without what is zero."""
    found = {pk: {name: getattr(one, name) for name in names if getattr(one, name)} for pk, one in answer.items()}
    return {pk: figures for pk, figures in found.items() if figures}


def between(start, end, **how):
    return instants.figures(list(rulebook().units), start, end, LATER, **({"standing": False} | how))


@pytest.mark.django_db
def test_what_stood_then_is_what_was_seen_then(seen):
    for moment, then in seen:
        answer = {pk: Figures() for pk in rulebook().units}
        instants.add_standing(answer, moment)
        assert by_unit(answer, STANDING) == then
    city = [figures[rulebook().city_id] for _moment, figures in seen]
    assert all(city[-1][name] for name in STANDING) and len({one["open"] for one in city}) > 4


MINUTES = st.integers(0, 130 * 24 * 60).map(lambda minutes: NOW - timedelta(days=62) + timedelta(minutes=minutes))


@pytest.mark.django_db
@settings(max_examples=25)
@given(st.tuples(MINUTES, MINUTES, MINUTES).map(sorted))
def test_parts_of_a_time_add_to_it(seen, bounds):
    first, cut, last = bounds
    whole, one, other = (between(*two) for two in ((first, last), (first, cut), (cut, last)))
    assert by_unit(whole, PLAIN) == {
        pk: {name: count for name in PLAIN if (count := getattr(one[pk], name) + getattr(other[pk], name))}
        for pk in by_unit(whole, PLAIN)}


@pytest.mark.django_db
def test_a_month_cut_at_noon_is_a_recount_of_what_happened(seen):
    start, end = (datetime(2026, month, 25, 12, tzinfo=ZONE) for month in (5, 6))
    found, recounted = between(start, end, medians=True), recount(start, end)
    city = {name: sum(one[name] for one in recounted.values()) for name in RECOUNTED}
    assert by_unit(found, RECOUNTED) == {pk: {n: c for n, c in one.items() if c} for pk, one in
                                         (recounted | {rulebook().city_id: Counter(city)}).items() if any(one.values())}
    assert all(city[name] for name in RECOUNTED)
    handled = [m for m in Ticket.objects.filter(resolved_at__gte=start, resolved_at__lt=end)
               .values_list("handling_minutes", flat=True) if m is not None]
    exact = sorted(handled)[(len(handled) - 1) // 2]
    assert abs(found[rulebook().city_id].median_minutes - exact) <= max(1, exact * 0.05)
    whole = Days(date(2026, 5, 25), date(2026, 6, 24))
    assert by_unit(between(*whole.instants(ZONE)), PLAIN) == by_unit(
        definitions.figures(list(rulebook().units), whole, LATER), PLAIN)


RECOUNTED = ("received", "resolved", "rejected", "reopened", "rated", "satisfied", "due", "due_met")


def recount(start, end):
    """By ticket and promise, in Python."""
    found = defaultdict(Counter)

    def count(moment, unit_id, *names):
        if moment is not None and start <= moment < end:
            found[unit_id].update(names)

    for ticket in Ticket.objects.all():
        count(ticket.occurred_at, ticket.unit_id, "received")
        count(ticket.resolved_at, ticket.unit_id, "resolved")
        count(ticket.rejected_at, ticket.unit_id, "rejected")
        count(ticket.reopened_at, ticket.reopened_unit_id or ticket.unit_id, "reopened")
        stars = ["rated", "satisfied"] if (ticket.score or 0) >= 4 else ["rated"]
        count(ticket.rated_at, ticket.rated_unit_id or ticket.unit_id, *stars)
        for unit_id, at, score in ticket.other_ratings or ():
            count(datetime.fromisoformat(at), unit_id, *(["rated", "satisfied"] if score >= 4 else ["rated"]))
    for promise in Promise.objects.filter(COUNTED, kind="result"):
        kept = promise.met_at is not None and promise.met_at <= promise.due_at
        count(promise.due_at, promise.unit_id, "due", *["due_met"] * kept)
    return found


@pytest.mark.django_db
def test_moves_are_those_of_the_history(seen):
    bounds = [(NOW - timedelta(days=40, hours=7), NOW + timedelta(days=30)), (NOW, LATER)]
    for (start, end), found in zip(bounds, instants.moves(bounds), strict=True):
        expected, last = defaultdict(lambda: [0, 0]), {}
        for event in TicketEvent.objects.order_by("pk"):
            if start <= event.at < end and event.verb in ("forward", "send_back"):
                unit_id = event.unit_id if event.verb == "forward" else last[event.ticket_id]
                expected[unit_id][event.verb == "send_back"] += 1
            last[event.ticket_id] = event.unit_id
        city = found.pop(rulebook().city_id)
        hotline = found.pop(rulebook().unassigned_id)
        assert {pk: [one.forwarded, one.returned] for pk, one in found.items()} == expected
        assert [city.forwarded, city.returned] == [sum(n) for n in zip(*expected.values(), strict=True)]
        assert city.returned and city.clarify_minutes is None
        took = sorted((p.met_at - p.made_at).total_seconds() // 60 for p in Promise.objects.filter(
            kind="clarify", counts=True, withdrawn_at=None, met_at__gte=start, met_at__lt=end))
        assert hotline.clarify_minutes == took[(len(took) - 1) // 2]


@pytest.mark.django_db
def test_indicators_of_1022_answer_months_cut_at_noon_and_stocks_of_the_past(seen, monkeypatch):
    monkeypatch.setattr(as_indicators.timezone, "now", lambda: LATER)
    rule = owed.rule()
    month = rule.parse(Kind.MONTH_25, "2026-06")
    for code, name in (("tickets-received", "received"), ("tickets-late", "late"), ("tickets-open", "open")):
        (said,) = answers.answer(Indicator.objects.get(code=code), [month])
        whole = between(month.start, month.end, standing=True)
        assert said.city.value == getattr(whole[rulebook().city_id], name) > 0
        assert said.city.value == sum(cell.value for cell in said.units.values()) + getattr(
            whole[rulebook().unassigned_id], name)
    (returned,) = answers.answer(Indicator.objects.get(code="tickets-returned"), [month])
    assert returned.city.denominator == sum(cell.denominator for cell in returned.units.values()) > 0
    assert returned.city.numerator == sum(cell.numerator for cell in returned.units.values())
    (clarified,) = answers.answer(Indicator.objects.get(code="tickets-clarify-hours"), [rule.parse("month", "2026-07")])
    assert clarified.city.value > 0 and not clarified.units
    (ahead,) = answers.answer(Indicator.objects.get(code="tickets-returned"), [rule.at("month", LATER + 40 * DAY)])
    assert ahead.city.why == Why.NOT_APPLICABLE


@pytest.mark.django_db
def test_the_stock_of_this_moment_is_the_one_on_the_screens(seen):
    now, history = timezone.now(), {pk: Figures() for pk in rulebook().units}
    asked = actions.open_ticket(actor=ACTOR, intake=intake(occurred_at=now - 60 * DAY), at=now - 60 * DAY)
    for days, verb, words in ((59, "accept", {}), (58, "ask_citizen", {"reply": "Hỏi"})):
        actions.VERBS[verb](actor=ACTOR, ticket_id=asked.pk, at=now - days * DAY, **words)
    today = {pk: Figures() for pk in rulebook().units}
    definitions.add_now(today, now)
    instants.add_standing(history, now)
    assert by_unit(history, STANDING) == by_unit(today, STANDING)
