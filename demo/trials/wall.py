"""A wall in a real browser while parts of the site are killed and stand still: what it shows is true, or marked as old.

What is true is known here without asking anybody: the calls that were recorded, and the dates that passed.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from pathlib import Path
from random import Random

from django.db import connections
from django.utils import timezone

from accounts.actors import Actor
from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from demo.trials.site import PROGRAMS, Site, free_port, frozen, killed
from districts.models import Unit
from feedback import actions
from feedback.models import Category, Channel, Ticket
from feedback.rules.lifecycle import Intake
from feedback.rules.rulebook import rulebook

GRACE = 20  # seconds in which a change may be on its way to the wall, or the wall on its way to saying that it is old
PAUSE = 2.0  # seconds between two calls
DUE_AFTER = (8, 60)  # seconds within which a new ticket is overdue


@dataclass
class Call:
    begun: datetime
    done: datetime | None = None  # acknowledged

    def may_count(self, day: date, now: datetime, zone: tzinfo) -> bool:
        """Whether it can have been received on that day by now; a call across midnight belongs to either day."""
        ends = [at.astimezone(zone).date() for at in (self.begun, self.done or now)]
        return self.begun <= now and ends[0] <= day <= ends[1]

    def must_count(self, day: date, before: datetime, zone: tzinfo) -> bool:
        return self.done is not None and self.done <= before and self.begun.astimezone(zone).date() == day == \
            self.done.astimezone(zone).date()


class Truth:
    """What the wall should show, as far as it can be known: at least what was acknowledged, at most what was begun.
    What was received is counted by the day that the wall says it shows: each begins with nothing."""

    def __init__(self, now: datetime) -> None:
        book = rulebook()
        self.zone = book.zone
        self.first_day = now.astimezone(self.zone).date()
        figures = definitions.figures([book.city_id], Period(self.first_day, self.first_day), now,
                                      medians=False)[book.city_id]
        self.received, self.overdue = figures.received, figures.overdue
        open_ones = Ticket.objects.open().filter(paused_at=None, due_at__gt=now)
        self.calls: list[Call] = []
        self.due = [(due, due) for due in open_ones.values_list("due_at", flat=True)]  # (could, must) count from

    def allows(self, received: int, overdue: int, day: date, now: datetime) -> bool:
        before = now - timedelta(seconds=GRACE)
        calls, due = list(self.calls), list(self.due)
        at_first = self.received if day == self.first_day else 0
        least = at_first + sum(call.must_count(day, before, self.zone) for call in calls)
        most = at_first + sum(call.may_count(day, now, self.zone) for call in calls)
        late_least = self.overdue + sum(must <= before for _could, must in due)
        late_most = self.overdue + sum(could <= now for could, _must in due)
        return least <= received <= most and late_least <= overdue <= late_most

    @property
    def acknowledged(self) -> int:
        return sum(call.done is not None for call in self.calls)


class Caller(threading.Thread):
    """Somebody calls every few seconds, and the ticket is overdue soon after; in a `quiet` night dates pass alone."""

    def __init__(self, truth: Truth, rng: Random) -> None:
        super().__init__(name="caller", daemon=True)
        self.truth, self.rng, self.ended, self.quiet = truth, rng, threading.Event(), threading.Event()

    def run(self) -> None:
        while not self.ended.wait(PAUSE):
            try:
                if not self.quiet.is_set():
                    self.call()
            except Exception:  # noqa: BLE001, S110 - the database is away: nothing was acknowledged
                pass
            finally:
                connections.close_all()

    def call(self) -> None:
        call = Call(timezone.now())
        self.truth.calls.append(call)
        ticket = actions.open_ticket(actor=Actor.system("demo"), intake=report())
        call.done = timezone.now()
        due = timezone.now() + timedelta(seconds=self.rng.uniform(*DUE_AFTER))
        # No verb gives a date so near; and only here nothing is kept of what happens.
        self.truth.due.append((due, datetime.max.replace(tzinfo=due.tzinfo)))
        Ticket.objects.filter(pk=ticket.pk).update(due_at=due)
        self.truth.due[-1] = (due, max(due, timezone.now()))


def report() -> Intake:
    area = Unit.objects.in_force().areas().first()
    return Intake(category_id=Category.objects.get(code="trat-tu-lan-chiem").pk,
                  channel_id=Channel.objects.get(code="phone").pk, body="Thử màn hình tường", address="12 Lê Lợi",
                  area_id=area.pk, occurred_at=timezone.now())


def browser_path() -> str | None:
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    return next((path for name in names if (path := shutil.which(name))), None)


# --- Troubles: each a context in which something is wrong


@contextmanager
def skewed(page, rng: Random) -> Iterator[None]:
    page.clock.set_system_time(timezone.now() + timedelta(hours=rng.choice([-30, -2, 3, 26])))
    yield


@contextmanager
def at_night(caller: Caller, trouble) -> Iterator[None]:
    """Nothing is reported, so nothing but the timer tells a screen that time went on."""
    caller.quiet.set()
    try:
        with trouble:
            yield
    finally:
        caller.quiet.clear()


def troubles(site: Site, page, rng: Random, caller: Caller) -> dict[str, Callable]:
    found = {f"{name} frozen": lambda name=name: frozen(site, name) for name in PROGRAMS}
    found |= {f"{name} killed": lambda name=name: killed(site, name) for name in PROGRAMS}
    found["beat frozen"] = lambda: at_night(caller, frozen(site, "beat"))
    found["beat killed"] = lambda: at_night(caller, killed(site, "beat"))
    found["database frozen"] = lambda: frozen(site, "PostgreSQL")
    found["valkey frozen"] = lambda: frozen(site, "Valkey")
    return found | {"clock skewed": lambda: skewed(page, rng)}


# --- Watching

IS_CURRENT = """() => document.documentElement.dataset.link === "ok"
  && document.querySelector("[data-wall-clock]").textContent && !document.querySelector("#wall-today.is-stale")"""
SHOWN = """() => {
  const scene = document.querySelector("#wall-today"), bar = document.querySelector("[data-link-bar]");
  if (!scene) return null;
  const tile = (label) => [...scene.querySelectorAll(".wall-tile")]
    .find((one) => one.querySelector(".wall-label").textContent === label).querySelector(".wall-value").textContent;
  const number = (text) => Number(text.replaceAll(".", ""));
  return {
    received: number(tile("Tiếp nhận")), overdue: number(tile("Quá hạn")), day: scene.dataset.day,
    marked: scene.classList.contains("is-stale") || !bar.hidden,
    clock: document.querySelector("[data-wall-clock]").textContent,
  };
}"""


def is_true(shown: dict, truth: Truth, now: datetime) -> bool:
    lately = [(now - timedelta(seconds=back)).astimezone(truth.zone) for back in range(-2, GRACE)]
    day = date.fromisoformat(shown["day"])
    clocks = {f"{moment:%H:%M}" for moment in lately}
    told_time = any(clock in shown["clock"] for clock in clocks)
    if not told_time or day not in {moment.date() for moment in lately}:
        return False
    return truth.allows(shown["received"], shown["overdue"], day, now)


@dataclass
class Account:
    """Seconds in which the wall was watched, said to be old, and was old without saying so."""

    watched: int = 0
    marked: int = 0
    lied: int = 0
    first: str = ""

    def note(self, shown: dict | None, truth: Truth, now: datetime) -> None:
        self.watched += 1
        if shown is None or shown["marked"]:
            self.marked += 1
        elif not is_true(shown, truth, now):
            self.lied += 1
            self.first = self.first or f"{now:%H:%M:%S} {shown}"


def watch(page, truth: Truth, seconds: float, account: Account) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        account.note(page.evaluate(SHOWN), truth, timezone.now())
        page.wait_for_timeout(1000)


def begin(log: Path) -> tuple[Site, Truth]:
    fold.fold_all()
    site = Site(free_port(), log)
    site.start(*PROGRAMS)
    return site, Truth(timezone.now())
