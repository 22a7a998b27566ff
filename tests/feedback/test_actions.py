"""The verbs: what each writes, who may, what happens twice, stale, or half-way."""

import uuid
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.db.models import F
from django.utils import timezone

from accounts.models import Membership
from dashboards.figures import definitions
from dashboards.figures.periods import Period
from districts.models import Unit
from feedback import access, actions
from feedback.console import receipts
from feedback.models import DeadlineRule, EventText, FactChange, Promise, Reporter, Ticket, TicketEvent
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, OPEN, IllegalMove, State
from tests.city import by, intake, unit

pytestmark = pytest.mark.django_db
HCMC = ZoneInfo("Asia/Ho_Chi_Minh")


def opened(at=None, reporter=None, actor=None, **changes):
    at = at or timezone.now()
    return actions.open_ticket(actor=actor or by(), at=at, reporter=reporter, intake=intake(occurred_at=at, **changes))


def brought_to(state, **changes):
    """A ticket in Quận 1 in this state, by the shortest way."""
    ticket = opened(**changes)
    way = {
        State.NEW: [], State.FORWARDED: [], State.ACCEPTED: ["accept"], State.IN_PROGRESS: ["accept", "start"],
        State.WAITING: ["accept", "ask_citizen"], State.RETURNED: ["send_back"], State.RESOLVED: ["resolve"],
        State.CLOSED: ["resolve", "close"], State.REJECTED: ["reject"], State.REOPENED: ["resolve", "reopen"],
    }[state]
    for verb in way:
        ticket = actions.VERBS[verb](actor=by(), ticket_id=ticket.pk, **given_for(verb, ticket))
    if state is State.NEW:
        Ticket.objects.filter(pk=ticket.pk).update(state=State.NEW)
    return Ticket.objects.get(pk=ticket.pk)


def ready_for(verb, state):
    """A ticket in this state on which the verb may be made, whatever it asks beside the state."""
    if verb == "unmerge":
        return actions.merge(actor=by(), ticket_id=opened().pk, target=opened().pk)
    ticket = brought_to(state)
    owed = Promise.objects.filter(ticket=ticket, kind="result")
    if verb in ("extend", "refuse_extension"):
        owed.update(extension_asked_at=timezone.now(), extension_to=F("due_at") + timedelta(days=1))
    if verb == "refuse_reopening":
        Ticket.objects.filter(pk=ticket.pk).update(reopening_asked_at=timezone.now())
    if verb == "disclose":
        Ticket.objects.filter(pk=ticket.pk).update(hides_name=True)
    if verb == "withdraw":
        owed.update(due_at=timezone.now() - timedelta(days=1), withdrawn_at=None, paused_at=None,
                    unit=unit("760"))
    return ticket


def given_for(verb, ticket, cast=None):
    needs = {
        "unit": lambda: unit("778").pk, "note": lambda: "Lý do", "reply": lambda: "Trả lời",
        "assignee": lambda: cast.lan.pk if cast else None,
        "due_at": lambda: ticket.promises.last().due_at + timedelta(days=1),
        "score": lambda: 5, "target": lambda: opened().pk, "asked_by": lambda: "citizen",
        "promise": lambda: ticket.promises.first().pk,
    }
    given = {need: needs[need]() for need in MOVES[verb].needs}
    if verb == "edit":
        given["values"] = {"address": "14 Lê Lợi"}
    if verb == "join":
        given["reporter"] = {"name": "Bình", "phone": "+84900000002"}
    return given


def test_open_writes_ticket_promise_history_and_reporter_together(town):
    at = datetime(2026, 2, 10, 9, 0, tzinfo=HCMC)
    ticket = opened(at, {"name": "Nguyễn An", "phone": "+84900000001"})
    assert ticket.code.startswith("PHA2602") and len(ticket.code) == 15
    assert (ticket.state, ticket.unit) == (State.FORWARDED, unit("760"))
    promise = ticket.promises.get()
    assert promise.unit == unit("760") and promise.rule.code == "result-2025"
    # Ten calendar days from 10/02 end on 20/02, inside the Tết holidays of 14–22/02/2026: the first day after.
    assert promise.due_at.astimezone(HCMC) == datetime(2026, 2, 23, 17, 0, tzinfo=HCMC)
    assert ticket.due_at == promise.due_at
    assert [e.verb for e in ticket.events.order_by("pk")] == ["open", "forward"]
    assert ticket.events.get(verb="forward").data["rule"] == "by-area"
    reporter = Reporter.objects.get(ticket=ticket)
    assert (reporter.name, reporter.phone) == ("Nguyễn An", "+84900000001")
    assert FactChange.objects.filter(ticket_id=ticket.pk, before__isnull=True).count() == 1


def test_personal_data_is_stored_encrypted_only(town):
    ticket = opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone FROM feedback_reporter WHERE ticket_id = %s", [ticket.pk])
        stored = cursor.fetchone()
        cursor.execute("SELECT data::text FROM feedback_ticketevent WHERE ticket_id = %s", [ticket.pk])
        events = str(cursor.fetchall())
    assert "Nguyễn An" not in stored[0] and "900000001" not in stored[1]
    assert "900000001" not in events


def test_a_category_of_one_authority_goes_there_with_its_coordinators(town):
    ticket = opened(category_id=intake("chieu-sang-den-tat", occurred_at=None).category_id)
    assert ticket.unit.code == "HTKT"
    assert [u.code for u in ticket.coordinating.all()] == ["SAPULICO"]


def test_without_a_place_nobody_is_responsible_and_the_hotline_must_forward(town):
    ticket = opened(area_id=None)
    assert ticket.state == State.NEW
    assert ticket.unit.kind == Unit.Kind.UNASSIGNED
    ticket = actions.forward(actor=by(), ticket_id=ticket.pk, unit=unit("778").pk)
    assert ticket.state == State.FORWARDED
    assert ticket.promises.get(kind="result").unit == unit("778")


@pytest.mark.parametrize("verb", actions.VERBS)
def test_every_verb_does_what_its_row_says(verb, cast):
    move = MOVES[verb]
    for source in sorted(move.sources):
        ticket = ready_for(verb, source)
        moved = actions.VERBS[verb](actor=by(), ticket_id=ticket.pk, **given_for(verb, ticket, cast))
        stored = Ticket.objects.get(pk=ticket.pk)
        assert stored.state == (State.FORWARDED if verb == "unmerge" else move.target or source)
        assert stored.is_open == (stored.state in OPEN)
        assert moved.version == stored.version == ticket.version + 1
        event = stored.events.latest("pk")
        assert (event.verb, event.state_before, event.state_after) == (verb, source, stored.state)


@pytest.mark.parametrize("verb", actions.VERBS)
def test_every_verb_asks_who_acts(verb, cast):
    move = MOVES[verb]
    for name, person in vars(cast).items():
        source = sorted(move.sources)[0]
        ticket = ready_for(verb, source)
        if source is State.RETURNED:
            continue
        allowed = person.role in move.roles and (person.role not in ("unit_staff", "unit_leader") or name != "khoa")
        call = {"actor": by(person), "ticket_id": ticket.pk, **given_for(verb, ticket, cast)}
        if allowed:
            actions.VERBS[verb](**call)
        else:
            with pytest.raises(PermissionDenied):
                actions.VERBS[verb](**call)
            assert Ticket.objects.get(pk=ticket.pk).version == ticket.version


def test_a_stale_version_is_refused_and_tells_what_happened(cast):
    ticket = opened()
    actions.accept(actor=by(cast.lan), ticket_id=ticket.pk, version=ticket.version)
    with pytest.raises(actions.StaleTicket) as caught:
        actions.send_back(actor=by(cast.minh), ticket_id=ticket.pk, version=ticket.version, note="Không thuộc quận")
    assert [(e.verb, e.actor) for e in caught.value.events] == [("accept", cast.lan)]
    assert Ticket.objects.get(pk=ticket.pk).state == State.ACCEPTED


def test_a_repeated_request_changes_nothing(cast):
    request = uuid.uuid4()
    first = opened(actor=by(cast.tu, key=str(request)))
    again = opened(actor=by(cast.tu, key=str(request)))
    assert first.pk == again.pk and Ticket.objects.count() == 1
    move = uuid.uuid4()
    for _attempt in range(2):
        actions.accept(actor=by(cast.lan, key=str(move)), ticket_id=first.pk, version=first.version)
    assert TicketEvent.objects.filter(verb="accept").count() == 1


def test_a_pause_moves_the_promise_and_is_not_overdue(town):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    ticket = opened(at)
    due = ticket.due_at
    actions.accept(actor=by(), ticket_id=ticket.pk, at=at)
    actions.ask_citizen(actor=by(), ticket_id=ticket.pk, reply="Xin địa chỉ cụ thể", at=at + timedelta(days=1))
    late = due + timedelta(days=3)
    assert not Ticket.objects.overdue(late).exists()
    ticket = actions.resume(actor=by(), ticket_id=ticket.pk, note="Đã trả lời", at=at + timedelta(days=4))
    assert ticket.due_at > due
    assert ticket.paused_minutes == 3 * 480
    assert not Ticket.objects.overdue(due + timedelta(minutes=1)).exists()
    assert Ticket.objects.overdue(ticket.due_at).exists()


def test_reopening_makes_a_new_promise_and_the_old_verdict_stands(town):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    ticket = opened(at)
    actions.resolve(actor=by(), ticket_id=ticket.pk, reply="Đã xử lý", at=at + timedelta(days=1))
    ticket = actions.reopen(actor=by(), ticket_id=ticket.pk, asked_by="citizen", note="Chưa xong",
                            at=at + timedelta(days=3))
    old, new = ticket.promises.order_by("pk")
    assert old.met_at == at + timedelta(days=1)
    assert new.made_at == at + timedelta(days=3) and new.met_at is None
    assert ticket.resolved_at is None and ticket.due_at == new.due_at


def test_handing_over_keeps_the_citizens_date_and_moves_the_promise(town):
    ticket = opened()
    due = ticket.due_at
    ticket = actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit("778").pk, note="Thuộc Quận 7")
    assert (ticket.unit, ticket.due_at) == (unit("778"), due)
    assert ticket.promises.get().unit == unit("778")


def test_a_merge_is_told_on_both_and_can_be_undone_along_a_chain(cast):
    """First into second into third; taken back, all three stand as before, and each knows what happened."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    first, second, third = (opened(at, area="760") for _n in range(3))
    actions.accept(actor=by(cast.lan), ticket_id=first.pk, at=at)
    actions.assign(actor=by(cast.minh), ticket_id=first.pk, assignee=cast.lan.pk, at=at)
    actions.join(actor=by(), ticket_id=first.pk, reporter={"name": "Bình"}, at=at)
    before = Ticket.objects.get(pk=first.pk)
    day = timedelta(days=1)
    actions.merge(actor=by(), ticket_id=first.pk, target=second.pk, at=at + day)
    actions.merge(actor=by(), ticket_id=second.pk, target=third.pk, at=at + day)
    counts = Ticket.objects.order_by("pk").values_list("reporter_count", flat=True)
    assert list(counts) == [2, 3, 4]
    assert third.events.latest("pk").data["part"] == second.code
    undone = actions.unmerge(actor=by(cast.tu), ticket_id=first.pk, note="Nhầm", at=at + 3 * day)
    assert list(counts.all()) == [2, 1, 2]
    assert (undone.state, undone.unit, undone.assignee, undone.merged_into) == (
        before.state, before.unit, before.assignee, None)
    promise = undone.promises.get()
    assert promise.withdrawn_at is None and promise.due_at == before.due_at + 4 * day  # two days on, over a weekend
    for other in (second, third):
        other.refresh_from_db()
        assert other.events.latest("pk").verb == "release" and other.version == other.events.latest("pk").version
    with pytest.raises(IllegalMove):
        actions.unmerge(actor=by(), ticket_id=second.pk, note="Nhầm", at=at + 30 * day)  # too late
    with pytest.raises(IllegalMove):
        actions.unmerge(actor=by(), ticket_id=first.pk, note="Nhầm", at=at + 3 * day)


def test_time_merged_while_waiting_is_counted_once(town):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    first, second = opened(at), opened(at)
    hour, day = timedelta(hours=1), timedelta(days=1)
    actions.accept(actor=by(), ticket_id=first.pk, at=at)
    actions.ask_citizen(actor=by(), ticket_id=first.pk, reply="Ở đâu?", at=at)
    actions.merge(actor=by(), ticket_id=first.pk, target=second.pk, at=at + hour)
    back = actions.unmerge(actor=by(), ticket_id=first.pk, note="Nhầm", at=at + day)
    assert (back.state, back.paused_at) == (State.WAITING, at)
    back = actions.resume(actor=by(), ticket_id=first.pk, note="Đây", at=at + 2 * day)
    assert back.paused_minutes == back.promises.get().stopped_minutes == 2 * 480


def test_what_was_merged_is_parted_not_reopened(town):
    first, second = opened(), opened()
    actions.merge(actor=by(), ticket_id=first.pk, target=second.pk)
    with pytest.raises(IllegalMove):
        actions.reopen(actor=by(), ticket_id=first.pk, asked_by="citizen", note="Chuyện khác")
    actions.unmerge(actor=by(), ticket_id=first.pk, note="Chuyện khác")
    second.refresh_from_db()
    assert second.reporter_count == 1


def test_reopening_has_an_end(town):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    ticket = opened(at)
    actions.resolve(actor=by(), ticket_id=ticket.pk, reply="Xong", at=at)
    with pytest.raises(IllegalMove):
        actions.reopen(actor=by(), ticket_id=ticket.pk, asked_by="citizen", note="x", at=at + timedelta(days=60))


def test_nobody_decides_for_the_unit_they_work_in(cast):
    """A supervisor who also works in Quận 1 grants it no extension and withdraws none of its dates."""
    asked = ready_for("extend", State.ACCEPTED)
    for person in (cast.sau, cast.ha):
        assert access.may(by(person), "extend", asked)
    Membership.objects.create(user=cast.sau, unit=unit("760"), role="unit_staff", valid_from=date(2021, 1, 1),
                              is_active=False)
    for verb in ("extend", "refuse_extension", "withdraw"):
        assert not access.may(by(cast.sau), verb, asked)
        assert verb not in {move.verb for move in access.legal_moves(by(cast.sau), asked)}
    with pytest.raises(PermissionDenied):
        actions.extend(actor=by(cast.sau), ticket_id=asked.pk)
    assert actions.extend(actor=by(cast.ha), ticket_id=asked.pk).due_at > asked.due_at


def test_the_hotline_excuses_neither_itself_nor_a_unit_of_its_own(cast):
    """What the row "unassigned" owes is not withdrawn; nor what a unit owes that the supervisor also works in, though
    another unit has the ticket by now."""
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    slow = opened(at, area_id=None)
    late = slow.due_at + timedelta(days=1)
    for promise in slow.promises.all():
        with pytest.raises(IllegalMove):
            actions.withdraw(actor=by(cast.sau), ticket_id=slow.pk, promise=promise.pk, note="x", at=late)
    moved = opened(at)
    moved = actions.transfer(actor=by(), ticket_id=moved.pk, unit=unit("778").pk, note="x", at=late)
    owed = moved.promises.get(unit=unit("760"))
    Membership.objects.create(user=cast.sau, unit=unit("760"), role="unit_staff", valid_from=date(2021, 1, 1),
                              is_active=False)
    with pytest.raises(PermissionDenied):
        actions.withdraw(actor=by(cast.sau), ticket_id=moved.pk, promise=owed.pk, note="x", at=late)


def test_the_citizen_is_read_the_date_of_the_answer_not_the_hotlines_minutes(town):
    at = timezone.now()
    waiting = opened(at, area_id=None)
    read_aloud = receipts.receipt(Ticket.objects.get(pk=waiting.pk))
    assert waiting.promises.count() == 2 and read_aloud["due"] == waiting.due_at > at + timedelta(days=5)


def test_a_withdrawn_late_date_is_listed_and_the_next_one_counts(town):
    at = datetime(2026, 3, 2, 9, 0, tzinfo=HCMC)
    ticket = opened(at)
    late = ticket.due_at + timedelta(hours=1)
    for code in ("778", "760"):
        ticket = actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit(code).pk, note="x", at=late)
    first, second = ticket.promises.filter(unit=unit("760")).order_by("pk")
    assert (first.counts, second.counts) == (True, False)
    actions.withdraw(actor=by(), ticket_id=ticket.pk, promise=first.pk, note="Không thuộc Thành phố", at=late)
    second.refresh_from_db()
    assert second.counts
    found = definitions.figures([unit("760").pk, rulebook().city_id], Period(late.date(), late.date()), late)
    assert [figures.withdrawn_late for figures in found.values()] == [1, 1]


def test_rejecting_and_merging_withdraw_the_promise(town):
    rejected = opened()
    actions.reject(actor=by(), ticket_id=rejected.pk, reply="Không thuộc phạm vi 1022")
    target, merged = opened(), opened()
    actions.merge(actor=by(), ticket_id=merged.pk, target=target.pk)
    assert Promise.objects.filter(withdrawn_at__isnull=False).count() == 2
    target.refresh_from_db()
    assert target.reporter_count == 2


def test_handling_time_is_working_minutes_without_pauses(town):
    at = datetime(2026, 3, 5, 16, 0, tzinfo=HCMC)  # Thursday, one working hour left
    ticket = opened(at)
    ticket = actions.resolve(actor=by(), ticket_id=ticket.pk, reply="Xong", at=at + timedelta(days=1))
    assert ticket.handling_minutes == 60 + 420  # until 16:00 on Friday, lunch taken out


def test_words_lie_apart_from_events(town):
    ticket = opened()
    actions.note(actor=by(), ticket_id=ticket.pk, note="Gọi lại cho bà Tám")
    actions.resolve(actor=by(), ticket_id=ticket.pk, reply="Đã xử lý xong")
    assert list(EventText.objects.order_by("pk").values_list("words", "is_public")) == [
        ("Gọi lại cho bà Tám", False), ("Đã xử lý xong", True),
    ]
    assert "Tám" not in str(list(TicketEvent.objects.values_list("data")))


def test_a_unit_that_no_longer_exists_is_refused(town):
    ticket = opened()
    gone = Unit.objects.get(code="SGTVT")
    with pytest.raises(IllegalMove) as caught:
        actions.transfer(actor=by(), ticket_id=ticket.pk, unit=gone.pk, note="x")
    assert "unit" in caught.value.errors


def test_only_people_of_the_unit_are_assigned(cast):
    ticket = opened()
    with pytest.raises(IllegalMove) as caught:
        actions.assign(actor=by(cast.minh), ticket_id=ticket.pk, assignee=cast.khoa.pk)
    assert "assignee" in caught.value.errors
    assert actions.assign(actor=by(cast.minh), ticket_id=ticket.pk, assignee=cast.lan.pk).assignee == cast.lan


def test_later_rules_do_not_rewrite_old_promises(town):
    ticket = opened()
    due = ticket.promises.get().due_at
    DeadlineRule.objects.filter(code="result-2025").update(amount=3)
    rulebook.clear()
    assert opened().promises.get().due_at < due
    actions.accept(actor=by(), ticket_id=ticket.pk)
    assert ticket.promises.get().due_at == due


def test_the_list_and_the_single_answer_agree(cast):
    """`visible_to` and `may(view)` for the whole cast over tickets here, elsewhere, shared, unassigned, of others."""
    tickets = [opened(), opened(area_id=unit("778").pk), opened(area_id=None),
               opened(category_id=intake("chieu-sang-den-tat", occurred_at=None).category_id)]
    tickets[1].coordinating.add(unit("760"))
    seen = {}
    for name, person in vars(cast).items():
        visible = set(Ticket.objects.visible_to(by(person)).values_list("pk", flat=True))
        assert visible == {t.pk for t in tickets if access.may(by(person), "view", t)}, name
        seen[name] = len(visible)
    assert seen == {"lan": 3, "minh": 3, "khoa": 1, "tu": 4, "sau": 4, "ha": 4, "phuc": 4, "quan": 0, "nobody": 0}
