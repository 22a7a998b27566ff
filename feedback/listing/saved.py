"""Lists kept under a name: a person's own, and those of the unit they work in.

Kept is the address alone. Whoever opens a view sees what they may see, so sharing one gives nobody a right.
"""

from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from feedback import access
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Listing, sort_in
from feedback.models import SavedView
from hcmc_ioc.lib.text import clean

MOST = 30  # views of one person or unit: more of them nobody finds again
COUNTED = 1000  # what is above is told as "1.000+"
LONGEST = 60


@dataclass(frozen=True)
class Shown:
    """A view as a person sees it; `count` None until it is asked for."""

    view: SavedView
    may_drop: bool
    count: int | None = None

    @property
    def address(self) -> str:
        return f"{reverse('tickets')}?{self.view.query}"

    @property
    def is_cut(self) -> bool:
        return self.count is not None and self.count >= COUNTED


def views_of(actor: Actor) -> QuerySet[SavedView]:
    """Their own, then those of the unit of the role they work in."""
    own, of_unit = Q(owner=actor.user, unit=None), Q(unit_id=actor.user.membership.unit_id)
    return SavedView.objects.filter(own | of_unit).order_by("unit_id", "name")


def shown(actor: Actor, now: datetime | None = None) -> list[Shown]:
    """The views, with `now` counted."""
    shares = access.may(actor, "share_view")
    return [
        Shown(view, shares if view.unit_id else True, None if now is None else _count(actor, view.query, now))
        for view in views_of(actor)
    ]


def _count(actor: Actor, query: str, now: datetime) -> int:
    return min(listing(actor, query, now).count(COUNTED), COUNTED)


def listing(actor: Actor, query: str, now: datetime) -> Listing:
    """The list that an address names, as `actor` sees it."""
    get = QueryDict(query[:2000])
    return Listing(actor, TicketFilter(actor, get), now, sort_in(get))


def save(actor: Actor, name: str, query: str, *, for_unit: bool = False) -> SavedView:
    """Keep the list under `name`; ValidationError says in words why not."""
    name = clean(name).strip()
    if not name:
        raise ValidationError(_("Đặt tên cho mục."))
    if len(name) > LONGEST:
        raise ValidationError(_("Tên dài nhất %(n)s ký tự.") % {"n": LONGEST})
    if for_unit and not access.may(actor, "share_view"):
        raise ValidationError(_("Chỉ lãnh đạo và trưởng ca lưu mục cho cả đơn vị."))
    unit_id = actor.user.membership.unit_id if for_unit else None
    beside = SavedView.objects.filter(unit_id=unit_id) if for_unit else actor.user.saved_views.filter(unit=None)
    if beside.count() >= MOST:
        raise ValidationError(_("Đã có %(n)s mục: xóa bớt mục không còn dùng.") % {"n": MOST})
    try:
        with transaction.atomic():
            kept = listing(actor, query, timezone.now()).query  # only what could be read, always in the same order
            return SavedView.objects.create(owner=actor.user, unit_id=unit_id, name=name, query=kept)
    except IntegrityError:
        raise ValidationError(_("Đã có mục tên “%(name)s”.") % {"name": name}) from None


def drop(actor: Actor, view_id: int) -> bool:
    """Forget a view of one's own, or with the right to share one of the unit's; whether there was one."""
    views = views_of(actor)
    if not access.may(actor, "share_view"):
        views = views.filter(unit=None)
    deleted, _per_model = SavedView.objects.filter(pk__in=views.values("pk")).filter(pk=view_id).delete()
    return deleted > 0
