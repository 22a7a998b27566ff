"""From verdicts to failures and issues: what fails opens one issue per check, unit and indicator; what passes again
mends it. Whoever settles holds the units' locks (`quality.hold`).
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from hcmc_ioc.lib import sql
from indicators import keepers
from indicators.checks import Failed
from indicators.models import Failure, Issue, SetItem

Key = tuple[int, int, datetime]  # indicator, unit, start
Asked = tuple[int, Key]  # a check, and a value that it judged
Owner = tuple[int, int, int]  # check, unit, indicator: one issue at most
CLOSE = Decimal("1e-9")  # the same number, for all that it may be rounded when it is kept


class _Known(NamedTuple):
    """A failure that is written down."""

    pk: int
    issue_id: int
    value: Decimal
    base: Decimal
    state: str  # of the issue


_KNOWN = """
    SELECT failure.check_row_id, failure.indicator_id, failure.unit_id, failure.start,
           failure.id, issue_id, failure.value, failure.base, state
    FROM indicators_failure failure JOIN indicators_issue issue ON issue.id = issue_id
    WHERE failure.indicator_id = ANY(%s) AND failure.unit_id = ANY(%s) AND failure.start = ANY(%s::timestamptz[])
"""
_UNSETTLED = """
    SELECT check_row_id, unit_id, indicator_id, id FROM indicators_issue
    WHERE unit_id = ANY(%s) AND indicator_id = ANY(%s) AND state = ANY(%s)
"""
_MEND = """
    UPDATE indicators_issue issue SET state = %s, closed_at = %s WHERE id = ANY(%s::bigint[]) AND state = ANY(%s)
    AND NOT EXISTS (SELECT FROM indicators_failure WHERE issue_id = issue.id)
"""
_REPLACING = """
    ON CONFLICT (indicator_id, start, unit_id, check_row_id) DO UPDATE SET issue_id = excluded.issue_id,
    value = excluded.value, base = excluded.base, score = excluded.score, is_seasonal = excluded.is_seasonal
"""


def settle(passed: Collection[Asked], failed: Mapping[Asked, Failed], now: datetime) -> None:
    """Write down what these verdicts change; the same verdicts again change nothing."""
    known = _known([key for _check, key in (*passed, *failed)])
    gone = [held for asked, held in known.items() if asked in passed]
    fresh = {asked: one for asked, one in failed.items() if _is_fresh(known.get(asked), one)}
    if not gone and not fresh:
        return
    left = {held.issue_id for held in gone} | {known[asked].issue_id for asked in fresh if asked in known}
    if fresh:
        _write(fresh, _issues(fresh, now))
    Failure.objects.filter(pk__in=[held.pk for held in gone]).delete()
    with connection.cursor() as cursor:
        cursor.execute(_MEND, [Issue.State.MENDED.value, now, sql.array(left), _states()])


def _known(keys: Collection[Key]) -> dict[Asked, _Known]:
    parts = [list(set(part)) for part in zip(*keys, strict=True)]
    return {(check, (indicator, unit, start)): _Known(*rest)
            for check, indicator, unit, start, *rest in sql.rows(_KNOWN, parts)}


def _is_fresh(held: _Known | None, failed: Failed) -> bool:
    """A failure that nobody knows of: what was confirmed stays so while the value stays."""
    if held is None or abs(held.value - failed.value) >= CLOSE:
        return True
    return held.state in Issue.UNSETTLED and abs(held.base - failed.base) >= CLOSE


def _write(fresh: Mapping[Asked, Failed], issues: Mapping[Owner, int]) -> None:
    ordered = sorted(fresh.items(), key=lambda one: one[0])
    keys, found = [(check, *key) for (check, key), _failed in ordered], [failed for _asked, failed in ordered]
    sql.together(sql.insert_columns(Failure, {
        "check_row_id": [check for check, *_key in keys], "indicator_id": [indicator for _c, indicator, *_k in keys],
        "unit_id": [unit for *_k, unit, _start in keys], "start": [start for *_key, start in keys],
        "issue_id": [issues[check, unit, indicator] for check, indicator, unit, _start in keys],
        "value": [one.value for one in found], "base": [one.base for one in found],
        "score": [one.score for one in found], "is_seasonal": [one.is_seasonal for one in found],
    }, _REPLACING))


def _issues(fresh: Mapping[Asked, Failed], now: datetime) -> dict[Owner, int]:
    """The number of the unsettled issue of each, opened where there is none, by the latest of its values."""
    wanted = {(check, unit, indicator): (start, fresh[check, (indicator, unit, start)])
              for check, (indicator, unit, start) in sorted(fresh)}
    units, indicators = ({owner[place] for owner in wanted} for place in (1, 2))
    found = {tuple(owner): pk
             for *owner, pk in sql.rows(_UNSETTLED, [list(units), list(indicators), _states()])}
    missing = sorted(wanted.keys() - found.keys())
    return found | (_opened({owner: wanted[owner] for owner in missing}, now) if missing else {})


def _opened(missing: Mapping[Owner, tuple[datetime, Failed]], now: datetime) -> dict[Owner, int]:
    owners, count = _keepers(missing), len(missing)
    opened = sql.together(sql.insert_columns(Issue, {
        "check_row_id": [check for check, *_owner in missing], "unit_id": [unit for _check, unit, _one in missing],
        "indicator_id": [indicator for *_owner, indicator in missing],
        "state": [Issue.State.OPEN.value] * count, "owner_id": [owners.get(one[1:]) for one in missing],
        "start": [start for start, _failed in missing.values()],
        "value": [failed.value for _start, failed in missing.values()],
        "base": [failed.base for _start, failed in missing.values()],
        "is_seasonal": [failed.is_seasonal for _start, failed in missing.values()],
        "opened_at": [now] * count, "reason": [""] * count,
    }, "RETURNING check_row_id, unit_id, indicator_id, id"))
    return {tuple(owner): pk for *owner, pk in opened}


def _states() -> list[str]:
    return [state.value for state in Issue.UNSETTLED]


def _keepers(wanted: Collection[Owner]) -> dict[tuple[int, int], int]:
    """Who keeps the set of an indicator in a unit, or stands in; nobody where nobody does."""
    sets = dict(SetItem.objects.filter(
        indicator__in={indicator for *_one, indicator in wanted}).values_list("indicator_id", "value_set_id"))
    kept = keepers.present({unit for _check, unit, _one in wanted})
    pairs = {(unit, indicator) for _check, unit, indicator in wanted if indicator in sets}
    return {(unit, indicator): people[0] for unit, indicator in pairs
            if (people := kept.get((sets[indicator], unit)))}
