"""Directives: one life per recipient, moves by their side alone, words that never change, terms that stay marked,
steps of escalation that end with acceptance and never repeat beyond their policy."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import Actor
from accounts.models import Membership
from coordination.directives import actions, clock, following, telling
from coordination.machines import directives as machine
from coordination.machines.directives import MOVES, Illegal, Side, State
from coordination.models import DirectiveEvent, DirectiveVersion, Escalation, EscalationStep, Level, Recipient
from districts.calendars import calendar_for
from districts.models import Unit
from indicators.models import Notice
from live import feed
from tests.city import by, unit

pytestmark = pytest.mark.django_db


def day_ahead(days=10):
    return clock.working_day_from(timezone.localdate() + timedelta(days=days), calendar_for())


def draft(kind="directive", lead=("760",), coordinating=(), level="thuong", **changes):
    given = {"kind": kind, "level": Level.objects.get(code=level), "title": "Xử lý dứt điểm lấn chiếm vỉa hè Lê Lợi",
             "result": "Không còn hàng quán lấn chiếm; có ảnh trước và sau", "due_on": day_ahead(),
             "lead": [unit(code) for code in lead], "coordinating": [unit(code) for code in coordinating]}
    return actions.Draft(**given | changes)


def sent(person, **changes):
    return actions.send(actor=by(person), draft=draft(**changes))


def row(directive, code="760") -> Recipient:
    return directive.recipients.get(unit=unit(code))


TEXTS = {name: "Đã ghi" for name in ("plan", "in_charge", "text", "evidence", "reason", "cause", "remedy", "proposal")}


def texts(now=None):
    day = timezone.localdate(now)
    return TEXTS | {"own_date": day, "remedy_date": day, "until": day_ahead(20)}


def moved(person, recipient, verb, **changes):
    return actions.move(actor=by(person), recipient_id=recipient.pk, verb=verb, given=texts() | changes)


def test_from_sending_to_a_confirmed_result(cast):
    directive = sent(cast.ha, lead=("760", "778"), coordinating=("769",))
    assert {one.state for one in directive.recipients.all()} == {State.SENT}
    mine = row(directive)
    actions.see(by(cast.lan), mine)
    mine.refresh_from_db()
    assert mine.seen_by == cast.lan and mine.state == State.SENT, "seen is not accepted"
    accepted = moved(cast.minh, mine, "accept", in_charge="Trần Thị Lan")
    assert (accepted.state, accepted.in_charge) == (State.ACCEPTED, "Trần Thị Lan")
    assert row(directive, "778").state == State.SENT, "the first to accept stops nobody else"
    moved(cast.lan, mine, "progress", text="Đã dọn 3 điểm")
    moved(cast.minh, mine, "report", evidence="Biên bản số 12")
    done = moved(cast.ha, mine, "confirm")
    assert done.state == State.CONFIRMED and done.ended_at and not done.is_late(timezone.now())
    told = [event.verb for event in directive.events.all()]
    assert told == ["send", "see", "accept", "progress", "report", "confirm"]
    assert DirectiveEvent.objects.get(verb="report").texts["evidence"] == "Biên bản số 12"


@pytest.mark.parametrize("kind", ["directive", "explanation", "request"])
def test_every_state_allows_just_the_moves_of_the_table(cast, kind):
    """Each state × each move × each side: what the table does not allow changes nothing and says why."""
    sender, unit_side, lead = (cast.minh, cast.khoa, ("778",)) if kind == "request" else (cast.ha, cast.minh, ("760",))
    if kind == "request":
        Membership.objects.filter(user=cast.khoa).update(role="unit_leader")
    for state in State.values:
        for verb, move in MOVES.items():
            directive = sent(sender, kind=kind, lead=lead)
            one = directive.recipients.get()
            end = timezone.now() if state in machine.ENDED else None
            Recipient.objects.filter(pk=one.pk).update(state=state, ended_at=end, step_at=None)
            actor = sender if move.side == Side.SENDER else unit_side
            other = unit_side if move.side == Side.SENDER else sender
            with pytest.raises(PermissionDenied):
                moved(other, one, verb)
            one.refresh_from_db()
            allowed = move in machine.legal(kind, state, asks_extension=False, is_late=False)
            if not allowed:
                with pytest.raises(Illegal):
                    moved(actor, one, verb)
                assert row_state(one) == state and not directive.events.exclude(verb="send").exists()
            else:
                moved(actor, one, verb)
                assert row_state(one) == (move.to or state)


def row_state(one):
    return Recipient.objects.get(pk=one.pk).state


@pytest.mark.parametrize("verb", [verb for verb, move in MOVES.items() if move.needs])
def test_what_a_move_needs_is_asked_for(cast, verb):
    move = MOVES[verb]
    kind = "explanation" if verb == "explain" else "directive"
    for left_out in move.needs:
        directive = sent(cast.ha, kind=kind)
        one = directive.recipients.get()
        late = {"due_at": timezone.now() - timedelta(hours=1)} if verb == "excuse" else {}
        asked = verb == "deny"
        Recipient.objects.filter(pk=one.pk).update(state=sorted(move.begins)[0], **late)
        if asked:
            moved(cast.minh, one, "extend")
        who = cast.ha if move.side == Side.SENDER else cast.minh
        with pytest.raises(Illegal):
            moved(who, one, verb, **{left_out: ""})


@pytest.mark.parametrize("who", ["khoa", "tu", "sau", "phuc", "quan", "nobody", "lan"])
def test_nobody_else_answers_for_a_unit(cast, who):
    one = sent(cast.ha).recipients.get()
    for verb in ("refuse", "report", "confirm", "release", "remind"):
        with pytest.raises(PermissionDenied):
            moved(getattr(cast, who), one, verb)


@pytest.mark.parametrize("who", ["lan", "minh", "tu", "sau", "phuc", "quan", "nobody"])
def test_only_a_leader_of_the_city_directs(cast, who):
    with pytest.raises(PermissionDenied):
        sent(getattr(cast, who))


def test_whoever_lost_the_role_accepts_nothing(cast):
    one = sent(cast.ha).recipients.get()
    Membership.objects.filter(user=cast.minh).update(valid_to=timezone.localdate() - timedelta(days=1))
    minh = type(cast.minh).objects.get(pk=cast.minh.pk)
    with pytest.raises(PermissionDenied):
        moved(minh, one, "accept")


def test_a_term_is_a_working_day_ahead(cast):
    for day, words in ((timezone.localdate(), None), (timezone.localdate() - timedelta(days=1), "phía trước")):
        if words:
            with pytest.raises(Illegal, match=words):
                sent(cast.ha, due_on=day - timedelta(days=day.weekday() + 3))
    tet = timezone.datetime(2027, 2, 6).date()  # the first day of the lunar year
    with pytest.raises(Illegal, match="ngày nghỉ; ngày làm việc tiếp theo là"):
        sent(cast.ha, due_on=tet)


def test_a_unit_abolished_since_it_was_chosen_is_named_with_who_followed(cast):
    gone = Unit.objects.in_force().organisations().first()
    chosen = draft(lead=(gone.code,))
    Unit.objects.filter(pk=gone.pk).update(valid_to=timezone.localdate() - timedelta(days=1))
    with pytest.raises(Illegal, match="không còn hoạt động; đơn vị kế tục"):
        actions.send(actor=by(cast.ha), draft=chosen)
    assert not Recipient.objects.exists()


def test_sent_words_never_change(cast):
    directive = sent(cast.ha, lead=("760", "778"))
    first = directive.versions.get()
    moved(cast.minh, row(directive), "accept")
    words = {"title": "Xử lý lấn chiếm toàn tuyến Lê Lợi", "body": "", "result": directive.result}
    amended = actions.amend(actor=by(cast.ha), directive_id=directive.pk, version=1, words=words,
                            due_on=day_ahead(15), reason="Mở rộng phạm vi")
    assert DirectiveVersion.objects.get(pk=first.pk).title == "Xử lý dứt điểm lấn chiếm vỉa hè Lê Lợi"
    assert [one.number for one in amended.versions.all()] == [1, 2]
    again = row(directive)
    assert (again.state, again.accepted_at, again.due_at) == (State.SENT, None, amended.due_at), "accepted anew"
    with pytest.raises(actions.Stale):
        actions.amend(actor=by(cast.ha), directive_id=directive.pk, version=1, words=words, due_on=day_ahead(15),
                      reason="Hai người cùng sửa")


def test_a_term_that_passed_stays_marked_whatever_follows(cast):
    one = sent(cast.ha).recipients.get()
    moved(cast.minh, one, "accept")
    Recipient.objects.filter(pk=one.pk).update(due_at=timezone.now() - timedelta(hours=1))
    moved(cast.minh, one, "extend")
    agreed = moved(cast.ha, one, "agree")
    assert agreed.due_at > timezone.now() and agreed.is_late(timezone.now())
    moved(cast.minh, one, "report")
    assert moved(cast.ha, one, "confirm").is_late(timezone.now())


def test_the_time_in_which_the_sender_had_it_is_not_the_units(cast):
    one = sent(cast.ha).recipients.get()
    moved(cast.minh, one, "accept")
    moved(cast.minh, one, "report")
    reported = timezone.now() - timedelta(days=14)
    Recipient.objects.filter(pk=one.pk).update(reported_at=reported, due_at=reported + timedelta(days=3))
    back = moved(cast.ha, one, "give_back")
    assert back.state == State.IN_PROGRESS and back.returns == 1 and not back.is_late(timezone.now())


def test_a_refusal_that_the_sender_lets_lie_makes_no_unit_late(cast):
    one = sent(cast.ha).recipients.get()
    moved(cast.minh, one, "refuse")
    refused = timezone.now() - timedelta(days=14)
    Recipient.objects.filter(pk=one.pk).update(reported_at=refused, due_at=refused + timedelta(days=3))
    following.sweep(timezone.now())
    one.refresh_from_db()
    assert not one.is_late(timezone.now()) and one.late_since is None
    again = moved(cast.ha, one, "insist")
    now = timezone.now()
    assert again.state == State.SENT and again.due_at > now and again.accept_by > now and not again.is_late(now)


def test_what_is_asked_behind_its_term_can_still_be_accepted_in_time(cast):
    directive = sent(cast.ha)
    type(directive).objects.filter(pk=directive.pk).update(due_at=timezone.now() - timedelta(days=2))
    one = directive.recipients.get()
    moved(cast.minh, one, "refuse")
    assert moved(cast.ha, one, "insist").accept_by > timezone.now()


def test_recall_ends_what_is_open_and_leaves_what_was_done(cast):
    directive = sent(cast.ha, lead=("760", "778"))
    one = row(directive)
    for person, verb in ((cast.minh, "accept"), (cast.minh, "report"), (cast.ha, "confirm")):
        moved(person, one, verb)
    actions.recall(actor=by(cast.ha), directive_id=directive.pk, version=1, reason="Đã có văn bản khác")
    assert (row(directive).state, row(directive, "778").state) == (State.CONFIRMED, State.RECALLED)


def test_a_form_sent_twice_sends_one_directive(cast):
    actor = by(cast.ha, key="gui-hai-lan", fingerprint="x")
    assert actions.send(actor=actor, draft=draft()) == actions.send(actor=actor, draft=draft())
    assert Recipient.objects.count() == 1


def test_steps_are_taken_once_each_and_end(cast):
    """Whatever sweeps when: each step of each round once, none after the last, none after acceptance."""
    directive = sent(cast.ha, lead=("760", "778"), level="khan")
    steps = directive.level.steps.count() * directive.level.rounds
    moment = timezone.now()
    for _hour in range(400):
        moment += timedelta(hours=1)
        following.sweep(moment)
        following.sweep(moment)
    per_row = [one.escalations.count() for one in directive.recipients.all()]
    assert per_row == [steps, steps]
    assert not Recipient.objects.filter(step_at__isnull=False).exists()
    assert Escalation.objects.filter(reached=0).exists(), "Quận 7 has nobody who leads it"
    alarm = DirectiveEvent.objects.filter(verb="escalate", recipient=row(directive, "778"), texts__whom="administrator")
    assert alarm.exists() and alarm.first().texts["people"] == [cast.quan.pk]


@given(st.integers(0, 3 * 24 * 60))
def test_acceptance_ends_escalation_in_the_same_transaction(minutes):
    level, calendar, now = Level(amount=4, amount_unit="working_hours", rounds=2), calendar_for(), timezone.now()
    by_then = clock.accept_by(level, now, calendar)
    rows = [machine_step(50), machine_step(100), machine_step(150)]
    found = list(clock.steps(level, rows, now, by_then, calendar))
    assert len(found) == 6 and [one.at for one in found] == sorted(one.at for one in found)
    assert [one.round for one in found] == [1, 1, 1, 2, 2, 2] and all(one.at > now for one in found)


def machine_step(after):
    return EscalationStep(pk=after, after=after, whom="unit")


def test_accepted_and_silent_is_asked_once(cast):
    one = sent(cast.ha, due_on=day_ahead(30)).recipients.get()
    moved(cast.minh, one, "accept")
    later = timezone.now() + timedelta(days=20)
    following.sweep(later)
    following.sweep(later + timedelta(days=1))
    assert DirectiveEvent.objects.filter(verb="ask_still").count() == 1
    assert not Escalation.objects.exists()


def test_a_term_that_passes_is_told_once_and_asks_for_a_cause(cast):
    one = sent(cast.ha).recipients.get()
    moved(cast.minh, one, "accept")
    with pytest.raises(Illegal):
        moved(cast.minh, one, "excuse")
    later = timezone.now() + timedelta(days=40)
    following.sweep(later)
    following.sweep(later)
    assert DirectiveEvent.objects.filter(verb="fall_due").count() == 1
    assert moved(cast.lan, one, "excuse", cause="Thiếu nhân lực", proposal="Xin hỗ trợ đội 2").is_late(later)


def test_who_is_told_what(cast):
    one = sent(cast.ha).recipients.get()
    taken()
    assert {notice.user for notice in Notice.objects.filter(code="directive")} == {cast.lan, cast.minh}
    assert "cần tiếp nhận" in telling.words(Notice.objects.filter(user=cast.lan).get())
    moved(cast.minh, one, "refuse", reason="Không thuộc thẩm quyền")
    taken()
    assert "Quận 1 trả lại" in telling.words(Notice.objects.get(user=cast.ha))


def taken():
    feed.take_all("directive-notices")


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_move(cast):
    one = sent(cast.ha).recipients.get()
    ready, faults = Barrier(2), []

    def go(person, verb):
        ready.wait()
        try:
            actions.move(actor=by(person), recipient_id=one.pk, verb=verb, given=texts(), version=1)
        except (actions.Stale, Illegal) as exc:
            faults.append(exc)
        finally:
            close_old_connections()

    both = [Thread(target=go, args=(cast.minh, verb)) for verb in ("accept", "refuse")]
    [each.start() for each in both]
    [each.join() for each in both]
    assert len(faults) == 1 and DirectiveEvent.objects.exclude(verb="send").count() == 1


def test_the_city_owes_answers_like_a_district(cast):
    request = actions.send(actor=by(cast.minh), draft=draft(kind="request", lead=("79",)))
    one = request.recipients.get()
    with pytest.raises(PermissionDenied):
        moved(cast.sau, one, "accept")
    assert moved(cast.phuc, one, "accept").state == State.ACCEPTED
    Recipient.objects.filter(pk=one.pk).update(due_at=timezone.now() - timedelta(days=1))
    assert Recipient.objects.get(pk=one.pk).is_late(timezone.now())
    moved(cast.ha, one, "report")
    assert moved(cast.minh, one, "confirm").state == State.CONFIRMED


def test_the_past_of_a_demo_tells_nobody(cast):
    actor = Actor(kind="system", origin="demo", job="demo", user=cast.ha)
    actions.send(actor=actor, draft=draft(), sender_unit=unit("79"))
    taken()
    assert not Notice.objects.exists()
