"""Changes of targets, sets and checks: what was typed, by whom, why."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from indicators.models.catalogue import Target
from indicators.models.quality import Check
from indicators.models.sets import ValueSet


class RuleChange(models.Model):
    """One change of a target, a set or a check, append-only: [field, before, after], all fields of a new row. `follows`
    is the row of the same kind that this one ended. Only `indicators.upkeep` writes it."""

    target = models.ForeignKey(Target, models.PROTECT, null=True, related_name="changes", verbose_name=_("chỉ tiêu"))
    value_set = models.ForeignKey(ValueSet, models.PROTECT, null=True, related_name="changes", verbose_name=_("biểu"))
    check_row = models.ForeignKey(Check, models.PROTECT, null=True, related_name="changes", verbose_name=_("kiểm tra"))
    follows = models.BigIntegerField(null=True)
    changes = models.JSONField(default=list)
    reason = models.CharField(_("lý do"), max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("người sửa"))
    at = models.DateTimeField(_("lúc"))

    class Meta:
        ordering = ["-pk"]
        verbose_name = _("thay đổi chỉ tiêu, biểu, kiểm tra")
        verbose_name_plural = _("thay đổi chỉ tiêu, biểu, kiểm tra")
        constraints = [models.CheckConstraint(name="change_of_one_rule", condition=(
            Q(target__isnull=False, value_set=None, check_row=None)
            | Q(target=None, value_set__isnull=False, check_row=None)
            | Q(target=None, value_set=None, check_row__isnull=False)))]
