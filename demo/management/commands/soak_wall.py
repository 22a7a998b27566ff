"""`manage.py soak_wall --minutes 120`: a wall in a real Chromium while parts of the site are killed and frozen, and
its clock is set wrong. Counts the seconds in which what is shown is old and not marked as old; 0 alone is good."""

import time
from pathlib import Path
from random import Random
from tempfile import mkdtemp

from django.core.management.base import BaseCommand, CommandError

from demo.trials import wall
from districts.models import Unit
from live import devices

TROUBLE, CALM = 32.0, 30.0  # seconds; longer than the wall may take to say so, and to be current again


class Command(BaseCommand):
    help = "Watch a wall in a browser while the site suffers; tickets are invented, so for a demo city alone."

    def add_arguments(self, parser):
        parser.add_argument("--minutes", type=float, default=60)
        parser.add_argument("--seed", type=int, default=1022)
        parser.add_argument("--only", default="", help="troubles in this order, comma separated (else by chance)")

    def handle(self, *args, minutes, seed, only, **options):
        try:
            from playwright.sync_api import sync_playwright
        except ImportError:
            raise CommandError("playwright is not installed: `make .venv/dev`") from None
        city = next(unit for unit in Unit.objects.in_force() if unit.kind == Unit.Kind.CITY)
        device = devices.register(name="soak", unit=city)
        log = Path(mkdtemp(prefix="ioc-soak-")) / "site.log"
        site, truth = wall.begin(log)
        rng = Random(seed)
        caller = wall.Caller(truth, rng)
        try:
            site.wait_until_ready()
            caller.start()
            with sync_playwright() as playwright:
                page = self._wall(playwright, site, devices.seal(device))
                known, order = wall.troubles(site, page, rng, caller), [name for name in only.split(",") if name]
                lied = self._suffer(known, page, truth, minutes * 60, rng, order)
        finally:
            caller.ended.set()
            site.stop()
        self.stdout.write(f"stale but unmarked: {lied} s ({truth.acknowledged} calls acknowledged; log: {log})")
        if lied:
            raise CommandError("the wall showed old figures as if they were new")

    def _wall(self, playwright, site, cookie):
        flags = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=wall.browser_path(), args=flags)
        context = browser.new_context(locale="vi-VN", viewport={"width": 1920, "height": 1080})
        context.add_cookies([{"name": devices.COOKIE, "value": cookie, "url": site.address}])
        page = context.new_page()
        page.goto(f"{site.address}/wall/")
        page.wait_for_function(wall.IS_CURRENT, timeout=60_000)
        return page

    def _suffer(self, known, page, truth, seconds, rng, order) -> int:
        end, lied = time.monotonic() + seconds, 0
        while time.monotonic() < end or order:
            name = order.pop(0) if order else rng.choice(sorted(known))
            account = wall.Account()
            with known[name]():
                wall.watch(page, truth, TROUBLE, account)
            wall.watch(page, truth, CALM, account)
            self.stdout.write(f"{name:<16} watched {account.watched:3} s, marked {account.marked:3} s, "
                              f"stale but unmarked {account.lied} s {account.first}")
            self.stdout.flush()
            lied += account.lied
        return lied
