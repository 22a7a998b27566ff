"""The roll-out of a year: units × milestones, who is late, what blocks, when it ends at the present pace."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import changes, topics
from coordination.centres import access
from coordination.centres.connection import Connection, Tone
from coordination.models import Change, Milestone, Rollout, Step
from districts.models import Unit
from hcmc_ioc.lib import svg, words

KEPT = ("due", "done_on", "blocked", "evidence")


@dataclass(frozen=True)
class Cell:
    """A unit at a milestone, on a day."""

    milestone: Milestone
    due: date
    done_on: date | None
    blocked: str
    evidence: str
    is_late: bool
    unseen: str  # said to be done, but what the platform sees is bad

    @property
    def tone(self) -> str:
        if self.done_on:
            return "warn" if self.unseen else "ok"
        return "danger" if self.is_late else "warn" if self.blocked else "neutral"

    @property
    def icon(self) -> str:
        if self.done_on:
            return "alert-triangle" if self.unseen else "circle-check"
        return "clock-exclamation" if self.is_late else "hand-stop" if self.blocked else "circle-dashed"

    @property
    def words(self) -> str:
        if self.done_on:
            done = _("xong %(day)s") % {"day": f"{self.done_on:%d/%m/%Y}"}
            return f"{done}; {self.unseen}" if self.unseen else done
        told = _("trễ, hạn %(day)s") if self.is_late else _("hạn %(day)s")
        told %= {"day": f"{self.due:%d/%m/%Y}"}
        return _("%(told)s, vướng: %(why)s") % {"told": told, "why": self.blocked} if self.blocked else told


@dataclass(frozen=True)
class Line:
    unit: Unit
    cells: list[Cell]

    @property
    def done(self) -> int:
        return sum(cell.done_on is not None for cell in self.cells)

    @property
    def late(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.is_late]

    @property
    def blocked(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.blocked and not cell.done_on]

    @property
    def next(self) -> Cell | None:
        """The first milestone that is not done."""
        return next((cell for cell in self.cells if cell.done_on is None), None)

    @property
    def is_finished(self) -> bool:
        return self.next is None

    @property
    def advice(self) -> str:
        """What the unit has to do next, in words."""
        return self.next.milestone.advice if self.next else _("Đơn vị đã qua mọi mốc của năm.")


@dataclass(frozen=True)
class Forecast:
    """When the whole is done if it goes on as in the last days."""

    done: int
    whole: int
    window: int  # days
    lately: int  # done in them
    ends: date | None  # None: nothing was done lately, or all is done
    plan_ends: date

    @property
    def is_done(self) -> bool:
        return self.done >= self.whole

    @property
    def sentence(self) -> str:
        if self.is_done:
            return _("Mọi mốc đã xong.")
        if self.ends is None:
            return _("%(days)s ngày qua không mốc nào xong thêm: với nhịp này kế hoạch không hoàn thành.") % {
                "days": self.window}
        told = {"n": words.number(self.lately), "days": self.window, "day": f"{self.ends:%d/%m/%Y}",
                "late": words.number((self.ends - self.plan_ends).days)}
        if self.ends > self.plan_ends:
            return _("%(days)s ngày qua xong thêm %(n)s mốc; cứ nhịp này thì xong ngày %(day)s, "
                     "sau kế hoạch %(late)s ngày.") % told
        return _("%(days)s ngày qua xong thêm %(n)s mốc; cứ nhịp này thì xong ngày %(day)s, trong kế hoạch.") % told


@dataclass(frozen=True)
class Board:
    rollout: Rollout
    milestones: list[Milestone]
    lines: list[Line]
    forecast: Forecast

    @property
    def laggards(self) -> list[Line]:
        """Units with a date that has passed, the longest late first."""
        return sorted((line for line in self.lines if line.late),
                      key=lambda line: (min(cell.due for cell in line.late), -len(line.late)))

    @property
    def blocked(self) -> list[tuple[Unit, Cell]]:
        return [(line.unit, cell) for line in self.lines for cell in line.blocked]

    @property
    def finished(self) -> int:
        return sum(line.is_finished for line in self.lines)

    def counts(self) -> list[tuple[Milestone, int, int]]:
        """(milestone, done, late) in order."""
        done: Counter[int] = Counter()
        late: Counter[int] = Counter()
        for line in self.lines:
            for cell in line.cells:
                done[cell.milestone.pk] += cell.done_on is not None
                late[cell.milestone.pk] += cell.is_late
        return [(one, done[one.pk], late[one.pk]) for one in self.milestones]


def current(today: date) -> Rollout | None:
    """The plan of the year, else the newest one before."""
    return Rollout.objects.filter(year__lte=today.year).first() or Rollout.objects.last()


def board(rollout: Rollout, units: Sequence[Unit], today: date, pace_days: int,
          measured: dict[int, Connection] | None = None) -> Board:
    """Every one of these units at every milestone."""
    milestones = list(rollout.milestones.all())
    kept = Step.objects.filter(milestone__in=milestones, unit__in=[unit.pk for unit in units])
    steps = {(one.unit_id, one.milestone_id): one for one in kept}
    lines = [Line(unit, [_cell(one, steps.get((unit.pk, one.pk)), today, (measured or {}).get(unit.pk))
                         for one in milestones]) for unit in units]
    return Board(rollout, milestones, lines, forecast(rollout, lines, today, pace_days))


def _cell(milestone: Milestone, step: Step | None, today: date, seen: Connection | None) -> Cell:
    due = step.due if step and step.due else milestone.due
    done_on = step.done_on if step else None
    reading = seen.reading(milestone.measured) if seen and milestone.measured and done_on else None
    unseen = _("hệ thống thấy %(sign)s: %(words)s") % {
        "sign": reading.name.lower(), "words": reading.words} if reading and reading.tone == Tone.BAD else ""
    return Cell(milestone, due, done_on, step.blocked if step else "", step.evidence if step else "",
                done_on is None and due < today, unseen)


def forecast(rollout: Rollout, lines: Sequence[Line], today: date, pace_days: int) -> Forecast:
    cells = [cell for line in lines for cell in line.cells]
    done = [cell.done_on for cell in cells if cell.done_on]
    since = max(today - timedelta(days=pace_days), rollout.begins)
    window = max(1, (today - since).days)
    lately = sum(since < day <= today for day in done)
    left = len(cells) - len(done)
    ends = today + timedelta(days=min(36500, ceil(left * window / lately))) if left and lately else None
    return Forecast(len(done), len(cells), window, lately, ends, rollout.ends)


def tile_map(found: Board, url) -> str:
    """The areas by how many milestones are done; "" where the map has no tiles."""
    whole = len(found.milestones)
    tiles = [svg.Tile(line.unit.tile_col, line.unit.tile_row, line.unit.short_name, f"{line.done}/{whole}",
                      f"q{1 + 5 * line.done // (whole + 1)}", url(line.unit))
             for line in found.lines if line.unit.tile_col is not None and line.unit.tile_row is not None]
    if not tiles or not whole:
        return ""
    return svg.tile_map(tiles, _("Số mốc đã xong theo đơn vị"))


@transaction.atomic
def keep_step(actor: Actor, milestone: Milestone, unit: Unit, given: dict) -> Step:
    """What a unit says of one milestone; only the department moves a unit's date."""
    if not access.may_edit(actor, unit) or ("due" in given and not access.may_plan(actor)):
        raise PermissionError("not a keeper of this step")
    step, _made = Step.objects.select_for_update().get_or_create(milestone=milestone, unit=unit)
    before = changes.state(step, KEPT)
    for name, value in given.items():
        setattr(step, name, value)
    step.save()
    changes.note(actor, Change.About.ROLLOUT, unit.pk, unit.pk, _("Mốc “%(name)s”") % {"name": milestone.name_vi},
                 before=before, after=changes.state(step, KEPT))
    topics.rollout_changed()
    return step


@transaction.atomic
def begin(actor: Actor, form) -> Rollout:
    """The plan of a year; its milestones are those of the newest plan, as many days after its beginning."""
    _planning(actor)
    before, made = Rollout.objects.first(), form.save()
    for one in before.milestones.all() if before else ():
        due = min(made.ends, made.begins + (one.due - before.begins)) if before else made.ends
        Milestone.objects.create(
            rollout=made, due=due, **{name: getattr(one, name) for name in (
                "code", "position", "name_vi", "name_en", "advice_vi", "advice_en", "measured")})
    changes.note(actor, Change.About.ROLLOUT, made.pk, Unit.objects.city().pk, _("Lập kế hoạch triển khai năm"),
                 after={"year": made.year})
    topics.rollout_changed()
    return made


@transaction.atomic
def keep_milestone(actor: Actor, form) -> Milestone:
    """One milestone of a plan, for all units."""
    _planning(actor)
    kept = Milestone.objects.filter(pk=form.instance.pk).first()
    fields = ("name_vi", "due", "measured", "advice_vi")
    before, made = changes.state(kept, fields), form.save()
    changes.note(actor, Change.About.ROLLOUT, made.rollout_id, Unit.objects.city().pk,
                 _("Mốc “%(name)s”") % {"name": made.name_vi}, before=before, after=changes.state(made, fields))
    topics.rollout_changed()
    return made


def _planning(actor: Actor) -> None:
    if not access.may_plan(actor):
        raise PermissionError("not a keeper of plans")
