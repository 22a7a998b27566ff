"""How the state of a mail looks: shape, word and colour; why it is so, in words."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.pills import pill
from hcmc_ioc.lib.templating import Library
from notifications.models import Mail

register = Library()
State = Mail.State
TONES = {State.SENT: "ok", State.FAILED: "warn", State.DEAD: "danger", State.UNSURE: "danger", State.SENDING: "info"}
REASONS = {
    "read": _("đã đọc trong hệ thống"), "followed": _("có thông báo mới hơn về cùng việc"),
    "gone": _("người nhận không còn làm việc"), "muted": _("người nhận đã tắt"),
    "interrupted": _("bị ngắt giữa chừng"), "away": _("không liên lạc được máy chủ thư"),
    "refused": _("máy chủ thư từ chối"),
}


@register.filter
def mail_reason(error: str) -> str:
    """“máy chủ thư từ chối: 550 no such user”: our word for it, then the server's own."""
    code, colon, told = error.partition(": ")
    return f"{REASONS.get(code, code)}{colon}{told}"


@register.simple_tag
def mail_pill(mail: Mail) -> SafeString:
    return pill(TONES.get(State(mail.state), "neutral"), mail.get_state_display())
