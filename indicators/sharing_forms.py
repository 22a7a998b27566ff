"""Forms of what units share: asking and answering, figures that nobody delivers, the register of demanded reports."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.text import clean
from indicators.models import DemandedLine, DemandedReport, Indicator

AREA = {"rows": 3}


def _words(label, most: int, **more) -> forms.CharField:
    widget = forms.Textarea(AREA) if most > 200 else forms.TextInput()
    return forms.CharField(label=label, max_length=most, widget=widget, **more)


def _day(label, **more) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class Cleaned(forms.Form):
    """What people type, without invisible characters; days that have passed are refused where they must not have."""

    ahead: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        for name, value in given.items():
            if isinstance(value, str):
                given[name] = clean(value)
        for name in self.ahead:
            if given.get(name) and given[name] < timezone.localdate():
                self.add_error(name, _("Ngày này đã qua."))
        return given


class AskToSee(Cleaned):
    """A unit asks to see a restricted indicator."""

    ahead = ("until",)
    purpose = _words(_("Mục đích sử dụng"), 500)
    until = _day(_("Xin xem đến hết ngày"))


class AnswerToSee(Cleaned):
    """Agreed until a day, or refused with a reason."""

    ahead = ("until",)
    agree = forms.ChoiceField(label=_("Trả lời"), widget=forms.RadioSelect, choices=[
        ("yes", _("Đồng ý cho xem")), ("no", _("Không đồng ý"))])
    until = _day(_("Cho xem đến hết ngày"), required=False)
    reason = _words(_("Lý do, điều kiện"), 500, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("agree") == "yes" and not given.get("until") and "until" not in self.errors:
            self.add_error("until", _("Hãy chọn ngày."))
        if given.get("agree") == "no" and not given.get("reason"):
            self.add_error("reason", _("Không đồng ý thì phải nêu lý do."))
        return given


class EndOfGrant(Cleaned):
    reason = _words(_("Lý do thôi chia sẻ"), 200)


class AskForData(Cleaned):
    """A figure that nobody delivers."""

    words = _words(_("Cần số liệu gì"), 200)
    purpose = _words(_("Để làm gì"), 500)


def _catalogue() -> Any:
    return Indicator.objects.in_use().order_by("name_vi")


class Choosing(Cleaned):
    """A form with an indicator to choose, or none."""

    indicator = forms.ModelChoiceField(Indicator.objects.none(), label=_("Chỉ số"), required=False)

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        choosing: Any = self.fields["indicator"]
        choosing.queryset = _catalogue()

    def choices(self) -> list[tuple]:
        """What there is to choose, asked for once."""
        choosing: Any = self.fields["indicator"]
        return list(choosing.choices)


class AnswerForData(Choosing):
    """It has become an indicator, or it is not done, with words."""

    answer = _words(_("Trả lời"), 500, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not given.get("indicator") and not given.get("answer"):
            self.add_error("answer", _("Hãy chọn chỉ số, hoặc trả lời vì sao không thực hiện."))
        return given


class ReportForm(forms.ModelForm):
    """A report that an office demands of the districts."""

    class Meta:
        model = DemandedReport
        fields = ["code", "name_vi", "name_en", "demanded_by", "basis", "period_kind", "state", "decision",
                  "decided_on"]
        widgets = {"decided_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        offices: Any = self.fields["demanded_by"]
        offices.queryset = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]
        if self.instance.pk:
            del self.fields["code"]


class LineForm(Choosing):
    """One line of a demanded report; taken out where its words are empty."""

    text = _words(_("Nội dung"), 200, required=False)

    def save(self, report: DemandedReport, line: DemandedLine | None) -> None:
        """The line as it was typed: new, changed, or gone. ValueError where the report has such a line already."""
        text, indicator = self.cleaned_data["text"], self.cleaned_data["indicator"]
        if not text:
            if line is not None:
                line.delete()
            return
        line = line or DemandedLine(report=report, position=report.lines.count())
        if report.lines.filter(text=text).exclude(pk=line.pk).exists():
            raise ValueError(text)
        line.text, line.indicator = text, indicator
        line.save()
