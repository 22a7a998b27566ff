"""What an analyst types to make or change a target, a set or a check, and what is refused before it is kept.

A target or a check that has begun is never rewritten: what changes its verdict begins at a period's border, in a row of
its own that ends the one before. A set whose lists are frozen keeps its dates.
"""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from districts.models import Unit, peer_group_name
from indicators import owed
from indicators.definition_forms import Row, shown
from indicators.models import Check, Indicator, Owed, SetItem, Target, ValueSet
from indicators.periods import Kind as PeriodKind

ONE_DAY = timedelta(days=1)

def _many() -> forms.CheckboxSelectMultiple:
    return forms.CheckboxSelectMultiple({"class": "many"})


def _day() -> forms.DateInput:
    return forms.DateInput({"type": "date"}, format="%Y-%m-%d")


def _units() -> QuerySet[Unit]:
    """Those that work with numbers."""
    return Unit.objects.in_force().exclude(kind__in=(Unit.Kind.CITY, Unit.Kind.UNASSIGNED)).order_by("sort_key")


YEARS = 1990, 2200  # between which a rule may begin

class RuleForm(Row):
    """A row, new or changed. `lasting` fields are typed once, `mild` ones change in place."""

    lasting: tuple[str, ...] = ()
    mild: frozenset[str] = frozenset()

    def __init__(self, data: Any = None, known: Any = None) -> None:
        model: Any = self._meta.model
        self.known = known
        super().__init__(data, instance=model.objects.get(pk=known.pk) if known else None)
        if known:
            for name in self.lasting:
                self.fields[name].disabled = True

    @property
    def is_in_place(self) -> bool:
        """Whether the row stays the same row: nothing that it says of a period changes, or it has not begun."""
        has_begun = self.known is not None and self.known.begins <= timezone.localdate()
        return self.known is not None and (not has_begun or set(self.changed_data) <= self.mild)

    @property
    def differences(self) -> list[tuple[str, str, str]]:
        """(field, before, after) as people read them; of a new row everything that was filled in."""
        found = []
        for name in self.changed_data if self.known else self.fields:
            before = shown(self, name, self.initial.get(name)) if self.known else ""
            after = shown(self, name, self.cleaned_data.get(name))
            if before != after:
                found.append((str(self.fields[name].label), before, after))
        return found

    def _check_days(self, kind: str) -> None:
        begins, ends = self.cleaned_data.get("begins"), self.cleaned_data.get("ends")
        if begins is None:
            return
        if ends is not None and ends < begins:
            self.add_error("ends", _("Ngày này trước ngày bắt đầu."))
        fault = border_fault(kind, begins) if self.known is None or "begins" in self.changed_data else ""
        if fault:
            self.add_error("begins", fault)
        elif self.known and not self.is_in_place and begins <= self.known.begins:
            self.add_error("begins", _("Hãy chọn kỳ mà quy định mới bắt đầu, sau ngày %(day)s; các kỳ trước giữ "
                                       "quy định cũ.") % {"day": f"{self.known.begins:%d/%m/%Y}"})


def border_fault(kind: str, day: date) -> str:
    """Why a rule cannot begin on this day: it lies within a period; "" where it does not."""
    if not YEARS[0] <= day.year <= YEARS[1]:
        return _("Hãy chọn một ngày từ năm %(first)s đến năm %(last)s.") % {"first": YEARS[0], "last": YEARS[1]}
    rule = owed.rule()
    period = rule.at(kind, day)
    first, following = owed.first_day(period), owed.first_day(rule.next(period))
    return "" if day in (first, following) else _("Bắt đầu ở đầu kỳ: %(before)s hoặc %(after)s.") % {
        "before": f"{first:%d/%m/%Y}", "after": f"{following:%d/%m/%Y}"}


class TargetForm(RuleForm):
    lasting = ("indicator", "unit")
    mild = frozenset({"ends", "basis", "is_proposal"})

    class Meta:
        model = Target
        fields = ["indicator", "unit", "form", "value", "upper", "path", "begins", "ends", "basis", "is_proposal"]
        widgets = {"begins": _day(), "ends": _day()}
        help_texts = {"unit": gettext_lazy("Để trống là chỉ tiêu chung của Thành phố và mọi đơn vị."),
                      "path": gettext_lazy("Chỉ của kế hoạch năm: phần lũy kế phải đạt đến hết mỗi kỳ, từ 0 đến 1, "
                                           "cách nhau bằng dấu phẩy.")}

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        units: Any = self.fields["unit"]
        units.queryset = _units()

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if (chosen := given.get("indicator")) is not None:
            self._check_days(chosen.period_kind)
        value, upper, path = given.get("value"), given.get("upper"), given.get("path") or []
        if given.get("form") == Target.Form.RANGE and value is not None and (upper is None or upper < value):
            self.add_error("upper", _("Hãy ghi cận trên, không nhỏ hơn chỉ tiêu."))
        if path and given.get("form") != Target.Form.PLAN:
            self.add_error("path", _("Chỉ kế hoạch năm mới có lộ trình."))
        elif path != sorted(path) or any(not 0 <= part <= 1 for part in path):
            self.add_error("path", _("Lộ trình tăng dần, từ 0 đến 1."))
        return given


OF_KIND = {  # what a check of each kind is told
    Check.Kind.RANGE: {"low", "high"}, Check.Kind.JUMP: {"limit"}, Check.Kind.ORDER: {"other"},
    Check.Kind.PARTS: {"summands", "is_exact", "tolerance"}, Check.Kind.FORMULA: {"formula", "tolerance"},
    Check.Kind.REPEAT: {"low"},
}


class CheckForm(RuleForm):
    """All that kinds of checks are told; once the kind is known, what belongs to it."""

    lasting = ("kind", "indicator")
    mild = frozenset({"name_vi", "name_en", "ends"})

    class Meta:
        model = Check
        fields = ["code", "name_vi", "name_en", "kind", "indicator", "low", "high", "limit", "other", "summands",
                  "formula", "is_exact", "tolerance", "begins", "ends"]
        widgets = {"begins": _day(), "ends": _day(), "summands": _many()}

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        if self.known:
            for name in {"code", *set().union(*OF_KIND.values()) - OF_KIND[self.known.kind]}:
                del self.fields[name]
        for name in {"indicator", "other", "summands"} & self.fields.keys():
            chosen: Any = self.fields[name]
            chosen.queryset = Indicator.objects.in_use().filter(source=Indicator.Source.DELIVERED).order_by("name_vi")

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        chosen = given.get("indicator")
        self._check_days(chosen.period_kind if chosen else PeriodKind.MONTH)
        if given.get("kind") == Check.Kind.PARTS and not given.get("summands"):
            self.add_error("summands", _("Hãy chọn các thành phần."))
        return given


class SetForm(RuleForm):
    """Who owes a set changes for periods whose list is not frozen yet; its dates, before any list is."""

    lasting = ("period_kind", "begins")
    adds = forms.ModelMultipleChoiceField(
        Indicator.objects.none(), label=gettext_lazy("Thêm chỉ số vào biểu"), required=False, widget=_many(),
        help_text=gettext_lazy("Chỉ số do đơn vị gửi, cùng kỳ, chưa thuộc biểu nào."))
    adds_from = forms.DateField(label=gettext_lazy("Thêm từ kỳ bắt đầu ngày"), widget=_day(), required=False)
    owing_groups = forms.MultipleChoiceField(
        label=gettext_lazy("Nhóm đơn vị phải gửi"), required=False, widget=forms.CheckboxSelectMultiple)

    class Meta:
        model = ValueSet
        fields = ["code", "name_vi", "name_en", "period_kind", "begins", "ends", "owing_groups", "owing_units",
                  "due_days", "due_hour", "cut_off_days", "needs_approval"]
        widgets = {"begins": _day(), "ends": _day(), "owing_units": _many()}

    def __init__(self, *args, **more) -> None:
        super().__init__(*args, **more)
        adds, units = (self.fields[name] for name in ("adds", "owing_units"))
        free = Indicator.objects.in_use().filter(source=Indicator.Source.DELIVERED, set_item=None)
        adds.queryset = free.filter(period_kind=self.known.period_kind) if self.known else free  # type: ignore[attr-defined]
        units.queryset = _units()  # type: ignore[attr-defined]
        there = {unit.peer_group for unit in Unit.objects.in_force()} - {"none"}
        groups: Any = self.fields["owing_groups"]
        groups.choices = [(code, str(peer_group_name(code))) for code in sorted(there)]
        if self.known:
            del self.fields["code"]

    @property
    def is_in_place(self) -> bool:
        return self.known is not None

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        self._check_days(kind := given.get("period_kind") or PeriodKind.MONTH)
        if self.known and Owed.objects.filter(value_set=self.known).exists():
            for name in {"due_days", "due_hour", "cut_off_days"} & set(self.changed_data):
                self.add_error(name, _("Đã có danh sách được chốt theo hạn này: hãy cho biểu này kết thúc và lập biểu "
                                       "mới."))
        if given.get("cut_off_days", 0) < given.get("due_days", 0):
            self.add_error("cut_off_days", _("Không thể chốt trước hạn gửi."))
        if given.get("adds") and not given.get("adds_from") and self.known:
            self.add_error("adds_from", _("Hãy chọn kỳ đầu tiên phải gửi."))
        if given.get("adds_from") and (fault := border_fault(kind, given["adds_from"])):
            self.add_error("adds_from", fault)
        if any(one.period_kind != kind for one in given.get("adds") or ()):
            self.add_error("adds", _("Chỉ số phải cùng kỳ với biểu."))
        return given

    def save(self, commit: bool = True) -> ValueSet:
        chosen = super().save(commit)
        place = chosen.items.count()
        SetItem.objects.bulk_create(
            SetItem(value_set=chosen, indicator=one, position=place + number, begins=self.cleaned_data["adds_from"])
            for number, one in enumerate(self.cleaned_data["adds"]))
        return chosen
