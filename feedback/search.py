"""What a search may mean: a code or its end, or a caller's number as a digest that an address may hold."""

import re
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from feedback.models import Reporter, Ticket
from hcmc_ioc.lib import crypto
from hcmc_ioc.lib.phones import parse_phone
from hcmc_ioc.lib.text import mask_phone

RECENT = timedelta(days=30)  # the last four digits of a code mean a ticket of these days
MANY = 50
CODE_MONTHS = 36
_CODE = re.compile(r"[A-Z]{2,5}\d{4,}")


def codes_in(text: str, now) -> list[str]:
    """The codes that `text` may mean, where it is a code, the number of one without its zeros, or the last four digits
    of a recent one; else none, and it is words. Four digits are a code only where there is one, else a year or a
    house number."""
    code = "".join(text.upper().split())
    if _CODE.fullmatch(code):
        return [code]
    if not code.isdecimal() or not 4 <= len(code) <= 12:
        return []
    codes = _codes_of(code, now)
    if len(code) > 4:
        return codes
    recent = Ticket.objects.filter(occurred_at__gte=now - RECENT, code__endswith=code)
    whole = Ticket.objects.filter(code__in=codes)
    return [code for rows in (whole, recent) for code in rows.values_list("code", flat=True)[:MANY]]


def _codes_of(number: str, now) -> list[str]:
    """Every code of the last years that ends in `number`, its zeros filled in: each is one look-up in the index."""
    prefix, local = settings.CITY["ticket_prefix"], timezone.localtime(now)
    if len(number) > 8:
        return [f"{prefix}{number[:-8].zfill(4)}{number[-8:]}"]
    months = (divmod(local.year * 12 + local.month - 1 - back, 12) for back in range(CODE_MONTHS))
    return [f"{prefix}{year % 100:02d}{month + 1:02d}{number.zfill(8)}" for year, month in months]


# A phone number never stands in an address, for addresses end up in logs. Its digest does: nobody reads a number out of
# it, and only the hotline may ask by it.


def caller_of(text: str) -> str:
    """A whole number in any shape, or the last four digits of one, as a filter of lists; "" where it is neither."""
    digits = re.sub(r"[\s.()+\-]", "", text)
    if digits.isdecimal() and len(digits) == 4:
        return f"t{crypto.digest(digits, 'tail')}"
    try:
        return f"p{crypto.digest(parse_phone(text), 'phone')}" if digits else ""
    except ValueError:
        return ""


def is_phone(text: str, now) -> bool:
    """Whether what was typed is a whole phone number rather than a code's number: both may begin with zeros."""
    plain = re.sub(r"[\s.()\-]", "", text)
    if not plain.startswith(("0", "+")) or not caller_of(text).startswith("p"):
        return False
    return not Ticket.objects.filter(code__in=codes_in(plain, now)).exists()


def of_caller(caller: str) -> Q:
    """The tickets that somebody with that number reported or joined."""
    return Q(pk__in=_reporters(caller).values("ticket_id"))


def caller_said(caller: str) -> str:
    """The number in a form that recognises it and cannot be called; "" where nobody has it."""
    reporter = _reporters(caller).order_by("-joined_at").first()
    if reporter is None:
        return ""
    return mask_phone(reporter.phone) if caller[0] == "p" else f"•••• {reporter.phone[-4:]}"


def _reporters(caller: str):
    column = {"p": "phone_digest", "t": "tail_digest"}[caller[0]]
    return Reporter.objects.filter(**{column: caller[1:]})
