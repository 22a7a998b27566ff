"""Webhooks to a real receiver: signed, in order, at least once; slow and dead ones hold up nobody."""

import json
import re
import threading
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import clients
from accounts.models import Client
from feedback import actions
from feedback.models import Ticket
from hooks import delivery, hooks, posting, taking
from hooks.models import Delivery, Hook
from hooks.posting import signature
from live import feed
from live.models import Handover
from tests.city import by, unit
from tests.feedback.test_actions import opened
from tests.hooks.conftest import Receiver, hook_of, is_signed, note, told

pytestmark = pytest.mark.django_db
WAITING, DELIVERED, DEAD = Delivery.State.WAITING, Delivery.State.DELIVERED, Delivery.State.DEAD


@pytest.fixture
def clock():
    """`clock(hours=2)`: two hours later."""
    with time_machine.travel(timezone.now(), tick=True) as traveller:
        yield lambda **later: traveller.shift(timedelta(**later))


def states() -> list[tuple]:
    return list(Delivery.objects.order_by("pk").values_list("state", "tries"))


# --- What is sent


def test_the_signature_is_that_of_the_standard():
    """A message signed by others, from the tests of the standard's own libraries."""
    made = signature("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330,
                     b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_an_event_comes_signed_with_the_ticket_as_it_stands(systems, receiver):
    hook = hook_of(systems.q1, receiver)
    ticket = opened()
    actions.accept(actor=by(), ticket_id=ticket.pk)
    assert told() == 3
    assert [message.type for message in receiver.got] == ["ticket.open", "ticket.forward", "ticket.accept"]
    last = receiver.got[-1]
    assert all(is_signed(message, hook.secret_shown) for message in receiver.got)
    assert not is_signed(last, "whsec_" + "A" * 44)
    assert last.data["verb"] == "accept" and last.data["ticket"]["state"] == "accepted"
    assert last.data["ticket"]["code"] == ticket.code and last.timestamp.endswith("Z")
    assert last.headers["Content-Type"].startswith("application/json") and last.path == "/in?a=1"
    assert last.headers["Host"] == receiver.url.split("/")[2]
    assert len({message.headers["Webhook-Id"] for message in receiver.got}) == 3
    assert told() == 0 and {state for state, _tries in states()} == {DELIVERED}


def test_only_the_events_that_are_wanted_come(systems, receiver):
    hook_of(systems.q1, receiver, ["accept", "resolve"])
    actions.accept(actor=by(), ticket_id=opened().pk)
    told()
    assert [message.type for message in receiver.got] == ["ticket.accept"]


def test_no_phone_number_and_no_name_of_a_reporter_is_sent_or_kept(systems, receiver):
    hook_of(systems.q1, receiver)
    ticket = opened(reporter={"name": "Nguyễn Thị Giấu", "phone": "+84901234567"}, hides_name=True,
                    body="Gọi 0901 234 567 gặp tôi. Hàng quán lấn chiếm.", address="Số 5, điện thoại 0901234567")
    note(ticket, "Đã gọi 0901.234.567")
    told()
    sent = b" ".join(message.body for message in receiver.got).decode()
    assert "Đã gọi" in sent and "901234567" not in re.sub(r"[ .]", "", sent) and "Giấu" not in sent
    assert "Đã gọi" not in json.dumps(list(Delivery.objects.values()), default=str)


def test_nothing_of_another_unit_is_sent(systems, receiver):
    hook_of(systems.q1, receiver)
    hook_of(systems.q3, other := Receiver())
    mine, theirs = opened(), opened(area="778", lat=None, lon=None)
    told()
    other.close()
    assert {code for code, _version in receiver.versions} == {mine.code}
    assert {code for code, _version in other.versions} == {theirs.code}


def handed_on(ticket, to="778"):
    return actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit(to).pk, note="Lý do kín")


@pytest.mark.parametrize("told_before", [True, False])
def test_a_ticket_that_is_handed_on_leaves_once_without_words(systems, receiver, told_before):
    hook_of(systems.q1, receiver)
    ticket = opened()
    Ticket.objects.filter(pk=ticket.pk).update(area=None)
    if told_before:
        told()
    else:
        feed.take_all(taking.NAME)  # on its way, but not sent yet
    receiver.got.clear()
    ticket = handed_on(ticket)
    told()
    note(ticket, "Của đơn vị mới")
    told()
    assert [(m.type, m.data) for m in receiver.got] == [
        ("ticket.left", {"ticket": {"code": ticket.code, "version": ticket.version, "left": True}})]
    handed_on(ticket, "760")
    told()
    assert receiver.got[-1].type == "ticket.transfer" and receiver.got[-1].data["ticket"]["unit"] == "760"


# --- Order, failures, back-off


def test_the_events_of_one_ticket_come_in_order_and_tickets_side_by_side(systems, receiver):
    hook_of(systems.q1, receiver)
    tickets = [opened() for _ in range(6)]
    gate = threading.Barrier(6, timeout=30)  # opens only when six are under way together
    receiver.answer = lambda message: (lambda: gate.wait() and 200 or 200) if message["type"] == "ticket.open" else 200
    for _n in range(4):
        for ticket in tickets:
            note(ticket)
    told()
    for ticket in tickets:
        mine = [version for code, version in receiver.versions if code == ticket.code]
        assert mine == [1, 2, 3, 4, 5, 6]
    assert 6 <= receiver.most_together <= delivery.PARALLEL


def test_one_that_fails_holds_up_its_own_ticket_alone(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    bad, good = opened(), opened()
    receiver.answer = lambda message: 500 if message["data"]["ticket"]["code"] == bad.code else 200
    note(bad), note(good)
    assert told() == 4
    assert [version for code, version in receiver.versions if code == good.code] == [1, 2, 3]
    assert Delivery.objects.filter(ticket=bad).order_by("pk").values_list("state", "tries", "status", "error")[0] == (
        WAITING, 1, 500, "status")
    receiver.answer = 200
    assert told() == 0, "its time has not come"
    clock(seconds=6)
    assert told() == 3
    assert [version for code, version in receiver.versions if code == bad.code] == [1, 1, 2, 3]
    again = [m.headers["Webhook-Id"] for m in receiver.got if m.data["ticket"]["code"] == bad.code]
    assert again[0] == again[1] != again[2], "a message tried again is the same message"


def test_after_two_days_it_is_dead_and_the_next_goes(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    poison, fine = opened(), opened(area="760", lat=None, lon=None)
    receiver.answer = lambda message: 200 if message["data"].get("version") != 1 else 500
    told()
    begun, rounds = timezone.now(), 0
    Delivery.objects.filter(ticket=fine).delete()
    while row := Delivery.objects.filter(ticket=poison, state=WAITING).first():
        clock(seconds=max(0, (row.next_try_at - timezone.now()).total_seconds()) + 6)
        told()
        rounds += 1
        assert rounds < 20
    first, second = Delivery.objects.filter(ticket=poison).order_by("pk")
    assert (first.state, first.tries) == (DEAD, len(hooks.DELAYS) + 1)
    assert second.state == DELIVERED and second.tries == 1
    assert timedelta(hours=40) < timezone.now() - begun < timedelta(hours=60)


def test_a_receiver_that_comes_back_after_a_day_gets_everything_in_order(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    receiver.answer = 503
    ticket = opened()
    told()
    for _n in range(3):
        clock(hours=8)
        note(ticket)
        told()
    receiver.answer = 200
    receiver.got.clear()
    clock(hours=11)
    told()
    assert receiver.versions == [(ticket.code, version) for version in (1, 2, 3, 4, 5)]
    assert Hook.objects.get().failing_since is None


def test_after_an_outage_nothing_waits_for_hours(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    receiver.answer = 503
    ticket = opened()
    told()
    clock(hours=30)
    Delivery.objects.update(tries=8, next_try_at=timezone.now() + timedelta(hours=10))
    receiver.answer = 200
    other = opened()
    told()
    assert {code for code, _version in receiver.versions[-4:]} == {ticket.code, other.code}
    assert not Delivery.objects.filter(state=WAITING).exists()


def test_a_receiver_that_asks_for_time_gets_it(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    receiver.answer, receiver.headers = 429, {"Retry-After": "3600"}
    opened()
    told()
    clock(minutes=50)
    assert told() == 0
    clock(minutes=11)
    assert told() == 1


def test_a_dead_receiver_is_tried_with_one_message_until_it_answers(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    receiver.answer = 503
    for _n in range(30):
        opened()
    assert delivery.PARALLEL <= told() < 2 * delivery.PARALLEL, "after so many failures in a row the batch ends"
    clock(seconds=5.1)
    assert told() == 1
    receiver.answer = 200
    clock(seconds=10)
    assert told() >= 50
    clock(minutes=2)
    told()
    assert set(states()) <= {(DELIVERED, 1), (DELIVERED, 2), (DELIVERED, 3)}


def test_who_is_gone_is_told_nothing_more(systems, receiver):
    hook = hook_of(systems.q1, receiver)
    receiver.answer = 410
    opened()
    told()
    hook.refresh_from_db()
    assert (hook.is_active, hook.ended_why) == (False, Hook.Ended.GONE)
    count = len(receiver.got)
    opened()
    assert told() == 0 and len(receiver.got) == count and Delivery.objects.count() == 2


def test_after_five_days_in_vain_it_is_switched_off_and_can_go_on(systems, receiver, clock):
    hook = hook_of(systems.q1, receiver)
    receiver.answer = 500
    ticket = opened()
    told()
    for _n in range(3):
        clock(hours=39)
        note(ticket)
        told()
        hook.refresh_from_db()
        assert hook.is_active
    clock(hours=12)
    note(ticket)
    told()
    hook.refresh_from_db()
    assert (hook.is_active, hook.ended_why) == (False, Hook.Ended.FAILING)
    receiver.answer = 200
    hooks.resume(hook)
    assert told() >= 1
    hook.refresh_from_db()
    assert hook.is_active and hook.failing_since is None


# --- Receivers that do harm


@pytest.mark.parametrize(("answer", "error"), [(301, "redirect"), (307, "redirect"), (404, "status")])
def test_nothing_but_2xx_is_received_and_no_redirect_is_followed(systems, receiver, answer, error):
    hook_of(systems.q1, receiver)
    receiver.answer, receiver.headers = answer, {"Location": receiver.url}
    hooks.test(Hook.objects.get())
    assert told() == 1 and len(receiver.got) == 1
    assert (Delivery.objects.get().error, Delivery.objects.get().status) == (error, answer)


def test_a_slow_receiver_is_left_after_its_time(systems, receiver, monkeypatch):
    monkeypatch.setattr(posting, "TIMEOUT", 0.3)
    hook_of(systems.q1, receiver)
    gate = threading.Event()
    receiver.answer = lambda _message: lambda: gate.wait(60) and 200 or 200
    hooks.test(Hook.objects.get())
    told()
    gate.set()
    row = Delivery.objects.get()
    assert (row.error, row.status, row.state) == ("timeout", None, WAITING) and row.duration_ms >= 300


def test_a_receiver_that_is_not_there(systems, receiver):
    hook_of(systems.q1, receiver)
    receiver.close()
    hooks.test(Hook.objects.get())
    told()
    assert Delivery.objects.get().error == "connect"


def test_of_an_endless_answer_little_is_read(systems, receiver):
    hook_of(systems.q1, receiver)
    receiver.headers = {"Content-Length": "99999999999"}
    hooks.test(Hook.objects.get()), hooks.test(Hook.objects.get())
    assert told() == 2
    assert set(states()) == {(DELIVERED, 1)}


@pytest.mark.django_db(transaction=True)
def test_a_slow_receiver_holds_up_no_other(systems, receiver, monkeypatch):
    """Two workers: while one waits for the slow one, the other hook's messages arrive."""
    hook_of(systems.q1, receiver)
    hook_of(systems.q1, slow := Receiver())
    gate = threading.Event()
    slow.answer = lambda _message: lambda: gate.wait(60) and 200 or 200
    ticket = opened()
    feed.take_all(taking.NAME)
    delivery.start()
    try:
        for n in range(3):
            note(ticket, str(n))
            feed.take_all(taking.NAME)
            delivery.start()
            wait_until(lambda n=n: len(receiver.got) == 3 + n)
    finally:
        gate.set()
        slow.close()
        wait_until(lambda: delivery._room._value == delivery.THREADS)
    assert len(slow.got) >= 1


def wait_until(condition):
    from tests.patience import wait_for

    wait_for(condition)


# --- Who is told no more, who is killed


def test_the_hooks_of_a_revoked_client_stop(systems, receiver):
    hook_of(systems.q1, receiver)
    opened()
    feed.take_all(taking.NAME)
    clients.revoke(systems.q1)
    opened()
    assert told() == 0 and not receiver.got and Delivery.objects.count() == 2
    Client.objects.update(revoked_at=None, scopes="tickets:read")
    assert told() == 0


def test_a_killed_worker_loses_nothing(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    opened()
    feed.take_all(taking.NAME)
    assert hooks.claim(timezone.now()) is not None  # and that is the last that was heard of it
    assert told() == 0 and not receiver.got
    clock(seconds=61)
    assert told() == 2 and set(states()) == {(DELIVERED, 1)}


def test_a_worker_that_slept_through_its_lease_changes_nothing(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    hooks.test(Hook.objects.get())
    sleeper = hooks.claim(timezone.now())
    rows = hooks.due(sleeper, timezone.now())
    clock(seconds=61)
    told()
    another = hooks.test(Hook.objects.get())
    held = hooks.claim(timezone.now())
    hooks.settle(sleeper, [(rows[0], posting.Answer("timeout"))], [])
    assert Delivery.objects.get(pk=rows[0].pk).state == DELIVERED
    assert Hook.objects.get().leased_until == held.leased_until, "the other one still holds it"
    assert Delivery.objects.get(pk=another.pk).state == WAITING


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_time_send_each_message_once(systems, receiver):
    hook_of(systems.q1, receiver)
    tickets = [opened() for _ in range(10)]
    for ticket in tickets:
        note(ticket)
    feed.take_all(taking.NAME)
    for _n in range(6):
        delivery.start()
    wait_until(lambda: delivery._room._value == delivery.THREADS)
    assert len(receiver.got) == len(set(receiver.versions)) == 30


# --- Replay, and the least work


def test_a_dead_message_is_sent_again(systems, receiver):
    hook_of(systems.q1, receiver)
    opened()
    told()
    Delivery.objects.update(state=DEAD, tries=11)
    assert hooks.replay(Delivery.objects.filter(state=DEAD)) == 2
    receiver.got.clear()
    told()
    assert [version for _code, version in receiver.versions] == [1, 2] and set(states()) == {(DELIVERED, 1)}


def test_where_nobody_has_a_hook_next_to_nothing_is_done(systems, django_assert_num_queries):
    ticket = opened()
    feed.take_all(taking.NAME)
    note(ticket)
    changes = [feed.Change("ticket", row.object_id, row.at) for row in Handover.objects.filter(taker=taking.NAME)]
    with django_assert_num_queries(1):
        taking.work(changes)
    assert not Delivery.objects.exists()


def test_the_log_of_long_ago_is_forgotten(systems, receiver, clock):
    hook_of(systems.q1, receiver)
    opened()
    told()
    dead = hooks.test(Hook.objects.get())
    Delivery.objects.filter(pk=dead.pk).update(state=DEAD, done_at=timezone.now())
    clock(days=31)
    assert hooks.forget(timezone.now()) == 2
    clock(days=60)
    assert hooks.forget(timezone.now()) == 1
