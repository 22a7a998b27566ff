"""A request sent again: per actor, with its content, also fifty times at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts import keys
from accounts.models import SentRequest
from feedback import actions
from feedback.models import Ticket, TicketEvent
from hcmc_ioc.lib.text import spoken_code
from tests.city import by, intake
from tests.feedback.calls import call
from tests.feedback.pages import move, read, signed_in
from tests.feedback.test_actions import opened


@pytest.mark.django_db(transaction=True)
def test_fifty_submits_of_one_report_at_once_make_one_ticket_and_equal_answers(cast):
    form = call()
    clients = [signed_in(Client(), cast.tu) for _ in range(50)]

    def send(client):
        try:
            answer = client.post(reverse("intake"), form)
            return answer.status_code, answer.headers.get("Location")
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        answers = set(pool.map(send, clients))
    assert answers == {(302, f"{reverse('intake')}?saved={Ticket.objects.get().code}")}
    assert TicketEvent.objects.filter(verb="open").count() == 1


@pytest.mark.django_db
def test_anothers_key_is_unknown(client, cast):
    form = call()
    first = signed_in(client, cast.tu).post(reverse("intake"), form)
    other = form | {"body": "Một phản ánh khác hẳn của người khác."}
    second = signed_in(Client(), cast.sau).post(reverse("intake"), other)
    assert second.status_code == 302 and first.url != second.url and Ticket.objects.count() == 2


@pytest.mark.django_db
def test_the_same_key_with_other_content_is_refused_and_nothing_is_dropped(client, cast):
    form = call()
    tu = signed_in(client, cast.tu)
    tu.post(reverse("intake"), form)
    other = tu.post(reverse("intake"), form | {"body": "Cây ngã trước số 5 Lê Lợi, chắn hết đường."})
    code = spoken_code(Ticket.objects.get().code)
    assert other.status_code == 409 and code in read(other) and "Cây ngã trước số 5" in read(other)
    fresh = str(other.context["form"].data["request_id"])
    assert fresh != form["request_id"]
    assert tu.post(reverse("intake"), form | {"body": "Cây ngã trước số 5 Lê Lợi, chắn hết đường.",
                                               "request_id": fresh}).status_code == 302
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_a_move_s_key_with_other_words_is_refused_in_words(client, cast):
    ticket, key = opened(), str(uuid4())
    lan = signed_in(client, cast.lan)
    assert move(lan, ticket, "note", note="Đã gọi", request_id=key).status_code == 302
    again = move(lan, ticket, "note", note="Đã gọi", request_id=key)
    assert again.status_code == 302
    other = move(lan, ticket, "note", note="Chưa gọi được", request_id=key)
    assert other.status_code == 409 and "đã được ghi nhận với nội dung khác" in read(other)
    assert "Chưa gọi được" in read(other) and ticket.events.filter(verb="note").count() == 1


@pytest.mark.django_db
def test_a_refused_sending_frees_its_key(cast):
    actor = by(cast.lan, key="k", fingerprint="f")
    ticket = opened()
    with pytest.raises(actions.StaleTicket):
        actions.accept(actor=actor, ticket_id=ticket.pk, version=1)
    assert not SentRequest.objects.exists()
    actions.accept(actor=actor, ticket_id=ticket.pk)
    assert keys.answer(actor) == {"ticket": ticket.pk}


@pytest.mark.django_db
def test_keys_are_forgotten_after_seven_days(cast):
    actions.open_ticket(actor=by(cast.tu, key="k"), intake=intake(occurred_at=timezone.now()))
    assert keys.forget(timezone.now() + timedelta(days=6)) == 0
    assert keys.forget(timezone.now() + timedelta(days=8)) == 1
