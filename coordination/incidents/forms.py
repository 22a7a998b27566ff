"""What is typed in the duty room."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from coordination.directives.forms import WITHOUT_PEOPLE, Units
from coordination.incidents.duty import may_take_over
from coordination.machines.incidents import Severity
from coordination.models import CityLevel, Playbook
from districts.models import Unit


class OpeningForm(forms.Form):
    title = forms.CharField(label=_("Sự cố"), max_length=200)
    severity = forms.TypedChoiceField(
        label=_("Mức độ"), choices=Severity.choices, coerce=int, initial=Severity.MODERATE)
    area = forms.ModelChoiceField(Unit.objects.none(), label=_("Địa bàn"), required=False,
                                  empty_label=_("Nhiều địa bàn hoặc chưa rõ"))
    place = forms.CharField(label=_("Địa điểm"), max_length=300, required=False)
    lead = forms.ModelChoiceField(Unit.objects.none(), label=_("Đơn vị chủ trì"), empty_label=_("Chọn đơn vị"))
    playbook = forms.ModelChoiceField(Playbook.objects.filter(is_current=True), label=_("Kịch bản"), required=False,
                                      empty_label=_("Không dùng kịch bản"))
    on_wall = forms.BooleanField(label=_("Hiện ngay trên màn hình tường"), required=False)
    units = Units(Unit.objects.none(), label=_("Đơn vị phối hợp"), required=False)

    def __init__(self, data=None, *, initial: dict | None = None) -> None:
        super().__init__(data, initial=initial, auto_id="opening_%s")
        every = Unit.objects.in_force().exclude(kind__in=[*WITHOUT_PEOPLE, Unit.Kind.CITY])
        for name, chosen in (("area", every.exclude(map="")), ("lead", every), ("units", every)):
            field = self.fields[name]
            if isinstance(field, forms.ModelChoiceField):
                field.queryset = chosen


class NoteForm(forms.Form):
    text = forms.CharField(label=_("Ghi nhận"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class SeverityForm(forms.Form):
    severity = forms.TypedChoiceField(label=_("Mức độ"), choices=Severity.choices, coerce=int)
    on_wall = forms.BooleanField(label=_("Hiện trên màn hình tường"), required=False)


class ReviewForm(forms.Form):
    review = forms.CharField(label=_("Rút kinh nghiệm"), max_length=5000, widget=forms.Textarea(attrs={"rows": 4}),
                             help_text=_("Nguyên nhân, việc làm tốt, việc phải sửa."))


class LevelForm(forms.Form):
    level = forms.ModelChoiceField(CityLevel.objects.filter(number__gt=1), label=_("Mức vận hành"), empty_label=None)
    until = forms.DateTimeField(
        label=_("Đến"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    reason = forms.CharField(label=_("Lý do"), max_length=500)

    def __init__(self, data=None, *, levels=None) -> None:
        until = timezone.localtime(timezone.now() + timedelta(hours=4)).replace(second=0, microsecond=0)
        super().__init__(data, initial={"until": until}, auto_id="level_%s")
        field = self.fields["level"]
        if levels is not None and isinstance(field, forms.ModelChoiceField):
            field.queryset = levels


class HandOverForm(forms.Form):
    to = forms.ModelChoiceField(User.objects.none(), label=_("Người nhận ca"), empty_label=_("Chọn người"))
    summary = forms.CharField(label=_("Bàn giao"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3}),
                              help_text=_("Việc đang theo dõi, việc cần làm tiếp."))

    def __init__(self, data=None, *, besides: User | None = None) -> None:
        super().__init__(data, auto_id="handover_%s")
        people = [user.pk for user in may_take_over() if besides is None or user.pk != besides.pk]
        field = self.fields["to"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = User.objects.filter(pk__in=people).order_by("full_name")
