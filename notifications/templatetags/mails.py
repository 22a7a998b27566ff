"""How the state of a mail looks: shape, word and colour."""

from django.utils.safestring import SafeString

from hcmc_ioc.lib.pills import pill
from hcmc_ioc.lib.templating import Library
from notifications.models import Mail

register = Library()
State = Mail.State
TONES = {State.SENT: "ok", State.FAILED: "warn", State.DEAD: "danger", State.UNSURE: "danger", State.SENDING: "info"}


@register.simple_tag
def mail_pill(mail: Mail) -> SafeString:
    return pill(TONES.get(State(mail.state), "neutral"), mail.get_state_display())
