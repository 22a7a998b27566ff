"""What time alone brings about."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from accounts.models import Membership
from feedback import actions, tasks
from feedback.models import Promise, Ticket
from feedback.rules.workflow import State
from tests.city import by, unit
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db


def test_who_was_waited_for_long_enough_is_waited_for_no_more(town):
    waiting, patient = brought_to(State.WAITING), brought_to(State.WAITING)
    long_ago = timezone.now() - timedelta(days=20)
    Promise.objects.filter(ticket=waiting).update(paused_at=long_ago, due_at=long_ago + timedelta(days=5))
    Ticket.objects.filter(pk=waiting.pk).update(paused_at=long_ago)
    for _again in range(2):
        tasks.end_waiting()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.paused_at, waiting.paused_minutes) == (State.IN_PROGRESS, None, 5 * 480)
    assert waiting.events.filter(verb="stop_waiting", actor_kind="system", actor_ref="waiting").count() == 1
    assert Ticket.objects.get(pk=patient.pk).state == State.WAITING


def test_tickets_of_people_who_are_gone_are_to_be_taken_again(cast):
    """Without any membership over the unit; one of another role there is enough to keep them."""
    ticket, kept = opened(), opened()
    for person, own in ((cast.lan, ticket), (cast.minh, kept)):
        actions.accept(actor=by(), ticket_id=own.pk)
        actions.assign(actor=by(), ticket_id=own.pk, assignee=person.pk)
    Membership.objects.filter(user__in=[cast.lan, cast.minh]).update(valid_to=date(2021, 2, 1), is_active=False)
    Membership.objects.create(user=cast.minh, unit=unit("760"), role="unit_staff", valid_from=date(2021, 1, 1))
    for _again in range(2):
        tasks.release_assignees()
    ticket.refresh_from_db(), kept.refresh_from_db()
    assert (ticket.state, ticket.assignee) == (State.FORWARDED, None) and ticket.accepted_at
    assert ticket.events.filter(verb="unassign").count() == 1
    assert (kept.state, kept.assignee) == (State.ACCEPTED, cast.minh)
