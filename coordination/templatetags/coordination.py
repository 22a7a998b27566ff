"""How lives of directives look: a state in shape, word and colour; how the recipients of one fare, as a bar."""

from datetime import datetime

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from coordination.directives.board import Row
from coordination.machines.directives import State
from coordination.machines.incidents import TONES, Severity
from coordination.models import Incident, Recipient
from hcmc_ioc.lib import words
from hcmc_ioc.lib.markup import format_html, join
from hcmc_ioc.lib.pills import pill
from hcmc_ioc.lib.svg.parts import pct
from hcmc_ioc.lib.templating import Library

register = Library()
LOOKS = {
    State.SENT: ("info", "send"), State.REFUSED: ("warn", "arrow-back-up"), State.ACCEPTED: ("info", "user-check"),
    State.IN_PROGRESS: ("info", "circle-half-2"), State.REPORTED: ("warn", "hourglass"),
    State.CONFIRMED: ("ok", "circle-check"), State.RELEASED: ("neutral", "circle-x"),
    State.RECALLED: ("neutral", "circle-x"),
}


@register.simple_tag
def life_pill(row: Recipient, now: datetime) -> SafeString:
    """The state of one recipient; what is late says so in its own colour and word."""
    tone, shape = LOOKS[State(row.state)]
    label = str(State(row.state).label)
    if row.is_open and row.is_late(now):
        return pill("danger", _("%(state)s, quá hạn") % {"state": label}, "filled-alert-octagon")
    if row.state == State.SENT and row.seen_at:
        return pill("info", _("Đã xem, chưa tiếp nhận"), "eye")
    return pill(tone, label, shape)


@register.simple_tag
def fare_bar(row: Row) -> SafeString:
    """Confirmed, waiting for the sender, at work, not accepted: shares of all recipients."""
    at_work = max(0, row.accepted - row.waiting - row.confirmed)
    parts = [("ok", row.confirmed, _("xong")), ("warn", row.waiting, _("chờ người giao")),
             ("info", at_work, _("đang thực hiện"))]
    said = ", ".join(f"{words.number(count)} {label}" for _tone, count, label in parts if count) or _("chưa tiếp nhận")
    bars, place = [format_html('<rect class="none" width="100%" height="8"/>')], 0.0
    for tone, count, _label in parts:
        wide = 100 * count / row.total
        bars.append(format_html('<rect class="{}" x="{}" width="{}" height="8"/>', tone, pct(place), pct(wide)))
        place += wide
    return format_html('<svg class="fare-bar" role="img" aria-label="{}">{}</svg>', said, join(bars))


@register.simple_tag
def severity_pill(incident: Incident) -> SafeString:
    """How bad an incident is; one that ended says so."""
    if incident.closed_at is not None:
        return pill("neutral", _("đã kết thúc"), "square-check")
    return pill(TONES[incident.severity], Severity(incident.severity).label, "flame")
