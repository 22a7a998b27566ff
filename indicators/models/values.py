"""Values, narrow and current; their revisions, append-only; the deliveries that brought them; the city's figures."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from indicators.arithmetic import Flag, Why
from indicators.models.catalogue import Indicator, IndicatorVersion
from indicators.models.sets import ValueSet


def _numeric() -> models.DecimalField:
    return models.DecimalField(max_digits=30, decimal_places=8, null=True)


class Delivery(models.Model):
    """What came at once: of one form and period, one file, one request, one pull."""

    class Door(models.TextChoices):
        FORM = "form", _("nhập trên trang")
        FILE = "file", _("tệp")
        API = "api", _("API")
        PULL = "pull", _("lấy tự động")

    class State(models.TextChoices):
        STAGED = "staged", _("chờ xác nhận")
        COMMITTED = "committed", _("đã nhận")
        DROPPED = "dropped", _("đã bỏ")

    door = models.CharField(_("cách gửi"), max_length=4, choices=Door.choices)
    state = models.CharField(_("trạng thái"), max_length=9, choices=State.choices, default=State.COMMITTED)
    value_set = models.ForeignKey(
        ValueSet, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("biểu"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị"))
    start = models.DateTimeField(_("kỳ"), null=True, blank=True)
    at = models.DateTimeField(_("lúc"))
    actor_kind = models.CharField(_("ai gửi"), max_length=8)
    actor_ref = models.CharField(max_length=40, blank=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("người gửi"))
    file_name = models.CharField(_("tệp"), max_length=200, blank=True)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    mapping = models.CharField(max_length=80, blank=True)
    is_history = models.BooleanField(_("số liệu các năm trước"), default=False)
    new = models.PositiveIntegerField(_("mới"), default=0)
    changed = models.PositiveIntegerField(_("thay đổi"), default=0)
    same = models.PositiveIntegerField(_("như cũ"), default=0)
    rejected = models.PositiveIntegerField(_("bị loại"), default=0)

    class Meta:
        verbose_name = _("lần gửi số liệu")
        verbose_name_plural = _("lần gửi số liệu")
        indexes = [models.Index(fields=["unit", "value_set", "start"], name="delivery_of_unit_set")]


class Figure(models.Model):
    """What a value, a revision and a staged row have in common."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="+", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    start = models.DateTimeField()
    number = _numeric()
    numerator = _numeric()
    denominator = _numeric()
    flag = models.CharField(max_length=12, choices=Flag.choices, default=Flag.FINAL)

    class Meta:
        abstract = True


class Value(Figure):
    """The current figure of (indicator, unit, period). Only `indicators.deliveries` writes it, but for what checks
    say."""

    version = models.ForeignKey(IndicatorVersion, models.PROTECT, related_name="+", db_index=False)
    revision = models.PositiveIntegerField(default=1)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()
    first_at = models.DateTimeField()  # when the first revision came: in time or not
    is_history = models.BooleanField(default=False)
    checked = models.PositiveSmallIntegerField(db_default=0)  # how many checks were run on it: `indicators.quality`
    failed = models.PositiveSmallIntegerField(db_default=0)  # how many of them it fails

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "start", "unit"], name="value_key")]
        indexes = [
            models.Index(fields=["unit", "start"], name="value_of_unit"),
            models.Index(fields=["indicator", "unit"], condition=models.Q(flag=Flag.BREAK), name="value_break"),
            models.Index(fields=["indicator"], condition=models.Q(failed__gt=0), name="value_failing"),
        ]


class Revision(Figure):
    """One revision of a value, for ever: which figure, who, when, why, by which delivery.

    It is copied from its value in one statement, where the database checks indicator, unit and definition: checking
    them again took a tenth of a delivery.
    """

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    revision = models.PositiveIntegerField()
    version = models.ForeignKey(
        IndicatorVersion, models.PROTECT, related_name="+", db_index=False, db_constraint=False)
    delivery = models.ForeignKey(Delivery, models.PROTECT, related_name="revisions")
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)
    working = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["indicator", "unit", "start", "revision"], name="revision_key")]


class Staged(Figure):
    """One value of a file, as read, until it is committed or dropped: exactly this is committed."""

    delivery = models.ForeignKey(Delivery, models.CASCADE, related_name="staged")
    note = models.CharField(max_length=500, blank=True)
    rows = models.CharField(max_length=120, blank=True)  # of the file, as a person counts them

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["delivery", "indicator", "unit", "start"], name="staged_key")]


class Total(models.Model):
    """The city's figure of one base period, as `indicators.answers` gives it: kept, so that a page of many indicators
    need not add. Only `indicators.totals` writes it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="totals", db_index=False)
    start = models.DateTimeField()
    number = _numeric()  # what was added, before dividing
    numerator = _numeric()
    denominator = _numeric()
    value = models.DecimalField(max_digits=40, decimal_places=12, null=True)
    flag = models.CharField(max_length=12, choices=Flag.choices, blank=True)
    why = models.CharField(max_length=16, choices=Why.choices, blank=True)
    owed = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    on_time = models.PositiveIntegerField(null=True)
    units = models.PositiveIntegerField(default=0)  # with a value
    changed = models.BigIntegerField(db_default=0)  # the number of the last change of any unit's value below it

    class Meta:
        constraints = [models.UniqueConstraint(fields=["indicator", "start"], name="total_key")]
        indexes = [models.Index(fields=["indicator", "changed"], name="total_changed")]


class FigureChange(models.Model):
    """A number that no later change of figures comes before. `stamp` is chance: after a restore the numbers come again,
    and a cursor of before is recognised as not of this history. Only `indicators.totals` writes it."""

    number = models.BigIntegerField(primary_key=True)
    stamp = models.IntegerField()
    at = models.DateTimeField(db_index=True)
