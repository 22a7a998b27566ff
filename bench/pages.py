"""Rows through HTTP: pages and saves of one signed-in client, both databases and the floors taken in turns.

Turns, because a machine is never equally quiet for minutes: what disturbs one row disturbs its floor too.
"""

import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode

from bench import databases
from bench.api import Client
from bench.browser import Answer, Browser
from bench.console import bar
from tests import processes

PER_TURN = 20
ONE_CALL = """
    UPDATE live_topicversion SET version = version + 1 WHERE topic NOT LIKE 'indicators%%';
    UPDATE dashboards_unitday SET received = received + 1
    WHERE unit_id IN (%(unit)s, %(city)s) AND day = (SELECT max(day) FROM dashboards_unitday);
    UPDATE dashboards_categoryday SET received = received + 1
    WHERE unit_id IN (%(unit)s, %(city)s) AND category_id = %(category)s
      AND day = (SELECT max(day) FROM dashboards_categoryday)
"""  # as the fold counts it: the pieces that show it are drawn anew


@dataclass
class Probe:
    """Something asked again and again; `before` runs outside the time taken."""

    name: str
    ask: Callable[[], Answer]
    before: Callable[[], None] = lambda: None
    status: int = 200
    cold: float = 0.0
    samples: list[float] = field(default_factory=list)  # milliseconds

    def take(self) -> float:
        self.before()
        answer = self.ask()
        assert answer.status == self.status, f"{self.name}: {answer.status}\n{answer.text[:3000]}"
        return answer.seconds * 1000


def measure(sizes: list[str], turns: int, logs: Path, made: Callable | None = None) -> dict[str, dict[str, Probe]]:
    """Database → name → probe, after `turns` × 20 requests of each; `made` gives the probes of a site."""
    with ExitStack() as open_sites:
        probes = {}
        for database in sizes:
            folder = logs / database
            folder.mkdir(parents=True, exist_ok=True)
            site = open_sites.enter_context(
                processes.site(database, folder, ("web1",), IOC_API_PER_MINUTE="1000000",
                               **databases.surroundings(database))
            )
            probes[database] = {probe.name: probe for probe in (made or _probes)(site.address, database)}
            for probe in probes[database].values():
                probe.cold = probe.take()
                for _ in range(5):
                    probe.take()
        for turn in range(turns):
            for database in sizes:
                for probe in probes[database].values():
                    probe.samples += [probe.take() for _ in range(PER_TURN)]
            bar("Pages and saves", turn + 1, turns)
    return probes


def _probes(address: str, database: str) -> list[Probe]:
    connection = databases.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, slug FROM districts_unit WHERE code = '760' AND map = %s", [settings.MAP])
        unit, slug = cursor.fetchone()
        cursor.execute("SELECT code FROM feedback_ticket WHERE unit_id = %s ORDER BY md5(code) LIMIT 100", [unit])
        some = [row[0] for row in cursor.fetchall()]
        codes = cycle(some)
        cursor.execute("SELECT id FROM feedback_category WHERE code = 'trat-tu'")
        field = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM districts_unit WHERE kind = 'city'")
        city = cursor.fetchone()[0]
        cursor.execute("SELECT category_id FROM dashboards_categoryday WHERE unit_id = %s ORDER BY day DESC", [unit])
        busy = cursor.fetchone()[0]
        cursor.execute("SELECT max(id) FROM feedback_ticket")
        newest = cursor.fetchone()[0]

    def one_call():
        with connection.cursor() as cursor:
            cursor.execute(ONE_CALL, {"unit": unit, "city": city, "category": busy})

    leader, staff, operator = (Browser(address, name) for name in ("ha", "lan", "tu"))
    form, client = ReportForm(operator, database), Client(address, database, unit, some)
    narrowed = urlencode({"unit": unit, "state": "done", "category": field, "sort": "-due"})
    overview, screen = reverse("overview"), reverse("unit_screen", args=[slug])
    row = json.dumps({"words": "Một dòng được ghi và chốt."})
    return [
        Probe("page floor", lambda: leader.get(f"/bench/page/{newest}/")),
        Probe("city overview", lambda: leader.get(overview), one_call),
        Probe("city overview, shared piece", lambda: leader.get(overview)),
        Probe("unit screen", lambda: staff.get(screen), one_call),
        Probe("unit screen, shared pieces", lambda: staff.get(screen)),
        Probe("staff inbox", lambda: staff.get(reverse("inbox"))),
        Probe("operator's inbox", lambda: operator.get(reverse("inbox"))),
        Probe("ticket page", lambda: staff.get(reverse("ticket", args=[next(codes)]))),
        Probe("list, three filters", lambda: leader.get(f"{reverse('tickets')}?{narrowed}")),
        Probe("its count", lambda: leader.get(f"{reverse('tickets')}?{narrowed}&part=count")),
        Probe("units × fields", lambda: leader.get(reverse("matrix"))),
        Probe("write floor", lambda: operator.post_json("/bench/write/", row), status=201),
        Probe("operator's save", form.save, form.fill, status=204),
        Probe("help while typing", form.ask_help, form.fill),
        Probe("API: list, three filters", client.listed),
        Probe("API: one ticket", client.read),
        Probe("API: changes", client.changes),
        Probe("API: open", client.opened, status=201),
        Probe("API: move", client.moved),
    ]


class ReportForm:
    """The operator's console: a call about an occupied pavement near Bến Thành, each one a new report."""

    def __init__(self, operator: Browser, database: str):
        self.operator, self.number, self.fields = operator, 0, {}
        with databases.connect(database).cursor() as cursor:
            cursor.execute("SELECT id FROM feedback_category WHERE code = 'trat-tu-lan-chiem'")
            self.category = cursor.fetchone()[0]
            cursor.execute("SELECT id FROM feedback_channel WHERE code = 'phone'")
            self.channel = cursor.fetchone()[0]

    def fill(self) -> None:
        self.number += 1
        self.fields = {
            "phone": f"095{self.number % 400_000:07d}", "name": "Nguyễn Văn Bảy", "category": self.category,
            "body": f"Hàng quán lấn chiếm vỉa hè, để xe tràn xuống lòng đường, biển số {self.number}. Nhờ kiểm tra.",
            "address": f"{self.number % 200 + 1} Lê Lợi, Quận 1", "lat": "10.7743", "lon": "106.7010",
            "channel": self.channel, "request_id": uuid4(), "draft": uuid4(), "border_ok": "on",
        }

    def save(self) -> Answer:
        """Ctrl+Enter: routing, deadline, event, outbox in one commit."""
        return self.operator.post(reverse("intake"), self.fields, in_place=True)

    def ask_help(self) -> Answer:
        """What the console asks while words are typed: routing and deadline in advance, and likely duplicates."""
        return self.operator.post(reverse("intake_assist"), self.fields, in_place=True)
