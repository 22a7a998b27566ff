"""What the operator reads to the citizen after saving. Pure but for the rule books it asks."""

from django.utils import formats, timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from districts.explanations import explain
from feedback.rules import promises
from hcmc_ioc.lib.text import spoken_code


def deadline_in_words(due) -> str:
    """“17 giờ 00, thứ Hai ngày 30/11/2026”."""
    local = timezone.localtime(due)
    words = {"hour": f"{local:%H}", "minute": f"{local:%M}", "day": formats.date_format(local, "l"),
            "date": f"{local:%d/%m/%Y}"}
    return _("%(hour)s giờ %(minute)s, %(day)s ngày %(date)s") % words


def receipt(ticket) -> dict:
    """`code`, `spoken`, `unit`, `due`, `why` (of the deadline) and `line`, the sentence to read aloud."""
    promise = promises.in_force(list(ticket.promises.order_by("pk")), ticket)
    unit = ticket.unit.name
    words = {"code": spoken_code(ticket.code), "unit": unit}
    if ticket.unit.kind == ticket.unit.Kind.UNASSIGNED:
        line = _("Mã phản ánh của ông/bà là %(code)s. Tổng đài đang xác định đơn vị xử lý.") % words
    else:
        line = _("Mã phản ánh của ông/bà là %(code)s, chuyển %(unit)s xử lý.") % words
    if promise:
        line += " " + _("Hạn trả lời: %(due)s.") % {"due": deadline_in_words(promise.due_at)}
    return {
        "code": ticket.code, "spoken": words["code"], "unit": unit, "line": line,
        "due": promise.due_at if promise else None,
        "why": explain(promise.explanation, get_language() or "vi") if promise else "",
    }
