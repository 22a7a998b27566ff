"""A year of directives as the city gives them: 3,574 tasks in 135 days (Sài Gòn Giải Phóng, November 2025), with the
laggards, refusals and returns of real offices. Written in batches, with the clocks of the real rules."""

import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from random import Random

from accounts.models import Membership, User
from accounts.roles import Role
from coordination.directives import clock, telling
from coordination.machines.directives import State
from coordination.models import Directive, DirectiveEvent, DirectiveVersion, Level, Recipient
from demo.texts import DATA
from districts.calendars import calendar_for
from districts.models import Unit
from indicators.models import Notice

DAYS = 365
PER_DAY = 3574 / 135  # recipients, over all days of the week
BATCH = 1_000


@dataclass
class Written:
    """One directive with what happened, before it has its number."""

    directive: Directive
    recipients: list[Recipient] = field(default_factory=list)
    events: list[tuple[Recipient | None, str, str, str, dict, User | None, datetime]] = field(default_factory=list)


class Past:
    """Invents the year; the same seed gives the same year."""

    def __init__(self, seed: int, now: datetime, days: int = DAYS) -> None:
        self.days = days
        self.rng, self.now, self.calendar = Random(seed), now, calendar_for()
        self.texts = tomllib.loads((DATA / "directives.toml").read_text(encoding="utf-8"))
        self.levels = {level.code: level for level in Level.objects.prefetch_related("steps")}
        units = list(Unit.objects.in_force().order_by("sort_key"))
        self.city = next(unit for unit in units if unit.kind == Unit.Kind.CITY)
        people = Membership.objects.valid().select_related("user")
        self.leaders = {row.unit_id: row.user for row in people.filter(role=Role.UNIT_LEADER)}
        self.staff = {row.unit_id: row.user for row in people.filter(role=Role.UNIT_STAFF)}
        self.senders = [row.user for row in people.filter(role=Role.CITY_LEADER)]
        known = [unit for unit in units if unit.pk in self.leaders]
        self.areas = [unit for unit in known if unit.map]
        self.others = [unit for unit in known if not unit.map]
        # How quick each office is: most are good, some are not, and stay so.
        self.slow = {unit.pk: self.rng.choice((0.5, 0.7, 0.8, 1.0, 1.0, 1.2, 1.7)) for unit in known}

    def written(self) -> Iterator[Written]:
        """Every directive in the order of sending."""
        day = (self.now - timedelta(days=self.days)).date()
        owed = 0.0
        while day <= self.now.date():
            owed += PER_DAY
            while owed > 0 and clock.end_of(day, self.calendar):
                one = self._one(day)
                if one is None:
                    break
                owed -= len(one.recipients)
                yield one
            day += timedelta(days=1)

    def _one(self, day) -> Written | None:
        rng = self.rng
        task = rng.choices(self.texts["task"], [one["weight"] for one in self.texts["task"]])[0]
        sent_at = datetime.combine(day, time(8, 5), tzinfo=self.calendar.tz) + timedelta(minutes=rng.randrange(8 * 60))
        if sent_at >= self.now:
            return None
        level = self.levels[rng.choices(["thuong", "khan", "hoa-toc"], [80, 18, 2])[0]]
        due_on = clock.working_day_from(day + timedelta(days=rng.choice((2, 3, 5, 7, 7, 10, 14, 14, 21, 30))),
                                        self.calendar)
        directive = Directive(
            kind=Directive.Kind.DIRECTIVE, level=level, sender=rng.choice(self.senders), sender_unit=self.city,
            title=task["title"], result=task["result"], due_at=clock.end_of(due_on, self.calendar), sent_at=sent_at)
        made = Written(directive)
        made.events.append((None, "send", "", "", {}, directive.sender, sent_at))
        chosen = self.units_for(task)
        for place, unit in enumerate(chosen):
            alone = len(chosen) > 3 or place == 0
            part = Recipient.Part.LEAD if alone else Recipient.Part.COORDINATING
            self._live(made, Recipient(unit=unit, part=part))
        return made

    def units_for(self, task: dict) -> list[Unit]:
        pool = {"districts": self.areas, "departments": self.others}.get(task["to"], self.areas + self.others)
        many = task.get("many", "one")
        if many == "all":
            return pool
        count = self.rng.randint(4, 12) if many == "some" else self.rng.choice((1, 1, 1, 2, 3))
        return self.rng.sample(pool, min(count, len(pool)))

    def _live(self, made: Written, row: Recipient) -> None:
        """The whole life of one recipient until now."""
        directive, rng = made.directive, self.rng
        row.directive, row.asked_at, row.due_at = directive, directive.sent_at, directive.due_at
        row.accept_by = min(clock.accept_by(directive.level, row.asked_at, self.calendar), row.due_at)
        made.recipients.append(row)
        pace = self.slow[row.unit_id] * rng.lognormvariate(-0.45, 0.5)
        seen_at = row.asked_at + (row.accept_by - row.asked_at) * min(0.9, pace * 0.4)
        if seen_at > self.now:
            self._steps(row)
            return
        row.seen_at, row.seen_by = seen_at, self.staff.get(row.unit_id)
        made.events.append((row, "see", State.SENT, State.SENT, {}, row.seen_by, seen_at))
        accepted_at = max(row.asked_at + (row.accept_by - row.asked_at) * pace, seen_at + timedelta(minutes=3))
        if accepted_at > self.now:
            self._steps(row)
            return
        leader = self.leaders[row.unit_id]
        if rng.random() < 0.02:
            self._move(made, row, "refuse", State.REFUSED, {"reason": rng.choice(self.texts["refusals"])},
                       leader, accepted_at)
            self._after_refusal(made, row, accepted_at)
            return
        row.accepted_at, row.in_charge = accepted_at, str(self.staff.get(row.unit_id) or leader)
        row.plan, row.own_date = rng.choice(self.texts["plans"]), row.due_at.date()
        self._move(made, row, "accept", State.ACCEPTED, {
            "in_charge": row.in_charge, "plan": row.plan, "own_date": row.own_date.isoformat()}, leader, accepted_at)
        self._work(made, row, leader, accepted_at)

    def _steps(self, row: Recipient) -> None:
        steps = clock.steps(row.directive.level, list(row.directive.level.steps.all()), row.asked_at, row.accept_by,
                            self.calendar)
        row.step_at = next((due.at for due in steps if due.at > self.now), None)

    def _after_refusal(self, made: Written, row: Recipient, at: datetime) -> None:
        row.reported_at = at
        decided = at + timedelta(days=self.rng.randint(1, 4))
        if decided < self.now:
            row.ended_at = decided
            self._move(made, row, "release", State.RELEASED, {"reason": "Đúng là không thuộc đơn vị"},
                       made.directive.sender, decided)

    def _work(self, made: Written, row: Recipient, leader: User, accepted_at: datetime) -> None:
        rng, texts = self.rng, self.texts
        pace = self.slow[row.unit_id] * rng.lognormvariate(-0.55, 0.35)
        reported_at = accepted_at + (row.due_at - accepted_at) * pace + timedelta(minutes=rng.randrange(1, 200))
        told_at = accepted_at + (reported_at - accepted_at) * 0.6
        if told_at < self.now and rng.random() < 0.5:
            self._move(made, row, "progress", State.IN_PROGRESS, {"text": rng.choice(texts["progress"])},
                       self.staff.get(row.unit_id) or leader, told_at)
        if reported_at > row.due_at and row.due_at < self.now:
            row.late_since = row.due_at
            made.events.append((row, "fall_due", row.state, row.state, {}, None, row.due_at))
            said = {"cause": rng.choice(texts["causes"]), "proposal": rng.choice(texts["proposals"])}
            if rng.random() < 0.6 and row.due_at + timedelta(hours=20) < self.now:
                self._move(made, row, "excuse", row.state, said, leader, row.due_at + timedelta(hours=20))
        if reported_at > self.now:
            halfway = clock.halfway(accepted_at, row.due_at)
            row.ask_at = halfway if halfway and halfway > self.now and row.state == State.ACCEPTED else None
            return
        row.reported_at = reported_at
        self._move(made, row, "report", State.REPORTED, {
            "text": rng.choice(texts["results"]), "evidence": rng.choice(texts["evidence"])}, leader, reported_at)
        decided = reported_at + timedelta(hours=rng.randint(2, 60))
        if decided > self.now:
            return
        if rng.random() < 0.05:
            row.returns = 1
            self._move(made, row, "give_back", State.IN_PROGRESS, {"reason": rng.choice(texts["returns"])},
                       made.directive.sender, decided)
            decided += timedelta(hours=rng.randint(20, 90))
            row.reported_at = None
            if decided > self.now:
                return
            row.reported_at = decided
            self._move(made, row, "report", State.REPORTED, {
                "text": rng.choice(texts["results"]), "evidence": rng.choice(texts["evidence"])}, leader, decided)
            row.late_since = row.late_since or (row.due_at if decided > row.due_at else None)
            decided += timedelta(hours=3)
            if decided > self.now:
                return
        row.ended_at = decided
        self._move(made, row, "confirm", State.CONFIRMED, {}, made.directive.sender, decided)

    def _move(self, made: Written, row: Recipient, verb: str, to: str, texts: dict, user: User, at: datetime) -> None:
        made.events.append((row, verb, row.state, to, texts, user, at))
        row.state, row.version = to, row.version + 1


def seed(seed_number: int, now: datetime, months: int, progress: Callable[[int], None]) -> int:
    """Write the past of so many months (a year at most) once; returns how many recipients there are."""
    if Directive.objects.exists() or not Membership.objects.filter(role=Role.CITY_LEADER).exists():
        return Recipient.objects.count()
    waiting: list[Written] = []
    done = 0
    for one in Past(seed_number, now, min(DAYS, 30 * months)).written():
        waiting.append(one)
        if len(waiting) == BATCH:
            done += _write(waiting)
            waiting = []
            progress(done)
    done += _write(waiting)
    Notice.objects.filter(code=telling.CODE).update(read_at=now)
    return done


def _write(made: list[Written]) -> int:
    Directive.objects.bulk_create([one.directive for one in made])
    DirectiveVersion.objects.bulk_create(
        DirectiveVersion(directive=d, number=1, title=d.title, body=d.body, result=d.result, due_at=d.due_at,
                         user=d.sender, at=d.sent_at) for d in (one.directive for one in made))
    rows = [row for one in made for row in one.recipients]
    for row in rows:
        row.directive_id = row.directive.pk
    Recipient.objects.bulk_create(rows, BATCH)
    DirectiveEvent.objects.bulk_create((
        DirectiveEvent(directive=one.directive, recipient=row, verb=verb, from_state=before, to_state=to, texts=texts,
                       actor_kind="user" if user else "system", actor_ref="" if user else "directives", user=user,
                       at=at)
        for one in made for row, verb, before, to, texts, user, at in one.events), BATCH)
    return len(rows)
