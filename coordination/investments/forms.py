"""Items and consultations as people type them."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from coordination.investments import access
from coordination.investments.consulting import GATE
from coordination.investments.register import FREE, JUDGED, PLANNED, REPORTED
from coordination.models import Candidate, Component, Consultation, Funding, Item
from districts.models import Unit

LONG = {"rows": 3}


def _day() -> forms.DateInput:
    return forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"})


class ItemForm(forms.ModelForm):
    """An item; of a confirmed one without what needs a new baseline."""

    class Meta:
        model = Item
        fields = ["unit", "name", "purpose", "component", "place", "starts", "ends", "cost", *FREE[4:]]
        widgets = {"starts": _day(), "ends": _day(), "purpose": forms.Textarea(LONG), "links": forms.Textarea(LONG)}

    def __init__(self, *args, actor: Actor, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["unit"]
        if isinstance(unit, forms.ModelChoiceField):
            asked = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
            unit.queryset = asked if access.may_judge(actor) else asked.filter(pk__in=actor.scope or [])
            unit.initial = actor.own_unit_id
        if self.instance.pk:
            del self.fields["unit"]
        if self.instance.is_kept:
            for name in PLANNED:
                del self.fields[name]

    def clean(self):
        given = super().clean() or {}
        if given.get("monthly_price") is not None and not (
                given.get("service_quantity") and given.get("service_measure")):
            self.add_error("service_quantity", _("Giá thuê cần khối lượng và cách tính, để so được giữa các đơn vị."))
        return given


class BaselineForm(forms.ModelForm):
    reason = forms.CharField(label=_("Vì sao lập lại"), widget=forms.Textarea(LONG), max_length=1000)

    class Meta:
        model = Item
        fields = PLANNED
        widgets = {"starts": _day(), "ends": _day()}


class ReportForm(forms.ModelForm):
    class Meta:
        model = Item
        fields = REPORTED

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        state = self.fields["state"]
        if isinstance(state, forms.ChoiceField):
            state.choices = [(one.value, one.label) for one in (
                Item.State.PLANNED, Item.State.RUNNING, Item.State.ENDED)]

    def clean(self):
        given = super().clean() or {}
        if given.get("owner_rating") and not given.get("owner_remark"):
            self.add_error("owner_remark", _("Tự đánh giá cần lý do."))
        return given


class JudgeForm(forms.ModelForm):
    class Meta:
        model = Item
        fields = JUDGED

    def clean(self):
        given = super().clean() or {}
        if given.get("independent_rating") and not given.get("independent_remark"):
            self.add_error("independent_remark", _("Đánh giá cần lý do."))
        return given


class LeaveForm(forms.Form):
    reason = forms.CharField(label=_("Lý do dừng"), widget=forms.Textarea(LONG), max_length=1000)


class FundingForm(forms.ModelForm):
    class Meta:
        model = Funding
        fields = ["source", "giver", "pledged", "received", "conflict"]
        widgets = {"conflict": forms.Textarea(LONG)}


class GateForm(forms.ModelForm):
    """The five questions, as far as they are answered, and the risks."""

    class Meta:
        model = Consultation
        fields = [*GATE, "risks"]
        widgets = dict.fromkeys(GATE, forms.Textarea(LONG)) | {"risks": forms.CheckboxSelectMultiple()}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        for name in GATE:
            self.fields[name].required = False


class AnswerForm(forms.ModelForm):
    class Meta:
        model = Candidate
        fields = ["answer", "reason", "saving"]
        widgets = {"reason": forms.Textarea({"rows": 2})}

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].required = True
        if self.instance.component_id is None:
            return
        answer = self.fields["answer"]
        if isinstance(answer, forms.ChoiceField):
            answer.choices = [("", "---------"), *((one.value, one.label) for one in (
                Candidate.Answer.DIFFERENT, Candidate.Answer.SHARED))]

    def clean(self):
        given = super().clean() or {}
        if given.get("answer") == Candidate.Answer.DIFFERENT and not given.get("reason", "").strip():
            self.add_error("reason", _("Khác ở chỗ nào?"))
        return given


class WordsForm(forms.Form):
    """A move that needs words alone."""

    text = forms.CharField(label=_("Nội dung"), widget=forms.Textarea(LONG), max_length=2000)


class OpinionForm(forms.Form):
    opinion = forms.ChoiceField(label=_("Ý kiến"), choices=Consultation.Opinion.choices)
    reasons = forms.CharField(label=_("Lý do"), widget=forms.Textarea(LONG), max_length=3000)
    join_unit = forms.ModelChoiceField(
        label=_("Làm chung với đơn vị"), queryset=Unit.objects.none(), required=False)
    conditions = forms.CharField(
        label=_("Điều kiện, mỗi dòng một điều kiện"), widget=forms.Textarea(LONG), max_length=4000, required=False)
    conditions_due = forms.DateField(label=_("Hạn thực hiện điều kiện"), widget=_day(), required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        unit = self.fields["join_unit"]
        if isinstance(unit, forms.ModelChoiceField):
            unit.queryset = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)

    def clean(self):
        given = super().clean() or {}
        if given.get("opinion") == Consultation.Opinion.JOIN and not given.get("join_unit"):
            self.add_error("join_unit", _("Làm chung với đơn vị nào?"))
        if given.get("opinion") == Consultation.Opinion.CONDITIONS:
            if not given.get("conditions", "").strip():
                self.add_error("conditions", _("Điều kiện gì?"))
            if not given.get("conditions_due"):
                self.add_error("conditions_due", _("Điều kiện cần hạn."))
            elif given["conditions_due"] < timezone.localdate():
                self.add_error("conditions_due", _("Hạn từ hôm nay trở đi."))
        return given


class FilterForm(forms.Form):
    """What the register is narrowed by; wrong values count as none."""

    q = forms.CharField(required=False, max_length=100)
    don_vi = forms.ModelChoiceField(Unit.objects.none(), to_field_name="slug", required=False)
    nhom = forms.ChoiceField(required=False)
    trang_thai = forms.ChoiceField(required=False)

    def __init__(self, *args, units, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        unit, group, state = self.fields["don_vi"], self.fields["nhom"], self.fields["trang_thai"]
        for field in (unit, group, state):
            field.widget.attrs["class"] = "input"
        if isinstance(unit, forms.ModelChoiceField):
            unit.queryset, unit.empty_label = units, _("Mọi đơn vị")
        if isinstance(group, forms.ChoiceField) and isinstance(state, forms.ChoiceField):
            group.choices = [("", _("Mọi nhóm")), *Component.Group.choices]
            state.choices = [("", _("Mọi trạng thái")), *Item.State.choices]
