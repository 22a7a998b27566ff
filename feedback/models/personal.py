"""Personal data beside the tickets: what an operator is typing, and who read what."""

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.actors import Kind as ActorKind
from feedback.models.tickets import Ticket
from hcmc_ioc.lib.crypto import EncryptedTextField


class Draft(models.Model):
    """What an operator is typing, saved as they type; encrypted whole, because it holds a caller's data."""

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts")
    fields = EncryptedTextField()
    updated_at = models.DateTimeField(auto_now=True)


class Reading(models.Model):
    """Who read what citizens said or who they are, when, from where and why (`feedback.readings`, the only writer).
    Never edited; it ends with its time alone."""

    class Kind(models.TextChoices):
        CONTACT = "contact", _("Xem thông tin người phản ánh")
        FILE = "file", _("Tải tệp")
        API = "api", _("Đọc qua API")

    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.CONTACT, db_default=Kind.CONTACT)
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices, default=ActorKind.PERSON,
                                  db_default=ActorKind.PERSON)
    actor_ref = models.CharField(max_length=40, blank=True, default="", db_default="")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, null=True)
    reason = models.CharField(max_length=120, blank=True, db_default="")
    asked = models.TextField(blank=True, db_default="")  # of a list: what it was narrowed by
    rows = models.PositiveIntegerField(null=True)  # so many tickets, where that is known
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("lần đọc dữ liệu")
        verbose_name_plural = _("nhật ký đọc dữ liệu")
        indexes = [BrinIndex(fields=["at"], name="reading_at", autosummarize=True)]
