"""Changes of the catalogue as analysts propose them: put to the units, answered, adopted or withdrawn, kept."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from indicators.models.catalogue import Indicator


def _person(label, **more) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more)


class Proposal(models.Model):
    """A new indicator, a new definition or a change of a catalogue row: what was proposed as it was typed, by whom,
    why, and what came of it. Only `indicators.definitions` writes it; it is never deleted."""

    class State(models.TextChoices):
        OPEN = "open", _("đang lấy ý kiến")
        ADOPTED = "adopted", _("đã áp dụng")
        WITHDRAWN = "withdrawn", _("đã rút")

    indicator = models.ForeignKey(  # none while a new one is proposed
        Indicator, models.PROTECT, null=True, blank=True, related_name="proposals", verbose_name=_("chỉ số"))
    name = models.CharField(_("tên"), max_length=160)
    facts = models.JSONField(default=dict)  # the fields of the form, as texts
    changes = models.JSONField(default=list)  # [field, before, after] of what differs from the row when it was proposed
    begins = models.DateField(_("áp dụng từ"), null=True, blank=True)  # of a definition
    reason = models.CharField(_("lý do"), max_length=500)
    until = models.DateField(_("lấy ý kiến đến hết ngày"), null=True, blank=True)  # none: applied at once
    state = models.CharField(_("trạng thái"), max_length=9, choices=State.choices, default=State.OPEN)
    proposed_by = _person(_("người đề nghị"))
    proposed_at = models.DateTimeField(_("lúc"))
    decision = models.CharField(_("kết luận"), max_length=500, blank=True)
    decided_by = _person(_("người kết luận"), null=True, blank=True)
    decided_at = models.DateTimeField(_("kết luận lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("đề nghị về định nghĩa")
        verbose_name_plural = _("đề nghị về định nghĩa")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator"], condition=Q(state="open", indicator__isnull=False),
                name="one_open_proposal_per_indicator"),
        ]


class Opinion(models.Model):
    """What a unit says of a proposal, and what it was answered; one per unit, changed until the term ends."""

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="opinions", verbose_name=_("đề nghị"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    agrees = models.BooleanField(_("đồng ý"))
    words = models.CharField(_("ý kiến"), max_length=1000, blank=True)
    user = _person(_("người trả lời"))
    at = models.DateTimeField(_("lúc"))
    answer = models.CharField(_("tiếp thu, giải trình"), max_length=1000, blank=True)
    answered_by = _person(_("người giải trình"), null=True, blank=True)
    answered_at = models.DateTimeField(_("giải trình lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("ý kiến về định nghĩa")
        verbose_name_plural = _("ý kiến về định nghĩa")
        constraints = [
            models.UniqueConstraint(fields=["proposal", "unit"], name="one_opinion_per_unit"),
            models.CheckConstraint(condition=Q(agrees=True) | ~Q(words=""), name="an_objection_has_its_words"),
        ]
