"""What people tried for an hour to make one district look better: each trick as a test that it no longer works."""

from datetime import date, timedelta

import pytest

from accounts.models import Membership
from dashboards.figures import contribution
from feedback import access, actions
from feedback.models import Promise, Ticket
from feedback.rules import facts
from feedback.rules.workflow import IllegalMove, State
from tests.city import by, intake, unit
from tests.feedback.test_actions import opened
from tests.feedback.test_corrections import category
from tests.feedback.test_promises import DAY, START, Life, after_date, book  # noqa: F401

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Q1, Q7 = "760", "778"


def hand(life, at, to):
    return life.do("transfer", at, unit=unit(to).pk, note="x")


def just_in_time(life):
    """A working day and an hour before its date: it may still be handed on."""
    return life.ticket.due_at - DAY - HOUR


# --- handing on and back -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["back", "elsewhere", "to the hotline"])
def test_who_is_handed_a_ticket_at_the_last_moment_may_give_it_back(book, way):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    hand(life, just_in_time(life), Q7)
    bounced = due - 5 * HOUR  # less than a working day later, less than a working day left
    if way == "to the hotline":
        life.do("send_back", bounced, note="x").do("forward", bounced + HOUR, unit=unit(Q1).pk)
    else:
        hand(life, bounced, Q1 if way == "back" else "770")
    end = due + 5 * DAY
    counted = [v for p, v in zip(life.owed(), life.verdicts(end), strict=True) if p.counts and v[0] in (Q1, Q7)]
    assert counted == [(Q1, "broken")], "the giver's date is the giver's"
    if way != "elsewhere":
        assert due <= life.ticket.due_at <= due + 2 * DAY and life.is_overdue(end)  # the time that it had, no more


def test_who_keeps_it_for_a_day_answers_for_it(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    hand(life, due - 4 * DAY, Q7)
    hand(life, due - 5 * HOUR, Q1)
    assert life.verdicts(due + DAY) == [(Q7, "broken"), (Q1, "running")]


def test_away_and_back_clears_no_overdue(book):  # noqa: F811
    life = Life(book)
    late = after_date(life)
    hand(life, late, Q7)
    assert not life.is_overdue(late)  # Quận 7 has its own date
    hand(life, late + HOUR, Q1)
    assert life.is_overdue(late + HOUR) and life.ticket.earlier_due_at is None


def test_a_request_of_the_giver_does_not_bind_the_receiver(book):  # noqa: F811
    life = Life(book).do("accept", START)
    due = life.ticket.due_at
    life.do("ask_extension", START + HOUR, due_at=due + DAY, note="x")
    hand(life, START + 2 * HOUR, Q7).do("accept", START + 3 * HOUR)
    life.do("ask_extension", START + 4 * HOUR, due_at=due + DAY, note="Của Quận 7")


def test_a_day_at_the_hotline_and_chains_of_three_make_no_new_date(book):  # noqa: F811
    """Who returned it at once pays for nothing; who gave it away last minute has what was left then."""
    life = Life(book)
    due, given_at = life.ticket.due_at, just_in_time(life)
    hand(life, given_at, Q7).do("send_back", given_at + timedelta(minutes=2), note="x")
    life.do("forward", given_at + DAY, unit=unit(Q1).pk)
    assert due < life.ticket.due_at <= due + DAY + HOUR and Q7 not in dict(life.verdicts(due + 30 * DAY))
    chain = Life(book)
    given_at = just_in_time(chain)
    hand(hand(hand(chain, given_at, Q7), given_at + 2 * HOUR, "770"), given_at + 4 * HOUR, Q1)
    assert chain.verdicts(due + 30 * DAY) == [(Q1, "broken")] and chain.ticket.due_at <= due + DAY


def test_a_return_does_not_arm_the_giver(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    hand(hand(life, just_in_time(life), Q7), just_in_time(life) + HOUR / 2, Q1)
    life.do("send_back", due - 2 * HOUR, note="x").do("forward", due - HOUR, unit=unit(Q1).pk)
    assert [v for p, v in zip(life.owed(), life.verdicts(due + DAY), strict=True) if p.counts and v[0] != "000"][0] == (
        Q1, "broken")
    assert life.ticket.due_at == due and Q7 not in dict(life.verdicts(due + DAY))


def test_by_correction_away_and_by_hand_back_makes_no_new_date(book):  # noqa: F811
    life = Life(book)
    due, at = life.ticket.due_at, life.ticket.due_at - HOUR
    life.do("edit", at, values={"category_id": category("xe-buyt")})
    hand(life, at + HOUR / 3, Q1).do("edit", at + HOUR / 2, values={"category_id": category("trat-tu-lan-chiem")})
    assert due <= life.ticket.due_at < due + DAY and life.life.promise.unit_id == unit(Q1).pk


def test_several_units_on_and_off_gives_no_time(book):  # noqa: F811
    life = Life(book)
    due, at = life.ticket.due_at, life.ticket.due_at - HOUR
    life.do("edit", at, values={"needs_several": True})
    assert life.ticket.due_at > due
    life.do("edit", at + HOUR / 2, values={"needs_several": False})
    assert due <= life.ticket.due_at < due + DAY


def test_a_level_for_two_minutes_does_not_shorten_what_must_be_left(book):  # noqa: F811
    life = Life(book)
    due = life.ticket.due_at
    life.do("edit", due - 5 * HOUR, values={"urgency": "emergency"})
    hand(life, due - 5 * HOUR + HOUR / 10, Q7)
    assert life.verdicts(due + DAY)[0] == (Q1, "broken")


# --- stopping the clock ------------------------------------------------------------------------------------------


def test_asking_overnight_moves_no_date_and_short_pauses_are_not_free(book):  # noqa: F811
    for start, end in (("17:00", "07:30"), ("09:00:01", "09:00:59")):
        life, due = Life(book).do("accept", START), None
        due = life.ticket.due_at
        hours, minutes, *seconds = map(int, start.split(":"))
        at = (START + DAY).replace(hour=hours, minute=minutes, second=sum(seconds))
        life.do("ask_citizen", at, reply="x")
        hours, minutes, *seconds = map(int, end.split(":"))
        until = (at + (DAY if hours < at.hour else timedelta())).replace(
            hour=hours, minute=minutes, second=sum(seconds))
        life.do("resume", until, note="x")
        assert life.ticket.due_at == due and life.life.promise.stopped_minutes == 0
        assert "paused" not in life.life.promise.explanation


def test_dates_move_by_no_more_than_was_allowed_and_counted(book):  # noqa: F811
    life, at = Life(book).do("accept", START), START
    first = life.ticket.due_at
    for _night in range(40):
        at += DAY
        if at > life.ticket.due_at:
            break
        life.do("ask_citizen", at.replace(hour=16), reply="x").do("resume", (at + DAY).replace(hour=8), note="x")
    assert life.life.promise.stopped_minutes <= 5 * 480
    assert life.ticket.due_at <= first + 10 * DAY


def test_merging_and_undoing_is_limited_like_every_pause(book):  # noqa: F811
    life, target, at = Life(book), Ticket(pk=999_999, code="PHA260300999999"), START
    for _time in range(4):
        at += HOUR
        life.do("merge", at, target=target)
        at += 3 * DAY
        life.do("unmerge", at, note="x", state=State.FORWARDED)
    assert life.life.promise.stopped_minutes == 5 * 480
    late = Life(book)
    at = after_date(late)
    late.do("merge", at, target=target).do("unmerge", at + 2 * DAY, note="x", state=State.FORWARDED)
    assert late.ticket.paused_minutes == 0, "nobody waited: it was late already"


# --- corrections -------------------------------------------------------------------------------------------------


def test_to_another_field_and_back_makes_no_new_date(book):  # noqa: F811
    life = Life(book)
    due, at = life.ticket.due_at, life.ticket.due_at - HOUR
    life.do("edit", at, values={"category_id": category("xe-buyt")})
    assert life.ticket.unit_id != unit(Q1).pk
    life.do("edit", at + HOUR / 2, values={"category_id": category("trat-tu-lan-chiem")})
    assert due <= life.ticket.due_at <= due + DAY  # as much later as it lay elsewhere
    assert life.life.promise.made_at == START and life.life.promise.unit_id == unit(Q1).pk


def test_urgency_up_and_down_makes_no_later_date(book):  # noqa: F811
    life = Life(book)
    due, at = life.ticket.due_at, life.ticket.due_at - HOUR
    life.do("edit", at, values={"urgency": "urgent"})
    assert life.ticket.due_at == due, "tightened late in its time: never later than it was"
    life.do("edit", at + HOUR / 2, values={"urgency": "normal"})
    assert life.ticket.due_at == due


def test_a_sterner_level_leaves_time_to_work(book):  # noqa: F811
    life = Life(book)
    at = START + timedelta(hours=3, minutes=58)
    life.do("edit", at, values={"urgency": "emergency"})
    assert life.ticket.due_at >= at + 3 * HOUR


def test_a_sterner_level_while_the_citizen_is_asked_is_not_late_at_once(book):  # noqa: F811
    life = Life(book).do("accept", START).do("ask_citizen", START + DAY, reply="x")
    life.do("edit", START + 3 * DAY, values={"urgency": "urgent"})
    life.do("resume", START + 3 * DAY + HOUR, note="x")
    assert life.ticket.due_at > START + 4 * DAY


# --- rounds ------------------------------------------------------------------------------------------------------


def test_turned_down_and_opened_again_goes_on_with_its_date(book):  # noqa: F811
    life = Life(book)
    due, at = life.ticket.due_at, life.ticket.due_at - HOUR
    life.do("reject", at, reply="x").do("reopen", at + HOUR / 2, asked_by="hotline", note="x")
    assert due <= life.ticket.due_at < due + DAY and life.ticket.reopened_at is None
    assert len(life.owed()) == 1


def test_a_ticket_gives_a_unit_one_kept_promise_however_often_it_is_answered(book):  # noqa: F811
    life, at = Life(book), START
    for _round in range(4):
        at += HOUR
        life.do("resolve", at, reply="x").do("reopen", at + HOUR, asked_by="citizen", note="x")
        at += HOUR
    life.do("resolve", at + HOUR, reply="x")
    assert sum(p.counts for p in life.owed()) == 1
    late = Life(book)
    at = after_date(late)
    late.do("resolve", at, reply="x").do("reopen", at + HOUR, asked_by="citizen", note="x")
    late.do("resolve", at + 2 * HOUR, reply="x")
    assert [(p.counts, v) for p, (_unit, v) in zip(late.owed(), late.verdicts(at + 9 * DAY), strict=True)] == [
        (True, "broken"), (False, "kept")]


def test_what_the_hotline_opens_again_is_the_hotlines_to_forward(book):  # noqa: F811
    life = Life(book, area_id=None)
    life.do("reject", START + timedelta(minutes=2), reply="x")
    life.do("reopen", START + DAY, asked_by="citizen", note="x")
    assert life.ticket.state == State.RETURNED
    [clock] = life.owed("forward")
    assert clock.withdrawn_at is None and clock.due_at == START + timedelta(minutes=5), "its own clock never stands"


def test_a_withdrawn_date_is_followed_by_one(cast):
    ticket = opened(START)
    promise = ticket.promises.get()
    at = promise.due_at + DAY
    actions.withdraw(actor=by(cast.sau), ticket_id=ticket.pk, promise=promise.pk, note="x", at=at)
    assert Ticket.objects.get(pk=ticket.pk).due_at > at


def test_late_ended_withdrawn_and_opened_has_a_date(cast):
    ticket = opened(START)
    promise = ticket.promises.get()
    at = promise.due_at + DAY
    actions.reject(actor=by(), ticket_id=ticket.pk, reply="x", at=at)
    actions.withdraw(actor=by(cast.sau), ticket_id=ticket.pk, promise=promise.pk, note="x", at=at + HOUR)
    actions.reopen(actor=by(), ticket_id=ticket.pk, asked_by="citizen", note="x", at=at + DAY)
    assert Ticket.objects.get(pk=ticket.pk).due_at > at + DAY


def test_away_and_back_does_not_reset_the_time_to_accept(book):  # noqa: F811
    life = Life(book)
    life.do("send_back", START + 3 * DAY, note="x").do("forward", START + 3 * DAY + HOUR / 2, unit=unit(Q1).pk)
    life.do("accept", START + 3 * DAY + HOUR)
    assert life.ticket.minutes_to_accept >= 3 * 480
    at_once = Life(book, area_id=None).do("forward", START + DAY, unit=unit(Q1).pk)
    assert at_once.do("accept", START + DAY + HOUR).ticket.minutes_to_accept == 60


def test_time_to_accept_is_not_escaped_by_answering_at_once(book):  # noqa: F811
    life = Life(book).do("resolve", START + 2 * HOUR, reply="x")
    assert life.ticket.minutes_to_accept == 120
    history = Life(book, source_system="311", source_id="1", unit_id=unit(Q1).pk).do("resolve", START + DAY, reply="x")
    assert history.ticket.minutes_to_accept is None, "nobody knows, and none is invented"


# --- what citizens say -------------------------------------------------------------------------------------------


def test_a_bad_rating_stays_with_whose_answer_it_was(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=1)
    life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x")
    hand(life, START + 4 * HOUR, Q7)
    adds = contribution.of(facts.of(life.ticket, life.life.promises), book.city_id, book.zone)
    counted = {(key[1], key[-1]) for key in adds if key[0] == "day"}
    assert {(unit(Q1).pk, "rated"), (unit(Q1).pk, "reopened"), (unit(Q7).pk, "received")} <= counted
    assert not {(unit(Q7).pk, "rated"), (unit(Q7).pk, "reopened")} & counted
    life.do("resolve", START + 5 * HOUR, reply="x").do("reopen", START + 6 * HOUR, asked_by="citizen", note="x")
    assert life.ticket.reopened_unit_id == unit(Q1).pk, "a second reopening takes the first one from nobody"


def test_a_second_answer_wipes_out_no_star(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=1)
    life.do("reopen", START + 3 * HOUR, asked_by="citizen", note="x")
    hand(life, START + 4 * HOUR, Q7).do("resolve", START + 5 * HOUR, reply="x").do("rate", START + DAY, score=5)
    assert (life.ticket.score, life.ticket.rated_unit_id) == (1, unit(Q1).pk)


def test_an_answer_is_rated_once_and_only_an_answer(book):  # noqa: F811
    life = Life(book).do("resolve", START + HOUR, reply="x").do("rate", START + 2 * HOUR, score=1)
    with pytest.raises(IllegalMove):
        life.do("rate", START + 3 * HOUR, score=5)
    long_ago = Life(book).do("resolve", START + HOUR, reply="x")
    with pytest.raises(IllegalMove):
        long_ago.do("rate", START + 200 * DAY, score=5)
    merged = Life(book).do("merge", START + HOUR, target=life.ticket)
    with pytest.raises(IllegalMove):
        merged.do("rate", START + 2 * HOUR, score=5)


# --- records -----------------------------------------------------------------------------------------------------


def test_a_report_told_late_leaves_the_unit_its_time(book):  # noqa: F811
    told = Life(book, occurred_at=START - 8 * DAY, recorded_at=START)
    assert [p.unit_id for p in told.owed()] == [book.unassigned_id, unit(Q1).pk]
    soon = Life(book, occurred_at=START - HOUR, recorded_at=START)
    assert [p.unit_id for p in soon.owed()] == [unit(Q1).pk]


def test_what_a_counter_writes_down_late_is_late_with_the_counter(cast):
    ticket = opened(START - 30 * DAY, category="xe-buyt", actor=by(cast.lan))
    actual = actions.open_ticket(actor=by(cast.lan), at=START, intake=intake(
        "xe-buyt", occurred_at=START - 30 * DAY))
    late, own = actual.promises.order_by("pk")
    assert late.unit_id == unit(Q1).pk and own.unit_id == actual.unit_id != unit(Q1).pk
    assert ticket.promises.count() == 1  # told at once
    assert actual.events.order_by("pk").first().is_backdated and not ticket.events.first().is_backdated


def test_a_clock_that_goes_fast_makes_no_irregular_ticket(cast):
    ticket = actions.open_ticket(actor=by(cast.tu), at=START, intake=intake(occurred_at=START + timedelta(seconds=110)))
    assert ticket.occurred_at == START


# --- people ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [{"valid_to": -1}, {"valid_from": 1}, {}])
def test_who_worked_for_the_unit_or_is_about_to_judges_none_of_its_tickets(cast, days):
    ticket = opened()
    assert access.may(by(cast.sau), "edit", ticket)
    today = date.today()  # noqa: DTZ011
    when = {"valid_from": today - timedelta(days=9)} | {k: today + timedelta(days=n) for k, n in days.items()}
    Membership.objects.create(user=cast.sau, unit=unit(Q1), role="unit_staff", is_active=False, **when)
    if "valid_to" in days:
        Ticket.objects.filter(pk=ticket.pk).update(recorded_at=ticket.recorded_at - 3 * DAY)
        ticket.refresh_from_db()
    for verb in ("withdraw", "extend", "edit", "merge", "reject", "reopen", "rate"):
        assert not access.may(by(cast.sau), verb, ticket), verb
    assert access.may(by(cast.sau), "note", ticket)
    actions.send_back(actor=by(), ticket_id=ticket.pk, note="x")
    ticket.refresh_from_db()
    Promise.objects.filter(ticket=ticket, kind="result").update(unit=unit(Q1))
    assert not access.may(by(cast.sau), "reject", ticket), "the unit still owes an answer"
