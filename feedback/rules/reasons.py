"""Why a ticket went where it went, and what a rule says, in sentences people read. Pure over the rows passed in."""

from django.utils.formats import time_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from feedback.models import Category, RoutingRule, Urgency
from feedback.rules.rulebook import Rulebook

WEEKDAYS = (
    "", gettext_lazy("thứ Hai"), gettext_lazy("thứ Ba"), gettext_lazy("thứ Tư"), gettext_lazy("thứ Năm"),
    gettext_lazy("thứ Sáu"), gettext_lazy("thứ Bảy"), gettext_lazy("Chủ nhật"),
)


def full_name(category: Category) -> str:
    """“Hạ tầng đô thị · Mặt đường hư hỏng”."""
    return f"{category.parent.name} · {category.name}" if category.parent else category.name


def routing(rule: RoutingRule, book: Rulebook, area_id: int | None) -> str:
    """What made `rule` fit: its conditions, then its own remark."""
    parts = []
    if rule.category_id:
        parts.append(_("lĩnh vực “%(name)s”") % {"name": book.categories[rule.category_id].name})
    if rule.area_id:
        parts.append(_("địa bàn %(name)s") % {"name": book.units[rule.area_id].name})
    elif rule.to_area and area_id:
        parts.append(_("đơn vị phụ trách địa bàn %(name)s") % {"name": book.units[area_id].name})
    if rule.urgency:
        parts.append(_("mức độ %(level)s") % {"level": Urgency(rule.urgency).label})
    if rule.weekdays:
        parts.append(", ".join(str(WEEKDAYS[int(day)]) for day in rule.weekdays))
    if rule.time_from and rule.time_to:
        hours = {"start": time_format(rule.time_from, "H:i"), "end": time_format(rule.time_to, "H:i")}
        parts.append(_("từ %(start)s đến %(end)s") % hours)
    sentence = "; ".join(parts) or _("quy tắc chung")
    return f"{sentence[:1].upper()}{sentence[1:]}" + (f". {rule.note}" if rule.note else "")
