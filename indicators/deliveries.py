"""How values arrive, by whatever door: stage, show the difference, commit exactly what was staged. The only writer of
values, revisions and deliveries.

Checks are run on what changed, in the same transaction (`quality`). Two who bring the same value at once wait for each
other on its row; each revision is counted. What a delivery does not name it does not change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from accounts.actors import Actor
from hcmc_ioc.lib.sql import array
from indicators import quality
from indicators.arithmetic import Flag, Parts
from indicators.models import Delivery, Revision, Staged, Value
from live import feed

KIND = "values"  # of a change in the feed: the id of a delivery
BATCH = 5_000


@dataclass(frozen=True)
class Given:
    """One value that somebody brings; `rows` are those of the file that made it."""

    indicator_id: int
    unit_id: int
    start: datetime
    version_id: int
    parts: Parts
    flag: str = Flag.FINAL
    note: str = ""
    working: str = ""
    rows: str = ""


@dataclass(frozen=True)
class Outcome:
    new: int = 0
    changed: int = 0
    same: int = 0

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(self.new + other.new, self.changed + other.changed, self.same + other.same)


def new(actor: Actor, *, door: str, state: str = Delivery.State.COMMITTED, **more) -> Delivery:
    """A delivery by this actor, not saved."""
    return Delivery(door=door, state=state, at=timezone.now(), actor_kind=actor.kind, actor_ref=actor.own_ref,
                    user=actor.user, **more)


@transaction.atomic
def bring(delivery: Delivery, given: Sequence[Given], *, at: datetime | None = None) -> Outcome:
    """Commit these values as (a further part of) the delivery, and tell who wants to know; all or nothing. `at` is when
    they came, now unless a past is told."""
    if delivery.pk is None:
        delivery.save()
    outcome, touched = Outcome(), []
    ordered = sorted(given, key=lambda one: (one.indicator_id, one.start, one.unit_id))  # so that none waits crosswise
    for first in range(0, len(ordered), BATCH):
        more, keys = _put(delivery, ordered[first : first + BATCH], at or timezone.now())
        outcome += more
        touched += keys
    delivery.new += outcome.new
    delivery.changed += outcome.changed
    delivery.same += outcome.same
    delivery.save()
    if touched:
        quality.judge(touched, at or timezone.now())
        feed.hand(KIND, [delivery.pk], is_history=delivery.is_history)
    return outcome


_GIVEN = """
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[], %s::bigint[], %s::numeric[], %s::numeric[],
                         %s::numeric[], %s::text[], %s::text[], %s::text[])
    WITH ORDINALITY AS given (indicator_id, unit_id, start, version_id, number, numerator, denominator, flag, note,
                              working, place)
"""
_PUT = f"""
    WITH given AS ({_GIVEN}), put AS (
        INSERT INTO indicators_value AS held (indicator_id, unit_id, start, version_id, number, numerator, denominator,
                                              flag, revision, delivery_id, at, first_at, is_history)
        SELECT indicator_id, unit_id, start, version_id, number, numerator, denominator, flag, 1, %s, %s, %s, %s
        FROM given ORDER BY place
        ON CONFLICT (indicator_id, start, unit_id) DO UPDATE SET
            version_id = excluded.version_id, number = excluded.number, numerator = excluded.numerator,
            denominator = excluded.denominator, flag = excluded.flag, revision = held.revision + 1,
            delivery_id = excluded.delivery_id, at = excluded.at,
            first_at = CASE WHEN held.flag IN ('missing', 'cannot_exist', 'withdrawn') THEN excluded.at
                            ELSE held.first_at END  -- a reason sent in time makes no number timely
        WHERE (held.number, held.numerator, held.denominator, held.flag)
              IS DISTINCT FROM (excluded.number, excluded.numerator, excluded.denominator,
                                CASE WHEN held.flag = 'final' AND excluded.flag = 'preliminary' THEN 'final'
                                     ELSE excluded.flag END)
        RETURNING held.*
    ), kept AS (
        INSERT INTO indicators_revision (indicator_id, unit_id, start, version_id, number, numerator, denominator, flag,
                                         revision, delivery_id, at, note, working)
        SELECT put.indicator_id, put.unit_id, put.start, put.version_id, put.number, put.numerator, put.denominator,
               put.flag, put.revision, put.delivery_id, put.at, given.note, given.working
        FROM put JOIN given USING (indicator_id, unit_id, start)
        RETURNING indicator_id, unit_id, start, revision
    )
    SELECT indicator_id, unit_id, start, revision FROM kept
"""


def _put(delivery: Delivery, given: Sequence[Given], at: datetime) -> tuple[Outcome, list[quality.Key]]:
    """What became of these values, and which of them are other than before."""
    with connection.cursor() as cursor:
        cursor.execute(_PUT, [*_columns(given), delivery.pk, at, at, delivery.is_history])
        kept = cursor.fetchall()
    fresh = sum(revision == 1 for *_key, revision in kept)
    return Outcome(fresh, len(kept) - fresh, len(given) - len(kept)), [tuple(row[:3]) for row in kept]


def _columns(given: Sequence[Given]) -> list[str]:
    return [array(column) for column in (
        (one.indicator_id for one in given), (one.unit_id for one in given), (one.start for one in given),
        (one.version_id for one in given), (one.parts.number for one in given), (one.parts.numerator for one in given),
        (one.parts.denominator for one in given), (str(one.flag) for one in given), (one.note for one in given),
        (one.working for one in given))]


# Files: what was read is kept until somebody commits or drops it


@transaction.atomic
def stage(delivery: Delivery, given: Iterable[Given]) -> Delivery:
    """Keep what a file says, without changing a value."""
    delivery.state = Delivery.State.STAGED
    delivery.save()
    Staged.objects.bulk_create((
        Staged(delivery=delivery, indicator_id=one.indicator_id, unit_id=one.unit_id, start=one.start,
               number=one.parts.number, numerator=one.parts.numerator, denominator=one.parts.denominator,
               flag=one.flag, note=one.note, rows=one.rows) for one in given), batch_size=BATCH)
    return delivery


_DIFFERENCE = """
    SELECT count(*) FILTER (WHERE held.id IS NULL),
           count(*) FILTER (WHERE held.id IS NOT NULL AND (held.number, held.numerator, held.denominator, held.flag)
               IS DISTINCT FROM (staged.number, staged.numerator, staged.denominator, staged.flag)),
           count(*)
    FROM indicators_staged staged LEFT JOIN indicators_value held USING (indicator_id, unit_id, start)
    WHERE staged.delivery_id = %s
"""


def difference(delivery: Delivery) -> Outcome:
    """What committing the staged delivery would do now."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCE, [delivery.pk])
        fresh, changed, every = cursor.fetchone()
    return Outcome(fresh, changed, every - fresh - changed)


@transaction.atomic
def commit(delivery: Delivery, versions) -> Outcome:
    """Bring exactly what was staged; a second time it changes nothing. `versions(indicator_id, start)` is the id of
    the definition in force."""
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state != Delivery.State.STAGED:
        return Outcome(same=locked.new + locked.changed + locked.same)
    rows = Staged.objects.filter(delivery=locked)
    given = [Given(row.indicator_id, row.unit_id, row.start, versions(row.indicator_id, row.start),
                   Parts(row.number, row.numerator, row.denominator), row.flag, row.note) for row in rows.iterator()]
    locked.state = Delivery.State.COMMITTED
    outcome = bring(locked, given)
    rows.delete()
    return outcome


@transaction.atomic
def drop(delivery: Delivery) -> None:
    """Forget what was staged."""
    locked = Delivery.objects.select_for_update().get(pk=delivery.pk)
    if locked.state == Delivery.State.STAGED:
        Staged.objects.filter(delivery=locked).delete()
        locked.state = Delivery.State.DROPPED
        locked.save()


def withdraw(actor: Actor, value: Value, note: str) -> Outcome:
    """Take a value back, for a reason; its revisions stay."""
    if not note.strip():
        raise ValueError("a withdrawal needs its reason")
    taken = Given(value.indicator_id, value.unit_id, value.start, value.version_id, Parts(), Flag.WITHDRAWN, note)
    return bring(new(actor, door=Delivery.Door.FORM, unit_id=value.unit_id, start=value.start), [taken])


def history(indicator_id: int, unit_id: int, start: datetime) -> list[Revision]:
    """Every revision of a value, the latest first."""
    found = Revision.objects.filter(indicator_id=indicator_id, unit_id=unit_id, start=start)
    return list(found.select_related("delivery__user", "version").order_by("-revision"))
