"""States, times and deadlines in shape, word and colour, for templates and for lists."""

from functools import lru_cache

from django.utils import timezone
from django.utils.translation import gettext as _

from hcmc_ioc.lib import assets, words
from hcmc_ioc.lib.caching import per_language
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
    return _state_pill(str(state), str(label))


@lru_cache(maxsize=1000)
def _state_pill(state, label):
    tone, shape = STATES.get(state, ("neutral", "circle"))
    return pill(tone, label, shape)


def urgency_pill(urgency, label):
    """`{{ urgency_pill(ticket.urgency, ticket.get_urgency_display()) }}`"""
    tone, shape = URGENCIES.get(str(urgency), ("plain", "minus"))
    return pill(tone, label, shape)


def moment(when, form=""):
    """`{{ moment(ticket.created_at) }}` → <time> “hôm nay 14:32”; form "time" gives 14:32:05, "date" 23/11/2026."""
    return _moment(when, form, words.local(timezone.now()).date()) if when else words.UNKNOWN


@per_language
def _moment(when, form, today):
    """Kept, as the others below: many read the same list."""
    local = words.local(when)
    text = {"time": f"{local:%H:%M:%S}", "date": f"{local:%d/%m/%Y}"}.get(form) or words.told(when, today)
    return format_html('<time datetime="{}" title="{}">{}</time>', local.isoformat(), words.exact(when), text)


def ago(when):
    """`{{ ago(ticket.created_at) }}` → <time> “3 giờ trước”."""
    return _ago(when, words.duration((timezone.now() - when).total_seconds())) if when else words.UNKNOWN


@per_language
def _ago(when, passed):
    told = _("%(time)s trước") % {"time": passed}
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), words.exact(when), told)


def countdown(due, paused=False, met=None):
    """How long is left: `{{ countdown(ticket.due_at, paused=ticket.paused, met=promise.met_at) }}`.

    A kept or broken promise (`met` is when it was fulfilled) says which; a running one counts on in the browser.
    """
    if due and not met and not paused:
        return _running(due, *words.countdown(due))
    return _settled(bool(due), met <= due if due and met else None)


@per_language
def _settled(has_date, kept):
    if not has_date:
        return pill("plain", _("không có hạn"), "minus")
    if kept is None:
        return pill("neutral", _("tạm dừng"), "clock-pause")
    return pill("ok", _("đúng hạn")) if kept else pill("danger", _("trễ hạn"))


@per_language
def _running(due, text, tone):
    shape = assets.icon({"danger": "filled-alert-octagon", "warn": "clock-exclamation"}.get(tone, "clock"))
    return format_html(
        '<time class="pill {}" datetime="{}" title="{}" data-due>{}<span>{}</span></time>',
        tone,
        due.isoformat(),
        _("hạn %(time)s") % {"time": words.exact(due)},
        shape,
        text,
    )
