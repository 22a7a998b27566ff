"""What people are told in the page (the bell): new periods, revisions and definitions of what they subscribed to, and
answers to what they asked. The only writer of `Notice`.

One notice per person and matter: more of the same changes its time; only a revision or an answer makes it unread again.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from accounts.actors import Actor, Kind
from accounts.models import User
from hcmc_ioc.lib import sql
from indicators import deliveries, loading, owed
from indicators.models import Indicator, IndicatorVersion, Notice, Subscription
from live import feed, hints, topics

TOPIC = "notices"  # and the number of the person
NOTICE = "notice"  # the kind of change that a notice is, for whoever tells it elsewhere too
SHOWN = 100
KINDS = frozenset({deliveries.KIND, loading.DEFINITION})
Code = Notice.Code
# What notices of other apps say, by their code: registered by the app that tells them.
worded: dict[str, Callable[[Notice], str]] = {}


@dataclass(frozen=True)
class Told:
    """What one person is told; `key` says which matter it is, so that it is told once."""

    user_id: int
    key: str
    code: str
    link: str
    at: datetime = field(default_factory=timezone.now)
    indicator_id: int | None = None
    parameters: dict = field(default_factory=dict)


_TELL = """
    INSERT INTO indicators_notice AS known (user_id, key, code, link, at, indicator_id, parameters)
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::bigint[], %s::jsonb[])
    ON CONFLICT (user_id, key) DO UPDATE SET
        at = excluded.at, link = excluded.link, parameters = excluded.parameters,
        code = CASE WHEN excluded.code = 'period' THEN known.code ELSE excluded.code END,
        read_at = CASE WHEN excluded.code = 'period' THEN known.read_at END
    WHERE excluded.at > known.at
    RETURNING id, user_id, key, xmax = 0
"""  # a row that was just made has no xmax


@transaction.atomic
def tell(told: Iterable[Told]) -> None:
    """Tell each of these, and let their open pages know; at most one of a person and key."""
    rows = sorted(told, key=lambda one: (one.user_id, one.key))  # so that none waits crosswise
    if not rows:
        return
    plain = ("user_id", "key", "code", "link", "at", "indicator_id")
    columns = [[getattr(row, name) for row in rows] for name in plain]
    found = sql.rows(_TELL, [*columns, [json.dumps(row.parameters) for row in rows]])
    _raise({user_id for _id, user_id, _key, _new in found})
    periods = {(row.user_id, row.key) for row in rows if row.code == Code.PERIOD}  # make nothing unread again
    if unread := [pk for pk, user_id, key, is_new in found if is_new or (user_id, key) not in periods]:
        feed.hand(NOTICE, unread)


def _raise(user_ids: Iterable[int]) -> None:
    if raised := [f"{TOPIC}:{pk}" for pk in user_ids]:
        hints.publish_on_commit(topics.raise_versions(raised))


# What comes of indicators (a taker of the feed)

_TOUCHED = """
    SELECT fresh.indicator_id, fresh.start, max(fresh.at), max(fresh.at) FILTER (WHERE earlier.flag <> 'preliminary')
    FROM indicators_revision fresh LEFT JOIN indicators_revision earlier
        ON earlier.indicator_id = fresh.indicator_id AND earlier.unit_id = fresh.unit_id
        AND earlier.start = fresh.start AND earlier.revision = fresh.revision - 1
    WHERE fresh.delivery_id = ANY(%s) AND fresh.indicator_id IN (SELECT indicator_id FROM indicators_subscription)
        AND (earlier.id IS NULL OR (earlier.number, earlier.numerator, earlier.denominator)
             IS DISTINCT FROM (fresh.number, fresh.numerator, fresh.denominator))
    GROUP BY 1, 2
"""


def take(changes: list[feed.Change]) -> None:
    """Tell subscribers of the values and definitions that came. What is corrected before it is approved is no revision,
    and an approval that changes no figure is no news."""
    of_values = [change.object_id for change in changes if change.kind == deliveries.KIND]
    touched = sql.rows(_TOUCHED, [of_values]) if of_values else []
    indicators = Indicator.objects.in_bulk({row[0] for row in touched})
    revised = [(indicators[pk], start, at) for pk, start, _latest, at in touched if at is not None]
    arrived = [(indicators[pk], start, at) for pk, start, at, _revised in touched]
    subscribed = _subscribed(indicators)
    tell(_of_period(Code.REVISION, revised, subscribed))
    tell(_of_period(Code.PERIOD, arrived, subscribed))
    tell(_of_definitions([change.object_id for change in changes if change.kind == loading.DEFINITION]))


def _subscribed(indicator_ids: Iterable[int]) -> dict[int, list[Subscription]]:
    found: dict[int, list[Subscription]] = {pk: [] for pk in indicator_ids}
    for row in Subscription.objects.filter(indicator__in=found):
        found[row.indicator_id].append(row)
    return found


def _of_period(code: str, came: list[tuple[Indicator, datetime, datetime]],
               subscribed: dict[int, list[Subscription]]) -> Iterable[Told]:
    for indicator, start, at in came:
        period = owed.rule().at(indicator.period_kind, start)
        link = f"{reverse('indicator', args=[indicator.code])}?ky={owed.key(period)}"
        for row in subscribed[indicator.pk]:
            if at >= row.since:
                yield Told(row.user_id, f"values:{indicator.pk}:{start:%Y%m%d%H}", code, link, at, indicator.pk,
                           {"start": start.isoformat()})


def _of_definitions(version_ids: list[int]) -> Iterable[Told]:
    versions = list(IndicatorVersion.objects.filter(pk__in=version_ids).select_related("indicator"))
    subscribed = _subscribed({version.indicator_id for version in versions})
    for version in versions:
        link = reverse("indicator", args=[version.indicator.code])
        for row in subscribed[version.indicator_id]:
            yield Told(row.user_id, f"definition:{version.pk}", Code.DEFINITION, link,
                       indicator_id=version.indicator_id, parameters={"begins": version.begins.isoformat()})


# Reading them


def mine(user: User) -> list[Notice]:
    """The person's latest notices."""
    return list(Notice.objects.filter(user=user).select_related("indicator").order_by("-at")[:SHOWN])


def read(user: User) -> None:
    """The person has seen them all."""
    with transaction.atomic():
        if Notice.objects.filter(user=user, read_at=None).update(read_at=timezone.now()):
            _raise([user.pk])


@dataclass(frozen=True)
class Bell:
    topic: str
    unread: int
    version: int


_BELL = """
    SELECT (SELECT count(*) FROM indicators_notice WHERE user_id = %s AND read_at IS NULL),
           coalesce((SELECT version FROM live_topicversion WHERE topic = %s), 0)
"""


def bell_of(user: Any) -> Bell | None:
    """How many notices the person has not read; None for whoever has no account."""
    if not getattr(user, "pk", None):
        return None
    topic = f"{TOPIC}:{user.pk}"
    with connection.cursor() as cursor:
        cursor.execute(_BELL, [user.pk, topic])
        return Bell(topic, *cursor.fetchone())


def bell(request) -> dict:
    """`bell` for every page (a context processor), asked for where a page draws it."""
    return {"bell": SimpleLazyObject(lambda: bell_of(getattr(request, "user", None)))}


def may_hear(actor: Actor, number: int | None) -> bool:
    """Everybody hears of their own notices alone."""
    return actor.kind == Kind.PERSON and actor.user is not None and actor.user.pk == number
