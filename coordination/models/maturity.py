"""How mature a unit's centre is: levels and criteria as dated rows, assessments that are kept, targets."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from coordination.models.centres import Sign
from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages

HIGHEST = 5


class MaturityScale(NamedInTwoLanguages, models.Model):
    """One edition of levels and criteria; the newest that has begun is used, older ones stay with what they judged."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    valid_from = models.DateField(_("hiệu lực từ"), unique=True)

    class Meta:
        ordering = ["-valid_from"]
        verbose_name = _("bộ tiêu chí trưởng thành")
        verbose_name_plural = _("bộ tiêu chí trưởng thành")

    def __str__(self) -> str:
        return self.name


class MaturityLevel(NamedInTwoLanguages, models.Model):
    scale = models.ForeignKey(MaturityScale, models.CASCADE, related_name="levels")
    number = models.PositiveSmallIntegerField(
        _("mức"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)])
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)

    class Meta:
        ordering = ["scale", "number"]
        verbose_name = _("mức trưởng thành")
        verbose_name_plural = _("mức trưởng thành")
        constraints = [models.UniqueConstraint(fields=["scale", "number"], name="maturity_level")]

    def __str__(self) -> str:
        return f"{self.number}. {self.name}"


class Criterion(NamedInTwoLanguages, models.Model):
    """Something that is so or not; where the platform measures it, the platform answers."""

    class Dimension(models.TextChoices):
        TECHNOLOGY = "technology", _("công nghệ")
        DATA = "data", _("dữ liệu")
        PROCESS = "process", _("quy trình")
        PEOPLE = "people", _("con người")
        LEADERSHIP = "leadership", _("lãnh đạo sử dụng")

    scale = models.ForeignKey(MaturityScale, models.CASCADE, related_name="criteria")
    code = models.SlugField(_("mã"), max_length=40)
    dimension = models.CharField(_("mặt"), max_length=10, choices=Dimension.choices)
    level = models.PositiveSmallIntegerField(
        _("mức"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)])
    name_vi = models.CharField(_("tiêu chí"), max_length=300)
    name_en = models.CharField(_("tiêu chí tiếng Anh"), max_length=300, blank=True)
    measured = models.CharField(_("hệ thống tự đo"), max_length=9, choices=Sign.choices, blank=True)
    bound = models.DecimalField(
        _("ngưỡng đạt"), max_digits=9, decimal_places=2, null=True, blank=True,
        help_text=_("Ngày hoặc phút làm việc nhiều nhất; của số liệu phải gửi là tỷ lệ ít nhất (0–1)."))

    class Meta:
        ordering = ["scale", "dimension", "level", "code"]
        verbose_name = _("tiêu chí trưởng thành")
        verbose_name_plural = _("tiêu chí trưởng thành")
        constraints = [
            models.UniqueConstraint(fields=["scale", "code"], name="criterion_code"),
            models.CheckConstraint(condition=Q(measured="") | Q(bound__isnull=False), name="criterion_bound",
                                   violation_error_message=_("Tiêu chí tự đo cần ngưỡng."))]

    def __str__(self) -> str:
        return self.name


class Assessment(models.Model):
    """One look at a unit: by itself or by somebody else. Submitted, it never changes; the next one follows it."""

    class Kind(models.TextChoices):
        SELF = "self", _("tự đánh giá")
        INDEPENDENT = "other", _("đánh giá độc lập")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    scale = models.ForeignKey(MaturityScale, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    made_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    level = models.PositiveSmallIntegerField(null=True)  # as it was at submission

    class Meta:
        ordering = ["-submitted_at", "-pk"]
        verbose_name = _("đánh giá trưởng thành")
        verbose_name_plural = _("đánh giá trưởng thành")
        constraints = [models.UniqueConstraint(
            fields=["unit", "kind"], condition=Q(submitted_at=None), name="one_draft_assessment")]
        indexes = [models.Index(fields=["unit", "kind", "-submitted_at"], name="assessment_of_unit")]


class Answer(models.Model):
    """What an assessment says of one criterion, with its evidence; computed where the platform measures it."""

    assessment = models.ForeignKey(Assessment, models.CASCADE, related_name="answers")
    criterion = models.ForeignKey(Criterion, models.PROTECT, related_name="+")
    is_met = models.BooleanField()
    evidence = models.CharField(max_length=500, blank=True)
    is_computed = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["assessment", "criterion"], name="answer_of_criterion")]


class MaturityTarget(models.Model):
    """That a unit is to be at a level by a day; several make its path."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    level = models.PositiveSmallIntegerField(
        _("mức"), validators=[MinValueValidator(1), MaxValueValidator(HIGHEST)])
    by = models.DateField(_("đạt trước ngày"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["unit", "by"]
        verbose_name = _("mục tiêu trưởng thành")
        verbose_name_plural = _("mục tiêu trưởng thành")
        constraints = [models.UniqueConstraint(fields=["unit", "level"], name="maturity_target")]
