"""Incidents (sự cố) with their timeline, playbooks (kịch bản), the city's level (mức vận hành), the duty log (nhật ký
trực). Only `coordination.incidents` writes them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from coordination.machines.incidents import Line, Severity
from coordination.models.directives import Directive, person
from districts.models import Unit
from feedback.models import Ticket
from hcmc_ioc.lib.names import NamedInTwoLanguages, in_force


class CityLevel(NamedInTwoLanguages, models.Model):
    """One of the city's levels of operation: number, word, colour, when it holds, what is advised."""

    class Tone(models.TextChoices):
        OK = "ok", _("xanh lá")
        INFO = "info", _("xanh dương")
        WARN = "warn", _("vàng")
        DANGER = "danger", _("đỏ")
        CRITICAL = "critical", _("đỏ thẫm")

    number = models.PositiveSmallIntegerField(
        _("mức"), unique=True, validators=[MinValueValidator(1), MaxValueValidator(5)])
    name_vi = models.CharField(_("tên"), max_length=60)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=60, blank=True)
    tone = models.CharField(_("màu"), max_length=8, choices=Tone.choices)
    criteria = models.TextField(_("khi nào"))
    advice_vi = models.TextField(_("hướng dẫn"))
    advice_en = models.TextField(_("hướng dẫn bằng tiếng Anh"), blank=True)
    needs_leader = models.BooleanField(_("chỉ lãnh đạo Thành phố đặt"), default=False)

    class Meta:
        ordering = ["number"]
        verbose_name = _("mức vận hành của Thành phố")
        verbose_name_plural = _("mức vận hành của Thành phố")

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"

    @property
    def advice(self) -> str:
        return in_force(self.advice_vi, self.advice_en)


class LevelChange(models.Model):
    """That the city works at a level from then until then: always with an end."""

    level = models.ForeignKey(CityLevel, models.PROTECT, related_name="changes", verbose_name=_("mức"))
    begins = models.DateTimeField()
    until = models.DateTimeField(_("đến"))
    reason = models.CharField(_("lý do"), max_length=500)
    user = person(_("người đặt"))
    ended_at = models.DateTimeField(null=True)
    ended_by = person(_("người kết thúc"), null=True)

    class Meta:
        ordering = ["-begins"]
        constraints = [models.CheckConstraint(condition=Q(until__gt=F("begins")), name="a_level_has_its_end")]


class Playbook(NamedInTwoLanguages, models.Model):
    """What is done when something of a kind happens, step by step; a new version follows the old one."""

    code = models.SlugField(_("mã"), max_length=40)
    version = models.PositiveSmallIntegerField(_("bản"), default=1)
    name_vi = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120, blank=True)
    is_current = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        ordering = ["name_vi", "-version"]
        verbose_name = _("kịch bản")
        verbose_name_plural = _("kịch bản")
        constraints = [
            models.UniqueConstraint(fields=["code", "version"], name="one_playbook_version"),
            models.UniqueConstraint(fields=["code"], condition=Q(is_current=True), name="one_current_playbook",
                                    violation_error_message=_("Mỗi kịch bản chỉ có một bản đang dùng.")),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.version})"


class PlaybookStep(models.Model):
    """One step: a task for a unit, or a line that the duty room ticks; `minutes` after the incident began."""

    class Form(models.TextChoices):
        TASK = "task", _("việc giao đơn vị")
        CHECK = "check", _("việc của phòng trực")

    playbook = models.ForeignKey(Playbook, models.CASCADE, related_name="steps", verbose_name=_("kịch bản"))
    position = models.PositiveSmallIntegerField(_("thứ tự"))
    text = models.CharField(_("việc"), max_length=200)
    form = models.CharField(_("loại"), max_length=5, choices=Form.choices, default=Form.CHECK)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị"),
                             help_text=_("Để trống: đơn vị chủ trì sự cố."))
    minutes = models.PositiveIntegerField(_("xong trong (phút)"), default=60)

    class Meta:
        ordering = ["playbook", "position"]
        verbose_name = _("bước của kịch bản")
        verbose_name_plural = _("bước của kịch bản")
        constraints = [models.UniqueConstraint(fields=["playbook", "position"], name="one_step_per_position")]


class Incident(models.Model):
    """Something that the city acts on together: one place, one timeline for all."""

    title = models.CharField(_("sự cố"), max_length=200)
    severity = models.PositiveSmallIntegerField(_("mức độ"), choices=Severity.choices, default=Severity.MODERATE)
    place = models.CharField(_("địa điểm"), max_length=300, blank=True)
    area = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("địa bàn"))
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    lead = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị chủ trì"))
    units = models.ManyToManyField(Unit, related_name="+", verbose_name=_("đơn vị phối hợp"))
    playbook = models.ForeignKey(Playbook, models.PROTECT, null=True, related_name="+", verbose_name=_("kịch bản"))
    source = models.JSONField(default=dict)  # what it was opened from: `words`, `url`
    on_wall = models.BooleanField(_("hiện trên màn hình tường"), default=False)
    opened_at = models.DateTimeField()
    opened_by = person(_("người mở"))
    closed_at = models.DateTimeField(null=True)
    closed_by = person(_("người kết thúc"), null=True)
    review = models.TextField(_("rút kinh nghiệm"), max_length=5000, blank=True)

    class Meta:
        verbose_name = _("sự cố")
        verbose_name_plural = _("sự cố")
        indexes = [models.Index(fields=["-opened_at"], name="incident_opened")]
        constraints = [
            models.CheckConstraint(condition=Q(closed_at=None) | ~Q(review=""), name="closed_with_a_review")]

    def __str__(self) -> str:
        return self.title

    @property
    def code(self) -> str:
        return f"SC-{self.pk}"


class IncidentStep(models.Model):
    """A step of its playbook with its owner and clock; a task that was directed has its directive."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # None: the duty room
    due_at = models.DateTimeField()
    directive = models.ForeignKey(Directive, models.PROTECT, null=True, related_name="+")
    done_at = models.DateTimeField(null=True)
    done_by = person(_("ai"), null=True)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["incident", "position"], name="incident_step_once")]


class IncidentLine(models.Model):
    """One line of the timeline: append-only."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="lines")
    kind = models.CharField(max_length=8, choices=Line.choices)
    text = models.CharField(max_length=1000, blank=True)
    url = models.CharField(max_length=300, blank=True)
    user = person(_("ai"), null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["incident", "at"], name="incident_timeline")]


class IncidentTicket(models.Model):
    """A report of citizens that belongs to it; joined many at once, and parted again as they came."""

    incident = models.ForeignKey(Incident, models.CASCADE, related_name="joined")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="incidents")
    batch = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["incident", "ticket"], name="joined_once")]


class DutyShift(models.Model):
    """Who is on duty; handed over by words that the next one must accept."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    began = models.DateTimeField()
    offered_at = models.DateTimeField(null=True)
    offered_to = person(_("người nhận ca"), null=True)
    summary = models.TextField(_("bàn giao"), max_length=3000, blank=True)
    alarmed_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-began"]
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(ended_at=None), name="one_shift_at_a_time")]


class DutyLine(models.Model):
    """One line of the duty log, typed or written by the system: append-only."""

    at = models.DateTimeField()
    user = person(_("ai"), null=True)  # None: the system
    text = models.CharField(_("nội dung"), max_length=1000)
    url = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at"], name="duty_log")]
