"""How tickets look in templates."""

from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from districts.explanations import explain as explain_deadline
from feedback.rules import reasons
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib import words
from hcmc_ioc.lib.phones import spoken
from hcmc_ioc.lib.templating import Library
from hcmc_ioc.lib.text import hide_phones, mask_name, mask_phone, spoken_code

register = Library()
register.filter("spoken_code", spoken_code)
register.filter("full_category", reasons.full_name)
register.filter("masked_phone", mask_phone)
register.filter("masked_name", mask_name)
register.filter("spoken_phone", spoken)
register.filter("without_phones", hide_phones)


@register.filter
def explained(explanation: dict) -> str:
    """Why a promise falls due when it does: which days were skipped."""
    return explain_deadline(explanation, get_language() or "vi")


_STOOD = {
    "waiting": gettext_lazy("Không tính từ %(since)s đến %(until)s, khi chờ người dân bổ sung."),
    "merged": gettext_lazy("Không tính từ %(since)s đến %(until)s, khi phản ánh đã kết thúc mà chưa được trả lời."),
    "corrected": gettext_lazy("Không tính từ %(since)s đến %(until)s, khi phản ánh ở đơn vị khác."),
}


@register.filter
def moved(explanation: dict) -> list[str]:
    """What happened to a date after it was made: who had it, times that the clock stood, an extension."""
    lines, units = [], rulebook().units
    for unit_id, until, *_due in explanation.get("held", []):
        lines.append(_("%(unit)s chuyển đi lúc %(at)s.") % {"unit": units[unit_id].name, "at": _day(until)})
    for since, until, *why in explanation.get("paused", []):
        sentence = _STOOD[why[0] if why else "waiting"]
        lines.append(sentence % {"since": _day(since), "until": _day(until)})
    extended = explanation.get("extended")
    if isinstance(extended, list):
        given = {"at": _day(extended[0]), "due": _day(extended[1])}
        lines.append(_("Ngày %(at)s được gia hạn đến %(due)s.") % given)
    elif extended:  # as it was written before requests were
        lines.append(_("Được gia hạn đến %(due)s.") % {"due": _day(extended)})
    return lines


def _day(moment: str) -> str:
    return f"{timezone.localtime(datetime.fromisoformat(moment)):%H:%M, %d/%m/%Y}"


@register.filter
def duration(span: timedelta) -> str:
    return words.duration(span.total_seconds())


@register.filter
def get(mapping, key):
    return mapping.get(key, "")
