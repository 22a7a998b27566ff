"""Centres as people type them: the declaration, a status from a day on, a step of the roll-out, the plan of a year."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from coordination.centres.registry import DECLARED
from coordination.models import Centre, CentreStatus, Milestone, Rollout, Status, Step

LONG = {"rows": 3}


def day_field(**attributes) -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"} | attributes)


class CentreForm(forms.ModelForm):
    class Meta:
        model = Centre
        fields = DECLARED
        widgets = {"decided_on": day_field(), "leased_until": day_field(), "evidence": forms.Textarea(LONG),
                   "modules": forms.CheckboxSelectMultiple()}

    def clean(self):
        given = super().clean() or {}
        if given.get("cameras_online") is not None and given.get("cameras") is None:
            self.add_error("cameras", _("Cần số camera."))
        if given.get("sensors_online") is not None and given.get("sensors") is None:
            self.add_error("sensors", _("Cần số cảm biến."))
        return given


class StatusForm(forms.ModelForm):
    class Meta:
        model = CentreStatus
        fields = ["status", "since", "basis"]
        widgets = {"since": day_field()}

    def clean(self):
        given = super().clean() or {}
        since = given.get("since")
        if since and since > timezone.localdate():
            self.add_error("since", _("Trạng thái đang có bắt đầu muộn nhất là hôm nay."))
        if given.get("status") in (Status.TRIAL, Status.RUNNING) and not given.get("basis"):
            self.add_error("basis", _("Chạy thử và vận hành cần căn cứ."))
        return given


class StepForm(forms.ModelForm):
    class Meta:
        model = Step
        fields = ["done_on", "blocked", "evidence", "due"]
        widgets = {"done_on": day_field(), "due": day_field()}

    def __init__(self, *args, may_plan: bool = False, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if not may_plan:
            del self.fields["due"]

    def clean_done_on(self):
        done_on = self.cleaned_data["done_on"]
        if done_on and done_on > timezone.localdate():
            raise forms.ValidationError(_("Ngày xong muộn nhất là hôm nay."))
        return done_on


class RolloutForm(forms.ModelForm):
    class Meta:
        model = Rollout
        fields = ["year", "name_vi", "name_en", "begins", "ends"]
        widgets = {"begins": day_field(), "ends": day_field()}

    def clean(self):
        given = super().clean() or {}
        year, begins, ends = given.get("year"), given.get("begins"), given.get("ends")
        if year and begins and ends and not begins.year == ends.year == year:
            self.add_error("ends", _("Kế hoạch bắt đầu và kết thúc trong năm của nó."))
        return given


class MilestoneForm(forms.ModelForm):
    class Meta:
        model = Milestone
        fields = ["code", "position", "name_vi", "name_en", "advice_vi", "advice_en", "due", "measured"]
        widgets = {"due": day_field(), "advice_vi": forms.Textarea(LONG), "advice_en": forms.Textarea(LONG)}

    def clean_code(self):
        code = self.cleaned_data["code"]
        others = Milestone.objects.filter(rollout=self.instance.rollout, code=code).exclude(pk=self.instance.pk)
        if others.exists():
            raise forms.ValidationError(_("Mã này đã có trong kế hoạch."))
        return code

    def clean_due(self):
        due, plan = self.cleaned_data["due"], self.instance.rollout
        if not plan.begins <= due <= plan.ends:
            raise forms.ValidationError(_("Hạn nằm trong thời gian của kế hoạch."))
        return due
