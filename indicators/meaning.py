"""What a definition has to satisfy: when it may begin, what its formula may name. Files and pages ask here."""

from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import Model
from django.urls import resolve
from django.utils.translation import gettext as _

from indicators import owed
from indicators.formulas import BadFormula, Formula
from indicators.models import Indicator, IndicatorVersion, Value


def beginning_fault(indicator: Indicator | None, kind: str, begins: date) -> str:
    """Why a definition cannot begin on this day: in the middle of a period, before a figure that there is; "" else."""
    rule = owed.rule()
    period = rule.at(kind, begins)
    first, following = owed.first_day(period), owed.first_day(rule.next(period))
    if begins not in (first, following):
        return _("Định nghĩa bắt đầu ở đầu kỳ: %(before)s hoặc %(after)s.") % {
            "before": f"{first:%d/%m/%Y}", "after": f"{following:%d/%m/%Y}"}
    if indicator is None:
        return ""
    latest = Value.objects.filter(indicator=indicator).order_by("-start").values_list("start", flat=True).first()
    if latest is not None and begins <= owed.first_day(held := rule.at(kind, latest)):
        return _("Đã có số liệu đến kỳ %(period)s theo định nghĩa hiện nay; sớm nhất từ %(day)s.") % {
            "period": held.code, "day": f"{owed.first_day(rule.next(held)):%d/%m/%Y}"}
    if indicator.versions.filter(begins__gte=begins).exists():
        return _("Đã có một định nghĩa bắt đầu từ ngày này hoặc sau đó.")
    return ""


def address_fault(chosen: Model) -> str:
    """Why nobody would find a row with this code under its address: another page stands there; "" else."""
    address = chosen.get_absolute_url()  # type: ignore[attr-defined]
    if chosen._meta.model_name == str(resolve(address).url_name).replace("_", ""):
        return ""
    return _("Mã này trùng với địa chỉ của một trang khác.")


def formula_faults(code: str, text: str) -> list[str]:
    """What is wrong with the formula of this indicator, in words."""
    try:
        formula = Formula(text)
    except BadFormula as exc:
        return [str(exc)]
    codes = {name for name, _part in formula.operands}
    known = {one.code: one for one in Indicator.objects.filter(code__in=codes)}
    if missing := sorted(codes - known.keys() - {code}):
        return [_("Không có chỉ số mã “%(code)s”.") % {"code": name[:40]} for name in missing]
    if _comes_back(code, codes):
        return [_("Công thức quay lại chính chỉ số này.")]
    measures = {(name, part): "" if part else known[name].measure_vi for name, part in formula.operands}
    if clash := formula.clash(measures):
        return [_("Không cộng hay so được “%(one)s” với “%(other)s”.") % {"one": clash[0], "other": clash[1]}]
    return []


def _asks() -> dict[str, set[str]]:
    """Which indicators each formula asks for, in any of its definitions; BadFormula for one that nobody understands."""
    asks: dict[str, set[str]] = {}
    for code, text in IndicatorVersion.objects.exclude(formula="").values_list("indicator__code", "formula"):
        asks.setdefault(code, set()).update(operand for operand, _part in Formula(text).operands)
    return asks


def _comes_back(code: str, operands: Collection[str]) -> bool:
    """Whether a formula of `code` over these would come back to itself by a detour."""
    asks = _asks()
    return _reaches(asks | {code: asks.get(code, set()) | set(operands)}, code, code, set())


def unknown_operands() -> list[str]:
    """Formulas that name what is not in the catalogue, or themselves by a detour."""
    try:
        asks = _asks()
    except BadFormula as exc:
        return [str(exc)]
    known = set(Indicator.objects.values_list("code", flat=True))
    faults = [f"{code}: its formula names {name}, which there is not"
              for code, names in asks.items() for name in sorted(names - known)]
    return faults + [f"{code}: its formula comes back to itself" for code in asks if _reaches(asks, code, code, set())]


def _reaches(asks: Mapping[str, set[str]], start: str, goal: str, seen: set[str]) -> bool:
    for name in asks.get(start, set()) - seen:
        seen.add(name)
        if name == goal or _reaches(asks, name, goal, seen):
            return True
    return False
