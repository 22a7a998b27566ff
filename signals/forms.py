"""Rules as analysts type them."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from indicators.models import Indicator
from indicators.periods import Kind
from signals.models import AlertRule, Silence

LONGEST = timedelta(days=366)  # of a silence
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
            field.queryset = Indicator.objects.in_use().exclude(source=Indicator.Source.NONE).filter(
                access=Indicator.Access.OPEN)  # an alert is read by who may not see restricted figures

    def clean(self):
        given = super().clean() or {}
        indicator, kind = given.get("indicator"), given.get("period_kind")
        if indicator and kind and kind not in _kinds(indicator, given.get("form")):
            self.add_error("period_kind", _("Chỉ số này không xét được theo kỳ đã chọn."))
        threshold, form = given.get("threshold"), given.get("form")
        if form in (AlertRule.Form.RISE, AlertRule.Form.FALL) and threshold is not None and threshold <= 0:
            self.add_error("threshold", _("Mức tăng, giảm phải lớn hơn 0."))
        if self.instance.pk and {"indicator", "period_kind", "scope"} & set(self.changed_data) \
                and self.instance.alerts.exists():
            self.add_error("indicator", _("Quy tắc đã báo theo chỉ số, kỳ và phạm vi này: hãy lập quy tắc mới."))
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

    def clean_until(self):
        until, today = self.cleaned_data["until"], timezone.localdate()
        if not today <= until <= today + LONGEST:
            raise forms.ValidationError(_("Chọn một ngày từ hôm nay, trong vòng một năm."))
        return until
