"""How money and states of items are written in templates."""

from coordination.investments.board import dong
from coordination.models import Consultation, Item, Rating
from hcmc_ioc.lib import pills
from hcmc_ioc.lib.templating import Library

register = Library()
register.filter("dong", dong)

ITEM = {Item.State.DRAFT: "plain", Item.State.PLANNED: "info", Item.State.RUNNING: "ok", Item.State.ENDED: "neutral",
        Item.State.LEFT: "warn"}
ROW = {Consultation.State.DRAFT: "plain", Consultation.State.SUBMITTED: "info", Consultation.State.ASKED: "warn",
       Consultation.State.DECIDED: "ok", Consultation.State.FOLLOWED: "ok", Consultation.State.WITHDRAWN: "neutral"}
RATED = {Rating.GOOD: "ok", Rating.AT_RISK: "warn", Rating.TROUBLED: "danger"}


@register.simple_tag
def item_state(item: Item):
    return pills.pill(ITEM[Item.State(item.state)], item.get_state_display())


@register.simple_tag
def consultation_state(row: Consultation):
    return pills.pill(ROW[Consultation.State(row.state)], row.get_state_display())


@register.simple_tag
def rating_pill(rating: str):
    """What somebody says of an item; a dash where nobody said anything."""
    return pills.pill(RATED[Rating(rating)], Rating(rating).label) if rating else "–"
