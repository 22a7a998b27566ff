"""What a caller sends as JSON → what the forms of the pages take, so that both are checked by the same rules with the
same words. Units, categories and channels are named by code."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.api.problems import invalid

NONE = "0"  # an id that no row has: the form then says in its own words that there is no such row


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(_("Cần một chuỗi ký tự."))
    return value


def number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(_("Cần một số."))
    return str(value)


def flag(value: Any) -> str:
    if not isinstance(value, bool):
        raise ValueError(_("Cần true hoặc false."))
    return "on" if value else ""


def decision(value: Any) -> str:
    """Yes, no, or left to the rules where it is absent."""
    return "yes" if flag(value) else "no"


def instant(value: Any) -> str:
    """A moment with its offset → as the forms read it, to the second, in the city's time."""
    try:
        moment = datetime.fromisoformat(text(value))
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(_("Cần thời điểm theo ISO 8601 có múi giờ, ví dụ 2026-11-23T14:30:00+07:00."))
    try:
        return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M:%S")
    except (OverflowError, ValueError):
        raise ValueError(_("Thời điểm này không có trong lịch.")) from None


def unit(value: Any) -> str:
    """By its code; of those that had it one after the other the latest."""
    code = text(value)
    known = [row for row in rulebook().units.values() if row.code == code]
    return str(max(known, key=lambda row: row.valid_from).pk) if known else NONE


def units(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(_("Cần một danh sách mã."))
    return [unit(code) for code in value[:200]]


def category(value: Any) -> str:
    code = text(value)
    return next((str(row.pk) for row in rulebook().categories.values() if row.code == code), NONE)


def channel(value: Any) -> str:
    code = text(value)
    return next((str(row.pk) for row in rulebook().channels.values() if row.code == code), NONE)


Reader = Callable[[Any], Any]
REPORTER: dict[str, Reader] = {"name": text, "phone": text}
OPEN: dict[str, Reader] = {
    "body": text, "category": category, "channel": channel, "address": text, "lat": number, "lon": number,
    "area": unit, "border_ok": flag, "no_place": flag, "no_place_reason": text, "unit": unit, "unit_reason": text,
    "urgency": text, "needs_several": decision, "is_public": decision, "hides_name": flag, "occurred_at": instant,
}
MOVE: dict[str, Reader] = {
    "unit": unit, "coordinating": units, "assignee": text, "note": text, "reply": text, "due_at": instant,
    "score": number, "target": text, "promise": number, "asked_by": text, "category": category, "area": unit,
    "urgency": text, "address": text, "needs_several": flag, "is_public": flag, "hides_name": flag,
}


def read(payload: Any, readers: dict[str, Reader], *, beside: frozenset[str] = frozenset()) -> dict:
    """`payload` as data of a form; the problem names every field that is unknown or of another type."""
    if not isinstance(payload, dict):
        raise invalid({"": [_("Cần một đối tượng JSON.")]})
    data, errors = {}, {}
    given = dict(payload)
    reporter = given.pop("reporter", None)
    if reporter is not None and not isinstance(reporter, dict):
        errors["reporter"] = [_("Cần một đối tượng JSON.")]
    for prefix, values, known in (("", given, readers), ("reporter/", reporter, REPORTER)):
        for name, value in (values.items() if isinstance(values, dict) else ()):
            if name in beside and not prefix:
                continue
            if name not in known:
                errors[prefix + name] = [_("Không có trường này.")]
            elif value is not None:
                try:
                    data[name] = known[name](value)
                except ValueError as refusal:
                    errors[prefix + name] = [str(refusal)]
    if errors:
        raise invalid(errors)
    return data
