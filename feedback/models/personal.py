"""Personal data beside the tickets: what an operator is typing, and who looked at whose contact data."""

import uuid

from django.conf import settings
from django.db import models

from accounts.actors import Kind
from feedback.models.tickets import Ticket
from hcmc_ioc.lib.crypto import EncryptedTextField


class Draft(models.Model):
    """What an operator is typing, saved as they type; encrypted whole, because it holds a caller's data."""

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    fields = EncryptedTextField()
    updated_at = models.DateTimeField(auto_now=True)


class ContactView(models.Model):
    """Who read whose contact data, when and why. Never edited, never deleted."""

    actor_kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON, db_default=Kind.PERSON)
    actor_ref = models.CharField(max_length=40, blank=True, default="", db_default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT)
    reason = models.CharField(max_length=120)
    at = models.DateTimeField(auto_now_add=True)
