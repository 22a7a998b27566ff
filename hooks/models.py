"""Where other systems want to be told of changes, and what was or will be sent there."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Client
from feedback.models import Ticket, TicketEvent
from hcmc_ioc.lib.crypto import EncryptedTextField


class Hook(models.Model):
    """An address of a client, told of the changes of its unit's tickets. `hooks.hooks` is the only writer.

    One worker at a time sends for a hook: it holds the lease, and who finds it run out takes over.
    """

    class Ended(models.TextChoices):
        CLIENT = "client", _("hệ thống nhận tự tắt")
        PERSON = "person", _("quản trị viên tắt")
        GONE = "gone", _("nơi nhận trả lời 410: không nhận nữa")
        FAILING = "failing", _("năm ngày liền không gửi được")

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="hooks")
    url = models.CharField(max_length=500)
    verbs = models.JSONField(default=list)  # which events; empty: all
    secret = EncryptedTextField()
    old_secret = EncryptedTextField(blank=True, default="", db_default="")
    old_until = models.DateTimeField(null=True)  # until then it signs beside the new one: nothing need be refused
    is_active = models.BooleanField(default=True)
    ended_why = models.CharField(max_length=10, choices=Ended.choices, blank=True)
    ended_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    failing_since = models.DateTimeField(null=True)  # nothing got through since
    served_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)

    def secrets(self, now: datetime) -> list[str]:
        """Those that sign a message now, the newest first."""
        return [self.secret, self.old_secret] if self.old_until and self.old_until > now else [self.secret]


class DeliveryQuerySet(models.QuerySet):
    def due(self, now: datetime) -> "DeliveryQuerySet":
        """What may be sent now: its time has come, and none before it of its ticket still has to wait."""
        before = Delivery.objects.filter(hook=OuterRef("hook"), ticket=OuterRef("ticket"), pk__lt=OuterRef("pk"),
                                         state=Delivery.State.WAITING, next_try_at__gt=now)
        return self.filter(~Exists(before), state=Delivery.State.WAITING, next_try_at__lte=now)


class Delivery(models.Model):
    """One event on its way to one hook. What is sent is made when it is sent: nothing of a ticket is kept here."""

    class State(models.TextChoices):
        WAITING = "waiting", _("chờ gửi")
        DELIVERED = "delivered", _("đã nhận")
        DEAD = "dead", _("không gửi được")

    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="deliveries", db_index=False)
    event = models.ForeignKey(TicketEvent, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, null=True, related_name="+", db_index=False)
    verb = models.CharField(max_length=16)  # of the event; or LEFT, TEST
    token = models.UUIDField(default=uuid.uuid4)  # the same at every try
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    next_try_at = models.DateTimeField(default=timezone.now)
    status = models.PositiveSmallIntegerField(null=True)  # of the last answer
    error = models.CharField(max_length=20, blank=True)  # a key of `posting.ERRORS`
    duration_ms = models.PositiveIntegerField(null=True)
    made_at = models.DateTimeField(default=timezone.now)
    done_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    @property
    def webhook_id(self) -> str:
        """What the receiver knows it by."""
        return f"msg_{self.token.hex}"

    class Meta:
        indexes = [
            models.Index(fields=["hook", "ticket", "id"], name="delivery_of_ticket"),
            models.Index(fields=["hook", "id"], name="delivery_of_hook"),
            models.Index(fields=["hook", "id"], name="delivery_waiting", condition=Q(state="waiting")),
            models.Index(fields=["hook", "id"], name="delivery_dead", condition=Q(state="dead")),
        ]


LEFT = "left"  # the ticket is the client's no more: told once, without a word of it
TEST = "test"
