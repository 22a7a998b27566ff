"""Rules of alerts, the alerts they gave, clusters of reports, and what leaders know already."""

from datetime import date

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from feedback.models import Category
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.models import Indicator
from indicators.periods import Kind as PeriodKind

GONE = "-"  # in place of the period in which an alert ended: its rule was stopped, or its place is not looked at


class Severity(models.IntegerChoices):
    INFO = 1, _("cần biết")
    WARNING = 2, _("cần xem")
    DANGER = 3, _("cần xử lý")


class AlertRule(NamedInTwoLanguages, models.Model):
    """A condition over an indicator. It works only after somebody saw what it would have done."""

    class Form(models.TextChoices):
        ABOVE = "above", _("lớn hơn")
        BELOW = "below", _("nhỏ hơn")
        RISE = "rise", _("tăng so với kỳ trước quá (%)")
        FALL = "fall", _("giảm so với kỳ trước quá (%)")
        SIGNAL = "signal", _("khác thường theo biểu đồ kiểm soát")

    class Scope(models.TextChoices):
        CITY = "city", _("toàn Thành phố")
        UNITS = "units", _("từng đơn vị")

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="alert_rules", verbose_name=_("chỉ số"))
    period_kind = models.CharField(_("theo kỳ"), max_length=10, choices=PeriodKind.choices)
    scope = models.CharField(_("phạm vi"), max_length=5, choices=Scope.choices, default=Scope.CITY)
    form = models.CharField(_("điều kiện"), max_length=6, choices=Form.choices)
    threshold = models.DecimalField(_("ngưỡng"), max_digits=24, decimal_places=6, null=True, blank=True)
    for_periods = models.PositiveSmallIntegerField(_("báo khi đúng liên tiếp (kỳ)"), default=1)
    until_periods = models.PositiveSmallIntegerField(_("thôi báo khi hết liên tiếp (kỳ)"), default=1)
    severity = models.PositiveSmallIntegerField(_("mức"), choices=Severity.choices, default=Severity.WARNING)
    activated_at = models.DateTimeField(null=True, editable=False)
    activated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)
    replay = models.JSONField(null=True, editable=False)  # what was shown before it was activated
    failed_at = models.DateTimeField(null=True, editable=False)  # since when it cannot be judged
    fault = models.CharField(max_length=80, blank=True, editable=False)  # what its error is called

    class Meta:
        ordering = ["-severity", "code"]
        verbose_name = _("quy tắc cảnh báo")
        verbose_name_plural = _("quy tắc cảnh báo")
        constraints = [
            models.CheckConstraint(condition=Q(form="signal") | Q(threshold__isnull=False), name="alert_threshold",
                                   violation_error_message=_("Điều kiện này cần một ngưỡng.")),
            models.CheckConstraint(condition=Q(for_periods__gte=1, until_periods__gte=1), name="alert_periods",
                                   violation_error_message=_("Ít nhất một kỳ.")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_active(self) -> bool:
        return self.activated_at is not None

    @property
    def is_broken(self) -> bool:
        """At work, but it cannot be judged: what it said last stands."""
        return self.is_active and self.failed_at is not None


class Alert(models.Model):
    """That a rule's condition holds somewhere since `began`. Only `signals.watching` writes it."""

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="alerts")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # None: the city
    began = models.CharField(max_length=20)  # codes of periods
    ended = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10)  # of `machine.State`
    value = models.FloatField(null=True)
    first_at = models.DateTimeField()  # when it was told first
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("cảnh báo")
        verbose_name_plural = _("cảnh báo")
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "unit", "began"], nulls_distinct=False, name="one_alert_per_episode"),
        ]
        indexes = [models.Index(fields=["ended"], name="alert_open", condition=Q(ended=""))]


class Silences(models.QuerySet["Silence"]):
    def in_force(self, today: date) -> "Silences":
        return self.filter(until__gte=today, ended_at=None)


class Silence(models.Model):
    """Nobody is told of the rule (of one unit) until then, and why; or until somebody ended it."""

    rule = models.ForeignKey(AlertRule, models.CASCADE, related_name="silences")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị"))
    until = models.DateField(_("đến hết ngày"))
    reason = models.CharField(_("lý do"), max_length=300)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", editable=False)

    objects = Silences.as_manager()


class Cluster(models.Model):
    """Many reports of one field in one place within a day, more than chance gives. One row while it lasts."""

    cell = models.BigIntegerField()  # H3, resolution 8
    field = models.ForeignKey(Category, models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")  # in whose area most of them lie
    tickets = models.PositiveIntegerField()
    expected = models.FloatField()
    since = models.DateTimeField()  # the first of its reports
    found_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("cụm phản ánh")
        verbose_name_plural = _("cụm phản ánh")
        constraints = [
            models.UniqueConstraint(fields=["cell", "field"], condition=Q(ended_at=None), name="one_cluster_per_place"),
        ]


class Known(models.Model):
    """A leader knows: the matter is not shown among what needs attention until it is worse than then."""

    key = models.CharField(max_length=80, unique=True)
    level = models.FloatField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Viewer(models.Model):
    """Somebody was asked to look at a matter."""

    key = models.CharField(max_length=80, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class Look(models.Model):
    """When a person last looked at what needs attention."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField()
