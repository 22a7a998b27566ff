"""Lists of directives: what leaders watch, what a unit has to do, how units keep their terms. A few statements each,
however many directives there are."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.actors import Actor
from coordination import access
from coordination.machines.directives import AT_WORK, OPEN, State
from coordination.models import Directive, Extension, Recipient
from districts.models import Unit
from hcmc_ioc.lib import sql

BEHIND, AHEAD = 14, 28  # days of the strip
SHOWN = 25


@dataclass(frozen=True)
class Counts:
    """Open recipients: not accepted (of these late), at work, late of all, waiting for the sender."""

    unaccepted: int
    accepted_late: int
    at_work: int
    late: int
    waiting: int

    @property
    def open(self) -> int:
        return self.unaccepted + self.at_work + self.waiting


def recipients(actor: Actor) -> QuerySet[Recipient]:
    """The lives that this actor may see."""
    found = Recipient.objects.select_related("directive__level", "directive__sender_unit", "unit")
    if access.reads_all(actor):
        return found
    own = access.units_of(actor)
    return found.filter(Q(unit__in=own) | Q(directive__sender_unit__in=own))


def late(now: datetime) -> Q:
    """What `Recipient.is_late` says of open ones, for lists."""
    return Q(state__in=OPEN) & (Q(late_since__isnull=False) | Q(reported_at=None, due_at__lt=now)
                                | Q(reported_at__gt=F("due_at")))


def narrowed(way: str, now: datetime) -> Q:
    return {
        "chua-tiep-nhan": Q(state=State.SENT), "dang-lam": Q(state__in=AT_WORK), "qua-han": late(now),
        "cho-xac-nhan": Q(state__in=[State.REPORTED, State.REFUSED]), "da-xong": ~Q(state__in=OPEN),
        "dang-mo": Q(state__in=OPEN),
    }.get(way, Q())


def counts(rows: QuerySet[Recipient], now: datetime) -> Counts:
    found = rows.order_by().filter(state__in=OPEN).aggregate(
        unaccepted=Count("pk", filter=Q(state=State.SENT)),
        accepted_late=Count("pk", filter=Q(state=State.SENT, accept_by__lt=now)),
        at_work=Count("pk", filter=Q(state__in=AT_WORK)),
        late=Count("pk", filter=late(now)),
        waiting=Count("pk", filter=Q(state__in=[State.REPORTED, State.REFUSED])))
    return Counts(**found)


@dataclass(frozen=True)
class Row:
    """A directive with how its recipients fare."""

    directive: Directive
    units: list[str]
    total: int
    accepted: int
    unseen: int
    ended: int
    confirmed: int
    waiting: int
    late: int
    extensions: int
    next_due: datetime | None

    @property
    def more(self) -> int:
        return self.total - len(self.units)


def directives(actor: Actor, asked: dict[str, Any], now: datetime) -> QuerySet[Directive]:
    """Those with a recipient that is asked for (`way`, `unit`, `kind`, `text`, `mine`), the newest first."""
    lives = Recipient.objects.filter(directive=OuterRef("pk")).filter(narrowed(asked.get("way", ""), now))
    if unit := asked.get("unit"):
        lives = lives.filter(unit=unit)
    found = access.readable(actor).filter(Exists(lives)).select_related("level", "sender_unit", "sender")
    if kind := asked.get("kind"):
        found = found.filter(kind=kind)
    if text := asked.get("text"):
        found = found.filter(Q(title__icontains=text) | Q(pk=_number(text)))
    if asked.get("mine") and actor.user is not None:
        found = found.filter(sender=actor.user)
    return found.order_by("-sent_at", "-pk")


def _number(text: str) -> int:
    digits = text.rpartition("-")[2]
    return int(digits) if digits.isdecimal() and len(digits) < 18 else 0


_FARE = """
    SELECT directive_id, count(*), count(*) FILTER (WHERE accepted_at IS NOT NULL),
        count(*) FILTER (WHERE seen_at IS NULL AND state = 'sent'), count(*) FILTER (WHERE ended_at IS NOT NULL),
        count(*) FILTER (WHERE state = 'confirmed'), count(*) FILTER (WHERE state IN ('reported', 'refused')),
        count(*) FILTER (WHERE late_since IS NOT NULL
            OR ended_at IS NULL AND coalesce(reported_at, %(now)s) > due_at),
        (SELECT count(*) FROM coordination_extension asked JOIN coordination_recipient life ON life.id = recipient_id
         WHERE life.directive_id = rows.directive_id AND agreed IS NULL AND life.ended_at IS NULL),
        min(due_at) FILTER (WHERE ended_at IS NULL)
    FROM coordination_recipient rows WHERE directive_id = ANY(%(ids)s) GROUP BY directive_id
"""
_NAMED = """
    SELECT directive_id, array_agg(unit_id ORDER BY part DESC, place) FROM (
        SELECT directive_id, unit_id, part, id AS place,
            row_number() OVER (PARTITION BY directive_id ORDER BY part DESC, id) AS nth
        FROM coordination_recipient WHERE directive_id = ANY(%s)) numbered WHERE nth <= 2 GROUP BY 1
"""


def rows(found: list[Directive], now: datetime) -> list[Row]:
    """Each with how its recipients fare: two statements for the whole page."""
    ids = [one.pk for one in found]
    fare = {row[0]: row[1:] for row in sql.rows(_FARE, {"ids": ids, "now": now})}
    named = dict(sql.rows(_NAMED, [ids]))
    units = Unit.objects.in_bulk({pk for two in named.values() for pk in two})
    return [Row(one, [units[pk].name for pk in named[one.pk]], *fare[one.pk]) for one in found]


@dataclass(frozen=True)
class Day:
    """Open recipients whose term ends on one day, by state, of each how many are late."""

    offset: int  # from today; the first and the last hold all before and after
    marks: list[tuple[str, bool, int]]


_STRIP = """
    SELECT greatest(-%(behind)s, least(%(ahead)s, (due_at AT TIME ZONE %(zone)s)::date - %(today)s::date)) AS day,
        CASE WHEN state = 'sent' THEN 'sent' WHEN state IN ('reported', 'refused') THEN 'waiting' ELSE 'at_work' END,
        late_since IS NOT NULL OR coalesce(reported_at, %(now)s) > due_at, count(*)
    FROM coordination_recipient WHERE ended_at IS NULL AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s))
    GROUP BY 1, 2, 3 ORDER BY 1, 3 DESC, 2
"""


def strip(units: list[int] | None, now: datetime) -> list[Day]:
    """By day of the term, from two weeks behind to four ahead."""
    given = {"behind": BEHIND, "ahead": AHEAD, "zone": str(timezone.get_current_timezone()), "now": now,
             "today": timezone.localdate(now), "units": units}
    by_day: dict[int, list[tuple[str, bool, int]]] = {day: [] for day in range(-BEHIND, AHEAD + 1)}
    for day, state, is_late, count in sql.rows(_STRIP, given):
        by_day[day].append((state, is_late, count))
    return [Day(day, marks) for day, marks in by_day.items()]


@dataclass(frozen=True)
class Discipline:
    """How a unit kept its terms among what was asked of it since a day; shares are over what could be judged."""

    unit: Unit
    asked: int
    accepted_in_time: int
    accept_judged: int
    done_in_time: int
    done_judged: int
    returned: int
    late: int
    open: int
    refused: int  # how often the unit gave a task back

    @property
    def accept_share(self) -> float | None:
        return self.accepted_in_time / self.accept_judged if self.accept_judged else None

    @property
    def done_share(self) -> float | None:
        return self.done_in_time / self.done_judged if self.done_judged else None


_DISCIPLINE = """
    SELECT unit_id, count(*),
        count(*) FILTER (WHERE accepted_at <= accept_by),
        count(*) FILTER (WHERE accepted_at IS NOT NULL OR accept_by < %(now)s AND state = 'sent'),
        count(*) FILTER (WHERE late_since IS NULL AND reported_at <= due_at AND state NOT IN %(nothing)s),
        count(*) FILTER (WHERE state NOT IN %(nothing)s
            AND (late_since IS NOT NULL OR reported_at IS NOT NULL OR due_at < %(now)s)),
        sum(returns),
        count(*) FILTER (WHERE ended_at IS NULL
            AND (late_since IS NOT NULL OR coalesce(reported_at, %(now)s) > due_at)),
        count(*) FILTER (WHERE ended_at IS NULL),
        coalesce(sum(refusals), 0)
    FROM coordination_recipient LEFT JOIN (
        SELECT recipient_id, count(*) AS refusals FROM coordination_directiveevent
        WHERE verb = 'refuse' AND at >= %(since)s GROUP BY 1
    ) given_back ON recipient_id = id
    WHERE asked_at >= %(since)s AND (%(units)s::bigint[] IS NULL OR unit_id = ANY(%(units)s)) GROUP BY unit_id
"""


def discipline(since: datetime, now: datetime, units: list[int] | None = None) -> list[Discipline]:
    """Every unit that was asked anything since then, the city among them, in the order of their names."""
    found = sql.rows(_DISCIPLINE, {"since": since, "now": now, "units": units,
                                  "nothing": ("refused", "released", "recalled")})
    known = Unit.objects.in_bulk([row[0] for row in found])
    every = [Discipline(known[row[0]], *row[1:]) for row in found]
    return sorted(every, key=lambda one: one.unit.sort_key)


def extensions(recipient_ids: list[int]) -> dict[int, Extension]:
    """What waits for an answer, by recipient."""
    asked = Extension.objects.filter(recipient__in=recipient_ids, agreed=None).select_related("asked_by")
    return {one.recipient_id: one for one in asked}


def duties(actor: Actor, now: datetime) -> list[Recipient]:
    """What this person's unit has to do: first what waits to be accepted, then by term."""
    own = access.units_of(actor)
    mine = recipients(actor).filter(unit__in=own, ended_at=None).order_by("due_at", "pk")
    return sorted(mine[:500], key=lambda row: (row.state != State.SENT, row.due_at))


def year_back(now: datetime) -> datetime:
    return now - timedelta(days=365)
