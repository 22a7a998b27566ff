"""Rules as analysts type them."""

from django import forms
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator
from indicators.periods import Kind
from signals.models import AlertRule, Silence

OF_HOTLINE = (Kind.DAY, Kind.WEEK, Kind.MONTH)  # 1022's own figures are counted for any of these


class RuleForm(forms.ModelForm):
    class Meta:
        model = AlertRule
        fields = ["code", "name_vi", "name_en", "indicator", "period_kind", "scope", "form", "threshold", "for_periods",
                  "until_periods", "severity"]

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["indicator"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = Indicator.objects.in_use().exclude(source=Indicator.Source.NONE)

    def clean(self):
        given = super().clean() or {}
        indicator, kind = given.get("indicator"), given.get("period_kind")
        if indicator and kind and kind not in _kinds(indicator, given.get("form")):
            self.add_error("period_kind", _("Chỉ số này không xét được theo kỳ đã chọn."))
        return given


def _kinds(indicator: Indicator, form: str | None) -> set[str]:
    if indicator.source == Indicator.Source.HOTLINE and form != AlertRule.Form.SIGNAL:
        return {indicator.period_kind, *OF_HOTLINE}
    return {indicator.period_kind}


class SilenceForm(forms.ModelForm):
    class Meta:
        model = Silence
        fields = ["unit", "until", "reason"]
        widgets = {"until": forms.DateInput(attrs={"type": "date"})}
