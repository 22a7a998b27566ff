"""Phone numbers in any shape a caller or operator writes them."""

import phonenumbers
from django.conf import settings
from django.utils.translation import gettext as _


def parse_phone(raw: str) -> str:
    """`raw` as E.164 ("+84909123456"). Empty stays empty; raises `ValueError` with a message for the reader."""
    raw = raw.strip()
    if not raw:
        return ""
    region = settings.CITY.get("country", "VN")
    try:
        number = phonenumbers.parse(raw, region)
    except phonenumbers.NumberParseException as exc:
        raise ValueError(_("Số điện thoại không đọc được. Ví dụ đúng: 0909 123 456.")) from exc
    if not phonenumbers.is_possible_number(number):
        raise ValueError(_("Số điện thoại thừa hoặc thiếu chữ số. Ví dụ đúng: 0909 123 456."))
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def spoken(e164: str) -> str:
    """An E.164 number as people read it aloud: `0909 123 456`."""
    try:
        number = phonenumbers.parse(e164, None)
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
