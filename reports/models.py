"""Which reports there are, and their editions: what was printed, frozen."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.models import DemandedReport, IndicatorField
from indicators.periods import Kind as PeriodKind
from reports.report import Report


class ReportType(NamedInTwoLanguages, models.Model):
    """A report that writes itself: of which periods, with which parts (its manifest), for whom."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên báo cáo"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    period_kind = models.CharField(_("kỳ"), max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    wait_hours = models.PositiveSmallIntegerField(
        _("chốt số liệu sau khi hết kỳ (giờ)"), default=0,
        help_text=_("Ví dụ: báo cáo ngày chốt lúc 07:00 hôm sau là 7."))
    blocks = ArrayField(models.SlugField(max_length=40), verbose_name=_("các phần"))
    fields = models.ManyToManyField(
        IndicatorField, blank=True, related_name="+", verbose_name=_("lĩnh vực"),
        help_text=_("Để trống: mọi lĩnh vực."))
    for_units = models.BooleanField(_("lập cho từng đơn vị"), default=False)
    remark_days = models.PositiveSmallIntegerField(
        _("số ngày làm việc để đơn vị có ý kiến"), default=0, help_text=_("0: phát hành ngay."))
    above_vi = models.CharField(_("cơ quan cấp trên"), max_length=160, blank=True)
    office_vi = models.CharField(_("cơ quan ban hành"), max_length=160, blank=True)
    signed_for_vi = models.CharField(_("ký thay mặt"), max_length=160, blank=True)
    signed_by_vi = models.CharField(_("chức vụ người ký"), max_length=160, blank=True)
    recipients_vi = models.TextField(_("nơi nhận"), blank=True, help_text=_("Mỗi dòng một nơi nhận."))
    replaces = models.ManyToManyField(
        DemandedReport, blank=True, related_name="report_types", verbose_name=_("thay cho báo cáo"))
    begins = models.DateField(_("lập từ kỳ bắt đầu ngày"))
    closed_on = models.DateField(_("thôi lập từ"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("loại báo cáo")
        verbose_name_plural = _("loại báo cáo")

    def __str__(self) -> str:
        return self.name


class EditionQuerySet(models.QuerySet):
    def latest_ones(self) -> "EditionQuerySet":
        """Of each report the edition with the highest number."""
        newer = Edition.objects.filter(type=models.OuterRef("type"), unit=models.OuterRef("unit"),
                                       start=models.OuterRef("start"), number__gt=models.OuterRef("number"))
        return self.filter(~models.Exists(newer))

    def released(self) -> "EditionQuerySet":
        return self.filter(state=Edition.State.RELEASED)

    def listed(self) -> "EditionQuerySet":
        """Without what is large, for lists."""
        return self.select_related("type", "unit").defer("data")


class Edition(models.Model):
    """One report of one unit (or the city) and period, as it was printed. What is released never changes: a correction
    is an edition of its own, with a higher number and a reason. Only `reports.editions` writes it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("chờ ý kiến")
        RELEASED = "released", _("đã phát hành")
        FAILED = "failed", _("chưa lập được")

    type = models.ForeignKey(ReportType, models.PROTECT, related_name="editions")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    start = models.DateTimeField()
    end = models.DateTimeField()
    period = models.CharField(max_length=20)  # its key in addresses
    number = models.PositiveSmallIntegerField(default=1)
    state = models.CharField(max_length=8, choices=State.choices)
    cut_off = models.DateTimeField()  # what was known then is what it says
    remarks_until = models.DateTimeField(null=True)
    data = models.JSONField(null=True)  # a `reports.report.Report`
    digest = models.CharField(max_length=64, blank=True)  # of the data, SHA-256; once released
    made_at = models.DateTimeField()
    released_at = models.DateTimeField(null=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.CharField(max_length=500, blank=True)  # of a new edition
    changes = models.JSONField(default=list)  # against the edition before: [place, before, now]
    problem = models.TextField(blank=True)  # why it could not be made
    revised = models.JSONField(default=list)  # what would be printed otherwise today, likewise
    revised_at = models.DateTimeField(null=True)  # when that was found

    objects = EditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("bản phát hành")
        verbose_name_plural = _("bản phát hành")
        constraints = [
            models.UniqueConstraint(fields=["type", "unit", "start", "number"], name="one_edition_per_number"),
            models.CheckConstraint(
                condition=~Q(state="released") | (Q(released_at__isnull=False) & ~Q(digest="") & Q(data__isnull=False)),
                name="released_with_data"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="new_edition_with_reason"),
        ]
        indexes = [
            models.Index(fields=["unit", "-end"], name="edition_of_unit"),
            models.Index(fields=["state", "remarks_until"], name="edition_waits", condition=~Q(state="released")),
        ]

    def get_absolute_url(self) -> str:
        return reverse("edition", args=[self.type.code, self.unit.slug, self.period])

    @property
    def report(self) -> Report:
        """What it says; ValueError for one that could not be made."""
        if self.data is None:
            raise ValueError("this edition could not be made")
        return Report.from_json(self.data)

    @property
    def is_released(self) -> bool:
        return self.state == self.State.RELEASED


class EditionFile(models.Model):
    """An edition as a file, byte for byte as it was released. In the database, so that edition and files are written
    in one transaction and lie in the same backup."""

    class Kind(models.TextChoices):
        PDF = "pdf", "PDF"
        XLSX = "xlsx", "XLSX"

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="files")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    content = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["edition", "kind"], name="one_file_per_kind")]


class Remark(models.Model):
    """What a unit says about an edition: before the release it is printed with it, later it stands beside it."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="remarks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    text = models.CharField(max_length=1000)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        verbose_name = _("ý kiến")
        verbose_name_plural = _("ý kiến")


class Opening(models.Model):
    """Who opened an edition, first and last."""

    edition = models.ForeignKey(Edition, models.CASCADE, related_name="openings")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        ordering = ["first_at"]
        constraints = [models.UniqueConstraint(fields=["edition", "user"], name="one_opening_per_person")]
