"""The log of the rooms: who changed what, when, from what to what."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Unit


class Change(models.Model):
    """One change of a row that people keep. Only `coordination.changes` writes it, nobody changes it."""

    class About(models.TextChoices):
        CENTRE = "centre", _("trung tâm điều hành")
        ROLLOUT = "rollout", _("triển khai")
        MATURITY = "maturity", _("mức trưởng thành")
        INVESTMENT = "investment", _("hạng mục đầu tư")
        CONSULTATION = "opinion", _("lấy ý kiến")

    about = models.CharField(max_length=10, choices=About.choices)
    number = models.BigIntegerField()
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    actor_ref = models.CharField(max_length=60)
    what = models.CharField(max_length=200)
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name = _("thay đổi")
        verbose_name_plural = _("nhật ký thay đổi")
        indexes = [models.Index(fields=["about", "number", "-at"], name="change_of_row")]
