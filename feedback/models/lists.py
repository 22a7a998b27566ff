"""Rows of lists: kept under a name, and as files."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.models import Membership
from districts.models import Unit


class SavedView(models.Model):
    """A list that somebody keeps under a name: their own, or with `unit` that of everybody who works there. Only the
    address is kept, so whoever opens it sees what they may see."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, null=True, related_name="saved_views")
    name = models.CharField(max_length=60)
    query = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], condition=models.Q(unit=None), name="own_view_name"),
            models.UniqueConstraint(fields=["unit", "name"], condition=models.Q(unit__isnull=False),
                                    name="unit_view_name"),
        ]

    def __str__(self):
        return self.name


class ListFile(models.Model):
    """A list that takes long to write, as a file for whoever asked for it; it is kept for a day (`listing.jobs`)."""

    token = models.UUIDField(default=uuid.uuid4, unique=True)
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="list_files")
    query = models.TextField()
    columns = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    begun = models.PositiveSmallIntegerField(default=0)  # how often; a worker may be killed
    total = models.PositiveIntegerField()
    done = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True)
    size = models.PositiveBigIntegerField(default=0)  # bytes
    has_failed = models.BooleanField(default=False)
    fetched_at = models.DateTimeField(null=True)  # until then it is told of

    class Meta:
        ordering = ("-pk",)


class FilePiece(models.Model):
    """A piece of the file, so that nobody holds all of it in memory."""

    file = models.ForeignKey(ListFile, on_delete=models.CASCADE, related_name="pieces")
    content = models.BinaryField()

    class Meta:
        ordering = ("pk",)
