"""What a life adds to the figures of a unit."""

from dashboards.figures import contribution
from feedback.rules import facts
from tests.city import unit


def counted(life, book, code, measure):
    adds = contribution.of(facts.of(life.ticket, life.life.promises), book.city_id, book.zone)
    return sum(n for key, n in adds.items() if key[1] == unit(code).pk and key[-1] == measure
               and key[0] in ("day", "promise"))
