"""The demo lives on: callers call, units work, through the ordinary verbs of `feedback.actions`.

Chance decides what happens next, and balance how often: as many tickets are answered as arrive, so that the number of
open ones stays about where it was. Tickets that a person has just touched are left to that person.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet

from accounts.actors import Actor
from demo import people, texts
from demo.cast import ORIGIN
from demo.profiles import callers
from demo.rhythm import TIDE_KIND, is_spring_tide, liveliness
from demo.scenario import City
from demo.seeding import city_at
from feedback import actions
from feedback.models import Promise, Ticket, TicketEvent
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import TO_FORWARD, IllegalMove, State

GAP = 75.0  # seconds between two calls at the liveliest hour, at speed 1: about as busy as the months before
QUIET = 0.25  # the least share of that pace, deep at night
BURST_CALLS, BURST_SECONDS = 25, 120
HANDS_OFF = timedelta(minutes=20)  # after a person touched a ticket
REFRESH = timedelta(minutes=10)  # people and units are read anew
LATE_BY = (timedelta(hours=6), timedelta(days=9))  # how long an unreliable answer stays out, at least and at most

AT_THE_COUNTER = 25  # every so many reports one is brought to a unit's own counter
LATE_SHARE = 0.04  # of the open tickets stay overdue: a city without late answers would teach nobody anything
EASING = {"resolve", "ask_citizen", "reject", "send_back"}  # end a ticket's lateness

# How often each verb happens, per call. Verbs that find no ticket to act on do nothing.
SHARES = {
    "accept": 1.2, "assign": 0.7, "start": 1.1, "resolve": 1.0, "close": 1.05, "rate": 0.45, "forward": 0.15,
    "send_back": 0.04, "ask_citizen": 0.05, "resume": 0.05, "report_progress": 0.08, "note": 0.03, "join": 0.02,
    "reject": 0.03, "reopen": 0.03, "ask_extension": 0.03, "extend": 0.03, "refuse_extension": 0.004,
    "ask_reopening": 0.01, "refuse_reopening": 0.004,
}
_AT_WORK = (State.ACCEPTED, State.IN_PROGRESS)


class Simulator:
    """Call `tick` again and again; it says in how many seconds it wants to be called next."""

    def __init__(self, now: datetime, rng: Random, speed: float = 1.0):
        self.rng, self.speed = rng, speed
        self._refresh(now)
        self.level = max(150, Ticket.objects.open().count())
        self.next_call = self.next_move = now
        self.next_burst = now + timedelta(minutes=rng.uniform(6, 12))
        self.calls = 0
        self.burst: list[tuple[datetime, str, int]] = []  # what is still to come: when, kind, area

    def tick(self, now: datetime) -> float:
        """Do what is due at `now` (local)."""
        if now - self.read_at > REFRESH:
            self._refresh(now)
        if now >= self.next_burst:
            self._plan_burst(now)
        while self.burst and self.burst[0][0] <= now:
            _when, kind, area = self.burst.pop(0)
            self.call(now, kind, area)
        if now >= self.next_call:
            self.call(now)
            self.next_call = now + self._gap(now)
        if now >= self.next_move:
            if waiting := self._at_the_hotline(now):
                self._make("forward", waiting, now)
            self.move(now)
            self.next_move = now + self._gap(now) / sum(SHARES.values())
        soonest = min([self.next_call, self.next_move, *(when for when, _kind, _area in self.burst[:1])])
        return max(0.05, (soonest - now).total_seconds())

    def _refresh(self, now: datetime) -> None:
        self.city: City = city_at(now)
        self.desk, self.crew = self.city.desk, self.city.crew
        self.read_at = now
        self.areas = [callers(unit) for unit in self.desk.areas]
        self.kinds = {code: kind.weight for code, kind in self.desk.kinds.items() if code in self.desk.categories}

    def _gap(self, now: datetime) -> timedelta:
        mean = GAP / self.speed / max(QUIET, liveliness(now) ** 0.5)  # flatter than the truth: mornings are shown too
        return timedelta(seconds=mean * self.rng.uniform(0.6, 1.4))

    # --- citizens

    def call(self, now: datetime, kind: str = "", area: int | None = None) -> Ticket:
        """Somebody reports something; by default anything from anywhere."""
        kind = kind or self.rng.choices(list(self.kinds), weights=list(self.kinds.values()))[0]
        if area is None:
            area = self.rng.choices(range(len(self.areas)), weights=self.areas)[0]
        report = self.desk.take(kind, area, now, self.rng, tide=kind == TIDE_KIND and _is_tide(now))
        actor = self._who_records(report.intake.area_id)
        return actions.open_ticket(actor=actor, intake=report.intake, reporter=report.reporter, at=now)

    def _who_records(self, area_id: int | None) -> Actor:
        """Mostly the hotline; now and then somebody walks into the office of the area."""
        self.calls += 1
        if area_id and self.calls % AT_THE_COUNTER == 0:
            at_the_counter = self.crew.somebody_of(area_id, self.rng)
            if at_the_counter.user is not None:
                return at_the_counter
        return self.crew.operator(self.rng)

    def _plan_burst(self, now: datetime) -> None:
        """Many calls from one area within two minutes: water in the wet season, else water or power failing."""
        wet = 5 <= now.month <= 11 or _is_tide(now)
        kind = TIDE_KIND if wet else self.rng.choice(("cap-nuoc-mat-nuoc", "dien-mat-dien"))
        area = self.rng.choices(range(len(self.areas)), weights=self.areas)[0]
        seconds = sorted(self.rng.uniform(0, BURST_SECONDS) for _call in range(BURST_CALLS))
        self.burst = [(now + timedelta(seconds=s), kind, area) for s in seconds]
        self.next_burst = now + timedelta(minutes=self.rng.uniform(120, 240))

    # --- units and the hotline

    def move(self, now: datetime, verb: str = "") -> Ticket | None:
        """One move on some ticket, by default a likely one; None when no ticket is there for it."""
        verb = verb or self.rng.choices(list(SHARES), weights=self._weights())[0]
        ticket = self._ticket_for(verb, now)
        return self._make(verb, ticket, now) if ticket else None

    def _make(self, verb: str, ticket: Ticket, now: datetime) -> Ticket | None:
        given = getattr(self, f"_{verb}", self._nothing)(ticket, now)
        if given is None:
            return None
        actor = given.pop("actor", None) or self.crew.somebody_of(ticket.unit_id, self.rng)
        try:
            return actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, at=now, **given)
        except (IllegalMove, PermissionDenied):  # somebody else was faster, or has changed places
            return None

    def _at_the_hotline(self, now: datetime) -> Ticket | None:
        """What waits to be forwarded and is looked at now: most of it within its five minutes, some later."""
        for ticket in Ticket.objects.to_forward().filter(recorded_at__lt=now - timedelta(minutes=1))[:20]:
            patience = timedelta(minutes=1.5 if Random(ticket.pk).random() < 0.9 else 45)
            since = TicketEvent.objects.filter(ticket=ticket).latest("pk")
            if since.recorded_at < now - patience and since.origin in (ORIGIN, "import"):
                return ticket
        return None

    def _weights(self) -> list[float]:
        fullness = Ticket.objects.open().count() / self.level
        return [share * min(3.0, fullness**3) if verb == "resolve" else share for verb, share in SHARES.items()]

    def _ticket_for(self, verb: str, now: datetime) -> Ticket | None:
        found = list(_CANDIDATES[verb](now)[:60])
        if verb in EASING and Ticket.objects.overdue(now).count() <= LATE_SHARE * self.level:
            found = [t for t in found if not t.due_at or t.due_at > now]
        if verb == "resolve":
            found = self._ready(found, now)
        elif self.rng.random() < 0.5:
            self.rng.shuffle(found)  # otherwise what burns first
        touched = TicketEvent.objects.filter(at__gt=now - HANDS_OFF).exclude(origin=ORIGIN)
        for ticket in found[:5]:
            if not touched.filter(ticket=ticket).exists():
                return ticket
        return None

    def _ready(self, found: list[Ticket], now: datetime) -> list[Ticket]:
        """What may be answered now, what is soon due first; a unit's unreliable share waits until it is late."""
        ready = [t for t in found if self._in_time(t, now) or t.due_at < now - self._lateness(t)]
        burning = [t for t in ready if t.due_at and t.due_at < now + timedelta(hours=4)]
        others = [t for t in ready if t not in burning]
        self.rng.shuffle(others)
        return burning + others

    def _runs_late(self, ticket: Ticket) -> bool:
        """Decided once for each ticket, by its id."""
        habit = self.city.habits.get(ticket.unit_id)
        return bool(ticket.due_at and habit and Random(ticket.pk).random() > habit.on_time)

    def _in_time(self, ticket: Ticket, now: datetime) -> bool:
        return not ticket.due_at or (ticket.due_at > now and not self._runs_late(ticket))

    def _lateness(self, ticket: Ticket) -> timedelta:
        least, most = LATE_BY
        return least + (most - least) * Random(-ticket.pk).random()

    # What each verb is given. None: it cannot be done.

    def _nothing(self, ticket: Ticket, now: datetime) -> dict:
        return {}

    def _forward(self, ticket: Ticket, now: datetime) -> dict:
        area = self._area_of(ticket)
        unit, note = area, "forward_by_hand"
        if ticket.state == State.RETURNED:
            kind, note = self._kind(ticket), "forward_again"
            unit = self.desk.really_competent(kind, area.pk, self._last_unit(ticket)) or area
        return {"actor": self._operator(), "unit": unit.pk, "note": texts.common(note, {}, self.rng)}

    def _area_of(self, ticket: Ticket):
        """The ticket's area; when nobody noted one, that whose street or name is in its words."""
        if ticket.area_id:
            return self.desk.units_by_id[ticket.area_id]
        named = [unit for unit in self.desk.areas if self.desk.names_place_in(unit, ticket.body)]
        return self.rng.choice(named or self.desk.areas)

    def _last_unit(self, ticket: Ticket) -> int | None:
        sent = TicketEvent.objects.filter(ticket=ticket, verb__in=("forward", "transfer")).order_by("-pk")
        return sent.values_list("unit_id", flat=True).first()

    def _assign(self, ticket: Ticket, now: datetime) -> dict | None:
        colleague = self.crew.somebody_of(ticket.unit_id, self.rng)
        if colleague.user is None:
            return None
        return {"actor": self.crew.leader_of(ticket.unit_id, self.rng), "assignee": colleague.user.pk}

    def _resolve(self, ticket: Ticket, now: datetime) -> dict:
        return {"reply": self._words(ticket, "answers", now)}

    def _ask_citizen(self, ticket: Ticket, now: datetime) -> dict:
        return {"reply": self._words(ticket, "questions", now)}

    def _report_progress(self, ticket: Ticket, now: datetime) -> dict:
        return {"reply": self._words(ticket, "progress", now)}

    def _send_back(self, ticket: Ticket, now: datetime) -> dict | None:
        if not ticket.area_id:
            return None
        better = self.desk.really_competent(self._kind(ticket), ticket.area_id, ticket.unit_id)
        if better is None:
            return None
        return {"note": texts.common("send_back", {"instead": better.name_vi}, self.rng)}

    def _resume(self, ticket: Ticket, now: datetime) -> dict:
        return self._by_hotline("citizen_replied", "note")

    def _note(self, ticket: Ticket, now: datetime) -> dict:
        return {"note": texts.common("notes", {}, self.rng)}

    def _reject(self, ticket: Ticket, now: datetime) -> dict:
        return self._by_hotline("reject", "reply")

    def _reopen(self, ticket: Ticket, now: datetime) -> dict:
        if ticket.reopening_asked_at is not None:
            return self._by_hotline("reopen_as_asked", "note") | {"asked_by": "unit"}
        return self._by_hotline("reopen", "note") | {"asked_by": "citizen"}

    def _ask_reopening(self, ticket: Ticket, now: datetime) -> dict:
        return {"note": texts.common("ask_reopening", {}, self.rng)}

    def _refuse_reopening(self, ticket: Ticket, now: datetime) -> dict:
        return self._by_hotline("refuse_reopening", "note")

    def _ask_extension(self, ticket: Ticket, now: datetime) -> dict:
        return {"due_at": ticket.due_at + timedelta(days=self.rng.randint(1, 4)),
                "note": texts.common("extend", {}, self.rng)}

    def _extend(self, ticket: Ticket, now: datetime) -> dict:
        return {"actor": self.crew.supervisor(self.rng)}

    def _refuse_extension(self, ticket: Ticket, now: datetime) -> dict:
        return {"actor": self.crew.supervisor(self.rng), "note": texts.common("refuse_extension", {}, self.rng)}

    def _close(self, ticket: Ticket, now: datetime) -> dict:
        return {"actor": self._operator()}

    def _join(self, ticket: Ticket, now: datetime) -> dict | None:
        if not ticket.area_id:
            return None
        area = self.desk.areas.index(self.desk.units_by_id[ticket.area_id])
        return {"actor": self._operator(), "reporter": people.caller(area, self.rng)}

    def _rate(self, ticket: Ticket, now: datetime) -> dict:
        habit = self.city.habits.get(ticket.unit_id)
        content = self.rng.random() < (habit.satisfied if habit else 0.9)
        return {"actor": self._operator(), "score": self.rng.choice((4, 5, 5) if content else (1, 2, 3, 3))}

    def _by_hotline(self, what: str, field: str) -> dict:
        return {"actor": self._operator(), field: texts.common(what, {}, self.rng)}

    def _operator(self) -> Actor:
        return self.crew.operator(self.rng)

    def _kind(self, ticket: Ticket):
        code = rulebook().categories[ticket.category_id].code
        return self.desk.kinds.get(code) or next(iter(self.desk.kinds.values()))

    def _words(self, ticket: Ticket, what: str, now: datetime) -> str:
        unit = self.desk.units_by_id[ticket.unit_id]
        slots = {"handler": texts.handler(unit)} | texts.done(now, self.rng)
        return self._kind(ticket).say(what, slots, self.rng)


def _is_tide(now: datetime) -> bool:
    return now.month in (10, 11, 12, 1) and is_spring_tide(now.date())


def _open(*states: str) -> Callable[[datetime], QuerySet]:
    return lambda now: Ticket.objects.open().filter(state__in=states).order_by("due_at")


def _resolved(now: datetime) -> QuerySet:
    return Ticket.objects.filter(state=State.RESOLVED, resolved_at__gt=now - timedelta(days=5)).order_by("resolved_at")


def _asked_to_reopen(now: datetime) -> QuerySet:
    """By its unit, some time ago, the oldest first."""
    return Ticket.objects.filter(reopening_asked_at__lt=now - timedelta(minutes=15)).order_by("reopening_asked_at")


def _asked(now: datetime) -> QuerySet:
    """With a request for extension that waits, the oldest first; people take some time to decide."""
    waiting = Promise.objects.filter(extension_asked_at__lt=now - timedelta(minutes=15), extension_decided_at=None,
                                     met_at=None, withdrawn_at=None)
    return Ticket.objects.open().filter(pk__in=waiting.values("ticket_id"), due_at__gt=now).order_by("due_at")


_CANDIDATES: dict[str, Callable[[datetime], QuerySet]] = {
    "accept": _open(State.FORWARDED, State.REOPENED),
    "assign": lambda now: _open(*_AT_WORK)(now).filter(assignee=None),
    "start": _open(State.ACCEPTED),
    "resolve": _open(State.IN_PROGRESS),
    "close": _resolved,
    "rate": lambda now: _resolved(now).filter(score=None),
    "forward": _open(*TO_FORWARD),
    "send_back": _open(State.FORWARDED),
    "ask_citizen": _open(State.IN_PROGRESS),
    "resume": _open(State.WAITING),
    "report_progress": _open(State.IN_PROGRESS),
    "note": _open(State.IN_PROGRESS),
    "join": _open(*_AT_WORK),
    "reject": _open(*TO_FORWARD),
    "reopen": lambda now: (_asked_to_reopen(now) | _resolved(now).filter(reopening_asked_at=None)).order_by(
        "reopening_asked_at", "resolved_at"),
    "ask_reopening": lambda now: _resolved(now).filter(reopening_asked_at=None),
    "refuse_reopening": lambda now: _asked_to_reopen(now),
    "ask_extension": lambda now: _open(State.IN_PROGRESS)(now).filter(
        due_at__gt=now, due_at__lt=now + timedelta(hours=30), promises__extension_asked_at=None),
    "extend": lambda now: _asked(now),
    "refuse_extension": lambda now: _asked(now),
}
