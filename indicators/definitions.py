"""How the catalogue changes: an analyst proposes, sees what it would do, the units say what they think, then it is
adopted or withdrawn. The only writer of `Proposal` and `Opinion`; nothing of them is deleted.

A new definition begins at a period's border after the last figure there is: no past figure is rewritten. What bends
no figure, colour or meaning (a name, a field, who sees it) is applied at once, and stands in the same list.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.text import slugify

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Role
from districts.models import Unit
from hcmc_ioc.lib.text import vn_norm
from indicators import access, loading, notices, owed, totals, uses
from indicators.answers import Answer, answer
from indicators.arithmetic import Kind
from indicators.definition_forms import Change
from indicators.models import Indicator, IndicatorVersion, Keeper, Notice, Opinion, Proposal, SetItem, Value, ValueSet
from indicators.uses import Uses
from live import feed

State, Code = Proposal.State, Notice.Code
PREVIEWED = 12  # periods
OWN = "Chỉ số riêng của đơn vị"


class AlreadyProposed(Exception):
    """Another proposal about this indicator waits for its end."""


class NotYet(Exception):
    """The units have their term until that day, or an objection has no answer; the message says which."""


# What it would do


@dataclass
class Preview:
    """The figures of the last periods as they are and as they would be, and what else rests on the indicator."""

    indicator: Indicator  # as it would be
    uses: Uses = Uses()
    before: list[Answer] = field(default_factory=list)
    after: list[Answer] = field(default_factory=list)
    owing: int = 0  # units that will owe it

    @property
    def pairs(self) -> list[tuple[Answer | None, Answer]]:
        """(as it is, as it would be), the latest period first."""
        before = {one.period: one for one in self.before}
        return [(before.get(one.period), one) for one in reversed(self.after)]

    @property
    def differs(self) -> bool:
        return any(was is None or was.city.value != now.city.value for was, now in self.pairs)


def preview(change: Change) -> Preview:
    """What the change, which is valid, would do."""
    known, found = change.indicator, Preview(tried := _as_if(change))
    if known:
        found.uses = uses.of(known)
    if value_set := change.row.cleaned_data.get("value_set"):
        now = owed.rule().at(value_set.period_kind, timezone.now())
        found.owing = len(owed.owing(value_set, [now])[now.start])
    if tried.source not in (Indicator.Source.DELIVERED, Indicator.Source.FORMULA):
        return found
    periods = _last_periods(tried, known)
    found.after = [one for one in answer(tried, periods) if one.city.value is not None or one.units]
    if known and known.source == tried.source:
        found.before = answer(known, periods)
    return found


def _as_if(change: Change) -> Indicator:
    """The indicator as it would be, kept nowhere, with the proposed definition for all periods."""
    tried: Indicator = copy.copy(change.row.instance)
    tried.pk = tried.pk or -1
    version: IndicatorVersion = copy.copy(change.version.instance)
    version.begins = loading.FIRST_DAY
    versions = tried.versions.none()
    versions._result_cache = [version]
    tried._prefetched_objects_cache = {"versions": versions}  # type: ignore[attr-defined]
    return tried


def _last_periods(tried: Indicator, known: Indicator | None) -> list:
    rule = owed.rule()
    latest = Value.objects.filter(indicator=known).aggregate(last=Max("start"))["last"] if known else None
    chain = [rule.at(tried.period_kind, latest) if latest else rule.before(rule.at(tried.period_kind, timezone.now()))]
    while len(chain) < PREVIEWED:
        chain.insert(0, rule.before(chain[0]))
    return chain


# Its life


@transaction.atomic
def propose(actor: Actor, change: Change, reason: str, until: date | None) -> Proposal:
    """Put the change, which is valid, to the units until a day; without one, and where nothing asks for it, it is
    applied at once. `AlreadyProposed` where the indicator has an open proposal."""
    _may_define(actor)
    if change.asks_units and until is None:
        raise ValueError("this is put to the units first")
    asked = Proposal(
        indicator=change.indicator, name=change.row.cleaned_data["name_vi"], facts=dict(change.facts or {}),
        changes=change.differences, reason=reason, until=until, proposed_by=actor.user, proposed_at=timezone.now(),
        begins=change.version.cleaned_data["begins"] if change.is_new_definition else None)
    try:
        with transaction.atomic():
            asked.save()
    except IntegrityError as exc:
        raise AlreadyProposed from exc
    if until is None:
        _apply(actor, asked, change, reason)
    else:
        _tell(asked, Code.CONSULTED, _whom_it_concerns(change))
    return asked


@transaction.atomic
def make_own(actor: Actor, facts: dict) -> Indicator:
    """An indicator that the actor's unit keeps for itself, keyed on a sheet of its own; nobody is asked. `ValueError`
    with the faults where the definition cannot be."""
    if actor.own_unit_id is None or not access.may(actor, "define_own"):
        raise PermissionError("define_own")
    unit = Unit.objects.get(pk=actor.own_unit_id)
    kind = facts["period_kind"]
    begins = owed.first_day(owed.rule().at(kind, timezone.now()))
    full = {str(name): value for name, value in _plain().items()} | facts | {
        "code": _free_code(f"{unit.slug}-{slugify(vn_norm(facts['name_vi']))}"), "owner": unit.pk, "begins": begins,
        "value_set": _own_set(unit, kind, begins).pk}
    if facts["kind"] in (Kind.PROPORTION, Kind.RATE) and facts["measure_vi"] == "%":
        full["factor"] = 100
    change = Change(None, full)
    if not change.is_valid():
        raise ValueError(change.faults)
    asked = Proposal(name=facts["name_vi"], facts={name: str(value) for name, value in full.items()},
                     changes=change.differences, reason=OWN, proposed_by=actor.user, proposed_at=timezone.now(),
                     begins=begins)
    _apply(actor, asked, change, "")
    return change.row.instance


def _plain() -> dict:
    """What a form of a new indicator says of itself."""
    change = Change(None)
    initial = {name: form[name].initial for form in (change.row, change.version) for name in form.fields}
    return {name: value for name, value in initial.items() if value is not None} | {
        "source": Indicator.Source.DELIVERED, "city_value": Indicator.CityValue.NONE}


def _own_set(unit: Unit, kind: str, begins: date) -> ValueSet:
    """The sheet of the unit's own indicators with this kind of period."""
    name = f"Số liệu riêng: {unit.short_name}"
    chosen, is_new = ValueSet.objects.get_or_create(code=f"rieng-{unit.slug}-{kind}"[:60], defaults={
        "name_vi": name, "period_kind": kind, "begins": begins})
    if is_new:
        chosen.owing_units.add(unit)
    return chosen


def _free_code(text: str) -> str:
    code, number = text[:56].rstrip("-"), 2
    while Indicator.objects.filter(code=code if number == 2 else f"{code}-{number - 1}").exists():
        number += 1
    return code if number == 2 else f"{code}-{number - 1}"


@transaction.atomic
def opine(actor: Actor, pk: int, *, agrees: bool, words: str) -> Opinion:
    """What the actor's unit says, anew or in place of what it said before; LookupError after the term."""
    user, unit_id = access.asking(actor)
    asked = _locked(pk)
    if asked.until is None or asked.until < timezone.localdate():
        raise LookupError("the term is over")
    if not agrees and not words.strip():
        raise ValueError("an objection needs its words")
    told, _new = Opinion.objects.update_or_create(proposal=asked, unit_id=unit_id, defaults={
        "agrees": agrees, "words": words, "user": user, "at": timezone.now(),
        "answer": "", "answered_by": None, "answered_at": None})
    return told


@transaction.atomic
def reply(actor: Actor, pk: int, words: str) -> Opinion:
    """Answer what a unit said of a proposal; the person who said it is told."""
    _may_define(actor)
    told = Opinion.objects.select_for_update(of=["self"]).select_related("proposal").get(pk=pk)
    _locked(told.proposal_id)
    if not words.strip():
        raise ValueError("an answer needs its words")
    told.answer, told.answered_by, told.answered_at = words, actor.user, timezone.now()
    told.save()
    _tell(told.proposal, Code.OPINION_ANSWERED, [told.user_id])
    return told


@transaction.atomic
def adopt(actor: Actor, pk: int, decision: str) -> Proposal:
    """Apply the proposal as it was typed, checked anew; `NotYet` before the term's end or with an objection that nobody
    answered; `ValueError` with the faults where figures or formulas that came meanwhile forbid it."""
    _may_define(actor)
    asked = _locked(pk)
    if asked.until and asked.until >= timezone.localdate():
        raise NotYet("term")
    if asked.opinions.filter(agrees=False, answered_at=None).exists():
        raise NotYet("objection")
    change = Change(asked.indicator, asked.facts)
    if not change.is_valid():
        raise ValueError(change.faults)
    _apply(actor, asked, change, decision)
    _tell(asked, Code.ADOPTED, _whom_it_concerns(change) | {one.user_id for one in asked.opinions.all()})
    return asked


@transaction.atomic
def withdraw(actor: Actor, pk: int, decision: str) -> Proposal:
    """It will not be; why is kept."""
    _may_define(actor)
    asked = _locked(pk)
    if not decision.strip():
        raise ValueError("a withdrawal needs its reason")
    _decided(actor, asked, State.WITHDRAWN, decision)
    return asked


def _may_define(actor: Actor) -> None:
    if actor.user is None or not access.may(actor, "define"):
        raise PermissionError("define")


def _locked(pk: int) -> Proposal:
    asked = Proposal.objects.select_for_update(of=["self"]).filter(pk=pk, state=State.OPEN).first()
    if asked is None:
        raise LookupError("it is decided")
    return asked


def _apply(actor: Actor, asked: Proposal, change: Change, decision: str) -> None:
    """Write the rows that the forms checked."""
    is_new, coverage = change.indicator is None, change.indicator.coverage if change.indicator else None
    indicator: Indicator = change.row.save()
    version: IndicatorVersion = change.version.instance
    if change.is_new_definition:
        last = indicator.versions.aggregate(last=Max("number"))["last"] or 0
        version.pk, version.indicator, version.number = None, indicator, last + 1
        version.save()
    elif change.version.changed_data:
        names = change.version.changed_data
        IndicatorVersion.objects.filter(pk=change.current.pk).update(  # type: ignore[union-attr]
            **{name: change.version.cleaned_data[name] for name in names})
    if value_set := change.row.cleaned_data.get("value_set"):
        place = value_set.items.aggregate(last=Max("position"))["last"]
        SetItem.objects.create(indicator=indicator, value_set=value_set, position=0 if place is None else place + 1,
                               begins=version.begins)
    asked.indicator = indicator
    _decided(actor, asked, State.ADOPTED, decision)
    if change.is_new_definition and not is_new:
        feed.hand(loading.DEFINITION, [version.pk])
    if coverage not in (None, indicator.coverage):
        totals.recount([(indicator.pk, start) for start in indicator.totals.values_list("start", flat=True)])


def _decided(actor: Actor, asked: Proposal, state: str, decision: str) -> None:
    asked.state, asked.decision, asked.decided_by, asked.decided_at = state, decision, actor.user, timezone.now()
    asked.save()


# Who is told


def _whom_it_concerns(change: Change) -> set[int]:
    """The leaders of the units that owe the indicator or will, and who keeps its set; of all units where it is nobody's
    yet or everybody's."""
    known = change.indicator
    value_set = change.row.cleaned_data.get("value_set") or (
        known.set_item.value_set if known and hasattr(known, "set_item") else None)
    leaders = Membership.objects.valid().filter(is_active=True, role=Role.UNIT_LEADER)
    if value_set is None:
        return set(leaders.values_list("user_id", flat=True))
    now = owed.rule().at(value_set.period_kind, timezone.now())
    units = owed.owing(value_set, [now])[now.start]
    keepers = Keeper.objects.filter(value_set=value_set, unit__in=units).values_list("user_id", "substitute_id")
    return set(leaders.filter(unit__in=units).values_list("user_id", flat=True)) | {
        pk for pair in keepers for pk in pair if pk}


def _tell(asked: Proposal, code: str, users: Sequence[int] | set[int]) -> None:
    day = asked.until if code == Code.CONSULTED else asked.begins
    told = {"words": asked.name, "until": (day or timezone.localdate()).isoformat()}
    link = reverse("proposal", args=[asked.pk])
    notices.tell(notices.Told(user, f"{code}:{asked.pk}", code, link, parameters=told) for user in users)
