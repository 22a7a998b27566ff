"""A deadline's explanation (see `calendar.add_working_time`) as a sentence people read. Pure; no Django."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

_AMOUNTS = {
    "vi": {
        "minutes": "{} phút",
        "working_hours": "{} giờ làm việc",
        "working_days": "{} ngày làm việc",
        "calendar_days": "{} ngày",
    },
    "en": {
        "minutes": "{} minute{s}",
        "working_hours": "{} working hour{s}",
        "working_days": "{} working day{s}",
        "calendar_days": "{} calendar day{s}",
    },
}
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def explain(explanation: Mapping, language: str = "vi") -> str:
    """“10 ngày làm việc, tính từ 13/02/2026 16:45; bỏ qua 14–22/02: nghỉ Tết; …; đến hạn 04/03/2026 17:00”.

    Empty for a promise that was not computed (a date given from outside has no `amount`).
    """
    if "amount" not in explanation:
        return ""
    language = "en" if language.startswith("en") else "vi"
    amount = explanation["amount"]
    amount_in_words = _AMOUNTS[language][explanation["unit"]].format(amount, s="" if amount == 1 else "s")
    start, due = _moment(explanation["start"], language), _moment(explanation["due"], language)
    skipped, made_up = explanation.get("skipped", []), explanation.get("made_up", [])
    vi = language == "vi"
    parts = [f"{amount_in_words}, tính từ {start}" if vi else f"{amount_in_words} from {start}"]
    if explanation["unit"] == "calendar_days" and skipped:
        parts.append(("ngày cuối rơi vào " if vi else "the last day fell on ") + _days_off(skipped, language))
    elif skipped:
        parts.append(("bỏ qua " if vi else "skipping ") + _days_off(skipped, language))
    if made_up:
        days = "; ".join(f"{_range(day, day, language)}: {_lower(n_vi if vi else n_en)}" for day, n_vi, n_en in made_up)
        parts.append(("có tính " if vi else "counting ") + days)
    parts.append(f"đến hạn {due}" if vi else f"due {due}")
    return "; ".join(parts)


def _days_off(skipped: list, language: str) -> str:
    """Holidays by name and range, weekends as a number of days."""
    named = [
        f"{_range(first, last, language)}: {_lower(vi if language == 'vi' else en)}"
        for first, last, vi, en in skipped
        if vi or en
    ]
    plain = sum(_length(first, last) for first, last, vi, en in skipped if not (vi or en))
    if plain and language == "vi":
        named.append(f"{plain} ngày nghỉ cuối tuần")
    elif plain:
        named.append(f"{plain} weekend day" + ("s" if plain > 1 else ""))
    return "; ".join(named)


def _length(first: str, last: str) -> int:
    return (date.fromisoformat(last) - date.fromisoformat(first) + timedelta(days=1)).days


def _range(first: str, last: str, language: str) -> str:
    """`14–22/02`, `30/04–03/05`; in English `14–22 Feb`, `30 Apr–3 May`."""
    a, b = date.fromisoformat(first), date.fromisoformat(last)
    if language == "vi":
        if a == b:
            return f"{a:%d/%m}"
        return f"{a:%d}–{b:%d/%m}" if a.month == b.month else f"{a:%d/%m}–{b:%d/%m}"
    month_a, month_b = _MONTHS[a.month - 1], _MONTHS[b.month - 1]
    if a == b:
        return f"{a.day} {month_a}"
    return f"{a.day}–{b.day} {month_b}" if a.month == b.month else f"{a.day} {month_a}–{b.day} {month_b}"


def _moment(text: str, language: str) -> str:
    moment = datetime.fromisoformat(text)
    if language == "vi":
        return f"{moment:%d/%m/%Y %H:%M}"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment:%Y %H:%M}"


def _lower(name: str) -> str:
    """The first letter small where the name opens with a common word ("Nghỉ Tết …" → "nghỉ Tết …")."""
    word = name.split(" ", 1)[0]
    return name[:1].lower() + name[1:] if word in {"Nghỉ", "Làm", "Ngày", "Make-up", "Half", "Day"} else name
