"""What is typed at directives: the five clarities in one form, and what each move needs."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attachments.forms import FilesField
from coordination.directives import clock, moves
from coordination.directives.actions import Draft
from coordination.directives.subjects import Subject
from coordination.machines.directives import Move
from coordination.models import Directive, Level
from districts.calendars import calendar_for
from districts.models import Unit

WITHOUT_PEOPLE = [Unit.Kind.UNASSIGNED, Unit.Kind.NEIGHBOURHOOD]
WITH_FILES = {"progress", "report", "explain"}  # moves that are proved
LONG = {"plan", "text", "evidence", "cause", "proposal", "remedy", "reason"}


def _day(label, **more) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


class Units(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Unit) -> str:
        return obj.name


class DraftForm(forms.Form):
    """One page, prefilled from what it is about: unit, task, result, term, who coordinates."""

    level = forms.ModelChoiceField(Level.objects.all(), label=gettext_lazy("Mức"), empty_label=None,
                                   to_field_name="code", widget=forms.RadioSelect)
    title = forms.CharField(label=gettext_lazy("Nhiệm vụ"), max_length=200)
    result = forms.CharField(label=gettext_lazy("Kết quả phải đạt"), max_length=500)
    due_on = _day(gettext_lazy("Thời hạn"), help_text=gettext_lazy("Hết giờ làm việc ngày này."))
    lead = Units(Unit.objects.none(), label=gettext_lazy("Đơn vị chủ trì"),
                 error_messages={"required": gettext_lazy("Chọn ít nhất một đơn vị chủ trì.")})
    coordinating = Units(Unit.objects.none(), label=gettext_lazy("Đơn vị phối hợp"), required=False)
    alone = forms.BooleanField(label=gettext_lazy("Không cần đơn vị phối hợp"), required=False)
    body = forms.CharField(label=gettext_lazy("Nội dung cụ thể"), max_length=5000, required=False,
                           widget=forms.Textarea(attrs={"rows": 4}))
    attached = FilesField(required=False)

    def __init__(self, data, files=None, *, kind: str, subject: Subject | None, own: list[int]) -> None:
        self.kind, self.subject = kind, subject
        super().__init__(data, files, initial=_prefilled(kind, subject), auto_id="draft_%s")
        every = Unit.objects.in_force().exclude(kind__in=WITHOUT_PEOPLE)
        if kind != Directive.Kind.REQUEST:
            every = every.exclude(kind=Unit.Kind.CITY)
        for name in ("lead", "coordinating"):
            field = self.fields[name]
            if isinstance(field, Units):
                field.queryset = every.exclude(pk__in=own)

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not given.get("coordinating") and not given.get("alone"):
            self.add_error("coordinating", _("Chọn đơn vị phối hợp, hoặc ghi rõ là không cần."))
        both = set(given.get("lead") or []) & set(given.get("coordinating") or [])
        if both:
            self.add_error("coordinating", _("%(unit)s đã là đơn vị chủ trì.") % {"unit": min(both, key=str).name})
        day = given.get("due_on")
        if day and not clock.is_near(day):
            self.add_error("due_on", _("Thời hạn phải từ hôm nay trở đi, trong vòng ba năm."))
        elif day and clock.end_of(day, calendar_for()) is None:
            self.add_error("due_on", _("Ngày %(day)s là ngày nghỉ; ngày làm việc tiếp theo là %(next)s.") % {
                "day": f"{day:%d/%m/%Y}", "next": f"{clock.working_day_from(day, calendar_for()):%d/%m/%Y}"})
        return given

    def draft(self) -> Draft:
        given = self.cleaned_data
        return Draft(
            kind=self.kind, level=given["level"], title=given["title"], result=given["result"], body=given["body"],
            due_on=given["due_on"], lead=list(given["lead"]), coordinating=list(given["coordinating"]),
            about=self.subject.kept() if self.subject else {}, tickets=self.subject.tickets if self.subject else ())


def _prefilled(kind: str, subject: Subject | None) -> dict[str, Any]:
    days = subject.days if subject else 7
    level = Level.objects.order_by("rank").values_list("code", flat=True).first()
    first: dict[str, Any] = {"level": level, "due_on": soon(days), "alone": True}
    if subject is None:
        return first
    first |= {"title": subject.title[:200], "result": subject.result[:500], "lead": [unit.pk for unit in subject.lead],
              "due_on": subject.due_on or first["due_on"]}
    if kind == Directive.Kind.EXPLANATION:
        first |= {"title": (_("Giải trình: %(what)s") % {"what": subject.words})[:200], "due_on": soon(3),
                  "result": _("Nêu rõ nguyên nhân, cách khắc phục và ngày khắc phục xong")}
    if kind == Directive.Kind.REQUEST:
        first |= {"title": "", "result": "", "lead": [Unit.objects.city().pk]}
    return first


def soon(days: int) -> date:
    """A working day about so many days ahead."""
    return clock.working_day_from(timezone.localdate() + timedelta(days=days), calendar_for())


class AmendForm(forms.Form):
    """The words as they stand, to be changed with a reason."""

    title = forms.CharField(label=gettext_lazy("Nhiệm vụ"), max_length=200)
    result = forms.CharField(label=gettext_lazy("Kết quả phải đạt"), max_length=500)
    due_on = _day(gettext_lazy("Thời hạn"))
    body = forms.CharField(label=gettext_lazy("Nội dung cụ thể"), max_length=5000, required=False,
                           widget=forms.Textarea(attrs={"rows": 4}))
    reason = forms.CharField(label=gettext_lazy("Lý do sửa"), max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)


class RecallForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Lý do thu hồi"), max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)


class MoveForm(forms.Form):
    """What one move needs, as its row of the table says."""

    version = forms.IntegerField(widget=forms.HiddenInput)
    request_id = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, move: Move, data=None, files=None, *, initial: dict[str, Any] | None = None) -> None:
        super().__init__(data, files, auto_id=f"{move.verb}_%s", initial=initial)
        self.move = move
        for name in (*move.needs, *move.may):
            self.fields[name] = _field(name, required=name in move.needs)
        if move.verb in WITH_FILES:
            self.fields["attached"] = FilesField(required=False)


def _field(name: str, *, required: bool) -> forms.Field:
    label = moves.FIELDS[name]
    if name in moves.DATES:
        return _day(label, required=required)
    widget = forms.Textarea(attrs={"rows": 3}) if name in LONG else forms.TextInput()
    return forms.CharField(label=label, required=required, max_length=moves.LONGEST[name], widget=widget)
