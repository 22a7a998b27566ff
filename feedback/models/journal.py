"""Changes of tickets: what they change in the figures, and the order in which they became known."""

from django.db import models
from django.utils import timezone

from districts.models import Unit
from feedback.models.tickets import Ticket


class JournalEntry(models.Model):
    """One change of a ticket, under a number that no later change comes before (`feedback.journal`, its only writer).
    Units and areas say who could see it until then, and since. `stamp` is chance: after a restore the numbers come
    again, and a cursor of before is recognised as not of this history."""

    number = models.BigIntegerField(primary_key=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveIntegerField()
    unit_before = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    unit_after = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    area_before = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    area_after = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    stamp = models.IntegerField()
    at = models.DateTimeField(default=timezone.now, db_index=True)


class FactChange(models.Model):
    """The outbox: what an event changed in the facts that figures count, until the fold has taken it.

    `before` is null for a new ticket; see `feedback.rules.facts` for the shape.
    """

    ticket_id = models.BigIntegerField()
    before = models.JSONField(null=True)
    after = models.JSONField()
    at = models.DateTimeField(default=timezone.now)  # how old the figures are is read from the oldest row
