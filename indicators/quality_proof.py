"""Quality recounted by a second way: what is kept with values, failures and issues says the same, and ranges by plain
SQL find what the checks found."""

from collections.abc import Iterator
from datetime import datetime

from districts.models import Unit
from hcmc_ioc.lib.sql import rows
from indicators import spans
from indicators.models import Check, Indicator

_COUNTED = """
    SELECT indicator_id, unit_id, start, coalesce(held.failed, 0), coalesce(found.count, 0)
    FROM (SELECT indicator_id, unit_id, start, failed FROM indicators_value WHERE failed > 0) held
    FULL JOIN (
        SELECT failure.indicator_id, failure.unit_id, failure.start, count(*)
        FROM indicators_failure failure JOIN indicators_value value USING (indicator_id, unit_id, start)
        WHERE value.flag NOT IN ('missing', 'cannot_exist', 'withdrawn')  -- no data ends no failure
        GROUP BY 1, 2, 3
    ) found USING (indicator_id, unit_id, start)
    WHERE held.failed IS DISTINCT FROM found.count
    ORDER BY 1, 2, 3
"""
_EMPTY = """
    SELECT issue.indicator_id, issue.unit_id, issue.start, issue.state
    FROM indicators_issue issue WHERE issue.state IN ('open', 'acknowledged')
        AND NOT EXISTS (SELECT FROM indicators_failure WHERE issue_id = issue.id)
    ORDER BY 1, 2, 3
"""
_ASTRAY = """
    SELECT failure.indicator_id, failure.unit_id, failure.start, issue.state
    FROM indicators_failure failure JOIN indicators_issue issue ON issue.id = failure.issue_id
    WHERE issue.state = 'mended' OR (failure.check_row_id, failure.unit_id, failure.indicator_id)
        IS DISTINCT FROM (issue.check_row_id, issue.unit_id, issue.indicator_id)
    ORDER BY 1, 2, 3
"""
_OTHER = """
    SELECT failure.indicator_id, failure.unit_id, failure.start, failure.value, said.value
    FROM indicators_failure failure JOIN indicators_value held USING (indicator_id, unit_id, start)
    JOIN indicators_indicatorversion version ON version.id = held.version_id
    CROSS JOIN LATERAL (SELECT coalesce(held.number,
        version.factor * held.numerator / nullif(held.denominator, 0)) AS value) said
    WHERE held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn') AND abs(failure.value - said.value) > 1e-9
    ORDER BY 1, 2, 3
"""
_RANGES = """
    SELECT held.indicator_id, held.unit_id, held.start, asked.id, failure.id IS NULL
    FROM indicators_check asked JOIN indicators_value held USING (indicator_id)
    JOIN indicators_indicatorversion version ON version.id = held.version_id
    CROSS JOIN LATERAL (SELECT coalesce(held.number,
        version.factor * held.numerator / nullif(held.denominator, 0)) AS value) said
    LEFT JOIN indicators_failure failure ON failure.check_row_id = asked.id AND failure.unit_id = held.unit_id
        AND failure.indicator_id = held.indicator_id AND failure.start = held.start
    WHERE asked.kind = 'range' AND held.flag NOT IN ('missing', 'cannot_exist', 'withdrawn')
        AND coalesce(said.value < asked.low OR said.value > asked.high, false) <> (failure.id IS NOT NULL)
    ORDER BY 1, 2, 3
"""


def differences() -> list[str]:
    """Each difference as a line; none where all is as the checks left it."""
    return list(_differences(dict(Indicator.objects.values_list("pk", "code"))))


def _differences(codes: dict[int, str]) -> Iterator[str]:
    units = dict(Unit.objects.values_list("pk", "code"))

    def place(indicator: int, unit: int, start: datetime) -> str:
        return f"{codes[indicator]} {units[unit]} {start:%Y-%m-%d %H:%M}"

    for *key, failed, found in rows(_COUNTED, []):
        yield f"{place(*key)}: the value says that {failed} checks fail, {found} failures are kept"
    for *key, state in rows(_EMPTY, []):
        yield f"{place(*key)}: the issue is {state} and nothing fails"
    for *key, state in rows(_ASTRAY, []):
        yield f"{place(*key)}: a failure stands under an issue that is {state} or of something else"
    for *key, kept, now in rows(_OTHER, []):
        yield f"{place(*key)}: {kept:f} fails, the value is {now:f}"
    ranges = Check.objects.in_bulk()
    kinds = dict(Indicator.objects.values_list("pk", "period_kind"))
    for indicator, unit, start, pk, is_lacking in rows(_RANGES, []):
        if not is_lacking or ranges[pk].is_in_force(spans.last_day(kinds[indicator], start)):
            words = "is out of its range and no failure is kept" if is_lacking else "is within its range and fails"
            yield f"{place(indicator, unit, start)}: the value {words} ({ranges[pk].code})"
