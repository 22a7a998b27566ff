"""Rows of numbers: 168 units, few and many values, each page beside the page floor of the same run (docs/bench.md)."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from random import Random

from django.urls import reverse
from django.utils.http import urlencode

from bench import api, databases, pages
from bench.browser import Browser, Caller
from bench.console import say
from bench.numbers import FIRST_SET, GROUPS, WHAT
from bench.pages import Probe
from bench.table import GROWTH, Row, quantile

SMALL, BIG = f"{databases.NUMBERS}_60k", f"{databases.NUMBERS}_6m"
SIZES = [SMALL, BIG]
FILLED = {SMALL: (15, 24), BIG: (300, 120)}  # indicators, months
PAGES = ("indicator page", "unit's numbers", "unit's sheet", "what a unit owes", "quality board", "catalogue search",
         "catalogue")
ANEW = ("indicator page", "unit's numbers", "quality board", "catalogue")  # the first look after a delivery
TURNS = 5
SENT = 168 * 15 * 2
UPSERTS = 5
_DELIVERED = """
    UPDATE live_topicversion SET version = version + 1 WHERE topic LIKE 'indicators%%';
    UPDATE indicators_total SET changed = changed + 1 WHERE indicator_id = %(indicator)s
        AND start = (SELECT max(start) FROM indicators_total)
"""  # as the taker of totals says it: what shows figures is drawn anew


def ensure(sizes: list[str], *, fresh: bool) -> None:
    """The databases, filled now unless that was done before."""
    for database in sizes:
        databases.ensure_numbers(database, *FILLED[database], fresh=fresh)


def measured(sizes: list[str], logs: Path) -> Iterator[Row]:
    """Medians at the sizes given, the smaller first."""
    def both(of):
        return dict(zip(("small", "big"), map(of, sizes), strict=False))

    probes = pages.measure(sizes, TURNS, logs, _probes)

    def row(name: str, floor: float | None = None, **bars) -> Row:
        return Row(f"numbers: {name}, p50", "ms", **both(lambda each: quantile(probes[each][name].samples, 0.5)),
                   floor=floor, **bars)

    floor = quantile(probes[sizes[-1]]["page floor"].samples, 0.5)
    yield row("page floor")
    yield from (row(name, floor, ratio_most=4, growth_most=GROWTH) for name in PAGES)
    yield from (row(f"{name}, drawn anew", floor) for name in ANEW)
    say("Deliveries and the proof of figures …")
    yield Row("numbers: values by API", "/s", **both(lambda each: _upserted(each, logs)), least=5000,
              note=f"{SENT:,} in a request")
    found = {each: databases.direct(each, "delivering", "proving", "reporting") for each in sizes}
    yield Row("numbers: the month's reports of city and units", "s", most=90,
              **both(lambda each: found[each]["reporting"]["seconds"]), note="data, PDF, XLSX; one process")
    yield Row("numbers: the slowest PDF of these", "s", most=1, **both(lambda each: found[each]["reporting"]["pdf"]))
    yield Row("numbers: memory while making them", "MB", most=250,
              **both(lambda each: found[each]["reporting"]["memory"]))
    yield Row("numbers: 300 values until the city's figures", "s", most=1,
              **both(lambda each: found[each]["delivering"]["seconds"]))
    yield Row("numbers: verify_indicators", "s", **both(lambda each: found[each]["proving"]["seconds"]),
              floor=found[sizes[-1]]["proving"]["floor"], ratio_most=1.5 if BIG in sizes else None,
              note="floor: one plain GROUP BY")


def _probes(address: str, database: str) -> list[Probe]:
    connection = databases.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug FROM districts_unit WHERE map = '2025' ORDER BY code LIMIT 1")
        slug = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM feedback_ticket")
        ticket = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM indicators_indicator WHERE code = 'bench-007'")
        given = {"indicator": cursor.fetchone()[0]}
        cursor.execute("SELECT max(start) + interval '15 days' FROM indicators_total")
        month = f"{cursor.fetchone()[0]:%Y-%m}"
        for topic in ("indicators", *(f"indicators_of:{pk}" for pk in _ids(cursor, slug))):
            cursor.execute("INSERT INTO live_topicversion (topic, version, changed_at) VALUES (%s, 1, now())"
                           " ON CONFLICT DO NOTHING", [topic])

    def delivered():
        with connection.cursor() as cursor:
            cursor.execute(_DELIVERED, given)

    leader, keeper = Browser(address, "ha"), Browser(address, "lan")
    chance = Random(5)
    board, search = reverse("quality"), reverse("data")
    page, screen = reverse("indicator", args=["bench-007"]), reverse("unit_screen", args=[slug])
    sheet = reverse("sheet", args=[FIRST_SET, slug, month])
    return [
        Probe("page floor", lambda: leader.get(f"/bench/page/{ticket}/")),
        Probe("indicator page", lambda: leader.get(page)),
        Probe("unit's numbers", lambda: keeper.get(screen)),
        Probe("unit's sheet", lambda: keeper.get(sheet)),
        Probe("what a unit owes", lambda: keeper.get(reverse("owed"))),
        Probe("quality board", lambda: leader.get(board)),
        Probe("catalogue", lambda: leader.get(search)),
        Probe("catalogue search", lambda: leader.get(f"{search}?{_words(chance)}")),
        Probe("indicator page, drawn anew", lambda: leader.get(page), delivered),
        Probe("unit's numbers, drawn anew", lambda: keeper.get(screen), delivered),
        Probe("quality board, drawn anew", lambda: leader.get(board), delivered),
        Probe("catalogue, drawn anew", lambda: leader.get(search), delivered),
    ]


def _words(chance: Random) -> str:
    """A search for one indicator, hardly ever for the same words in the same order: nobody drew it before."""
    asked = [*chance.choice(WHAT).split(), "nhom", GROUPS[0]]
    chance.shuffle(asked)
    return urlencode({"q": " ".join(asked)})


def _ids(cursor, slug: str) -> list[int]:
    cursor.execute("SELECT id FROM districts_unit WHERE slug = %s", [slug])
    return [pk for pk, in cursor.fetchall()]


def _upserted(database: str, logs: Path) -> float:
    """Values per second that another system changes by HTTP: fifteen indicators of all units, two months."""
    from tests import processes

    with databases.connect(database).cursor() as cursor:
        cursor.execute("SELECT id FROM districts_unit WHERE kind = 'city'")
        city = cursor.fetchone()[0]
        cursor.execute("SELECT code FROM districts_unit WHERE map = '2025' ORDER BY code")
        units = [code for code, in cursor.fetchall()]
        cursor.execute("SELECT DISTINCT start FROM indicators_total ORDER BY start DESC LIMIT 2")
        months = [f"{start + timedelta(days=15):%Y-%m}" for start, in cursor.fetchall()]
        cursor.execute("SELECT one.code, kind FROM indicators_indicator one JOIN indicators_indicatorversion"
                       " ON indicator_id = one.id WHERE one.code BETWEEN 'bench-000' AND 'bench-014' ORDER BY 1")
        indicators = cursor.fetchall()
    chance, seconds = Random(11), 0.0
    with processes.site(database, logs / database, ("web1",), **databases.surroundings(database)) as site:
        caller = Caller(site.address, api.token(database, city, "values:write indicators:read"))
        for _turn in range(UPSERTS):
            rows = [{"indicator": code, "unit": unit, "period": month} | _figures(kind, chance)
                    for code, kind in indicators for unit in units for month in months]
            answer = caller.post_json("/api/v1/values/", json.dumps({"values": rows}))
            assert answer.status == 200, answer.text[:2000]
            seconds += answer.seconds
    return UPSERTS * SENT / seconds


def _figures(kind: str, chance: Random) -> dict:
    whole = chance.randrange(100, 600)
    return {"number": whole} if kind == "count" else {"numerator": whole * 9 // 10, "denominator": whole}
