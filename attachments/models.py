"""Files beside reports of citizens, directives and whatever else an app above lets people attach them to."""

from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Kind as ActorKind


class Attachment(models.Model):
    """One file as it was made safe. Its content lies outside the database (`attachments.storing`), under its key; of
    one that was taken away the row stays, with the reason."""

    key = models.UUIDField(default=uuid4, unique=True, editable=False)
    owner_kind = models.CharField(max_length=12)  # of `attachments.owners`
    owner_id = models.BigIntegerField()
    name = models.CharField(_("tên tệp"), max_length=120)
    content_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)  # of what is kept
    source = models.CharField(max_length=64)  # SHA-256 of what was sent: the same file twice is one
    has_small = models.BooleanField(default=False)  # a picture, with a small one for lists
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True)
    gone_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    gone_reason = models.CharField(_("lý do gỡ"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tệp đính kèm")
        verbose_name_plural = _("tệp đính kèm")
        ordering = ["pk"]
        indexes = [models.Index(fields=["owner_kind", "owner_id"], name="attachment_of_owner")]
        constraints = [
            models.UniqueConstraint(fields=["owner_kind", "owner_id", "source"], condition=Q(gone_at=None),
                                    name="one_file_attached_once"),
            models.CheckConstraint(condition=Q(gone_at=None) | ~Q(gone_reason=""), name="taken_away_for_a_reason"),
        ]

    def __str__(self) -> str:
        return self.name
