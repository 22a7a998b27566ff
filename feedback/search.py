"""Finding tickets: by words with or without diacritics, by code or its end, by phone for those who may."""

import re
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from feedback.models import Reporter, Ticket
from feedback.querysets import search_lexemes
from hcmc_ioc.lib import crypto
from hcmc_ioc.lib.phones import parse_phone

FOUND = 50
RECENT = timedelta(days=30)  # the end of a code means a ticket of these days
CODE_MONTHS = 36
_CODE = re.compile(r"[A-Z]{2,5}\d{4,}")


def find(actor, asked: str, now, *, phones: bool = False) -> list[tuple[str, list[Ticket]]]:
    """What was found for `asked`, in groups with their titles: by code, by phone, by words. Newest first."""
    groups = [(_("Theo mã"), by_code(actor, asked, now))]
    if phones:
        groups.append((_("Theo số điện thoại"), by_phone(actor, asked)))
    if not (_is_whole_code(asked) and groups[0][1]):
        groups.append((_("Theo nội dung"), by_words(actor, asked)))
    seen: set[int] = set()
    shown = []
    for title, rows in groups:
        fresh = [ticket for ticket in rows if ticket.pk not in seen]
        seen.update(ticket.pk for ticket in fresh)
        if fresh:
            shown.append((title, fresh))
    return shown


def by_words(actor, words: str) -> list[Ticket]:
    """Full text, the newest first: tickets with all the words, or if there are none, with a word that begins so."""
    if not search_lexemes(words):
        return []
    parts = Ticket.objects.parts_visible_to(actor)
    for beginning in (False, True):
        rows = [row for part in parts for row in _told(part).newest_matching(words, FOUND, beginning=beginning)]
        if rows:
            break
    return sorted(rows, key=lambda ticket: ticket.occurred_at, reverse=True)[:FOUND]


def by_code(actor, text: str, now) -> list[Ticket]:
    """The whole code, or its number without the leading zeros, or the last digits of a recent one."""
    code = _code(text)
    if _is_whole_code(text):
        return list(listed(actor).filter(code=code))
    if not code.isdecimal() or not 3 <= len(code) <= 12:
        return []
    rows = list(listed(actor).filter(code__in=_codes_of(code, now)).order_by("-occurred_at"))
    if len(code) >= 4:
        recent = listed(actor).filter(code__endswith=code, occurred_at__gte=now - RECENT)
        rows += [t for t in recent.order_by("-occurred_at")[:FOUND] if t not in rows]
    return rows


def codes_in(text: str, now) -> list[str]:
    """The codes that `text` may mean, where it is a code or the number of one and no words; else none."""
    code = _code(text)
    if _is_whole_code(text):
        return [code]
    return _codes_of(code, now) if code.isdecimal() and 5 <= len(code) <= 12 else []


def _code(text: str) -> str:
    return "".join(text.upper().split())


def _is_whole_code(text: str) -> bool:
    return _CODE.fullmatch(_code(text)) is not None


def _codes_of(number: str, now) -> list[str]:
    """Every code of the last years that ends in `number`, its zeros filled in: each is one look-up in the index."""
    prefix, local = settings.CITY["ticket_prefix"], timezone.localtime(now)
    if len(number) > 8:
        return [f"{prefix}{number[:-8].zfill(4)}{number[-8:]}"]
    months = (divmod(local.year * 12 + local.month - 1 - back, 12) for back in range(CODE_MONTHS))
    return [f"{prefix}{year % 100:02d}{month + 1:02d}{number.zfill(8)}" for year, month in months]


def by_phone(actor, text: str) -> list[Ticket]:
    """The tickets of a whole number in any shape, or of numbers that end in these four digits."""
    digits = phone_digits(text)
    if not digits:
        return []
    if len(digits) == 4:
        reporters = Reporter.objects.filter(tail_digest=crypto.digest(digits, "tail"))
    else:
        try:
            reporters = Reporter.objects.filter(phone_digest=crypto.digest(parse_phone(text), "phone"))
        except ValueError:
            return []
    pks = list(reporters.order_by("-joined_at").values_list("ticket_id", flat=True)[:FOUND])
    return list(listed(actor).filter(pk__in=pks).order_by("-occurred_at"))


def listed(actor):
    """Tickets that `actor` may see, with what a row shows."""
    return _told(Ticket.objects.visible_to(actor))


def _told(tickets):
    return tickets.select_related("unit", "area", "category__parent").defer("search", "body")


def phone_digits(text: str) -> str:
    """The digits of something that can be a phone number or its end, "" when it has letters or too few."""
    digits = re.sub(r"[\s.()+\-]", "", text)
    return digits if digits.isdecimal() and len(digits) in (4, *range(8, 16)) else ""
