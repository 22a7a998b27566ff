"""What an analyst types to make or change an indicator, and what is refused before anybody is asked."""

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from hcmc_ioc.lib.text import clean
from indicators import owed, typed
from indicators.answers import version_for
from indicators.arithmetic import Kind as ArithmeticKind
from indicators.meaning import address_fault, beginning_fault, formula_faults
from indicators.models import Indicator, IndicatorField, IndicatorVersion, Value, ValueSet
from indicators.periods import Kind as PeriodKind

ROW = ["name_vi", "name_en", "field", "measure_vi", "measure_en", "decimals", "polarity", "period_kind", "source",
       "city_value", "access", "owner", "answer_days", "coverage", "freshness_days", "closed_on"]
WORDS = ["definition_vi", "definition_en", "basis", "numerator_vi", "numerator_en", "denominator_vi", "denominator_en"]
RULES = ["kind", "factor", "formula", "missing", "over_time", "over_territory", "denominator_over_time",
         "denominator_over_territory"]
# What bends a figure, its colour or its meaning is put to the units first; the rest is applied at once.
ASKED = {"definition_vi", "numerator_vi", "denominator_vi", "polarity", "coverage", "closed_on", *RULES,
         "period_kind", "source", "city_value"}
LASTING = ["period_kind", "source", "city_value"]  # what the figures there are were made with
AREA = {"rows": 3}


def _day(label, **more) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"), **more)


class _Words(forms.Form):
    """What people type, without invisible characters."""

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        return {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}


class Row(_Words, forms.ModelForm):
    """Labels as they stand on a page."""

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]
        for name, value in self.initial.items():
            if isinstance(value, Decimal):
                self.initial[name] = Decimal(f"{value.normalize():f}")  # 100, not 100.000


class RowForm(Row):
    """The row of the catalogue."""

    value_set = forms.ModelChoiceField(
        ValueSet.objects.all(), label=gettext_lazy("Thuộc biểu"), required=False,
        help_text=gettext_lazy("Đơn vị gửi số liệu của biểu này sẽ phải gửi cả chỉ số."))

    class Meta:
        model = Indicator
        fields = ["code", *ROW]
        widgets = {"closed_on": forms.DateInput({"type": "date"}, format="%Y-%m-%d")}
        help_texts = {"code": gettext_lazy("Chữ thường không dấu, số và gạch nối; không đổi về sau.")}

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        if self.instance.pk:
            del self.fields["code"]
            if hasattr(self.instance, "set_item"):
                del self.fields["value_set"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if self.instance.pk and Value.objects.filter(indicator=self.instance.pk).exists():
            for name in set(LASTING) & set(self.changed_data):
                self.add_error(name, _("Đã có số liệu nên không đổi được; hãy lập chỉ số mới, thôi dùng chỉ số này."))
        if given.get("city_value") == Indicator.CityValue.DELIVERED and not given.get("owner"):
            self.add_error("owner", _("Giá trị toàn Thành phố do một cơ quan gửi thì phải chọn cơ quan chủ quản."))
        if given.get("code") and (fault := address_fault(Indicator(code=given["code"]))):
            self.add_error("code", fault)
        chosen = given.get("value_set")
        if chosen and given.get("source") != Indicator.Source.DELIVERED:
            self.add_error("value_set", _("Chỉ chỉ số do đơn vị gửi mới thuộc một biểu."))
        elif chosen and chosen.period_kind != given.get("period_kind"):
            self.add_error("value_set", _("Biểu này theo kỳ %(kind)s.") % {"kind": chosen.get_period_kind_display()})
        return given


class VersionForm(Row):
    """What the indicator means from a period on."""

    class Meta:
        model = IndicatorVersion
        fields = ["begins", *WORDS, *RULES]
        widgets = {"begins": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                   "definition_vi": forms.Textarea(AREA), "definition_en": forms.Textarea(AREA)}

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        in_parts = IndicatorVersion(kind=given.get("kind", "")).in_parts
        if in_parts and not given.get("formula"):
            for name in ("numerator_vi", "denominator_vi"):
                if not given.get(name):
                    self.add_error(name, _("Loại số liệu này gồm tử số và mẫu số: hãy ghi tên."))
        if given.get("factor") is not None and given["factor"] <= 0:
            self.add_error("factor", _("Hệ số phải lớn hơn 0."))
        return given


class Change:
    """Both forms as one, over the indicator as it is (None: a new one). `is_valid()` says whether all of it may be."""

    def __init__(self, indicator: Indicator | None, facts: dict | None = None) -> None:
        self.indicator, self.facts = indicator, facts
        self.current = version_for(indicator, _running(indicator)) if indicator else None
        fresh = IndicatorVersion(**{name: getattr(self.current, name) for name in ["begins", *WORDS, *RULES]}
                                 if self.current else {"begins": timezone.localdate().replace(day=1)})
        self.row = RowForm(facts, instance=Indicator.objects.get(pk=indicator.pk) if indicator else None)
        self.version = VersionForm(facts, instance=fresh)

    @property
    def fields(self) -> list[str]:
        return [*self.row.fields, *self.version.fields]

    def is_valid(self) -> bool:
        valid = self.row.is_valid() & self.version.is_valid()
        if not valid:
            return False
        self._check_formula()
        self._check_beginning()
        return not self.row.errors and not self.version.errors

    @property
    def faults(self) -> str:
        """Everything that is wrong, in one line."""
        forms_ = (self.row, self.version)
        return " ".join(f"{self.label(name)}: {fault}" if name in form.fields else str(fault)
                        for form in forms_ for name, told in form.errors.items() for fault in told)

    @property
    def is_new_definition(self) -> bool:
        """Whether it means something else from a period on; else at most words of what holds are mended."""
        return self.current is None or "begins" in self.version.changed_data

    @property
    def asks_units(self) -> bool:
        """Whether the units say what they think before it applies."""
        return self.is_new_definition or bool(ASKED & {*self.row.changed_data, *self.version.changed_data})

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, before, after) as people read them; of a new indicator everything that was filled in."""
        found = []
        for form in (self.row, self.version):
            for name in form.changed_data if self.indicator else form.fields:
                before = shown(form, name, form.initial.get(name)) if self.indicator else ""
                after = shown(form, name, form.cleaned_data.get(name))
                if before != after:
                    found.append((name, before, after))
        return found

    def label(self, name: str) -> str:
        form = self.row if name in self.row.fields else self.version
        return str(form.fields[name].label)

    def _check_formula(self) -> None:
        row, formula = self.row.cleaned_data, self.version.cleaned_data["formula"]
        is_formula = row["source"] == Indicator.Source.FORMULA
        if is_formula != bool(formula):
            self.version.add_error("formula", _("Hãy ghi công thức.") if is_formula else _(
                "Chỉ chỉ số tính theo công thức mới có công thức."))
        if not formula:
            return
        code = self.indicator.code if self.indicator else row["code"]
        for fault in formula_faults(code, formula):
            self.version.add_error("formula", fault)

    def _check_beginning(self) -> None:
        kind, begins = self.row.cleaned_data["period_kind"], self.version.cleaned_data["begins"]
        if not self.is_new_definition:
            if set(RULES) & set(self.version.changed_data) and Value.objects.filter(version=self.current).exists():
                self.version.add_error("begins", _(
                    "Đã có số liệu theo cách tính hiện nay: hãy chọn kỳ mà cách tính mới bắt đầu."))
            return
        if fault := beginning_fault(self.indicator, kind, begins):
            self.version.add_error("begins", fault)


def _running(indicator: Indicator):
    return owed.rule().at(indicator.period_kind, timezone.now())


def shown(form: forms.BaseForm, name: str, value: Any) -> str:
    """A value of a form as people read it."""
    field: Any = form.fields[name]
    if value in (None, "") or value is False:
        return ""
    if isinstance(value, list | tuple | QuerySet):
        return ", ".join(shown(form, name, one) for one in value)
    if hasattr(field, "queryset"):
        chosen = value if hasattr(value, "pk") else field.queryset.filter(pk=value).first()
        return str(chosen or "")
    if hasattr(field, "choices"):
        return str(dict(field.choices).get(value, value))
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return typed.shown(value) if isinstance(value, Decimal) else str(value)


def _words(label, most: int, **more) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, widget=forms.Textarea(AREA), **more)


class ReasonForm(_Words):
    """Why, and until when the units say what they think (for a definition)."""

    reason = _words(gettext_lazy("Lý do"), 500)
    until = _day(gettext_lazy("Lấy ý kiến các đơn vị đến hết ngày"))

    def __init__(self, *args, asks_units: bool, **more) -> None:
        super().__init__(*args, **more)
        if not asks_units:
            del self.fields["until"]

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("until") and given["until"] < timezone.localdate():
            self.add_error("until", _("Ngày này đã qua."))
        return given


class OpinionForm(_Words):
    """What a unit thinks of a proposal."""

    agrees = forms.ChoiceField(label=gettext_lazy("Ý kiến của đơn vị"), widget=forms.RadioSelect, choices=[
        ("yes", gettext_lazy("Đồng ý")), ("no", gettext_lazy("Có ý kiến khác"))])
    words = _words(gettext_lazy("Nội dung ý kiến"), 1000, required=False)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("agrees") == "no" and not given.get("words"):
            self.add_error("words", _("Hãy ghi ý kiến khác là gì."))
        return given


class DecisionForm(_Words):
    """Adopted or withdrawn, with words."""

    what = forms.ChoiceField(label=gettext_lazy("Kết luận"), widget=forms.RadioSelect, choices=[
        ("adopt", gettext_lazy("Áp dụng")), ("withdraw", gettext_lazy("Rút đề nghị"))])
    words = _words(gettext_lazy("Nội dung kết luận"), 500, required=False)

    def __init__(self, *args, may_adopt: bool = True, **more) -> None:
        super().__init__(*args, **more)
        if not may_adopt:
            choosing: Any = self.fields["what"]
            choosing.choices, choosing.initial = choosing.choices[1:], "withdraw"

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("what") == "withdraw" and not given.get("words"):
            self.add_error("words", _("Rút thì phải ghi lý do."))
        return given


class OwnForm(_Words):
    """An indicator that a unit keeps for itself."""

    name_vi = forms.CharField(label=gettext_lazy("Tên"), max_length=160)
    definition_vi = _words(gettext_lazy("Định nghĩa"), 1000)
    field = forms.ModelChoiceField(IndicatorField.objects.all(), label=gettext_lazy("Lĩnh vực"))
    measure_vi = forms.CharField(label=gettext_lazy("Đơn vị tính"), max_length=40)
    decimals = forms.IntegerField(label=gettext_lazy("Số chữ số thập phân"), min_value=0, max_value=4, initial=0)
    polarity = forms.ChoiceField(
        label=gettext_lazy("Chiều tốt"), choices=Indicator.Polarity.choices, initial=Indicator.Polarity.NONE)
    period_kind = forms.ChoiceField(label=gettext_lazy("Kỳ"), choices=[
        (kind.value, kind.label) for kind in (PeriodKind.WEEK, PeriodKind.MONTH, PeriodKind.QUARTER, PeriodKind.YEAR)],
        initial=PeriodKind.MONTH)
    kind = forms.ChoiceField(label=gettext_lazy("Loại số liệu"), choices=ArithmeticKind.choices)
    numerator_vi = forms.CharField(label=gettext_lazy("Tử số"), max_length=160, required=False)
    denominator_vi = forms.CharField(label=gettext_lazy("Mẫu số"), max_length=160, required=False)
    access = forms.ChoiceField(
        label=gettext_lazy("Chia sẻ"), choices=Indicator.Access.choices, initial=Indicator.Access.OWN)
