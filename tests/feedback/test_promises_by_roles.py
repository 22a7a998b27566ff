"""Whoever acts, in whatever order: what is broken stays broken, one promise counts, undoing restores. Real verbs on a
real database, chosen at random from what each person may do at that moment."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Role
from districts.calendar import add_working_time, after_working_minutes, working_minutes_between
from feedback import access, actions
from feedback.models import Promise, Ticket
from feedback.rules import promises
from feedback.rules.promises import Verdict, verdict
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, IllegalMove, State
from tests.city import SYSTEM, intake, unit, worker

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 9, 0, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))  # a Monday
DAY = timedelta(days=1)
RANDOM = settings(  # a failure is shown as it was found: each try to shorten it would cost a dozen saves
    deadline=None, max_examples=60, phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
ACTIVE = ("lan", "khoa", "tu", "sau", "both", "ha")
WHO = (*ACTIVE, *ACTIVE, "minh", "phuc", "quan", "waiting", "release", "citizen")
OWN = ("lan", "minh")  # of Quận 1
DULL = frozenset({  # touch no promise: one in eight
    "note", "join", "rate", "disclose", "report_progress", "assign", "ask_reopening", "refuse_reopening",
})
LATER = st.one_of(st.integers(1, 600), st.integers(1, 4 * 24 * 60), st.integers(7 * 24 * 60, 10 * 24 * 60))


def steps_of(*who, most=16):
    """(who acts, which of the moves they may make then, minutes later, the unit and the days that they name)."""
    return st.lists(st.tuples(st.sampled_from(who), st.integers(0, 120), LATER, st.sampled_from(["760", "778"]),
                              st.integers(1, 9)), min_size=most // 2, max_size=most)


@dataclass
class City:
    """The actors, and one ticket of Quận 1 that they all reach for."""

    actors: dict
    target: Ticket

    def open(self, **changes) -> int:
        return actions.open_ticket(actor=SYSTEM, at=START, intake=intake(occurred_at=START, **changes)).pk

    def live(self, pk, steps, check=lambda who, verb, at: None, at=START) -> datetime:
        """Make the moves that those who act may make; `check` sees the ticket after each. Returns the last moment."""
        for who, nth, minutes, place, days in steps:
            at += timedelta(minutes=minutes)
            ticket, actor = Ticket.objects.get(pk=pk), self.actors[who]
            moves = [move.verb for move in access.legal_moves(actor, ticket)]
            moves = [verb for verb in moves if nth % 8 == 0 or verb not in DULL]
            if not moves:
                continue
            verb = moves[nth % len(moves)]
            try:
                self.do(verb, ticket, at, actor, place, days)
            except (IllegalMove, PermissionDenied):
                continue
            check(who, verb, at)
        return at

    def do(self, verb, ticket, at, actor=SYSTEM, place="778", days=1):
        owed = list(ticket.promises.order_by("pk"))
        broken = [p for p in owed if verdict(p, at) is Verdict.BROKEN]
        working = {unit("760").pk: "lan", unit("778").pk: "khoa"}.get(ticket.unit_id, "lan")
        every = {
            "unit": unit(place).pk, "note": "Lý do", "reply": "Trả lời", "score": 3, "asked_by": "citizen",
            "assignee": self.actors[working].user.pk, "target": self.target.pk,
            "due_at": (ticket.due_at or at) + days * DAY, "promise": (broken or owed)[0].pk,
        }
        what = {need: every[need] for need in MOVES[verb].needs}
        if verb == "edit":
            what["values"] = [{"urgency": "urgent"}, {"needs_several": True}, {"area_id": unit(place).pk}][days % 3]
        if verb == "join":
            what["reporter"] = {"name": "Bình"}
        actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, at=at, **what)


@pytest.fixture
def living(cast):
    cast.both = worker("both", Role.SUPERVISOR, "79")  # leads a shift of the hotline, and works in Quận 1 besides
    Membership.objects.create(user=cast.both, unit=unit("760"), role=Role.UNIT_STAFF, valid_from=date(2021, 1, 1),
                              is_active=False)
    actors = {name: Actor.person(getattr(cast, name)) for name in WHO if hasattr(cast, name)}
    actors |= {job: Actor.system(job) for job in ("waiting", "release")} | {"citizen": Actor.citizen()}
    target = actions.open_ticket(actor=SYSTEM, at=START, intake=intake(occurred_at=START))
    return City(actors, target)


def result_promises(pk):
    return list(Promise.objects.filter(ticket_id=pk, kind="result").order_by("pk"))


@RANDOM
@given(steps=steps_of(*WHO), area=st.sampled_from(["760", None]), begins_late=st.booleans())
def test_broken_stays_broken_but_for_a_supervisor_who_is_not_of_the_unit(living, steps, area, begins_late):
    pk = living.open(area=area)
    broken, since = {}, START
    if area and begins_late:
        since += 20 * DAY
        living.do("transfer", Ticket.objects.get(pk=pk), since)

    def check(who, verb, at):
        for promise in result_promises(pk):
            now = verdict(promise, at)
            if promise.pk in broken and now is Verdict.WITHDRAWN and verb == "withdraw":
                assert who == "sau" or (who == "both" and broken[promise.pk] != unit("760").pk)
                broken.pop(promise.pk)
            elif promise.pk in broken:
                assert (now, promise.unit_id) == (Verdict.BROKEN, broken[promise.pk])
            elif now is Verdict.BROKEN:
                broken[promise.pk] = promise.unit_id

    check("", "", since)
    living.live(pk, steps, check, since)


@RANDOM
@given(steps=steps_of(*WHO))
def test_one_counts_per_unit_and_ticket_and_none_as_kept_beside_a_broken_one(living, steps):
    pk = living.open()

    def check(who, verb, at):
        standing = [p for p in result_promises(pk) if p.withdrawn_at is None]
        for unit_id in {p.unit_id for p in standing}:
            counted = [p for p in standing if p.unit_id == unit_id and p.counts]
            of_now = [p for p in promises.of_round(standing, Ticket.objects.get(pk=pk)) if p.unit_id == unit_id]
            others_answer = all(verdict(p, at) is Verdict.KEPT for p in of_now)  # or one that was reopened
            assert len(counted) == 1 or (not counted and others_answer)
            if any(p.unit_id == unit_id and verdict(p, at) is Verdict.BROKEN for p in standing):
                assert verdict(counted[0], at) is Verdict.BROKEN

    living.live(pk, steps, check)


@RANDOM
@given(steps=steps_of(*OWN))
def test_no_moves_of_its_own_make_a_unit_better_than_answering_then(living, steps):
    """The same ticket left alone and answered at that moment is the measure. Only three things make a difference, and
    each has its own figure or judge: time that stood while the citizen was asked, an extension that somebody else
    granted (none here), and handing on what has a working day left."""
    busy, plain = living.open(), living.open()
    q1, given_away = unit("760").pk, []

    def check(who, verb, at):
        if verb in ("transfer", "send_back") and result_promises(busy)[0].unit_id != q1:
            given_away.append((at, result_promises(busy)[0].due_at))

    at = living.live(busy, steps, check) + timedelta(minutes=1)
    stopped = answered_at(living, busy, at, q1)
    answered_at(living, plain, Ticket.objects.get(pk=busy).resolved_at or at, q1)
    kept, broken = (tally(busy, q1, wanted) for wanted in (Verdict.KEPT, Verdict.BROKEN))
    if not stopped:
        assert kept <= tally(plain, q1, Verdict.KEPT)
        assert given_away or broken >= tally(plain, q1, Verdict.BROKEN)
    for when, due in given_away:
        least = promises.amount(rulebook().rule("handover", Ticket.objects.get(pk=busy), when))
        assert add_working_time(when, least, rulebook().calendar(q1)).due <= due


def answered_at(living, pk, at, unit_id) -> int:
    """Answer it if the unit still has it; the minutes its clock stood before."""
    ticket = Ticket.objects.get(pk=pk)
    if ticket.unit_id == unit_id and ticket.is_open:
        if ticket.state == State.WAITING:
            living.do("resume", ticket, at)
            ticket.refresh_from_db()
        living.do("resolve", ticket, at)
    return sum(p.stopped_minutes for p in result_promises(pk))


def tally(pk, unit_id, wanted) -> int:
    end = START + 365 * DAY
    return sum(p.counts and p.unit_id == unit_id and verdict(p, end) is wanted for p in result_promises(pk))


@RANDOM
@given(steps=steps_of("lan", "khoa", "tu", "sau", most=6), minutes=st.sampled_from([0, 1, 600, 2 * 24 * 60]))
def test_undoing_a_merge_restores(living, steps, minutes):
    """As it was, with the dates that still ran later by the working time in between."""
    pk, target = living.open(), living.target.pk
    merged_at = living.live(pk, steps) + timedelta(minutes=1)
    before, target_before, owed = Ticket.objects.get(pk=pk), Ticket.objects.get(pk=target), result_promises(pk)
    if not before.is_open or not Ticket.objects.get(pk=target).is_open:
        return
    undone_at = merged_at + timedelta(minutes=minutes)
    living.do("merge", before, merged_at)
    assert Ticket.objects.get(pk=target).reporter_count == target_before.reporter_count + before.reporter_count
    living.do("unmerge", Ticket.objects.get(pk=pk), undone_at)
    after = Ticket.objects.get(pk=pk)
    for name in ("state", "is_open", "unit_id", "assignee_id", "paused_at", "merged_into_id", "closed_at",
                 "accepted_at", "reporter_count"):
        assert getattr(after, name) == getattr(before, name), name
    assert Ticket.objects.get(pk=target).reporter_count == target_before.reporter_count
    for was, now in zip(owed, result_promises(pk), strict=True):
        same = ("unit_id", "counts", "met_at", "withdrawn_at", "paused_at", "extension_asked_at")
        assert [getattr(now, name) for name in same] == [getattr(was, name) for name in same]
        calendar, idle = rulebook().calendar(was.unit_id), 0
        if verdict(was, merged_at) is Verdict.RUNNING:
            left = 5 * 480 - was.stopped_minutes  # all pauses together are limited
            idle = min(left, working_minutes_between(merged_at, undone_at, calendar))
        assert now.stopped_minutes == was.stopped_minutes + idle
        assert now.due_at == (after_working_minutes(was.due_at, idle, calendar) if idle else was.due_at)


@RANDOM
@given(links=st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4), st.booleans()), max_size=10))
def test_reporters_are_counted_along_every_chain_of_merges(living, links):
    """However tickets are merged, joined and parted: each counts its own reporters and those of what is part of it."""
    pks, at = [living.open() for _n in range(5)], START
    own = dict.fromkeys(pks, 1)
    for source, into, is_parted in links:
        at += timedelta(minutes=1)
        ticket = Ticket.objects.get(pk=pks[source])
        living.target = Ticket(pk=pks[into])
        try:
            living.do("unmerge" if is_parted else "merge", ticket, at)
        except IllegalMove:
            if (other := Ticket.objects.get(pk=pks[into])).is_open:
                living.do("join", other, at)
                own[pks[into]] += 1
        tree = dict(Ticket.objects.filter(pk__in=pks).values_list("pk", "merged_into"))
        for pk in pks:
            assert Ticket.objects.get(pk=pk).reporter_count == sum(own[part] for part in pks if reaches(part, pk, tree))


def reaches(pk, root, tree) -> bool:
    while pk is not None and pk != root:
        pk = tree[pk]
    return pk == root
