"""Versions of live topics, wall devices, and changes on their way to those who take them."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import Unit


class TopicVersion(models.Model):
    """How often a topic (`city`, `unit:42`) changed; open screens compare it with what they show."""

    topic = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=1)
    changed_at = models.DateTimeField()


class Device(models.Model):
    """A wall in an operations room: a device, never a person. Revoking it closes its socket."""

    name = models.CharField(_("Tên màn hình"), max_length=80)
    place = models.CharField(_("Nơi đặt"), max_length=120, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Phạm vi"))
    created_at = models.DateTimeField(_("Tạo lúc"), auto_now_add=True)
    revoked_at = models.DateTimeField(_("Thu hồi lúc"), null=True, blank=True)
    last_seen_at = models.DateTimeField(_("Thấy lần cuối"), null=True, blank=True)

    class Meta:
        verbose_name = _("màn hình tường")
        verbose_name_plural = _("màn hình tường")

    def __str__(self):
        return self.name


class Pairing(models.Model):
    """A wall that shows a code and waits for somebody to make it a device (`live.pairing`)."""

    code = models.CharField(max_length=8)
    made_at = models.DateTimeField(default=timezone.now)
    address = models.GenericIPAddressField()
    device = models.ForeignKey(Device, on_delete=models.CASCADE, null=True, related_name="+")
    taken_at = models.DateTimeField(null=True)


class Sign(models.Model):
    """When a part of the background last did its work (`live.signs`)."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()


class Handover(models.Model):
    """One change that waits for one taker (`live.feed`): gone when it is taken, put off when taking it failed."""

    taker = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    at = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["taker", "id"], name="handover_in_order")]
