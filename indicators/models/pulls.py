"""Figures that the system fetches itself: from where, how often, and what came of it."""

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib import addresses
from hcmc_ioc.lib.crypto import EncryptedTextField
from indicators.models.sets import ValueSet
from indicators.models.values import Delivery
from indicators.periods import Kind as PeriodKind

PERIOD = "{period}"  # in an address: the code of the last period that has ended


class PullHost(models.Model):
    """A host that may be called; no other is."""

    host = models.CharField(_("tên máy chủ"), max_length=253, unique=True)
    note = models.CharField(_("của ai, để làm gì"), max_length=300, blank=True)

    class Meta:
        ordering = ["host"]
        verbose_name = _("máy chủ được gọi")
        verbose_name_plural = _("máy chủ được gọi")

    def __str__(self) -> str:
        return self.host

    def clean(self) -> None:
        self.host = self.host.strip().lower()


class PullQuerySet(models.QuerySet):
    def with_latest(self) -> "PullQuerySet":
        """With what came of the latest try (`latest`)."""
        runs = PullRun.objects.filter(pull=OuterRef("pk")).order_by("-pk")
        return self.annotate(latest=Subquery(runs.values("outcome")[:1]))

    def failing(self) -> "PullQuerySet":
        """Those in use whose latest try brought nothing usable."""
        return self.with_latest().filter(is_on=True, latest__in=PullRun.FAILED)


class Pull(models.Model):
    """An address that figures are fetched from. `next_at` moves on before it is called, so that one worker calls."""

    class Form(models.TextChoices):
        CSV = "csv", "CSV"
        JSON = "json", "JSON"

    name = models.CharField(_("tên nguồn"), max_length=160, unique=True)
    url = models.CharField(
        _("địa chỉ"), max_length=addresses.LONGEST, help_text=_("{period} được thay bằng mã của kỳ vừa kết thúc."))
    form = models.CharField(_("dạng dữ liệu"), max_length=4, choices=Form.choices, default=Form.JSON)
    rows_at = models.CharField(
        _("danh sách nằm ở"), max_length=120, blank=True,
        help_text=_("Với JSON: tên các trường dẫn đến danh sách, cách nhau bằng dấu chấm; trống là cả tài liệu."))
    mapping = models.TextField(_("ánh xạ"), help_text=_("Tên một ánh xạ có sẵn, hoặc nội dung ánh xạ dạng TOML."))
    value_set = models.ForeignKey(
        ValueSet, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("biểu"))
    period_kind = models.CharField(_("kỳ"), max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    every_hours = models.PositiveSmallIntegerField(
        _("lấy lại sau, giờ"), default=24, validators=[MinValueValidator(1), MaxValueValidator(24 * 31)])
    header = models.CharField(
        _("tên header bí mật"), max_length=60, blank=True, help_text=_("Ví dụ: Authorization hoặc X-API-Key."))
    secret = EncryptedTextField(_("giá trị bí mật"), blank=True, default="")
    least_percent = models.PositiveSmallIntegerField(
        _("giữ lại khi ít hơn, %"), default=50, validators=[MaxValueValidator(100)],
        help_text=_("So với số dòng thường có; dưới mức này số liệu chờ người xem rồi mới nhận."))
    stale_days = models.PositiveSmallIntegerField(
        _("coi là cũ sau, ngày"), null=True, blank=True, help_text=_("Khi nguồn không có gì mới lâu hơn số ngày này."))
    is_on = models.BooleanField(_("đang dùng"), default=True)
    next_at = models.DateTimeField(_("lần tới"), null=True, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True, editable=False)  # of what was taken last

    objects = PullQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        verbose_name = _("nguồn lấy tự động")
        verbose_name_plural = _("nguồn lấy tự động")

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        try:
            host = addresses.read(self.url.replace(PERIOD, "2026-10")).host
        except ValueError as exc:
            raise ValidationError({"url": str(exc)}) from exc
        if not PullHost.objects.filter(host=host).exists():
            raise ValidationError({"url": _("Máy chủ %(host)s không có trong danh sách được gọi.") % {"host": host}})
        if bool(self.header) != bool(self.secret):
            raise ValidationError({"header": _("Cần cả tên header và giá trị, hoặc bỏ trống cả hai.")})
        if not all(sign.isascii() and (sign.isalnum() or sign == "-") for sign in self.header):
            raise ValidationError({"header": _("Tên header chỉ gồm chữ không dấu, số và dấu gạch.")})
        if not self.secret.isascii() or not self.secret.isprintable():
            raise ValidationError({"secret": _("Giá trị chỉ gồm ký tự ASCII in được.")})


class PullRun(models.Model):
    """What came of one try."""

    class Outcome(models.TextChoices):
        TAKEN = "taken", _("đã nhận")
        SAME = "same", _("không có gì mới")
        HELD = "held", _("giữ lại: ít dòng hơn thường lệ")
        REJECTED = "rejected", _("có dòng sai, không nhận gì")
        DROPPED = "dropped", _("đã bỏ")
        UNREADABLE = "unreadable", _("không đọc được")
        HTML = "html", _("trả về trang web thay vì dữ liệu")
        EMPTY = "empty", _("không có dòng nào")
        STATUS = "status", _("máy chủ trả lời lỗi")
        REDIRECT = "redirect", _("chuyển hướng sang địa chỉ khác, không đi theo")
        FORBIDDEN = "forbidden", _("tên miền dẫn vào mạng nội bộ, không gọi")
        HOST = "host", _("máy chủ không có trong danh sách được gọi")
        URL = "url", _("địa chỉ không được phép")
        NAME = "name", _("không tìm thấy tên miền")
        CONNECT = "connect", _("không kết nối được")
        TLS = "tls", _("chứng thư không hợp lệ")
        TIMEOUT = "timeout", _("quá thời gian mà chưa nhận xong")
        PROTOCOL = "protocol", _("trả lời đứt giữa chừng hoặc không theo HTTP")
        LARGE = "large", _("dữ liệu lớn quá mức cho phép")
        BROKEN = "broken", _("lỗi của hệ thống khi xử lý")

    GOOD = (Outcome.TAKEN, Outcome.SAME)
    FAILED = tuple(sorted(set(Outcome.values) - {"taken", "same", "dropped"}))

    pull = models.ForeignKey(Pull, models.CASCADE, related_name="runs")
    at = models.DateTimeField()
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    detail = models.CharField(max_length=1000, blank=True)
    rows = models.PositiveIntegerField(null=True)
    delivery = models.ForeignKey(Delivery, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("lần lấy số liệu")
        verbose_name_plural = _("lần lấy số liệu")
        indexes = [models.Index(fields=["pull", "-id"], name="run_of_pull")]

    @property
    def is_good(self) -> bool:
        return self.outcome in self.GOOD


def next_after(pull: Pull, now: datetime, *, is_good: bool) -> datetime:
    """A source that failed is asked again within the hour."""
    return now + timedelta(hours=pull.every_hours if is_good else min(pull.every_hours, 1))
