"""No button changes a verdict: the promises of a ticket under every move, one by one and at random."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from districts.calendar import after_working_minutes, working_minutes_between
from feedback.models import DeadlineRule, Promise, Ticket
from feedback.rules import facts, lifecycle, promises
from feedback.rules.promises import Verdict, verdict
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, IllegalMove, State
from tests.city import intake, unit

pytestmark = pytest.mark.django_db
HCMC = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)  # a Monday
ACTOR = Actor.system("demo")
DAY = timedelta(days=1)


@pytest.fixture
def book(town):
    return rulebook()


class Life:
    """A ticket of Quận 1 lived without a database, each move at a moment."""

    def __init__(self, book, **changes):
        self.book = book
        recorded_at = changes.pop("recorded_at", START)
        report = intake(**({"occurred_at": START} | changes))
        actor = Actor.system("import") if report.source_system else ACTOR
        self.life = lifecycle.begin(report, code="X", actor=actor, recorded_at=recorded_at, book=book)

    def do(self, verb, at, **what):
        lifecycle.apply(self.life, verb, at=at, actor=ACTOR, given=what, book=self.book)
        return self

    @property
    def ticket(self):
        return self.life.ticket

    def owed(self, kind="result"):
        return [p for p in self.life.promises if p.kind == kind]

    def verdicts(self, at, kind="result"):
        return [(self.book.units[p.unit_id].code, verdict(p, at).value) for p in self.owed(kind)]

    def is_overdue(self, at):
        return self.ticket.is_open and self.ticket.paused_at is None and self.ticket.due_at < at


def after_date(life):
    return life.ticket.due_at + timedelta(hours=1)


# --- the four buttons that made a figure better --------------------------------------------------------------------


def test_a_question_does_not_stop_a_clock_that_has_run_out(book):
    life = Life(book).do("accept", START + DAY)
    late = after_date(life)
    life.do("ask_citizen", late, reply="Ở đâu?")
    assert life.is_overdue(late + DAY) and life.ticket.paused_at is None
    assert life.verdicts(late + DAY) == [("760", "broken")]
    due = life.ticket.due_at
    life.do("resume", late + 3 * DAY, note="Đây")
    assert life.ticket.due_at == due and life.ticket.paused_minutes == 0


def test_a_late_ticket_handed_over_leaves_its_lateness_with_the_giver(book):
    life = Life(book)
    late = after_date(life)
    life.do("transfer", late, unit=unit("778").pk, note="Thuộc Quận 7")
    assert life.verdicts(late) == [("760", "broken"), ("778", "running")]
    assert life.ticket.due_at > late and life.ticket.earlier_due_at < late
    life.do("resolve", late + DAY, reply="Xong")
    assert life.verdicts(late + 99 * DAY) == [("760", "broken"), ("778", "kept")]
    assert life.ticket.earlier_due_at is None


def test_a_date_that_has_passed_is_not_extended(book):
    """Neither asked for nor granted: undecided when the date passes, a request lapses."""
    asked = Life(book).do("accept", START + DAY)
    due = asked.ticket.due_at
    asked.do("ask_extension", due - DAY, due_at=due + 4 * DAY, note="Chờ vật tư")
    for life, verb, what in ((Life(book), "ask_extension", {"due_at": due + 5 * DAY, "note": "x"}),
                             (asked, "extend", {})):
        with pytest.raises(IllegalMove):
            life.do(verb, due + timedelta(hours=1), **what)
        assert life.verdicts(due + DAY) == [("760", "broken")]


@pytest.mark.parametrize("verb", ["reject", "merge"])
def test_an_end_without_an_answer_leaves_what_is_late(book, verb):
    what = {"reply": "Không thuộc phạm vi"} if verb == "reject" else {"target": Life(book).ticket}
    early, late = Life(book), Life(book)
    early.do(verb, START + DAY, **what)
    late.do(verb, after_date(late), **what)
    end = START + 99 * DAY
    assert early.verdicts(end) == [("760", "withdrawn")] and early.ticket.due_at is None
    assert late.verdicts(end) == [("760", "broken")]


# --- changes of unit ---------------------------------------------------------------------------------------------


def test_with_a_day_left_the_promise_moves_along(book):
    life = Life(book)
    due = life.ticket.due_at
    life.do("transfer", due - 2 * DAY, unit=unit("778").pk, note="Thuộc Quận 7")
    assert life.verdicts(START) == [("778", "running")] and life.ticket.due_at == due


def test_with_less_left_it_stays_and_the_receiver_gets_a_date_of_its_own(book):
    life = Life(book)
    due = life.ticket.due_at
    life.do("transfer", due - timedelta(hours=3), unit=unit("778").pk, note="Thuộc Quận 7")
    assert life.verdicts(due + DAY) == [("760", "broken"), ("778", "running")]
    assert life.ticket.due_at > due
    assert life.ticket.earlier_due_at == due
    both = Life(book)
    both.do("transfer", due - timedelta(hours=3), unit=unit("778").pk, note="x").do("resolve", due, reply="Xong")
    assert both.verdicts(due + DAY) == [("760", "kept"), ("778", "kept")]


def test_there_and_back_again_counts_once(book):
    life = Life(book)
    late = after_date(life)
    life.do("transfer", late, unit=unit("778").pk, note="x").do("transfer", late + DAY, unit=unit("760").pk, note="x")
    life.do("resolve", late + 2 * DAY, reply="Xong")
    assert life.verdicts(late + 9 * DAY) == [("760", "broken"), ("760", "kept")]
    assert [p.counts for p in life.owed()] == [True, False]
    assert len(facts.of(life.ticket, life.life.promises)["promises"]) == 1


def test_the_hotline_owes_an_answer_to_what_comes_back_late(book):
    life = Life(book)
    late = after_date(life)
    life.do("send_back", late, note="Sai thẩm quyền")
    assert life.verdicts(late)[0] == ("760", "broken")
    assert life.owed()[1].unit_id == book.unassigned_id


def test_where_no_rule_fits_the_old_date_stands(book):
    DeadlineRule.objects.filter(kind="result").delete()
    rulebook.clear()
    life = Life(rulebook(), promise=START + 5 * DAY)
    life.do("transfer", START + 6 * DAY, unit=unit("778").pk, note="x")
    assert life.verdicts(START + 6 * DAY) == [("760", "broken")]
    assert life.ticket.due_at == START + 5 * DAY and life.is_overdue(START + 6 * DAY)


def test_what_was_recorded_after_its_date_is_not_the_units_lateness(book):
    recorded = START + 30 * DAY
    life = Life(book, recorded_at=recorded, occurred_at=START)
    assert [p.unit_id for p in life.owed()] == [book.unassigned_id, unit("760").pk]
    assert life.verdicts(recorded)[0][1] == "broken" and life.ticket.due_at > recorded
    history = Life(book, recorded_at=recorded, occurred_at=START, source_system="311", source_id="1",
                   unit_id=unit("760").pk)
    assert history.verdicts(recorded) == [("760", "broken")]


# --- waiting -----------------------------------------------------------------------------------------------------


def test_waiting_is_limited_however_often_one_asks(book):
    life = Life(book, category_id=intake("xe-buyt", occurred_at=None).category_id, unit_id=unit("760").pk)
    due, at = life.ticket.due_at, START
    life.do("accept", at)
    for _question in range(4):
        life.do("ask_citizen", at + timedelta(hours=1), reply="Ở đâu?")
        at += 2 * DAY
        life.do("resume", at, note="Đây")
        at += timedelta(hours=1)
    promise = life.life.promise
    assert promise.stopped_minutes == 5 * 480 == life.ticket.paused_minutes
    assert promise.due_at <= due + 9 * DAY


def test_a_clock_stopped_too_long_runs_from_when_it_had_to(book):
    life = Life(book).do("accept", START).do("ask_citizen", START + DAY, reply="Ở đâu?")
    until = promises.waits_until(life.life.promise, life.ticket, life.ticket.paused_at, book)
    assert until == START + 8 * DAY  # five working days on, over one weekend
    life.do("resume", START + 60 * DAY, note="Hết thời gian chờ")
    assert life.ticket.paused_minutes == 5 * 480
    assert life.verdicts(START + 60 * DAY) == [("760", "broken")]


# --- extensions --------------------------------------------------------------------------------------------------


def test_a_granted_extension_keeps_the_first_date_beside_it(book):
    life = Life(book).do("accept", START + DAY)
    first = life.ticket.due_at
    life.do("ask_extension", first - DAY, due_at=first + 4 * DAY, note="Chờ vật tư").do("extend", first - DAY / 2)
    promise = life.life.promise
    assert (promise.first_due_at, promise.due_at) == (first, first + 4 * DAY) and life.ticket.due_at == promise.due_at
    life.do("resolve", first + DAY, reply="Xong")
    in_force, missed = facts.of(life.ticket, life.life.promises)["promises"]
    assert in_force[2] == 1 and missed[4] == "first"  # in time by the date in force, late by the first


def test_an_extension_is_asked_once_and_within_its_limit(book):
    life = Life(book).do("accept", START + DAY)
    due = life.ticket.due_at
    with pytest.raises(IllegalMove) as refused:
        life.do("ask_extension", START + DAY, due_at=due + 8 * DAY, note="x")
    assert "due_at" in refused.value.errors
    life.do("ask_extension", START + DAY, due_at=due + 4 * DAY, note="x")
    life.do("refuse_extension", START + 2 * DAY, note="x")
    assert life.ticket.due_at == due
    with pytest.raises(IllegalMove):
        life.do("ask_extension", START + 3 * DAY, due_at=due + 4 * DAY, note="x")


# --- the hotline's own clocks ------------------------------------------------------------------------------------


def test_the_hotline_forwards_within_minutes_what_no_rule_did(book):
    life = Life(book, area_id=None)
    [clock] = life.owed("forward")
    assert (clock.unit_id, clock.due_at) == (book.unassigned_id, START + timedelta(minutes=5))
    life.do("forward", START + timedelta(minutes=4), unit=unit("778").pk)
    assert verdict(clock, START + DAY) is Verdict.KEPT
    assert not Life(book).owed("forward")  # a rule forwarded it at once
    assert not Life(book, area_id=None, source_system="311", source_id="2").owed("forward")


def test_a_return_is_clarified_within_the_hour(book):
    life = Life(book).do("send_back", START + DAY, note="Sai thẩm quyền")
    [clock] = life.owed("clarify")
    assert (clock.unit_id, clock.due_at) == (book.unassigned_id, START + DAY + timedelta(hours=1))
    life.do("forward", START + 2 * DAY, unit=unit("778").pk)
    assert verdict(clock, START + 3 * DAY) is Verdict.BROKEN


# --- at random ---------------------------------------------------------------------------------------------------

UNITS = ("760", "778", "770")
AT_RANDOM = sorted(set(MOVES) - {"open", "absorb", "release", "unmerge"})
STEPS = st.lists(
    st.tuples(st.sampled_from(AT_RANDOM), st.integers(1, 5 * 24 * 60), st.sampled_from(UNITS),
              st.integers(1, 20)),
    max_size=14,
)
BACKGROUND = {"deadline": None, "max_examples": 150,
              "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}


def what_is_given(verb, place, days, at):
    every = {
        "unit": unit(place).pk if "unit" in MOVES[verb].needs else None, "assignee": 1, "note": "x", "reply": "x",
        "score": 3, "due_at": at + days * DAY, "target": Ticket(pk=999_999, code="PHA260300999999"),
        "asked_by": "citizen", "promise": 0,
    }
    return {need: every[need] for need in MOVES[verb].needs}


def columns_of(life):
    rows = [life.ticket, *life.life.promises]
    return deepcopy([{k: v for k, v in vars(row).items() if k[0] != "_"} for row in rows])


def live(life, steps, check=lambda life, at: None):
    """Make those of the steps that are legal; `check` sees each state."""
    at = START
    for verb, minutes, place, days in steps:
        at += timedelta(minutes=minutes)
        before = columns_of(life)
        try:
            life.do(verb, at, **what_is_given(verb, place, days, at))
        except IllegalMove:
            assert columns_of(life) == before, "a refused move changed something"
        check(life, at)
    return at


@settings(**BACKGROUND)
@given(steps=STEPS, recorded=st.integers(0, 20), area=st.sampled_from(["760", None]))
def test_what_is_broken_stays_broken_with_its_unit(book, steps, recorded, area):
    life = Life(book, area_id=unit(area).pk if area else None, recorded_at=START + recorded * DAY)
    broken = {}

    def check(life, at):
        for promise in life.life.promises:
            if id(promise) in broken:
                assert verdict(promise, at) is Verdict.BROKEN and promise.unit_id == broken[id(promise)]
            elif verdict(promise, at) is Verdict.BROKEN:
                broken[id(promise)] = promise.unit_id

    live(life, steps, check)


@settings(**BACKGROUND)
@given(steps=STEPS)
def test_one_promise_counts_per_unit_and_round(book, steps):
    def check(life, at):
        now = [p for p in promises.of_round(life.life.promises, life.ticket) if p.counts and p.withdrawn_at is None]
        assert len(now) == len({p.unit_id for p in now})

    live(Life(book), steps, check)


@settings(**BACKGROUND)
@given(steps=STEPS)
def test_the_explanation_adds_up_to_the_date_in_force(book, steps):
    def check(life, at):
        for promise in life.life.promises:
            assert added_up(promise, book) == promise.due_at

    live(Life(book), steps, check)


def added_up(promise: Promise, book) -> datetime:
    """The date that the explanation leads to, step by step."""
    why, calendar = promise.explanation, book.calendar(promise.unit_id)
    date, granted_at = datetime.fromisoformat(why["due"]), None
    if "extended" in why:
        granted_at, date = map(datetime.fromisoformat, why["extended"])
    for since, until, *_why in why.get("paused", []):
        since, until = datetime.fromisoformat(since), datetime.fromisoformat(until)
        minutes = working_minutes_between(since, until, calendar)
        if minutes and since < date and (granted_at is None or until > granted_at):
            date = after_working_minutes(date, minutes, calendar)
    return date.astimezone(UTC)


@settings(**BACKGROUND)
@given(steps=st.lists(st.tuples(
    st.sampled_from(["accept", "start", "ask_citizen", "resume", "report_progress", "note", "assign"]),
    st.integers(1, 4 * 24 * 60), st.just("760"), st.integers(1, 9)), max_size=12))
def test_no_moves_of_its_own_make_a_unit_better_than_answering_then(book, steps):
    """Whatever it did before, beside time that stood while citizens were asked: the same answer is kept or broken."""
    busy, plain = Life(book), Life(book)
    at = live(busy, steps) + timedelta(minutes=1)
    if busy.ticket.state == State.WAITING:
        busy.do("resume", at, note="x")
    stopped = busy.life.promise.stopped_minutes
    for life in (busy, plain):
        life.do("resolve", at, reply="Xong")
    kept = [sum(verdict(p, at) is Verdict.KEPT and p.counts for p in life.owed()) for life in (busy, plain)]
    counted = [sum(p.counts for p in life.owed()) for life in (busy, plain)]
    assert counted == [1, 1]
    if not stopped:
        assert kept[0] == kept[1]
    assert stopped <= 5 * 480
