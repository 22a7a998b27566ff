"""What tickets tell open pages: the topic `ticket:7`, whose version is the ticket's own; and the journal as a taker."""

from accounts.actors import Actor
from feedback import journal
from feedback.models import Ticket
from live import feed, topics


def register() -> None:
    topics.register("ticket", topics.Kind(_may_hear, _versions))
    feed.register(feed.Taker(journal.NAME, frozenset({"ticket"}), work=journal.write, notifies=False))


def _may_hear(actor: Actor, number: int) -> bool:
    return Ticket.objects.visible_to(actor).filter(pk=number).exists()


def _versions(numbers: list[int]) -> dict[int, int]:
    return dict(Ticket.objects.filter(pk__in=numbers).values_list("pk", "version"))


def of_scope(actor: Actor) -> str:
    """What a list listens to: the units it shows, or the city."""
    units = actor.scope
    return "city" if units is None else " ".join(f"unit:{pk}" for pk in units[:20])
