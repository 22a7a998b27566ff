"""Fill a database of the bench with numbers: `python -m bench.numbers --indicators N --months M`.

The 168 wards, communes and the special zone deliver N indicators (sets of fifteen) for the last M months, each in
time or a little late, in the order in which deliveries come; every value has its revision. One statement per table and
month.
`DATABASE_URL` names the database, `IOC_MAP` is 2025.
"""

import argparse
import os
import time
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal

import django
from django.db import connection

MAP = "2025"
SIZE_OF_SET = 15
INDEXLESS_FROM = 1_000_000
FIRST_SET = "bench-01"
ODD = 400  # one in so many values of the last month fails a check
WHAT = ("hồ sơ tiếp nhận", "hồ sơ giải quyết đúng hạn", "lượt tiếp công dân", "cây xanh được chăm sóc",
        "cơ sở được kiểm tra", "hộ được hỗ trợ", "học sinh đến lớp", "lượt khám bệnh", "tấn rác thu gom",
        "vụ vi phạm bị xử lý", "giấy phép được cấp", "tuyến hẻm được nâng cấp", "nhiệm vụ hoàn thành",
        "văn bản phát hành", "doanh nghiệp đăng ký mới")
GROUPS = [letter * 3 for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"]  # as "nhóm AAA": one for each fifteen indicators
LAID_ASIDE = ("indicators_value", "indicators_revision", "indicators_delivery", "indicators_owed")

_DELIVERIES = """
    WITH unit AS (SELECT id, row_number() OVER (ORDER BY id) AS place FROM districts_unit WHERE map = '2025')
    INSERT INTO indicators_delivery (id, door, state, value_set_id, unit_id, start, at, actor_kind, actor_ref,
                                     file_name, sha256, mapping, is_history, new, changed, same, rejected)
    SELECT %(first)s + row_number() OVER (ORDER BY came.at, value_set.id, unit.id),
           (ARRAY['form', 'file', 'api'])[1 + (unit.place %% 3)], 'committed', value_set.id, unit.id, %(start)s,
           came.at, 'system', 'bench', '', '', '', false, %(size)s, 0, 0, 0
    FROM indicators_valueset value_set CROSS JOIN unit
    CROSS JOIN LATERAL (SELECT %(due)s - interval '1 hour'
        * (abs(hashint8(unit.id * 1009 + value_set.id * 13 + %(first)s)) %% 90 - 3) AS at) came
    WHERE value_set.code LIKE 'bench-%%'
"""
_VALUES = """
    INSERT INTO indicators_value (indicator_id, unit_id, start, version_id, number, numerator, denominator, flag,
                                  revision, delivery_id, at, first_at, is_history, checked, failed)
    SELECT item.indicator_id, delivery.unit_id, delivery.start, version.id,
           CASE version.kind WHEN 'count' THEN said.number END,
           CASE version.kind WHEN 'proportion' THEN least(said.number, round(said.number * said.share)) END,
           CASE version.kind WHEN 'proportion' THEN said.number END,
           'final', 1, delivery.id, delivery.at, delivery.at, false, 2, 0
    FROM indicators_delivery delivery JOIN indicators_setitem item USING (value_set_id)
    JOIN indicators_indicatorversion version USING (indicator_id)
    CROSS JOIN LATERAL (SELECT
        round((40 + (delivery.unit_id * 37 + item.indicator_id * 101) %% 500)
              * (1 + 0.15 * sin(2 * pi() * %(month)s / 12)) * (0.92 + 0.16 * random()))::numeric AS number,
        (0.82 + 0.16 * random())::numeric AS share) said
    WHERE delivery.start = %(start)s
    ORDER BY delivery.id, item.position
"""
_REVISIONS = """
    INSERT INTO indicators_revision (indicator_id, unit_id, start, version_id, number, numerator, denominator, flag,
                                     revision, delivery_id, at, note, working)
    SELECT indicator_id, unit_id, start, version_id, number, numerator, denominator, flag, revision, delivery_id, at,
           '', ''
    FROM indicators_value WHERE start = %(start)s ORDER BY id
"""
_OWED = """
    INSERT INTO indicators_owed (value_set_id, unit_id, start, frozen_at, is_owed, reason)
    SELECT value_set.id, unit.id, %(start)s, %(due)s, true, ''
    FROM indicators_valueset value_set, districts_unit unit
    WHERE value_set.code LIKE 'bench-%%' AND unit.map = '2025'
"""
_TOTALS = """
    INSERT INTO indicators_total (indicator_id, start, number, numerator, denominator, value, flag, why, owed,
                                  delivered, on_time, units, changed)
    SELECT indicator_id, start, sum(number), sum(numerator), sum(denominator),
           coalesce(sum(number), 100 * sum(numerator) / nullif(sum(denominator), 0)), 'final', '', count(*), count(*),
           count(*) FILTER (WHERE first_at <= %(due)s), count(*), 1
    FROM indicators_value WHERE start = %(start)s GROUP BY indicator_id, start
"""
_FAILURES = f"""
    WITH odd AS (
        SELECT value.id, value.indicator_id, value.unit_id, value.start, value.at,
               coalesce(value.number, 100 * value.numerator / nullif(value.denominator, 0)) AS said,
               asked.id AS check_id
        FROM indicators_value value JOIN indicators_check asked ON asked.code = 'jump'
        WHERE value.start = %(start)s AND value.id %% {ODD} = 0 AND value.denominator IS DISTINCT FROM 0
    ), opened AS (
        INSERT INTO indicators_issue (check_row_id, unit_id, indicator_id, state, start, value, base, opened_at, reason)
        SELECT check_id, unit_id, indicator_id, 'open', start, said, said * 5, at, '' FROM odd
        RETURNING id, unit_id, indicator_id
    ), failed AS (
        INSERT INTO indicators_failure (check_row_id, indicator_id, unit_id, start, issue_id, value, base, score)
        SELECT odd.check_id, odd.indicator_id, odd.unit_id, odd.start, opened.id, said, said * 5, 9
        FROM odd JOIN opened USING (unit_id, indicator_id)
    )
    UPDATE indicators_value value SET failed = 1 FROM odd WHERE odd.id = value.id
"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--indicators", type=int, required=True)
    parser.add_argument("--months", type=int, required=True)
    options = parser.parse_args()
    from bench.console import say

    started = time.monotonic()
    prepare()
    catalogue(options.indicators, options.months)
    values = deliver(options.months)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, words text, at timestamptz DEFAULT now())")
        cursor.execute("CREATE TABLE bench_filled (tickets int, last_ticket bigint)")
        cursor.execute("INSERT INTO bench_filled VALUES (%s, 0)", [values])
        cursor.execute("VACUUM ANALYZE")
    say(f"{values:,} values in {time.monotonic() - started:.0f} s")


def prepare() -> None:
    """Tables, units, rules, two people (Hà leads the city, Lan keeps a ward's numbers) and the ticket of the floor."""
    from django.core.management import call_command
    from django.utils import timezone

    from accounts.roles import Role
    from districts.models import Unit
    from feedback import actions
    from tests import city

    call_command("migrate", verbosity=0)
    city.load()
    ward = Unit.objects.in_force().areas().order_by("code").first()
    city.worker("ha", Role.CITY_LEADER, "79")
    city.worker("lan", Role.UNIT_STAFF, ward.code)
    actions.open_ticket(actor=city.SYSTEM, intake=city.intake(area=ward.code, occurred_at=timezone.now()))


def catalogue(indicators: int, months: int) -> None:
    """Sets of fifteen that all wards owe; every third indicator has a target, of the city and of a ward."""
    from indicators.models import Indicator, IndicatorField, IndicatorVersion, SetItem, Target, ValueSet

    begins, fields = _month_before(months - 1), list(IndicatorField.objects.all())
    made = Indicator.objects.bulk_create(
        Indicator(code=f"bench-{n:03}", name_vi=f"Số {WHAT[n % len(WHAT)]}, nhóm {GROUPS[n // len(WHAT)]}",
                  field=fields[n // len(WHAT) % len(fields)], measure_vi="%" if n % 5 == 4 else "việc",
                  decimals=1 if n % 5 == 4 else 0, polarity="up", freshness_days=60) for n in range(indicators))
    IndicatorVersion.objects.bulk_create(
        IndicatorVersion(indicator=one, number=1, begins=begins, definition_vi="Số việc của tháng.",
                         kind="proportion" if n % 5 == 4 else "count", factor=100 if n % 5 == 4 else 1)
        for n, one in enumerate(made))
    groups = ["ward", "commune"]
    sets = ValueSet.objects.bulk_create(
        ValueSet(code=f"bench-{n + 1:02}", name_vi=f"Biểu tháng số {n + 1:02}", begins=begins, owing_groups=groups)
        for n in range((indicators + SIZE_OF_SET - 1) // SIZE_OF_SET))
    SetItem.objects.bulk_create(
        SetItem(value_set=sets[n // SIZE_OF_SET], indicator=one, position=n % SIZE_OF_SET)
        for n, one in enumerate(made))
    Target.objects.bulk_create(
        Target(indicator=one, form="at_least", value=Decimal(92) if n % 5 == 4 else Decimal(46_000), begins=begins)
        for n, one in enumerate(made) if n % 3 == 1)


def deliver(months: int) -> int:
    """Everything that was delivered, what was owed, the city's figures; returns how many values there are."""
    from bench.console import bar, say
    from indicators import owed
    from indicators.models import ValueSet

    rule, of_bench = owed.rule(), ValueSet.objects.filter(code__startswith="bench-")
    sets, first = of_bench.count(), of_bench.order_by("code").first()
    with _laid_aside(168 * SIZE_OF_SET * sets * months), connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off; SET session_replication_role = replica; SET work_mem = '256MB'")
        cursor.execute("INSERT INTO indicators_figurechange VALUES (1, 7, now())")
        for done in range(months):
            period = rule.at("month", _month_before(months - 1 - done))
            due = owed.due_at(first, period)
            given = {"start": period.start, "due": due, "month": period.start.month, "size": SIZE_OF_SET,
                     "first": done * sets * 168}
            for statement in (_DELIVERIES, _VALUES, _REVISIONS, _OWED, _TOTALS):
                cursor.execute(statement, given)
            bar("Months", done + 1, months)
        cursor.execute(_FAILURES, given)
        cursor.execute("SELECT setval(pg_get_serial_sequence('indicators_delivery', 'id'), max(id)),"
                       " (SELECT count(*) FROM indicators_value) FROM indicators_delivery")
        values = cursor.fetchone()[1]
        cursor.execute("RESET synchronous_commit; RESET session_replication_role; RESET work_mem")
        say("Building indexes …")
    return values


def _month_before(months: int) -> date:
    """The first day of the month that lies so many before the last one that was due."""
    day = (datetime.now() - timedelta(days=6)).date().replace(day=1)  # noqa: DTZ005 - due on the fifth
    index = day.year * 12 + day.month - 2 - months
    return date(index // 12, index % 12 + 1, 1)


@contextmanager
def _laid_aside(values: int):
    """Large fills build the indexes and constraints of the large tables over whole tables, at the end."""
    if values < INDEXLESS_FROM:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('u', 'f')", [list(LAID_ASIDE)])
        constraints = cursor.fetchall()
        for table, name, _definition in constraints:
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes JOIN pg_index ON indexrelid = quote_ident(indexname)::regclass"
            " WHERE tablename = ANY(%s) AND NOT indisunique AND indexname <> 'value_of_unit'", [list(LAID_ASIDE)])
        indexes = cursor.fetchall()
        for name, _definition in indexes:
            cursor.execute(f'DROP INDEX "{name}"')
    yield
    with connection.cursor() as cursor:
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in indexes:
            cursor.execute(definition)
        for table, name, definition in sorted(constraints, key=lambda one: one[2].startswith("FOREIGN")):
            cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT {name} {definition}")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    main()
