"""Judgements that somebody saved: by which method, from which baseline, without which periods, and why. Only
`indicators.judging` writes them; they are never edited, the newest one counts. And what units reply."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from indicators.models.catalogue import Indicator


class Method(models.TextChoices):
    """How a series is judged: `hcmc_ioc.lib.judging`."""

    XMR = "xmr", _("biểu đồ XmR")
    SEASONAL = "seasonal", _("biểu đồ XmR trên chênh lệch so với cùng kỳ năm trước")
    PRIME = "prime", _("biểu đồ p′ (Laney)")
    USUAL = "usual", _("so với cùng thứ trong tuần (trung vị, MAD)")


class SavedJudgement(models.Model):
    """`found` is what came of it: `{"stretches": [...], "signals": [...], "why"}` as `judging.told` writes it."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="judgements", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("đơn vị"),
        help_text=_("Để trống: toàn Thành phố."))
    method = models.CharField(_("cách đánh giá"), max_length=10, choices=Method.choices)
    version = models.PositiveSmallIntegerField(_("phiên bản"))
    constants = models.JSONField(_("hằng số"))
    until = models.DateTimeField(_("đến kỳ"))
    found = models.JSONField(_("kết quả"))
    reason = models.CharField(_("lý do"), max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người lưu"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("đánh giá đã lưu")
        verbose_name_plural = _("đánh giá đã lưu")
        indexes = [models.Index(fields=["indicator", "unit"], name="judgement_of")]


class JudgementMark(models.Model):
    """A period from which a judgement begins anew, or which it leaves out. A later judgement repeats the marks it
    keeps, with who made them and when."""

    class Kind(models.TextChoices):
        REBASE = "rebase", _("tính lại mức nền từ kỳ này")
        EXCLUDE = "exclude", _("không tính kỳ này")

    judgement = models.ForeignKey(SavedJudgement, models.PROTECT, related_name="marks")
    kind = models.CharField(max_length=7, choices=Kind.choices)
    start = models.DateTimeField(_("kỳ"))
    reason = models.CharField(_("lý do"), max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người đặt"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        ordering = ["start", "kind"]
        constraints = [models.UniqueConstraint(fields=["judgement", "kind", "start"], name="mark_once")]


class Reply(models.Model):
    """What a unit says beside its figure of a period, by its leader; the newest one is shown, all are kept."""

    indicator = models.ForeignKey(Indicator, models.PROTECT, related_name="replies", verbose_name=_("chỉ số"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    start = models.DateTimeField(_("kỳ"))
    words = models.CharField(_("ý kiến"), max_length=500)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người viết"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("ý kiến của đơn vị")
        verbose_name_plural = _("ý kiến của đơn vị")
        indexes = [models.Index(fields=["indicator", "start"], name="reply_of")]
