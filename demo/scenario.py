"""How a ticket fares, told as a `Story` by the ordinary rules: a plan of moves, cut off at the present moment.

Shares follow the city's own reports (about 4 % returned, 4 % rejected, 3 % reopened, 5 % waiting for the citizen,
45 % rated); how fast and how reliably follows the unit's `Habit`.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from accounts.actors import Actor
from demo import people, texts
from demo.cast import Crew
from demo.intake import Desk, Report
from demo.profiles import Habit
from districts.calendar import Calendar
from districts.models import Unit
from feedback.bulk import Story
from feedback.rules.workflow import IllegalMove, State

RETURNED, TRANSFERRED, REJECTED, REOPENED = 0.04, 0.012, 0.04, 0.03
HANDED_OVER_LATE = 0.06  # of the late ones: only then somebody sees who is competent
UNCLEAR = 0.25  # of what no rule forwards
ASKED, REPORTED, NOTED, JOINED, RATED = 0.05, 0.06, 0.03, 0.02, 0.45
ROUND_THE_CLOCK = 6  # hours: categories answered faster than this are worked on day and night


class NotYet(Exception):
    """The next move lies after the present: the ticket stands as it is."""


def office_time(at: datetime, calendar: Calendar, rng: Random) -> datetime:
    """`at` when people work then, else some minutes into the next office hours."""
    day, minute = at.date(), at.hour * 60 + at.minute
    while True:
        for start, end in calendar.spans_on(day):
            if minute < start:
                begins = datetime(day.year, day.month, day.day, tzinfo=at.tzinfo) + timedelta(minutes=start)
                return begins + timedelta(minutes=1 + (end - start - 1) * rng.random() ** 1.5)
            if minute < end:
                return at
        day, minute = day + timedelta(days=1), -1


@dataclass
class City:
    """Everything a story is told from; `now` is local."""

    desk: Desk
    crew: Crew
    habits: dict[int, Habit]
    now: datetime

    def open(self, report: Report, rng: Random, wait: timedelta) -> Story:
        return Story.open(
            report.intake, book=self.desk.book, actor=self.crew.operator(rng), reporter=report.reporter,
            recorded_at=min(report.intake.occurred_at + wait, self.now),
        )

    def tell(self, report: Report, rng: Random) -> Story:
        """The report's life up to now."""
        story = self.open(report, rng, timedelta(seconds=rng.randrange(70, 240)))
        with suppress(NotYet):
            Telling(self, report, story, rng).all()
        return story

    def duplicate(self, report: Report, original: Story, rng: Random) -> Story:
        """A second report of the same thing: recorded, recognised, merged; worked on by itself where the first one is
        done."""
        story = self.open(report, rng, timedelta(seconds=rng.randrange(70, 240)))
        at = report.intake.occurred_at + timedelta(minutes=rng.randint(3, 25))
        if at <= self.now and still_open(original, at):
            story.merge_into(original, at, book=self.desk.book, actor=self.crew.operator(rng))
        elif at <= self.now:
            with suppress(NotYet):
                Telling(self, report, story, rng).all()
        return story


def still_open(story: Story, at: datetime) -> bool:
    """Whether nothing had ended the story at `at`."""
    ticket = story.life.ticket
    ends = (ticket.resolved_at, ticket.closed_at, ticket.rejected_at)
    return ticket.reopened_at is None and all(end is None or end > at for end in ends)


class Telling:
    """One story being told; `self.at` is where it has come to."""

    def __init__(self, city: City, report: Report, story: Story, rng: Random):
        self.city, self.report, self.story, self.rng = city, report, story, rng
        self.kind, self.book, self.at = report.kind, city.desk.book, report.intake.occurred_at
        self.ticket = story.life.ticket

    # --- the plan

    def all(self) -> None:
        if self.rng.random() < REJECTED:
            return self._reject()
        if self.ticket.state == State.NEW:
            self._forward_by_hand()
        if self.rng.random() < RETURNED:
            self._send_back()
        if self.rng.random() < TRANSFERRED:
            self._transfer()
        late = self._work(self.rng.random() > self.habit.on_time)
        self._rate(late)
        self._after()

    @property
    def habit(self) -> Habit:
        return self.city.habits[self.ticket.unit_id]

    @property
    def unit(self) -> Unit:
        return self.city.desk.units_by_id[self.ticket.unit_id]

    @property
    def worker(self) -> Actor:
        return self.city.crew.somebody_of(self.ticket.unit_id, self.rng)

    def _do(self, verb: str, at: datetime, actor: Actor, **given) -> None:
        at = max(at, self.at + timedelta(seconds=self.rng.randrange(20, 200)))
        if at > self.city.now:
            raise NotYet
        self.story.then(verb, at, book=self.book, actor=actor, **given)
        self.at = at

    def _hotline(self, verb: str, at: datetime, **given) -> None:
        self._do(verb, at, self.city.crew.operator(self.rng), **given)

    def _after_hours(self, hours: float, start: datetime | None = None) -> datetime:
        """So many hours on, in office hours unless this kind of trouble is worked on day and night."""
        at = (start or self.at) + timedelta(hours=hours)
        if self.kind.pace < ROUND_THE_CLOCK:
            return at
        return office_time(at, self.book.calendar(self.ticket.unit_id), self.rng)

    def _words(self, what: str, at: datetime) -> str:
        return self.kind.say(what, self._slots(at), self.rng)

    def _slots(self, at: datetime) -> dict:
        return {"handler": texts.handler(self.unit)} | texts.done(at, self.rng)

    # --- finding who is competent

    def _reject(self) -> None:
        at = self.at + timedelta(hours=self.rng.expovariate(1 / 2) + 0.2)
        self._hotline("reject", at, reply=texts.common("reject", {}, self.rng))

    def _forward_by_hand(self) -> None:
        """Mostly within the five minutes; where the citizen must be called again first, that is noted in time."""
        at = self.ticket.recorded_at + timedelta(minutes=self.rng.uniform(0.7, 5.2))
        if self.rng.random() < UNCLEAR:
            self._hotline("clarify", at, note=texts.common("unclear", {}, self.rng))
            at = self.at + timedelta(minutes=self._minutes_until_known())
        note = texts.common("forward_by_hand", {}, self.rng)
        self._hotline("forward", at, unit=self.report.place.unit.pk, note=note)

    def _send_back(self) -> None:
        better = self._better()
        slots = {"instead": better.name_vi} if better else {}
        note = texts.common("send_back" if better else "send_back_unknown", slots, self.rng)
        self._do("send_back", self._after_hours(self.rng.expovariate(1 / 3)), self.worker, note=note)
        unit = better or self.report.place.unit
        at = self.at + timedelta(minutes=self._minutes_until_known())
        self._hotline("forward", at, unit=unit.pk, note=texts.common("forward_again", {}, self.rng))

    def _minutes_until_known(self) -> float:
        """Until the hotline knows who is competent: minutes, or hours when the citizen does not answer the phone."""
        return self.rng.expovariate(1 / 18) + 4 if self.rng.random() < 0.85 else self.rng.expovariate(1 / 400) + 60

    def _transfer(self, at: datetime | None = None) -> None:
        if better := self._better():
            note = texts.common("transfer", {"instead": better.name_vi}, self.rng)
            self._do("transfer", at or self._after_hours(2), self.worker, unit=better.pk, note=note)

    def _better(self) -> Unit | None:
        found = self.city.desk.really_competent(self.kind, self.report.place.unit.pk, self.ticket.unit_id)
        return found if found and found.pk in self.city.habits else None

    # --- working on it

    def _work(self, late: bool) -> bool:
        """From acceptance to the answer; `late` as it was meant. Returns whether it is late in truth."""
        begun, rng = self.at, self.rng
        ends = self._end(begun, late)
        hours = self.habit.answers_in * min(1.0, self.kind.pace / 8) * rng.lognormvariate(0, 0.5)
        self._do("accept", min(self._after_hours(hours), begun + (ends - begun) * 0.6), self.worker)
        worker = self.worker
        if rng.random() < 0.75 and worker.user:
            self._do("assign", self.at, self.city.crew.leader_of(self.ticket.unit_id, rng), assignee=worker.user.pk)
        self._do("start", self.at + (ends - self.at) * rng.uniform(0.02, 0.3), worker)
        if rng.random() < ASKED:
            ends += self._ask_citizen(worker)
        self._between(ends, worker, late)
        if late and self.ticket.due_at and self.at < self.ticket.due_at and rng.random() < 0.12:
            self._extend()
        if late and rng.random() < HANDED_OVER_LATE:
            self._transfer(max(ends - timedelta(hours=2), self.at))
            worker = self.worker
        self._do("resolve", ends, worker, reply=self._words("answers", max(ends, self.at)))
        return self.ticket.due_at is not None and self.at > self.ticket.due_at

    def _end(self, begun: datetime, late: bool) -> datetime:
        due = self.ticket.due_at.astimezone(begun.tzinfo)
        if late:
            return self._after_hours(0.4 + self.rng.expovariate(1 / 52), max(due, begun))
        hours = self.kind.pace * self.habit.speed * self.rng.lognormvariate(0, 0.75)
        at = self._after_hours(hours, begun)
        return at if at < due - timedelta(minutes=20) else begun + (due - begun) * self.rng.uniform(0.5, 0.96)

    def _ask_citizen(self, worker: Actor) -> timedelta:
        """Returns the time lost, by which the promise moved too."""
        self._do("ask_citizen", self._after_hours(0.5), worker, reply=self._words("questions", self.at))
        asked = self.at
        self._hotline("resume", self.at + timedelta(hours=min(140, self.rng.expovariate(1 / 30) + 1)),
                      note=texts.common("citizen_replied", {}, self.rng))
        return self.at - asked

    def _between(self, ends: datetime, worker: Actor, late: bool) -> None:
        """What happens on the way: progress, notes, others who call about the same."""
        rng = self.rng
        for verb, share in (("report_progress", REPORTED * (4 if late else 1)), ("note", NOTED), ("join", JOINED)):
            if rng.random() >= share or ends <= self.at:
                continue
            at = self.at + (ends - self.at) * rng.uniform(0.2, 0.7)
            if verb == "report_progress":
                self._do(verb, at, worker, reply=self._words("progress", at))
            elif verb == "note":
                self._do(verb, at, worker, note=texts.common("notes", {}, rng))
            else:
                area = self.city.desk.areas.index(self.report.place.unit)
                self._hotline(verb, at, reporter=people.caller(area, rng))

    def _extend(self) -> None:
        """The unit asks before its date; the shift's supervisor decides within the day, or too late."""
        due = self.ticket.due_at.astimezone(self.at.tzinfo)
        at = max(self.at, due - timedelta(hours=self.rng.uniform(3, 40)))
        if at + timedelta(minutes=5) > due:
            return
        leader = self.city.crew.leader_of(self.ticket.unit_id, self.rng)
        with suppress(IllegalMove):
            self._do("ask_extension", at, leader, due_at=due + timedelta(days=self.rng.randint(3, 6)),
                     note=texts.common("extend", {}, self.rng))
            decided = self.at + timedelta(hours=self.rng.expovariate(1 / 6) + 0.2)
            verb, words = ("extend", {}) if self.rng.random() < 0.8 else (
                "refuse_extension", {"note": texts.common("refuse_extension", {}, self.rng)})
            self._do(verb, decided, self.city.crew.supervisor(self.rng), **words)

    # --- afterwards

    def _rate(self, late: bool) -> None:
        if self.rng.random() < RATED:
            content = self.rng.random() < self.habit.satisfied - (0.25 if late else 0)
            score = self.rng.choice((4, 5, 5)) if content else self.rng.choice((1, 2, 3, 3))
            self._hotline("rate", self.at + timedelta(hours=self.rng.expovariate(1 / 9) + 0.3), score=score)

    def _after(self) -> None:
        at = office_time(self.at + timedelta(hours=self.rng.uniform(20, 72)), self.book.calendar(None), self.rng)
        if self.rng.random() >= REOPENED:
            self._hotline("close", at)
            return
        asked_by = "citizen" if self.rng.random() < 0.85 else "hotline"
        self._hotline("reopen", at, asked_by=asked_by, note=texts.common("reopen", {}, self.rng))
        self._do("accept", self._after_hours(self.habit.answers_in * 2), self.worker)
        ends = self._end(self.at, self.rng.random() > self.habit.on_time)
        self._do("resolve", ends, self.worker, reply=texts.common("answer_again", self._slots(ends), self.rng))
        self._hotline("close", self.at + timedelta(hours=self.rng.uniform(20, 72)))
