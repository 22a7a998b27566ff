"""Targets, sets and checks as analysts keep them: previewed, then kept with who and why. The only writer of
`RuleChange`, and of these rows beside the city's files and the admin.

What has begun is ended and followed, not rewritten: the periods before keep the rule that held for them.
"""

import copy
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from celery import current_app
from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from districts.models import Unit
from indicators import access, answers, board, owed, plans, quality
from indicators.answers import Answer
from indicators.loading import FIRST_DAY
from indicators.models import Check, Indicator, RuleChange, Target, Value, ValueSet
from indicators.periods import Period
from indicators.settling import Key
from indicators.states import State
from indicators.upkeep_forms import ONE_DAY, CheckForm, RuleForm, SetForm, TargetForm

PERIODS = 12  # that a target is tried on
MONTHS = 24  # of values that a check is tried on
MOST = 50_000  # of these
SHOWN = 20

FIELD = {Target: "target", ValueSet: "value_set", Check: "check_row"}  # of `RuleChange`


@transaction.atomic
def keep(actor: Actor, form: RuleForm, reason: str) -> Any:
    """The row of this form, which is valid; PermissionError for who may not define."""
    if actor.user is None or not access.may(actor, "define"):
        raise PermissionError("define")
    differences, ended = form.differences, None
    if form.known is not None and not form.is_in_place:
        ended = type(form.known).objects.select_for_update().get(pk=form.known.pk)
    row = _saved(form, ended)
    RuleChange.objects.create(
        **{FIELD[type(row)]: row}, follows=ended.pk if ended else None, changes=differences, reason=reason,
        by=actor.user, at=timezone.now())
    if isinstance(row, Check):
        transaction.on_commit(_judge_again, robust=True)
    return row


def _judge_again() -> None:
    """Ask the background to run the checks on what there is."""
    current_app.send_task("indicators.tasks.judge_again", retry=False, ignore_result=True)


def _saved(form: RuleForm, ended: Any) -> Any:
    """Save; where another row is `ended`, as a new row that begins when that one has ended."""
    if ended is not None:
        last = form.cleaned_data["begins"] - ONE_DAY
        ended.ends = last if ended.ends is None else min(last, ended.ends)
        ended.save()
        form.instance.pk = None
        form.instance._state.adding = True
        if isinstance(form.instance, Check):
            form.instance.code = _next_code(ended.code)
    return form.save()


def _next_code(code: str) -> str:
    """`jump`, `jump-2`, `jump-3`: the rows of one check, one after the other."""
    root, _dash, number = code.rpartition("-")
    root, number = (root, number) if root and number.isdecimal() else (code, "1")
    later = int(number) + 1
    while Check.objects.filter(code=f"{root[:55]}-{later}").exists():
        later += 1
    return f"{root[:55]}-{later}"


def history(row: Any) -> list[RuleChange]:
    """What was changed on this row and on those that it follows, the latest first."""
    name, found, pk = FIELD[type(row)], [], row.pk
    while pk is not None:
        changes = list(RuleChange.objects.filter(**{name: pk}).select_related("by"))
        found += changes
        pk = next((one.follows for one in changes if one.follows is not None), None)
    return found


# What it would do


@dataclass
class Preview:
    """One of these, by what the form is of."""

    states: list[tuple[Period, Mapping[str, int], Mapping[str, int]]] = field(default_factory=list)  # now, as proposed
    would_open: list[tuple[str, str, Period, quality.checks.Failed]] = field(default_factory=list)
    failing: int = 0
    tried: int = 0
    is_cut: bool = False  # more values than are tried
    next_period: Period | None = None
    owing: int = 0
    joining: Sequence[str] = ()
    leaving: Sequence[str] = ()
    cells: tuple[int, int] = (0, 0)  # of a sheet: now, as proposed


def preview(form: RuleForm) -> Preview:
    """What this form, which is valid, would do."""
    if isinstance(form, TargetForm):
        return _of_target(form)
    with transaction.atomic():  # tried as it would be, then taken back
        found = _of_check(form) if isinstance(form, CheckForm) else _of_set(cast(SetForm, form))
        transaction.set_rollback(True)
    return found


def _of_target(form: TargetForm) -> Preview:
    """How many units, and the city, would stand where in each of the last periods."""
    chosen: Indicator = form.cleaned_data["indicator"]
    rule = owed.rule()
    periods = [rule.before(rule.at(chosen.period_kind, timezone.now()))]
    while len(periods) < 2 * PERIODS:
        periods.insert(0, rule.before(periods[0]))
    before = list(Target.objects.filter(indicator=chosen).order_by("begins"))
    proposed = copy.copy(form.instance)
    proposed.begins = owed.first_day(periods[0])
    asked = Indicator.objects.prefetch_related("versions").select_related("set_item__value_set").get(pk=chosen.pk)
    found = answers.answer(asked, periods)
    after = [one for one in before if one.unit_id != proposed.unit_id] + [proposed]
    shown = periods[-PERIODS:]
    counts = [_states(asked, targets, found, shown, proposed.unit_id) for targets in (before, after)]
    return Preview(states=list(zip(shown, *counts, strict=True))[::-1])


def _states(chosen: Indicator, targets: Sequence[Target], found: Iterable[Answer], shown: Sequence[Period],
            unit_id: int | None) -> list[Counter[str]]:
    """For each period how many stand where: the unit alone of which the target is, else all and the city."""
    tried = copy.copy(chosen)
    rows = Target.objects.none()
    rows._result_cache = list(targets)
    tried._prefetched_objects_cache = chosen._prefetched_objects_cache | {"targets": rows}  # type: ignore[attr-defined]
    city, units = plans.of_city([tried]).get(tried.pk, {}), plans.of_units([tried]).get(tried.pk, {})
    by_unit: dict[int | None, dict] = {None: {one.period.start: one.city for one in found}}
    for one in found:
        for pk, cell in one.units.items():
            by_unit.setdefault(pk, {})[one.period.start] = cell
    asked = by_unit.keys() if unit_id is None else by_unit.keys() & {unit_id}
    return [Counter(str(board.standing_of(
        tried, targets, period, by_unit[pk], pk, city if pk is None else units.get(pk, {})).state) for pk in asked
        if period.start in by_unit[pk]) for period in shown]


def _of_check(form: CheckForm) -> Preview:
    """How many values of the last two years it would find."""
    follows = form.known is not None and not form.is_in_place
    row = _saved(form, Check.objects.get(pk=form.known.pk) if follows else None)
    Check.objects.filter(pk=row.pk).update(begins=FIRST_DAY, ends=None)  # tried on what has been
    row.refresh_from_db()
    since = timezone.now() - MONTHS * 31 * ONE_DAY
    there = Value.objects.filter(start__gte=since).order_by("-start")
    if row.indicator_id is not None:
        there = there.filter(indicator=row.indicator_id)
    keys: list[Key] = list(there.values_list("indicator_id", "unit_id", "start")[:MOST + 1])
    found = quality.tried(row, keys[:MOST], timezone.now())
    latest = sorted(found, key=lambda one: one[0][2], reverse=True)[:SHOWN]
    names = dict(Unit.objects.filter(pk__in={key[1] for key, _failed in latest}).values_list("pk", "short_name_vi"))
    judged = {one.pk: one for one in Indicator.objects.filter(pk__in={key[0] for key, _failed in latest})}
    rule = owed.rule()
    shown = [(judged[pk].name, names[unit], rule.at(judged[pk].period_kind, start), failed)
             for (pk, unit, start), failed in latest]
    return Preview(would_open=shown, failing=len(found), tried=min(len(keys), MOST), is_cut=len(keys) > MOST)


def _of_set(form: SetForm) -> Preview:
    """Who would owe what for the next period."""
    known: ValueSet | None = form.known
    rule = owed.rule()
    kind = form.cleaned_data.get("period_kind") or form.instance.period_kind
    coming = max(rule.next(rule.at(kind, timezone.now())), rule.at(kind, form.instance.begins))
    now, was = (owed.owing(known, [coming])[coming.start], len(owed.items(known, coming))) if known else (set(), 0)
    row = form.save()
    then = owed.owing(row, [coming])[coming.start]
    names = dict(Unit.objects.filter(pk__in=now ^ then).values_list("pk", "short_name_vi"))
    size = len(owed.items(ValueSet.objects.prefetch_related("items__indicator").get(pk=row.pk), coming))
    return Preview(next_period=coming, owing=len(then), cells=(was, size),
                   joining=sorted(names[pk] for pk in then - now), leaving=sorted(names[pk] for pk in now - then))


STATES = (State.DANGER, State.WARN, State.OK, State.UNKNOWN)  # as the preview shows them
