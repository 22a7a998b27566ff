"""Whether values are right: checks as rows with dates, what fails them now, the issues that somebody answers for."""

from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.formulas import BadFormula, understood
from indicators.models.catalogue import Indicator


def _bound(label: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=24, decimal_places=6, null=True, blank=True)


def _measure() -> models.DecimalField:
    return models.DecimalField(max_digits=40, decimal_places=12)


class Check(NamedInTwoLanguages, models.Model):
    """What values of an indicator have to satisfy, in periods that end between `begins` and `ends`."""

    class Kind(models.TextChoices):
        RANGE = "range", _("trong khoảng")
        JUMP = "jump", _("không lệch đột ngột so với các kỳ trước")
        ORDER = "order", _("không lớn hơn chỉ số khác")
        PARTS = "parts", _("bằng hoặc không nhỏ hơn tổng các thành phần")
        FORMULA = "formula", _("bằng kết quả của công thức")
        REPEAT = "repeat", _("không chép lại số của kỳ trước")

    EVERYWHERE = (Kind.JUMP, Kind.REPEAT)  # need no indicator: without one they judge all that units send

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("điều kiện"), max_length=200)
    name_en = models.CharField(_("điều kiện bằng tiếng Anh"), max_length=200, blank=True)
    kind = models.CharField(_("loại kiểm tra"), max_length=8, choices=Kind.choices)
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="checks", verbose_name=_("chỉ số"),
        help_text=_("Với kiểm tra lệch đột ngột hoặc chép lại, để trống là áp dụng cho mọi chỉ số do đơn vị gửi."))
    low = _bound(_("ít nhất"))
    high = _bound(_("nhiều nhất"))
    limit = models.DecimalField(
        _("ngưỡng lệch"), max_digits=6, decimal_places=2, default=5,
        help_text=_("Số lần độ lệch thường thấy quanh trung vị của 12 kỳ trước, hoặc của cùng kỳ các năm trước."))
    other = models.ForeignKey(
        Indicator, models.CASCADE, null=True, blank=True, related_name="+", verbose_name=_("không lớn hơn chỉ số"))
    summands = models.ManyToManyField(Indicator, blank=True, related_name="+", verbose_name=_("các thành phần"))
    formula = models.CharField(
        _("công thức"), max_length=500, blank=True,
        help_text=_("Ví dụ: [mã-a] + [mã-b]; tử số là [mã].n, mẫu số [mã].d."))
    is_exact = models.BooleanField(_("tổng phải bằng"), default=False)
    tolerance = models.DecimalField(_("sai số cho phép (%)"), max_digits=5, decimal_places=2, default=0)
    begins = models.DateField(_("áp dụng từ"), default=date(2000, 1, 1))
    ends = models.DateField(_("đến hết ngày"), null=True, blank=True)

    class Meta:
        ordering = ["code"]
        verbose_name = _("kiểm tra số liệu")
        verbose_name_plural = _("kiểm tra số liệu")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.kind not in self.EVERYWHERE and self.indicator_id is None:
            raise ValidationError({"indicator": _("Hãy chọn chỉ số.")})
        if self.kind == self.Kind.RANGE and self.low is None and self.high is None:
            raise ValidationError({"low": _("Hãy ghi ít nhất một cận.")})
        if self.kind == self.Kind.ORDER and self.other_id in (None, self.indicator_id):
            raise ValidationError({"other": _("Hãy chọn một chỉ số khác.")})
        if self.kind == self.Kind.FORMULA and self.indicator is not None:
            self._check_formula(self.indicator)

    def _check_formula(self, total: Indicator) -> None:
        """It reads what units send in the same periods, and not the total itself."""
        try:
            codes = understood(self.formula).codes
        except BadFormula as exc:
            raise ValidationError({"formula": str(exc)}) from exc
        there = Indicator.objects.filter(
            code__in=codes, source=Indicator.Source.DELIVERED, period_kind=total.period_kind).exclude(pk=total.pk)
        if strange := codes - set(there.values_list("code", flat=True)):
            raise ValidationError({"formula": _("Không phải chỉ số khác do đơn vị gửi theo cùng kỳ: %(codes)s") % {
                "codes": ", ".join(sorted(strange))}})
        if not codes:
            raise ValidationError({"formula": _("Công thức cần ít nhất một [mã chỉ số].")})

    def is_in_force(self, day: date) -> bool:
        return self.begins <= day and (self.ends is None or day <= self.ends)


class Issue(models.Model):
    """That values of one indicator of one unit fail a check. At most one is unsettled; it mends itself when the last of
    them passes. Two clocks: to the first answer, and to the close."""

    class State(models.TextChoices):
        OPEN = "open", _("chưa trả lời")
        ACKNOWLEDGED = "acknowledged", _("đang kiểm tra")
        CONFIRMED = "confirmed", _("đã xác nhận đúng")
        MENDED = "mended", _("đã sửa")

    UNSETTLED = (State.OPEN, State.ACKNOWLEDGED)

    check_row = models.ForeignKey(Check, models.CASCADE, related_name="issues", verbose_name=_("kiểm tra"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="issues", verbose_name=_("chỉ số"))
    state = models.CharField(_("trạng thái"), max_length=12, choices=State.choices, default=State.OPEN)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người phụ trách"))
    start = models.DateTimeField()  # of the value that opened it, with what it was measured against
    value = _measure()
    base = _measure()
    is_seasonal = models.BooleanField(db_default=False)
    opened_at = models.DateTimeField(_("mở lúc"))
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+",
        verbose_name=_("người trả lời"))
    closed_at = models.DateTimeField(_("đóng lúc"), null=True, blank=True)
    reason = models.CharField(_("vì sao đúng"), max_length=500, blank=True)

    class Meta:
        ordering = ["-opened_at", "-pk"]
        verbose_name = _("vấn đề số liệu")
        verbose_name_plural = _("vấn đề số liệu")
        constraints = [
            models.UniqueConstraint(fields=["check_row", "unit", "indicator"], name="issue_unsettled",
                                    condition=models.Q(state__in=("open", "acknowledged"))),
        ]
        indexes = [models.Index(fields=["unit", "state"], name="issue_of_unit")]

    @property
    def is_unsettled(self) -> bool:
        return self.state in self.UNSETTLED

    def to_answer(self, now: datetime) -> timedelta:
        """How long it took, or has taken, until somebody answered (or it mended itself)."""
        return (self.answered_at or self.closed_at or now) - self.opened_at

    def to_close(self, now: datetime) -> timedelta:
        return (self.closed_at or now) - self.opened_at


class Failure(models.Model):
    """One value that fails a check now, with what it was measured against. Only `indicators.quality` writes it."""

    check_row = models.ForeignKey(Check, models.CASCADE, related_name="+")
    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    start = models.DateTimeField()
    issue = models.ForeignKey(Issue, models.CASCADE, related_name="failures")
    value = _measure()
    base = _measure()  # the bound, the median or the other figure
    score = models.FloatField(null=True)  # of a jump: in scales around the base
    is_seasonal = models.BooleanField(db_default=False)  # of a jump: the base is of the same period of other years

    class Meta:
        ordering = ["-start"]
        constraints = [models.UniqueConstraint(fields=["indicator", "start", "unit", "check_row"], name="failure_key")]
