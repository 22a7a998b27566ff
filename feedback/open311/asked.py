"""The parameters of a list of requests → public tickets, newest first. What is empty is as if it were not there; what
is unknown is passed over, as the standard has it; what cannot be read is refused."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from feedback.models import Ticket, TicketEvent
from feedback.open311.door import wrong
from feedback.open311.representation import CHANGING, COLUMNS
from feedback.rules.rulebook import rulebook

SPAN = timedelta(days=90)
MOST = 1000  # rows of a page, and what is answered where no size is asked for
STATUSES = {"open": True, "closed": False}
YEARS = range(1900, 2200)


def tickets(get: Mapping[str, str], now: datetime) -> list[Ticket]:
    """The page asked for."""
    found = Ticket.objects.public().only(*COLUMNS).order_by("-occurred_at", "-pk")
    if ids := _listed(get, "service_request_id"):
        if len(ids) > MOST:
            raise wrong({"service_request_id": _("Tối đa %(most)s mã một lần.") % {"most": MOST}})
        return list(found.filter(code__in=[code for code in ids if code.isprintable()]))
    read = _Reader(get)
    start, end, updated = read("start_date", _moment), read("end_date", _end), read("updated_after", _moment)
    page, size = read("page", _number(99_999)) or 1, read("page_size", _number(MOST)) or MOST
    statuses = read("status", _statuses)
    if read.errors:
        raise wrong(read.errors)
    if start or end or not updated:
        found = found.filter(occurred_at__range=_range(start, end, now))
    if updated:
        found = _updated(found, updated, now)
    if codes := _listed(get, "service_code"):
        found = found.filter(category_id__in=_categories(codes))
    if statuses:
        found = found.filter(is_open__in=statuses)
    return list(found[(page - 1) * size : page * size])


class _Reader:
    """Reads parameters one by one and gathers what is wrong."""

    def __init__(self, get: Mapping[str, str]):
        self.get, self.errors = get, {}

    def __call__(self, name: str, read: Callable[[str], Any]) -> Any:
        if not (text := self.get.get(name, "").strip()):
            return None
        try:
            return read(text)
        except ValueError as refusal:
            self.errors[name] = str(refusal)
        return None


def _listed(get: Mapping[str, str], name: str) -> list[str]:
    return list(dict.fromkeys(part.strip() for part in get.get(name, "").split(",") if part.strip()))


def _moment(text: str, of_a_day: time = time.min) -> datetime:
    """In w3 format; a day alone is the city's, from its beginning. A blank is a + of an address."""
    try:
        moment = datetime.fromisoformat(text.replace(" ", "+"))
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is None and len(text) == len("2026-01-01"):
        moment = timezone.make_aware(datetime.combine(moment, of_a_day))
    if moment is None or moment.tzinfo is None or moment.year not in YEARS:
        raise ValueError(_("Cần thời điểm theo ISO 8601 có múi giờ, ví dụ 2026-11-23T14:30:00+07:00."))
    return moment


def _end(text: str) -> datetime:
    return _moment(text, time.max)


def _number(most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdecimal() and len(text) < 7 and 1 <= int(text) <= most):
            raise ValueError(_("Từ 1 đến %(most)s.") % {"most": most})
        return int(text)

    return read


def _statuses(text: str) -> list[bool]:
    names = [name.strip().lower() for name in text.split(",") if name.strip()]
    if not set(names) <= set(STATUSES):
        raise ValueError(_("Chỉ nhận open hoặc closed."))
    return [STATUSES[name] for name in names]


def _range(start: datetime | None, end: datetime | None, now: datetime) -> tuple[datetime, datetime]:
    """The span of `requested_datetime`: the latest 90 days, or 90 days from the one end that is given."""
    if start and end:
        if start > end:
            raise wrong({"start_date": _("start_date phải trước end_date.")})
        if end - start > SPAN:
            raise wrong({"end_date": _("Khoảng thời gian dài nhất 90 ngày.")})
    end = end or (min(now, start + SPAN) if start else now)
    return start or end - SPAN, end


def _updated(found: QuerySet, since: datetime, now: datetime) -> QuerySet:
    """Those that changed for their readers: the open ones by their history, the others were closed since then."""
    if now - since > SPAN:
        raise wrong({"updated_after": _("Khoảng thời gian dài nhất 90 ngày.")})
    changes = TicketEvent.objects.filter(ticket_id=OuterRef("pk"), verb__in=CHANGING, recorded_at__gte=since)
    closed = ({"resolved_at__gte": since}, {"rejected_at__gte": since}, {"merged_into__isnull": False,
                                                                        "closed_at__gte": since})
    parts = [Ticket.objects.filter(**how).values("pk") for how in closed]  # each answered by an index of its own
    return found.filter(pk__in=Ticket.objects.open().filter(Exists(changes)).values("pk").union(*parts))


def _categories(codes: list[str]) -> list[int]:
    known = {row.code: row.pk for row in rulebook().categories.values()}
    if unknown := [code for code in codes if code not in known]:
        raise NotFound(_("Không có service_code “%(code)s”.") % {"code": unknown[0][:60]})
    return [known[code] for code in codes]
