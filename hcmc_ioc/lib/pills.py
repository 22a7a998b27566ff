"""States, times and deadlines in shape, word and colour, for templates and for lists."""

from django.utils import timezone
from django.utils.translation import gettext as _

from hcmc_ioc.lib import assets, words
from hcmc_ioc.lib.markup import format_html

SHAPES = {
    "ok": "circle-check",
    "warn": "alert-triangle",
    "danger": "filled-alert-octagon",
    "info": "info-circle",
    "neutral": "circle",
}
STATES = {
    "new": ("info", "circle-dashed"),
    "forwarded": ("info", "send"),
    "accepted": ("info", "user-check"),
    "in_progress": ("info", "circle-half-2"),
    "waiting": ("neutral", "hourglass"),
    "returned": ("warn", "arrow-back-up"),
    "reopened": ("warn", "rotate"),
    "resolved": ("ok", "circle-check"),
    "closed": ("neutral", "square-check"),
    "rejected": ("neutral", "circle-x"),
}
URGENCIES = {"normal": ("plain", "minus"), "urgent": ("warn", "bolt"), "emergency": ("danger", "flame")}


def pill(tone, text, icon=""):
    """A state in shape, word and colour: `{{ pill("warn", "Cần chú ý") }}` (ok, warn, danger, info, neutral, plain)."""
    shape = assets.icon(icon or SHAPES.get(tone, "circle"))
    return format_html('<span class="pill {}">{}{}</span>', tone, shape, text)


def state_pill(state, label):
    """`{{ state_pill(ticket.state, ticket.get_state_display()) }}`"""
    tone, shape = STATES.get(str(state), ("neutral", "circle"))
    return pill(tone, label, shape)


def urgency_pill(urgency, label):
    """`{{ urgency_pill(ticket.urgency, ticket.get_urgency_display()) }}`"""
    tone, shape = URGENCIES.get(str(urgency), ("plain", "minus"))
    return pill(tone, label, shape)


def moment(when, form=""):
    """`{{ moment(ticket.created_at) }}` → <time> “hôm nay 14:32”; form "time" gives 14:32:05, "date" 23/11/2026."""
    if not when:
        return words.UNKNOWN
    local = timezone.localtime(when)
    text = {"time": f"{local:%H:%M:%S}", "date": f"{local:%d/%m/%Y}"}.get(form) or words.moment(when)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), words.exact(when), text)


def ago(when):
    """`{{ ago(ticket.created_at) }}` → <time> “3 giờ trước”."""
    if not when:
        return words.UNKNOWN
    told = _("%(time)s trước") % {"time": words.duration((timezone.now() - when).total_seconds())}
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), words.exact(when), told)


def countdown(due, paused=False, met=None):
    """How long is left: `{{ countdown(ticket.due_at, paused=ticket.paused, met=promise.met_at) }}`.

    A kept or broken promise (`met` is when it was fulfilled) says which; a running one counts on in the browser.
    """
    if not due:
        return pill("plain", _("không có hạn"), "minus")
    if met:
        kept = met <= due
        return pill("ok", _("đúng hạn")) if kept else pill("danger", _("trễ hạn"))
    if paused:
        return pill("neutral", _("tạm dừng"), "clock-pause")
    text, tone = words.countdown(due)
    shape = assets.icon({"danger": "filled-alert-octagon", "warn": "clock-exclamation"}.get(tone, "clock"))
    return format_html(
        '<time class="pill {}" datetime="{}" title="{}" data-due>{}<span>{}</span></time>',
        tone,
        due.isoformat(),
        _("hạn %(time)s") % {"time": words.exact(due)},
        shape,
        text,
    )
