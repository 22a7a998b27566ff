"""Maturity: what a criterion's answer is, the level that follows, assessments beside each other, targets; its only
writer."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from coordination import changes
from coordination.centres import access
from coordination.centres.connection import Connection
from coordination.models import Answer, Assessment, Change, Criterion, MaturityScale, MaturityTarget, Sign
from districts.models import Unit

Kind = Assessment.Kind


@dataclass(frozen=True)
class Said:
    """One criterion answered."""

    is_met: bool
    evidence: str
    is_computed: bool


@dataclass(frozen=True)
class Compared:
    """One criterion as the unit and as somebody else answered it."""

    criterion: Criterion
    own: Said | None
    other: Said | None

    @property
    def differs(self) -> bool:
        return self.own is not None and self.other is not None and self.own.is_met != self.other.is_met


@dataclass(frozen=True)
class Standing:
    """A unit's levels, and where it is to be."""

    unit: Unit
    own: Assessment | None
    other: Assessment | None
    target: MaturityTarget | None  # the next one

    @property
    def level(self) -> int | None:
        """The independent level where there is one, else the unit's own."""
        found = self.other or self.own
        return found.level if found else None

    @property
    def gap(self) -> int | None:
        """Levels that lack to the next target."""
        return max(0, self.target.level - (self.level or 0)) if self.target else None


def scale(on: date) -> MaturityScale | None:
    return MaturityScale.objects.filter(valid_from__lte=on).first()


def computed(criteria: Iterable[Criterion], seen: Connection) -> dict[int, Said]:
    """What the platform itself answers, by criterion; a figure that there is not meets nothing."""
    found = {}
    for one in criteria:
        if not one.measured:
            continue
        reading = seen.reading(one.measured)
        amount = reading.amount if reading else None
        if amount is None or one.bound is None:
            found[one.pk] = Said(False, reading.words if reading else _("chưa đo được"), True)
        else:
            is_met = amount >= one.bound if one.measured == Sign.OWED else amount <= one.bound
            found[one.pk] = Said(bool(is_met), reading.words if reading else "", True)
    return found


def level(criteria: Sequence[Criterion], met: Collection[int]) -> int:
    """The highest level that every dimension has reached: all its criteria up to there are met."""
    reached = levels(criteria, met)
    return min(reached.values(), default=0)


def levels(criteria: Sequence[Criterion], met: Collection[int]) -> dict[str, int]:
    """The level of each dimension."""
    by: defaultdict[str, defaultdict[int, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in criteria:
        by[one.dimension][one.level].append(one.pk in met)
    found = {}
    for dimension, steps in by.items():
        found[dimension] = 0
        for number in sorted(steps):
            if not all(steps[number]):
                break
            found[dimension] = number
    return found


def answers(assessment: Assessment | None) -> dict[int, Said]:
    if assessment is None:
        return {}
    return {one.criterion_id: Said(one.is_met, one.evidence, one.is_computed) for one in assessment.answers.all()}


def newest(unit: Unit, kind: str) -> Assessment | None:
    """The last that was submitted."""
    return Assessment.objects.filter(unit=unit, kind=kind, submitted_at__isnull=False).select_related(
        "scale", "user").first()


def compared(chosen: MaturityScale, own: Mapping[int, Said], other: Mapping[int, Said]) -> list[Compared]:
    return [Compared(one, own.get(one.pk), other.get(one.pk)) for one in chosen.criteria.all()]


def lacking(criteria: Sequence[Criterion], met: Collection[int], wanted: int) -> list[Criterion]:
    """What is not met yet up to a level: the gaps on the way to it, the lowest first."""
    return sorted((one for one in criteria if one.level <= wanted and one.pk not in met),
                  key=lambda one: (one.level, one.dimension))


def standings(units: Sequence[Unit], on: date) -> list[Standing]:
    """Every unit's levels, in three queries."""
    ids = [unit.pk for unit in units]
    found: dict[tuple[int, str], Assessment] = {}
    kept = Assessment.objects.filter(unit__in=ids, submitted_at__isnull=False)
    for one in kept.order_by("unit_id", "kind", "-submitted_at", "-pk").distinct("unit_id", "kind"):
        found[one.unit_id, one.kind] = one
    targets: dict[int, MaturityTarget] = {}
    for target in MaturityTarget.objects.filter(unit__in=ids, by__gte=on).order_by("by"):
        targets.setdefault(target.unit_id, target)
    return [Standing(unit, found.get((unit.pk, Kind.SELF)), found.get((unit.pk, Kind.INDEPENDENT)),
                     targets.get(unit.pk)) for unit in units]


@transaction.atomic
def save(actor: Actor, unit: Unit, kind: str, given: Mapping[int, tuple[bool, str]], seen: Connection, *,
         submit: bool = False, now: datetime | None = None) -> Assessment:
    """Keep answers (met, evidence) by criterion; what the platform measures it answers itself. Submitted, they stay."""
    now = now or timezone.now()
    if not (access.may_submit(actor, unit, kind) if submit else access.may_assess(actor, unit, kind)):
        raise PermissionError("not of this unit, or not independent")
    chosen = scale(timezone.localdate(now))
    if chosen is None:
        raise PermissionError("no criteria are in force")
    row = Assessment.objects.select_for_update().filter(unit=unit, kind=kind, submitted_at=None).first()
    row = row or Assessment(unit=unit, kind=kind, made_at=now)
    criteria = list(chosen.criteria.all())
    said = {one.pk: Said(*given.get(one.pk, (False, "")), is_computed=False) for one in criteria} | computed(
        criteria, seen)
    if submit and any(one.is_met and not one.evidence.strip() for one in said.values()):
        raise ValueError("an answer lacks its evidence")
    row.scale, row.user = chosen, actor.user
    if submit:
        row.submitted_at, row.level = now, level(criteria, {pk for pk, one in said.items() if one.is_met})
    row.save()
    row.answers.all().delete()
    Answer.objects.bulk_create(Answer(
        assessment=row, criterion_id=pk, is_met=one.is_met, evidence=one.evidence[:500],
        is_computed=one.is_computed) for pk, one in said.items())
    changes.note(actor, Change.About.MATURITY, unit.pk, unit.pk, f"{row.get_kind_display()}", at=now, after={
        "level": row.level if submit else None, "answers": len(said), "met": sum(one.is_met for one in said.values())})
    return row


@transaction.atomic
def aim(actor: Actor, unit: Unit, wanted: int, by: date) -> MaturityTarget:
    """Where a unit is to be, by when."""
    if not access.may_plan(actor):
        raise PermissionError("not a keeper of targets")
    kept = MaturityTarget.objects.filter(unit=unit, level=wanted).first()
    before = changes.state(kept, ("level", "by"))
    made, _made = MaturityTarget.objects.update_or_create(
        unit=unit, level=wanted, defaults={"by": by, "user": actor.user, "at": timezone.now()})
    changes.note(actor, Change.About.MATURITY, unit.pk, unit.pk, _("Mục tiêu trưởng thành"), before=before,
                 after=changes.state(made, ("level", "by")))
    return made
