"""Guidance of the city to its units: versions that never change, who read which, sessions, questions that all see.
Only `coordination.guidance.actions` writes them."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models.directives import person
from districts.models import Unit


class Guidance(models.Model):
    """One piece of guidance; its words are those of its latest version."""

    class Topic(models.TextChoices):
        CENTRE = "centre", _("vận hành trung tâm")
        DATA = "data", _("nhập và chia sẻ số liệu")
        LEASE = "lease", _("thuê dịch vụ, đầu tư")
        HOTLINE = "hotline", _("xử lý phản ánh 1022")
        OTHER = "other", _("việc khác")

    topic = models.CharField(_("lĩnh vực"), max_length=8, choices=Topic.choices)
    title = models.CharField(_("tên hướng dẫn"), max_length=200)
    version = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField()  # of the latest version
    withdrawn_at = models.DateTimeField(null=True)
    withdrawal = models.CharField(_("lý do thôi áp dụng"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("hướng dẫn")
        verbose_name_plural = _("hướng dẫn")
        ordering = ["-published_at", "-pk"]
        constraints = [models.CheckConstraint(condition=Q(withdrawn_at=None) | ~Q(withdrawal=""),
                                              name="guidance_ends_for_a_reason")]

    def __str__(self) -> str:
        return self.title


class GuidanceVersion(models.Model):
    """The words as they were published: never changed."""

    guidance = models.ForeignKey(Guidance, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    changed = models.CharField(max_length=500, blank=True)  # against the version before
    user = person(_("ai"))
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["guidance", "number"], name="one_guidance_version_each")]


class GuidanceReceipt(models.Model):
    """A unit has read a version: who of its people said so first, and when."""

    guidance = models.ForeignKey(Guidance, models.CASCADE, related_name="receipts")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()  # of the version
    user = person(_("ai"))
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["guidance", "number", "unit"], name="one_receipt_each")]


class GuidanceQuestion(models.Model):
    """What a unit asked, and the answer that all units see."""

    guidance = models.ForeignKey(Guidance, models.CASCADE, related_name="questions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    user = person(_("ai"))
    at = models.DateTimeField()
    text = models.CharField(_("câu hỏi"), max_length=1000)
    answer = models.TextField(_("trả lời"), max_length=3000, blank=True)
    answered_by = person(_("ai trả lời"), null=True)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.CheckConstraint(
            condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
            name="an_answer_has_its_words")]


class GuidanceSession(models.Model):
    """People come together, in a room or on a line, to be told and to ask."""

    guidance = models.ForeignKey(Guidance, models.PROTECT, null=True, related_name="sessions")
    title = models.CharField(_("tên buổi"), max_length=200)
    starts_at = models.DateTimeField(_("bắt đầu"))
    place = models.CharField(_("địa điểm hoặc đường dẫn họp trực tuyến"), max_length=300)
    user = person(_("ai"))
    cancelled_at = models.DateTimeField(null=True)
    held_at = models.DateTimeField(null=True)  # when it was noted who came

    class Meta:
        verbose_name = _("buổi hướng dẫn")
        verbose_name_plural = _("buổi hướng dẫn")
        ordering = ["-starts_at", "-pk"]


class SessionUnit(models.Model):
    """A unit at a session: how many it sends, how many came."""

    session = models.ForeignKey(GuidanceSession, models.CASCADE, related_name="units")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    people = models.PositiveSmallIntegerField(default=0)
    user = person(_("ai đăng ký"), null=True)
    at = models.DateTimeField(null=True)
    came = models.PositiveSmallIntegerField(null=True)  # None: not noted

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "unit"], name="one_row_of_a_session_each")]
