"""What time alone brings about, as jobs of the system; each is safe to run twice, late, or to be killed."""

from celery import shared_task
from django.db.models import Q
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import UNIT
from feedback import actions, journal, readings
from feedback.listing import jobs
from feedback.models import Promise, Ticket
from feedback.rules import promises
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import WITH_UNIT, IllegalMove


@shared_task(name="feedback.tasks.end_waiting", ignore_result=True)
def end_waiting():
    """Bring back the tickets whose citizen was waited for as long as the rule allows. Their clocks have run since that
    moment, however late this is done."""
    now, book, job = timezone.now(), rulebook(), Actor.system("waiting", "beat")
    asked = Ticket.objects.open().filter(paused_at__isnull=False)  # the few open ones lead to their promises
    waiting = Promise.objects.filter(ticket__in=asked, paused_at__isnull=False, withdrawn_at=None)
    for promise in waiting.select_related("ticket").defer("ticket__search", "ticket__body"):
        until = promises.waits_until(promise, promise.ticket, promise.paused_at, book)
        if until is not None and until <= now:
            try:
                actions.stop_waiting(actor=job, ticket_id=promise.ticket_id, version=promise.ticket.version)
            except (IllegalMove, actions.StaleTicket):
                continue  # somebody was faster


@shared_task(name="feedback.tasks.write_files", ignore_result=True)
def write_files():
    """Lists that were ordered as files; woken by each order, and once a minute for what was left."""
    jobs.forget()
    jobs.write_all()


@shared_task(name="feedback.tasks.forget_journal", ignore_result=True)
def forget_journal():
    """Once a day: changes that other systems should long have read, and who read what long ago."""
    journal.forget(timezone.now())
    readings.forget(timezone.now())


@shared_task(name="feedback.tasks.release_assignees", ignore_result=True)
def release_assignees():
    """Once a day: open tickets of people who work for the unit no more, in none of their roles, go back among those
    that nobody has taken."""
    book, job = rulebook(), Actor.system("release", "beat")
    working = Membership.objects.valid().filter(role__in=UNIT, user__is_active=True)
    places: dict[int, set] = {}
    for user_id, unit_id in working.values_list("user_id", "unit_id"):
        places.setdefault(user_id, set()).add(unit_id)
    held = Ticket.objects.open().filter(~Q(assignee=None), state__in=WITH_UNIT)
    for pk, assignee, unit_id, version in held.values_list("pk", "assignee_id", "unit_id", "version"):
        if places.get(assignee, set()).isdisjoint(book.area_line(unit_id)):
            try:
                actions.unassign(actor=job, ticket_id=pk, version=version)
            except (IllegalMove, actions.StaleTicket):
                continue
