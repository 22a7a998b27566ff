"""Data sets: tables that a unit shares beside its indicators, with a dictionary and versions; and databases that a unit
has and does not share, with the reason."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages, in_force
from indicators.models.catalogue import Access, IndicatorField


class DataSet(NamedInTwoLanguages, models.Model):
    """One table that its owner keeps. Its content is the latest `DataSetVersion`."""

    subject = "data_set"  # how requests to see it name it

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    description_vi = models.TextField(_("mô tả"))
    description_en = models.TextField(_("mô tả bằng tiếng Anh"), blank=True)
    field = models.ForeignKey(IndicatorField, models.PROTECT, related_name="data_sets", verbose_name=_("lĩnh vực"))
    owner = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("cơ quan chủ quản"))
    is_shared = models.BooleanField(_("chia sẻ trên nền tảng"), default=True)
    unshared_reason = models.CharField(_("lý do chưa chia sẻ"), max_length=300, blank=True)
    access = models.CharField(_("chia sẻ"), max_length=10, choices=Access.choices, default=Access.OPEN)
    answer_days = models.PositiveSmallIntegerField(_("số ngày trả lời đề nghị xem"), default=5)
    freshness_days = models.PositiveSmallIntegerField(_("số ngày còn mới"), null=True, blank=True)

    class Meta:
        ordering = ["field__position", "code"]
        verbose_name = _("bộ dữ liệu")
        verbose_name_plural = _("bộ dữ liệu")
        constraints = [
            models.CheckConstraint(
                condition=Q(is_shared=True) | ~Q(unshared_reason=""), name="unshared_for_a_reason",
                violation_error_message=_("Chưa chia sẻ thì phải ghi lý do.")),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("data_set", args=[self.code])

    @property
    def description(self) -> str:
        return in_force(self.description_vi, self.description_en)


class Column(models.Model):
    """One column of a data set, as its dictionary explains it."""

    class Kind(models.TextChoices):
        TEXT = "text", _("chữ")
        NUMBER = "number", _("số")
        DAY = "day", _("ngày")

    data_set = models.ForeignKey(DataSet, models.CASCADE, related_name="columns", verbose_name=_("bộ dữ liệu"))
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    head = models.CharField(_("cột"), max_length=80)
    meaning = models.CharField(_("ý nghĩa"), max_length=300, blank=True)
    kind = models.CharField(_("kiểu"), max_length=6, choices=Kind.choices, default=Kind.TEXT)
    is_personal = models.BooleanField(_("dữ liệu cá nhân"), default=False)

    class Meta:
        ordering = ["data_set", "position"]
        verbose_name = _("cột")
        verbose_name_plural = _("cột")
        constraints = [models.UniqueConstraint(fields=["data_set", "head"], name="one_column_per_head")]


class DataSetVersion(models.Model):
    """The whole table as it was brought once; kept for ever. Only `indicators.datasets` writes it."""

    data_set = models.ForeignKey(DataSet, models.PROTECT, related_name="versions", verbose_name=_("bộ dữ liệu"))
    number = models.PositiveIntegerField(_("phiên bản"))
    at = models.DateTimeField(_("lúc"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("người gửi"))
    note = models.CharField(_("ghi chú"), max_length=300, blank=True)
    rows = models.PositiveIntegerField(_("số dòng"))
    heads = models.JSONField(_("các cột"))
    content = models.BinaryField()  # the rows as CSV, gzipped, without the heads
    sha256 = models.CharField(max_length=64)  # of the rows

    class Meta:
        ordering = ["data_set", "-number"]
        verbose_name = _("phiên bản dữ liệu")
        verbose_name_plural = _("phiên bản dữ liệu")
        constraints = [models.UniqueConstraint(fields=["data_set", "number"], name="data_set_version_number")]


class DataSetSubscription(models.Model):
    """That a person wants to know when a data set has a new version."""

    data_set = models.ForeignKey(
        DataSet, models.CASCADE, related_name="subscriptions", verbose_name=_("bộ dữ liệu"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("ai"))
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("theo dõi bộ dữ liệu")
        verbose_name_plural = _("theo dõi bộ dữ liệu")
        constraints = [models.UniqueConstraint(fields=["data_set", "user"], name="data_set_subscribed_once")]
