"""Open tickets that may be about the same thing: near, alike in words, recent."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

import h3.api.basic_int as h3
from rapidfuzz import fuzz

from accounts.actors import Actor
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.text import vn_norm

RINGS = 2  # of resolution-9 cells, about 800 m
FAR = 800  # metres at which nearness counts for nothing
SAME_STREET = 0.6  # how near a ticket of the same street counts when one of the two has no point
DAYS = 14
LOOKED_AT = 200
LIKELY = 0.5
ALIKE = 0.62  # words as alike as two reports of one kind mostly are, and of two kinds seldom
COMPARED = 600  # characters
_HOUSE = re.compile(r"^\s*((h[eẻ]m|ng[oõ]|s[oố])\s+)?[\d/-]+[a-z]?\s+", re.IGNORECASE)


@dataclass(frozen=True)
class Likely:
    ticket: Ticket
    score: float  # 0 to 1: half nearness, a third words, the rest how recent
    alike: float  # the words, 0 to 1
    metres: int | None  # None: the same street, the distance unknown


def find(*, actor: Actor, text: str, now: datetime, lat: float | None = None, lon: float | None = None,
         address: str = "", area_id: int | None = None, category_id: int | None = None, limit: int = 5) -> list[Likely]:
    """The likeliest duplicates, best first: around a point, else of the same street (`address` in the area).

    Only those of the same field when the category is known; while it is not, the street alone says too little, and the
    words must be alike as well. Nothing is found without a point and without a street.
    """
    rows = Ticket.objects.visible_to(actor).open().filter(occurred_at__gte=now - timedelta(days=DAYS))
    if lat is not None and lon is not None:
        rows = rows.filter(cell_9__in=h3.grid_disk(h3.latlng_to_cell(lat, lon, 9), RINGS))
    elif area_id and (street := _street(address)):
        rows = rows.filter(area_id=area_id).matching(street)
    else:
        return []
    category = rulebook().categories.get(category_id)
    if category:
        rows = rows.filter(category__parent_id=category.parent_id)
    rows = rows.defer("search").order_by("-occurred_at")[:LOOKED_AT]
    words = vn_norm(text[:COMPARED])
    scored = [_scored(ticket, words, lat, lon, now) for ticket in rows]
    likely = [s for s in scored if s.score >= LIKELY and (category or s.metres is not None or s.alike >= ALIKE)]
    best = sorted(likely, key=lambda s: -s.score)[:limit]
    rulebook().with_catalogue(s.ticket for s in best)
    return best


def _street(address: str) -> str:
    """“Lê Lợi” of “12/3 Lê Lợi, Quận 1”; "" when too little is left to mean a street."""
    street = _HOUSE.sub("", address.partition(",")[0]).strip()
    return street if len(vn_norm(street)) >= 3 else ""


def _scored(ticket: Ticket, words: str, lat: float | None, lon: float | None, now: datetime) -> Likely:
    metres = None
    if lat is not None and ticket.lat is not None:
        metres = round(h3.great_circle_distance((lat, lon), (ticket.lat, ticket.lon), unit="m"))
    near = SAME_STREET if metres is None else max(0, 1 - metres / FAR)
    alike = fuzz.token_set_ratio(words, vn_norm(ticket.body[:COMPARED])) / 100 if words else 0
    recent = min(1, max(0, 1 - (now - ticket.occurred_at) / timedelta(days=DAYS)))
    return Likely(ticket, 0.5 * near + 0.35 * alike + 0.15 * recent, alike, metres)
