"""What a page costs of one core, without server and network: `direct.page_cpu`. Requests go to Django within this
process, warm, compressed as browsers ask for them; the time is the processor's, of web and database, so that others on
the machine show less than on a clock.
"""

import gc
import time
from collections.abc import Callable
from itertools import cycle
from pathlib import Path

import psutil
from django.conf import settings

WARM, ROUNDS, PER_ROUND = 15, 5, 30
Ask = Callable[[], None]


def pages() -> dict[str, Ask]:
    """Name → asks for that page once."""
    from django.urls import reverse

    from districts.models import Unit
    from feedback.models import Ticket

    unit = Unit.objects.get(code="760", map=settings.MAP)
    of_unit = list(Ticket.objects.filter(unit_id=unit.pk).order_by("-pk").values_list("code", flat=True)[:50])
    newest = Ticket.objects.latest("pk").pk
    leader, staff, operator = map(_browser, ("ha", "lan", "tu"))
    codes = cycle(of_unit)
    return {
        "page floor": lambda: leader(f"/bench/page/{newest}/"),
        "city overview": lambda: leader(reverse("overview")),
        "unit screen": lambda: staff(reverse("unit_screen", args=[unit.slug])),
        "staff inbox": lambda: staff(reverse("inbox")),
        "operator's inbox": lambda: operator(reverse("inbox")),
        "ticket page": lambda: staff(reverse("ticket", args=[next(codes)])),
        "list of everything": lambda: leader(reverse("tickets")),
        "console": lambda: operator(reverse("intake")),
        "units × fields": lambda: leader(reverse("matrix")),
    }


def _browser(username: str) -> Callable[[str], None]:
    from django.contrib.auth import get_user_model
    from django.test import Client

    client = Client(headers={"Accept": "text/html", "Accept-Encoding": "gzip"}, SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username=username), "accounts.backends.People")

    def ask(path: str) -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"

    return ask


def page_cpu() -> dict[str, dict[str, float]]:
    """Page → milliseconds of CPU of Python and of the database's process, in the best of the rounds: what others do on
    the machine costs a page time in the processor's caches."""
    asked = pages()
    for ask in asked.values():
        for _ in range(WARM):
            ask()
    gc.collect()
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in asked}
    for _round in range(ROUNDS):
        for name, ask in asked.items():
            taken[name].append(_taken(ask))
    return {name: dict(zip(("web", "database"), min(rounds, key=sum), strict=True))
            for name, rounds in taken.items()}


def _taken(ask: Ask) -> tuple[float, float]:
    database, web = _of_database(), time.process_time()
    for _ in range(PER_ROUND):
        ask()
    web, database = time.process_time() - web, _of_database() - database
    return web * 1000 / PER_ROUND, database * 1000 / PER_ROUND


def _of_database() -> float:
    """Seconds that the database's processes which serve this one have used, exactly where Linux tells them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND backend_type IN "
                       "('client backend', 'parallel worker')")
        found = [pid for pid, in cursor.fetchall()]
    return sum(_seconds(pid) for pid in found)


def _seconds(pid: int) -> float:
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9
    except OSError:
        used = psutil.Process(pid).cpu_times()
        return used.user + used.system

