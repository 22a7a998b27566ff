"""The catalogue: which indicators there are, and what each means from when on."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages, in_force
from indicators.arithmetic import IN_PARTS, Adding, Rules
from indicators.arithmetic import Kind as ArithmeticKind
from indicators.periods import Kind as PeriodKind


class IndicatorField(NamedInTwoLanguages, models.Model):
    """The field (lĩnh vực) under which an indicator stands in the catalogue."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên"), max_length=80)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=80, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("lĩnh vực chỉ số")
        verbose_name_plural = _("lĩnh vực chỉ số")

    def __str__(self) -> str:
        return self.name


class Access(models.TextChoices):
    """Who sees the figures of an indicator, or the rows of a data set."""

    OPEN = "open", _("mọi đơn vị xem được")
    RESTRICTED = "restricted", _("xem khi được đồng ý")
    OWN = "own", _("chỉ đơn vị chủ quản")


class IndicatorQuerySet(models.QuerySet):
    def in_use(self) -> "IndicatorQuerySet":
        """Those that are not closed yet, today."""
        return self.filter(Q(closed_on=None) | Q(closed_on__gt=timezone.localdate()))


class Indicator(NamedInTwoLanguages, models.Model):
    """One indicator. What it means is dated: see `IndicatorVersion`."""

    class Polarity(models.TextChoices):
        UP = "up", _("càng cao càng tốt")
        DOWN = "down", _("càng thấp càng tốt")
        RANGE = "range", _("trong khoảng")
        NONE = "none", _("không xét tốt xấu")

    class Source(models.TextChoices):
        HOTLINE = "1022", _("tính trực tiếp từ tổng đài 1022")
        PLATFORM = "platform", _("hệ thống tự biết")
        DELIVERED = "delivered", _("đơn vị gửi")
        FORMULA = "formula", _("tính theo công thức")
        NONE = "none", _("chưa có nguồn")

    Access = Access
    subject = "indicator"  # how requests to see it name it

    class CityValue(models.TextChoices):
        COMBINED = "combined", _("tổng hợp từ các đơn vị")
        DELIVERED = "delivered", _("do một cơ quan gửi")
        NONE = "none", _("không có")

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    field = models.ForeignKey(IndicatorField, models.PROTECT, related_name="indicators", verbose_name=_("lĩnh vực"))
    measure_vi = models.CharField(_("đơn vị tính"), max_length=40)
    measure_en = models.CharField(_("đơn vị tính bằng tiếng Anh"), max_length=40, blank=True)
    decimals = models.PositiveSmallIntegerField(_("số chữ số thập phân"), default=0)
    polarity = models.CharField(_("chiều tốt"), max_length=8, choices=Polarity.choices, default=Polarity.NONE)
    period_kind = models.CharField(_("kỳ"), max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    source = models.CharField(_("nguồn"), max_length=10, choices=Source.choices, default=Source.DELIVERED)
    city_value = models.CharField(
        _("giá trị toàn Thành phố"), max_length=10, choices=CityValue.choices, default=CityValue.COMBINED)
    access = models.CharField(_("chia sẻ"), max_length=10, choices=Access.choices, default=Access.OPEN)
    owner = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("cơ quan chủ quản"))
    coverage = models.DecimalField(
        _("tỷ lệ đủ tối thiểu"), max_digits=4, decimal_places=3, default="0.9",
        help_text=_("Dưới tỷ lệ này không hiện giá trị toàn Thành phố."))
    answer_days = models.PositiveSmallIntegerField(_("số ngày trả lời đề nghị xem"), default=5)
    freshness_days = models.PositiveSmallIntegerField(_("số ngày còn mới"), null=True, blank=True)
    closed_on = models.DateField(_("thôi dùng từ"), null=True, blank=True)

    objects = IndicatorQuerySet.as_manager()

    class Meta:
        ordering = ["field__position", "code"]
        verbose_name = _("chỉ số")
        verbose_name_plural = _("chỉ số")

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("indicator", args=[self.code])

    @property
    def is_in_use(self) -> bool:
        return self.closed_on is None or self.closed_on > timezone.localdate()

    @property
    def measure(self) -> str:
        return in_force(self.measure_vi, self.measure_en)


class IndicatorVersion(models.Model):
    """What an indicator means from `begins` on. A figure keeps the version that made it."""

    class Missing(models.TextChoices):
        ANY = "any", _("thiếu một thành phần thì không tính")
        ALL = "all", _("thiếu hết mới không tính")
        ZERO = "zero", _("thành phần thiếu coi là 0")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="versions", verbose_name=_("chỉ số"))
    number = models.PositiveSmallIntegerField(_("phiên bản"))
    begins = models.DateField(_("áp dụng từ"))
    definition_vi = models.TextField(_("định nghĩa"))
    definition_en = models.TextField(_("định nghĩa bằng tiếng Anh"), blank=True)
    basis = models.CharField(_("căn cứ"), max_length=300, blank=True)
    kind = models.CharField(_("loại số liệu"), max_length=12, choices=ArithmeticKind.choices)
    factor = models.DecimalField(_("hệ số"), max_digits=12, decimal_places=3, default=1)
    numerator_vi = models.CharField(_("tử số"), max_length=160, blank=True)
    numerator_en = models.CharField(_("tử số bằng tiếng Anh"), max_length=160, blank=True)
    denominator_vi = models.CharField(_("mẫu số"), max_length=160, blank=True)
    denominator_en = models.CharField(_("mẫu số bằng tiếng Anh"), max_length=160, blank=True)
    over_time = models.CharField(_("theo thời gian"), max_length=4, choices=Adding.choices, default=Adding.SUM)
    over_territory = models.CharField(_("theo địa bàn"), max_length=4, choices=Adding.choices, default=Adding.SUM)
    denominator_over_time = models.CharField(
        _("mẫu số theo thời gian"), max_length=4, choices=Adding.choices, default=Adding.SUM)
    denominator_over_territory = models.CharField(
        _("mẫu số theo địa bàn"), max_length=4, choices=Adding.choices, default=Adding.SUM)
    formula = models.CharField(_("công thức"), max_length=500, blank=True)
    missing = models.CharField(_("khi thiếu thành phần"), max_length=4, choices=Missing.choices, default=Missing.ANY)

    class Meta:
        ordering = ["indicator", "begins"]
        verbose_name = _("định nghĩa")
        verbose_name_plural = _("định nghĩa")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "begins"], name="indicator_version_begins"),
            models.UniqueConstraint(fields=["indicator", "number"], name="indicator_version_number"),
        ]

    @property
    def rules(self) -> Rules:
        return Rules(self.kind, self.factor, self.over_time, self.over_territory, self.denominator_over_time,
                     self.denominator_over_territory)

    @property
    def in_parts(self) -> bool:
        return self.kind in IN_PARTS

    @property
    def definition(self) -> str:
        return in_force(self.definition_vi, self.definition_en)

    @property
    def numerator(self) -> str:
        return in_force(self.numerator_vi, self.numerator_en)

    @property
    def denominator(self) -> str:
        return in_force(self.denominator_vi, self.denominator_en)


class Target(models.Model):
    """What is to be reached from `begins` to `ends`, by the city (no unit) or by one unit."""

    class Form(models.TextChoices):
        AT_LEAST = "at_least", _("ít nhất")
        AT_MOST = "at_most", _("không quá")
        RANGE = "range", _("trong khoảng")
        GROWTH = "growth", _("tăng so với cùng kỳ (%)")
        PLAN = "plan", _("đạt kế hoạch năm")

    indicator = models.ForeignKey(Indicator, models.CASCADE, related_name="targets", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị"))
    form = models.CharField(_("dạng chỉ tiêu"), max_length=8, choices=Form.choices)
    value = models.DecimalField(_("chỉ tiêu"), max_digits=24, decimal_places=6)
    upper = models.DecimalField(_("cận trên"), max_digits=24, decimal_places=6, null=True, blank=True)
    path = ArrayField(
        models.DecimalField(max_digits=7, decimal_places=4), verbose_name=_("lộ trình trong năm"), default=list,
        blank=True, help_text=_("Phần lũy kế phải đạt đến hết mỗi kỳ trong năm, từ 0 đến 1."))
    begins = models.DateField(_("từ ngày"))
    ends = models.DateField(_("đến hết ngày"), null=True, blank=True)
    basis = models.CharField(_("căn cứ"), max_length=300, blank=True)
    is_proposal = models.BooleanField(_("mới là đề xuất"), default=False)

    class Meta:
        ordering = ["indicator", "begins"]
        verbose_name = _("chỉ tiêu")
        verbose_name_plural = _("chỉ tiêu")
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit", "begins"], nulls_distinct=False, name="target_begins"),
        ]
