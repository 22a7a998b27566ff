"""The parameters of a list of tickets → the filter that pages and exports use, read strictly: what cannot be read is
refused, never passed over."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.actors import Actor
from feedback.api import payload
from feedback.api.representation import LISTED
from feedback.listing.filters import DATES, TicketFilter
from feedback.listing.order import Place
from feedback.listing.pages import Listing, sort_in
from hcmc_ioc.lib.api.problems import Problem

MOST, USUAL = 200, 50
BY_CODE = {"unit": payload.unit, "area": payload.unit, "category": payload.category, "channel": payload.channel}
PLAIN = ("state", "late", "urgency", "q", "has")
DAYS = tuple(f"{name}_{end}" for name in DATES if name != "withdrawn" for end in ("from", "to"))
PARAMETERS = frozenset((*BY_CODE, *PLAIN, *DAYS, "is_open", "sort", "limit", "cursor"))


class Wanted(Listing):
    columns = LISTED


def listing(actor: Actor, get: Mapping[str, str], now: datetime) -> Listing:
    """The list asked for; a problem names every parameter that is wrong."""
    errors = {f"?{name}": [_("Không có tham số này.")] for name in get if name not in PARAMETERS}
    asked = {name: get[name] for name in (*PLAIN, *DAYS) if get.get(name)}
    asked |= {name: read(get[name]) for name, read in BY_CODE.items() if get.get(name)}
    if get.get("is_open"):
        states = {"true": "open", "false": "done"}
        if get["is_open"] not in states or "state" in asked:
            errors["?is_open"] = [_("Chỉ nhận true hoặc false, và không dùng cùng state.")]
        asked["state"] = states.get(get["is_open"], "")
    if get.get("sort") and not sort_in(get):
        errors["?sort"] = [_("Không sắp xếp được theo cột này.")]
    narrowed = TicketFilter(actor, asked, shown=False)
    errors |= {f"?{name}": messages for name, messages in narrowed.errors.items()}
    if errors:
        raise Problem(400, "bad_parameter", _("Có tham số không đúng."), errors)
    return Wanted(actor, narrowed, now, sort_in(get))


def limit(get: Mapping[str, str]) -> int:
    text = get.get("limit", str(USUAL))
    if not (text.isdecimal() and len(text) < 5 and 1 <= int(text) <= MOST):
        raise Problem(400, "bad_parameter", errors={"?limit": [_("Từ 1 đến %(most)s.") % {"most": MOST}]})
    return int(text)


def place(get: Mapping[str, str], found: Listing) -> Place | None:
    """Where the page begins: behind the place that `cursor` names."""
    if not get.get("cursor"):
        return None
    here = Place.read(get["cursor"], found.order.column.endswith("_at"))
    if here is None:
        raise Problem(400, "bad_parameter", errors={"?cursor": [_("Không phải vị trí của danh sách này.")]})
    return here
