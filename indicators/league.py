"""What the pages of units beside each other show: one indicator and all units; one unit and all indicators."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Role
from districts.models import Unit
from hcmc_ioc.lib import beside
from indicators import access, board, owed, saying
from indicators.answers import Answer, answer, delivered, sources, version_for
from indicators.arithmetic import Kind
from indicators.judging import peers
from indicators.judging.peers import Group, Peers, Place
from indicators.models import Indicator, Reply, Total
from indicators.periods import Period

SHOWN = 13  # periods to choose from
FIRST = ("tickets-on-time", "ae-4h-type1")  # what the page opens with, where the city has it


def choices(actor: Actor) -> list[Indicator]:
    """What may be compared: what the actor sees unasked and units have figures of, proportions first."""
    every = [one for one in board.catalogue() if access.sees_unasked(actor, one) and has_units(one)]
    return sorted(every, key=lambda one: not _is_share(one))


def has_units(indicator: Indicator) -> bool:
    kept = indicator.source in (Indicator.Source.DELIVERED, Indicator.Source.FORMULA) or indicator.source in sources
    return kept and indicator.city_value != Indicator.CityValue.DELIVERED


def _is_share(indicator: Indicator) -> bool:
    return list(indicator.versions.all())[-1].kind == Kind.PROPORTION


def first(every: Sequence[Indicator]) -> Indicator | None:
    there = {one.code: one for one in every}
    return next((there[code] for code in FIRST if code in there), every[0] if every else None)


def periods(indicator: Indicator, now: datetime) -> list[Period]:
    """Those that are over and may have figures, the newest first."""
    rule, latest = owed.rule(), now
    if indicator.source == Indicator.Source.DELIVERED:
        newest = Total.objects.filter(indicator=indicator, delivered__gt=0).order_by("-start")
        latest = newest.values_list("start", flat=True).first() or now
    period = rule.at(indicator.period_kind, latest)
    if period.end > now:
        period = rule.before(period)
    found = [period]
    while len(found) < SHOWN:
        found.append(rule.before(found[-1]))
    return found


@dataclass(frozen=True)
class Said:
    """What the unit says beside its figure: the newest reply, and how many came before it."""

    reply: Reply
    earlier: int


def replies(indicator: Indicator, period: Period) -> dict[int, Said]:
    rows: defaultdict[int, list[Reply]] = defaultdict(list)
    asked = Reply.objects.filter(indicator=indicator, start=period.start).select_related("author")
    for row in asked.order_by("-pk"):
        rows[row.unit_id].append(row)
    return {unit: Said(own[0], len(own) - 1) for unit, own in rows.items()}


def contacts(places: Iterable[Place]) -> dict[int, str]:
    """Whom to ask of the units that do better: the unit's phone, else who leads it."""
    units = {place.like.pk: place.like for place in places if place.like is not None}
    told = {pk: unit.phone for pk, unit in units.items() if unit.phone}
    leaders = Membership.objects.valid().filter(role=Role.UNIT_LEADER, unit__in=units.keys() - told.keys())
    return {row.unit_id: row.user.full_name for row in leaders.select_related("user").order_by("-pk")} | told


@dataclass(frozen=True)
class Beside:
    """One indicator of a unit among its like. `middle` is what all of them reach together, of what is no proportion
    their median; `trend` the unit's own figures."""

    row: board.Row
    group: Group
    place: Place
    middle: float

    @property
    def in_bands(self) -> bool:
        return self.place.band is not None


def profile(actor: Actor, unit: Unit, now: datetime) -> list[Beside]:
    """The unit's figures of every open indicator beside its peers', of the last period that is over; what is clearly
    worse first."""
    open_ones = [one for one in choices(actor) if one.access == Indicator.Access.OPEN]
    units = list(Unit.objects.in_force().exclude(kind__in=peers.NOT_PEERS))
    own = [one for one in units if one.peer_group == unit.peer_group]
    rows = {row.indicator.pk: row for row in board.of_unit(open_ones, unit.pk)}
    found = []
    for indicator, asked in _latest(open_ones, now):
        last = asked[-1]
        judged = peers.beside(indicator, version_for(indicator, last.period), last, own)
        group = judged.groups[0] if judged.groups else None
        place = group.at(unit.pk) if group else None
        if group is None or place is None:
            continue
        row = rows.get(indicator.pk) or board.Row(indicator, last.period, place.cell, board.NO_TARGET,
                                                  _trend(asked, unit), None)
        found.append(Beside(row, group, place, _middle(judged, group)))
    order = {"worse": 0, "better": 1, "usual": 2, "unknown": 3, None: 4}
    return sorted(found, key=lambda one: (order[one.place.band], one.row.indicator.field.position))


def explained(unit: Unit, rows: Iterable[Beside]) -> dict[int, list[beside.Remark]]:
    """What the unit said of these figures of its own, by indicator."""
    asked = [beside.Figure(one.row.indicator.pk, unit.pk, one.row.period.start,
                           saying.measured(one.row.indicator, one.place.cell.value))
             for one in rows if one.row.period is not None]
    return {one.indicator_id: remarks for one, remarks in beside.about_figures(asked).items()} if asked else {}


def _trend(asked: Sequence[Answer], unit: Unit) -> tuple[float | None, ...]:
    values = [one.units[unit.pk].value if unit.pk in one.units else None for one in asked]
    return tuple(None if value is None else float(value) for value in values)


def _middle(judged: Peers, group: Group) -> float:
    if group.funnel is not None:
        return group.funnel.centre * float(judged.version.factor)
    return median(float(place.cell.value or 0) for place in group.places)


def _latest(indicators: Sequence[Indicator], now: datetime) -> list[tuple[Indicator, Sequence[Answer]]]:
    """Each with its last period that is over, last; what is delivered by kind of period together, what is counted when
    it is asked for with the periods before."""
    by_kind: defaultdict[str, list[Indicator]] = defaultdict(list)
    found: list[tuple[Indicator, Sequence[Answer]]] = []
    for one in indicators:
        if one.source == Indicator.Source.DELIVERED:
            by_kind[one.period_kind].append(one)
        else:
            found.append((one, answer(one, periods(one, now)[::-1])))
    for own in by_kind.values():
        newest = Total.objects.filter(indicator__in=own, delivered__gt=0).order_by("-start")
        start = newest.values_list("start", flat=True).first()
        if start is not None:
            last = owed.rule().at(own[0].period_kind, start)
            last = last if last.end <= now else owed.rule().before(last)
            asked = delivered(own, [last])
            found += [(one, asked[one.pk]) for one in own]
    return found
