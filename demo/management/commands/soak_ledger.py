"""`manage.py soak_ledger --minutes 120`: writers by form and by API while parts of the site are killed and frozen; then
every acknowledged write is looked for, and must be there exactly once."""

import sys
import time
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from accounts import clients
from dashboards.figures import fold, rebuild
from demo import cast
from demo.trials import ledger
from demo.trials.site import PROGRAMS, ROOT, Site, free_port
from districts.models import Unit
from feedback import journal
from feedback.models import Category, Channel
from live import feed

SYSTEMS, OPERATORS = 3, 2
TROUBLE = (1.0, 8.0)  # seconds; a frozen database is noticed after two to three
ENOUGH = 10  # writes acknowledged again before the next trouble
PATIENCE = 120  # seconds until they are
TOLD = 4000  # characters of a traceback


class Command(BaseCommand):
    help = "Write while the site suffers, then look for every acknowledged write; for a demo city alone."

    def add_arguments(self, parser):
        parser.add_argument("--minutes", type=float, default=60)
        parser.add_argument("--seed", type=int, default=1022)
        parser.add_argument("--only", default="", help="troubles in this order, comma separated (else by chance)")

    def handle(self, *args, minutes, seed, only, **options):
        cast.check_city()
        folder = Path(mkdtemp(prefix="ioc-ledger-"))
        site, rng, book = Site(free_port(), folder / "site.log"), Random(seed), ledger.Ledger()
        writers, reader = self._writers(book, site), self._system("Một hệ thống đọc", "tickets:read")
        script = ROOT / "docs" / "examples" / "sync.py"
        store = folder / "store.sqlite"
        site.others["reader"] = [sys.executable, str(script), site.address, *reader, str(store)]
        connection.close()
        try:
            site.start(*PROGRAMS, "reader")
            site.wait_until_ready()
            for writer in writers:
                writer.start()
            self._suffer(site, book, minutes * 60, rng, [name for name in only.split(",") if name])
            for writer in writers:
                writer.ended.set()
            for writer in writers:
                writer.join(PATIENCE)
            book.refused += [f"{writer.name} is not answered" for writer in writers if writer.is_alive()]
            behind = ledger.behind(store, book, PATIENCE)
        finally:
            site.stop()
        self._judge(site, book, behind)

    def _writers(self, book, site) -> list[ledger.Writer]:
        category = Category.objects.get(code="trat-tu-lan-chiem")
        fields = {"phone": "0950001234", "name": "Nguyễn Văn Bảy", "category": category.pk,
                  "channel": Channel.objects.get(code="phone").pk, "border_ok": "on",
                  "address": "12 Lê Lợi, Quận 1", "lat": "10.7743", "lon": "106.7010"}
        account = ("tongdai", cast.password())
        client = self._system("Một quận có hệ thống riêng", "tickets:read tickets:write")
        systems = [ledger.OtherSystem(book, site, number, client) for number in range(SYSTEMS)]
        return systems + [ledger.Operator(book, site, SYSTEMS + number, account, fields) for number in range(OPERATORS)]

    def _system(self, name: str, scopes: str) -> tuple[str, str]:
        unit = Unit.objects.in_force().get(code="760")
        client, secret = clients.register(name=name, unit=unit, scopes=scopes.split())
        return client.client_id, secret

    def _suffer(self, site, book, seconds, rng, order) -> None:
        known = ledger.troubles(site, rng, servers=settings.LOCAL)
        end = time.monotonic() + seconds
        while (time.monotonic() < end or order) and not book.refused:
            name = order.pop(0) if order else rng.choice(sorted(known))
            before = len(book.lines)
            with known[name]():
                time.sleep(rng.uniform(*TROUBLE))
                meanwhile = len(book.lines)
            took = self._going_on(book)
            self.stdout.write(f"{name:<18} {meanwhile - before:5} writes meanwhile, {ENOUGH} more after {took:.1f} s")
            self.stdout.flush()

    def _going_on(self, book) -> float:
        """Seconds until some more writes were acknowledged."""
        begun, enough = time.monotonic(), len(book.lines) + ENOUGH
        while len(book.lines) < enough and not book.refused:
            if time.monotonic() - begun > PATIENCE:
                raise CommandError(f"nothing was acknowledged for {PATIENCE} s after the trouble")
            time.sleep(0.1)
        return time.monotonic() - begun

    def _judge(self, site, book, behind) -> None:
        feed.take_all(journal.NAME)
        fold.fold_all()
        wrong = [*book.refused, *book.differences(), *behind, *rebuild.differences(lambda done: None)]
        wrong += [record[-TOLD:] for record in site.tracebacks()]
        for line in wrong[:50]:
            self.stdout.write(line)
        tickets = sum(verb == "open" for _, verb, _ in book.lines)
        self.stdout.write(f"{len(book.lines)} acknowledged writes to {tickets} tickets; {len(wrong)} differences "
                          f"(log: {site.log})")
        if wrong:
            raise CommandError("what was acknowledged is not what is there")
