"""Rows of numbers without HTTP, for `bench.direct`: a delivery until the city's figures are there, and the proof of all
figures."""

import time
from decimal import Decimal
from io import StringIO

from django.db import connection

DELIVERED, TURNS = 300, 5
_PLAIN = """
    SELECT indicator_id, start, sum(number), sum(numerator), sum(denominator), count(*) FROM indicators_value
    GROUP BY 1, 2
"""


def delivering() -> dict:
    """Seconds from bringing 300 changed values of the last month until the city's figures say so, the median."""
    from accounts.actors import Actor
    from indicators import deliveries
    from indicators.arithmetic import Parts
    from indicators.models import Total, Value
    from indicators.topics import TAKER
    from live import feed

    feed.take_all(TAKER)
    actor, start = Actor.system("demo"), Value.objects.latest("start").start
    units = Value.objects.filter(start=start).order_by("unit_id", "indicator_id").exclude(number=None)
    seconds = []
    for turn in range(TURNS):
        values = list(units[turn * DELIVERED : (turn + 1) * DELIVERED])
        given = [deliveries.Given(v.indicator_id, v.unit_id, v.start, v.version_id, Parts(v.number + 1))
                 for v in values]
        indicator = values[0].indicator_id
        own = sum((Decimal(1) for v in values if v.indicator_id == indicator), Decimal(0))
        before = Total.objects.get(indicator=indicator, start=start).number
        begun = time.perf_counter()
        deliveries.bring(deliveries.new(actor, door="api"), given)
        feed.take_all(TAKER)
        after = Total.objects.get(indicator=indicator, start=start).number
        seconds.append(time.perf_counter() - begun)
        assert after == before + own, (before, after, own)
    return {"seconds": sorted(seconds)[TURNS // 2]}


def proving() -> dict:
    """Seconds of `verify_indicators`, and of one plain GROUP BY over the values; the median of three."""
    from django.core.management import call_command

    taken, floors = [], []
    with connection.cursor() as cursor:
        for _turn in range(3):
            begun = time.perf_counter()
            cursor.execute(_PLAIN)
            cursor.fetchall()
            floors.append(time.perf_counter() - begun)
            begun = time.perf_counter()
            call_command("verify_indicators", stdout=StringIO())
            taken.append(time.perf_counter() - begun)
    return {"seconds": sorted(taken)[1], "floor": sorted(floors)[1]}


def reporting() -> dict:
    """Seconds for the month's reports of the city and every unit (data, PDF, XLSX) in this one process, how many these
    are, the slowest PDF in seconds, and the most memory that the process had in MB."""
    import resource

    from django.utils import timezone

    from districts.models import Unit
    from indicators import owed
    from indicators.models import Value
    from reports import editions, loading
    from reports.asked import Run
    from reports.models import Edition, ReportType

    loading.load_city("hcmc")
    type_, rule = ReportType.objects.get(code="month"), owed.rule()
    period = rule.at(type_.period_kind, Value.objects.latest("start").start)
    Edition.objects.all().delete()
    slowest, printed = 0.0, editions.pdf

    def timed(*args, **named):
        nonlocal slowest
        begun = time.perf_counter()
        made = printed(*args, **named)
        slowest = max(slowest, time.perf_counter() - begun)
        return made

    editions.pdf = timed
    begun = time.perf_counter()
    run = Run(type_, period, timezone.now())
    for unit in editions.scopes(run, Unit.objects.city()):
        edition = editions.make(run, unit, timezone.now(), released=True)
        assert edition is not None and edition.is_released, edition and edition.problem
    seconds = time.perf_counter() - begun
    editions.pdf = printed
    return {"seconds": seconds, "reports": Edition.objects.count(), "pdf": slowest,
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}
