"""The city's figures of every base period, kept: a page of many indicators need not add. The only writer of `Total`.

A committed delivery marks its (indicator, period); the figures are asked anew (`answers`), in the transaction that
takes the marks. Killed anywhere, nothing is lost or counted twice, and asking anew again changes nothing.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction

from indicators import answers, owed, sums
from indicators.arithmetic import Rules
from indicators.models import Indicator, Revision, Total, Value
from live import feed, hints, topics

LOCK = 1022_0011  # the advisory lock that the taker and a rebuild share
TOPIC = "indicators"
OF_UNIT = "indicators_of"  # and the unit's number
BATCH = 120  # periods that are asked for at once in a rebuild
SHOWN = ("value", "owed", "delivered", "on_time")
ROUNDED = Decimal("1e-12")


def topic_of(unit) -> str:
    """What open pages listen to for the numbers of one unit."""
    return f"{OF_UNIT}:{unit.pk}"


def take(changes: list[feed.Change]) -> None:
    """Ask anew what these deliveries touched (a taker of the feed)."""
    touched = Revision.objects.filter(delivery__in=[change.object_id for change in changes])
    pairs = set(touched.values_list("indicator_id", "start").distinct())
    units = list(touched.order_by().values_list("unit_id", flat=True).distinct())
    recount(pairs)
    raised = topics.raise_versions([TOPIC, *(f"{OF_UNIT}:{unit}" for unit in units)])
    hints.publish_on_commit(raised)


def recount(pairs: Collection[tuple[int, datetime]]) -> None:
    """Ask the city's figures of these (indicator, start) anew, in the transaction that changes what they say."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    catalogue = _catalogue({indicator for indicator, _start in pairs})
    number, rule = _next_number(), owed.rule()
    asked = [(catalogue[pk], rule.at(catalogue[pk].period_kind, start))
             for pk, start in sorted(pairs) if pk in catalogue]
    _keep(_rows(asked, number))


def rebuild(progress: Callable[[int], None] = lambda done: None) -> int:
    """Start over, indicator by indicator; returns how many figures there are."""
    rule = owed.rule()
    for indicator in _catalogue(None).values():
        starts = sorted(set(Value.objects.filter(indicator=indicator).order_by().values_list("start", flat=True)))
        periods = [rule.at(indicator.period_kind, start) for start in starts]
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
            Total.objects.filter(indicator=indicator).delete()
            number = _next_number()
            for first in range(0, len(periods), BATCH):
                _keep(_rows([(indicator, period) for period in periods[first : first + BATCH]], number))
        progress(1)
    return Total.objects.count()


def _catalogue(pks: Collection[int] | None) -> dict[int, Indicator]:
    asked = Indicator.objects.prefetch_related("versions").select_related("set_item__value_set")
    return {one.pk: one for one in (asked.all() if pks is None else asked.filter(pk__in=pks))}


_NUMBER = """
    INSERT INTO indicators_figurechange (number, stamp, at)
    SELECT coalesce(max(number), 0) + 1, floor(random() * 2147483647)::int, now() FROM indicators_figurechange
    RETURNING number
"""


def _next_number() -> int:
    """Under the lock, so that whoever has read up to a number has read all that is before it."""
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER)
        return cursor.fetchone()[0]


def _rows(asked: Sequence[sums.Pair], number: int) -> Iterable[Total]:
    for (indicator, period), cell in zip(asked, sums.of(asked), strict=True):
        yield Total(
            indicator_id=indicator.pk, start=period.start, number=cell.number, numerator=cell.numerator,
            denominator=cell.denominator, value=cell.value, flag=cell.flag or "", why=cell.why or "", owed=cell.owed,
            delivered=cell.delivered, on_time=cell.on_time, units=cell.units_counted, changed=number)


def _keep(rows: Iterable[Total]) -> None:
    columns = [field.name for field in Total._meta.fields if field.name not in ("id", "indicator", "start")]
    Total.objects.bulk_create(rows, update_conflicts=True, unique_fields=["indicator", "start"], update_fields=columns)


# Counted by a second way

_PLAIN = """
    SELECT indicator_id, start, sum(number), sum(numerator), sum(denominator), count(*) FROM indicators_value
    WHERE flag NOT IN ('missing', 'cannot_exist', 'withdrawn') GROUP BY 1, 2
"""


def differences() -> list[str]:
    """Figures that are not what their values say, a line each: sums by one plain GROUP BY, then dividing, then what was
    owed."""
    catalogue = _catalogue(None)
    combined = {pk for pk, one in catalogue.items() if one.city_value == Indicator.CityValue.COMBINED}
    with connection.cursor() as cursor:
        cursor.execute(_PLAIN)
        plain = {row[:2]: row[2:] for row in cursor.fetchall() if row[0] in combined}
    columns = ("indicator_id", "start", "number", "numerator", "denominator", "value", "units")
    kept = {(row.indicator_id, row.start): row for row in Total.objects.values_list(*columns, named=True)}
    rules = {pk: answers.RulesOf(indicator) for pk, indicator in catalogue.items()}
    found = [f"{catalogue[pk].code} {start:%Y-%m-%d %H:%M}: there are values and no figure"
             for pk, start in sorted(plain.keys() - kept.keys())]
    for (pk, start), total in sorted(kept.items()):
        if fault := _fault(catalogue[pk], rules[pk].at(start), total, plain.get((pk, start))):
            found.append(f"{catalogue[pk].code} {start:%Y-%m-%d %H:%M}: {fault}")
    return found


def _fault(indicator: Indicator, rules: Rules, total: Any, plain: tuple | None) -> str:
    if indicator.city_value == Indicator.CityValue.COMBINED and total.value is not None:
        first = 1 if rules.in_parts else 0  # a number, or two parts
        kept = (total.number, total.numerator, total.denominator)[first:]
        counted = (plain[:3] if plain else (None,) * 3)[first:]
        if rules.territory == "sum" and rules.denominator_territory == "sum" and kept != counted and total.units > 1:
            return f"kept {kept}, the values add up to {counted}"
        if plain and total.units != plain[3]:
            return f"{total.units} units are counted, {plain[3]} have a value"
    if total.value is not None:
        parts = answers.Parts(total.number, total.numerator, total.denominator)
        divided = rules.divided(parts)
        if divided is None or abs(divided - total.value) > ROUNDED:
            return f"kept {total.value}, its parts say {divided}"
    return ""
