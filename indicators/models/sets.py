"""Sets (biểu): what a unit sends together, who keeps it, and what was owed when its list was frozen."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.models.catalogue import Indicator
from indicators.periods import Kind as PeriodKind


class ValueSet(NamedInTwoLanguages, models.Model):
    """Three dates, never one: the period's end, the due date and the cut-off, both counted in days after the end."""

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("tên biểu"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    period_kind = models.CharField(_("kỳ"), max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    begins = models.DateField(_("phải gửi từ kỳ"))
    ends = models.DateField(_("đến hết ngày"), null=True, blank=True)
    owing_groups = ArrayField(
        models.CharField(max_length=60), verbose_name=_("nhóm đơn vị phải gửi"), default=list, blank=True)
    owing_units = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("đơn vị phải gửi"))
    due_days = models.PositiveSmallIntegerField(_("hạn gửi, số ngày sau kỳ"), default=5)
    due_hour = models.PositiveSmallIntegerField(_("giờ hạn gửi"), default=16, validators=[MaxValueValidator(23)])
    cut_off_days = models.PositiveSmallIntegerField(_("chốt số liệu, số ngày sau kỳ"), default=10)
    needs_approval = models.BooleanField(_("lãnh đạo đơn vị duyệt"), default=False)

    class Meta:
        ordering = ["code"]
        verbose_name = _("biểu")
        verbose_name_plural = _("biểu")

    def __str__(self) -> str:
        return self.name


class SetItem(models.Model):
    """That a set asks for an indicator, in the periods that begin from `begins` on (none: in all of the set's)."""

    value_set = models.ForeignKey(ValueSet, models.CASCADE, related_name="items", verbose_name=_("biểu"))
    indicator = models.OneToOneField(Indicator, models.PROTECT, related_name="set_item", verbose_name=_("chỉ số"))
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    begins = models.DateField(_("phải gửi từ kỳ"), null=True, blank=True)

    class Meta:
        ordering = ["value_set", "position", "id"]
        verbose_name = _("ô của biểu")
        verbose_name_plural = _("ô của biểu")


class Keeper(models.Model):
    """Who keeps a set in a unit, and who stands in."""

    value_set = models.ForeignKey(ValueSet, models.CASCADE, related_name="keepers", verbose_name=_("biểu"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người phụ trách"))
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người thay"))

    class Meta:
        verbose_name = _("người phụ trách biểu")
        verbose_name_plural = _("người phụ trách biểu")
        constraints = [models.UniqueConstraint(fields=["value_set", "unit"], name="keeper_of_set_in_unit")]


class ReminderTerm(models.Model):
    """When who is reminded of a sheet that has empty cells. A set with terms of its own follows these alone."""

    class Who(models.TextChoices):
        KEEPERS = "keepers", _("người phụ trách và người thay")
        LEADERS = "leaders", _("lãnh đạo đơn vị")

    value_set = models.ForeignKey(
        ValueSet, models.CASCADE, null=True, blank=True, related_name="reminders", verbose_name=_("biểu"),
        help_text=_("Để trống là áp dụng cho mọi biểu chưa có lịch nhắc riêng."))
    days = models.SmallIntegerField(
        _("số ngày so với hạn gửi"), validators=[MinValueValidator(-60), MaxValueValidator(60)],
        help_text=_("-3 là trước hạn ba ngày, 0 là ngay khi quá hạn, 2 là sau hạn hai ngày."))
    who = models.CharField(_("nhắc ai"), max_length=8, choices=Who.choices)
    is_on = models.BooleanField(_("đang dùng"), default=True)

    class Meta:
        ordering = ["value_set", "days"]
        verbose_name = _("lịch nhắc gửi số liệu")
        verbose_name_plural = _("lịch nhắc gửi số liệu")
        constraints = [models.UniqueConstraint(
            fields=["value_set", "days", "who"], nulls_distinct=False, name="reminder_term")]

    def clean(self) -> None:
        if self.who == self.Who.KEEPERS and self.days is not None and self.days >= 0:
            raise ValidationError({"days": _("Sau hạn gửi thì nhắc lãnh đạo đơn vị.")})


class Owed(models.Model):
    """That a unit owes a set for a period, as frozen at the cut-off; later rows are addenda with a reason."""

    value_set = models.ForeignKey(ValueSet, models.CASCADE, related_name="owed", verbose_name=_("biểu"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    start = models.DateTimeField(_("kỳ"))
    frozen_at = models.DateTimeField(_("chốt lúc"))
    is_owed = models.BooleanField(_("phải gửi"), default=True)
    reason = models.CharField(_("lý do bổ sung"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("phải gửi")
        verbose_name_plural = _("phải gửi")
        constraints = [models.UniqueConstraint(fields=["value_set", "start", "unit"], name="owed_set_period_unit")]
