"""The first day of the lunar year, where the city's country keeps it: what comes with Tết moves with it."""

from datetime import date
from functools import lru_cache

import holidays

from .cities import city

FIRST_DAY = {"VN": "Tết Nguyên Đán"}  # as the calendar of public holidays calls it


def new_year(year: int) -> date | None:
    """The day on which the lunar year begins within this year; None where the country does not keep it."""
    return _new_year(city().country, year)


@lru_cache(maxsize=256)
def _new_year(country: str, year: int) -> date | None:
    if country not in FIRST_DAY:
        return None
    days = holidays.country_holidays(country, years=year, language="vi", observed=False)
    return next((day for day, name in sorted(days.items()) if name == FIRST_DAY[country]), None)
