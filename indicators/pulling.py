"""Figures fetched from an address: only from allowed hosts, then on the one path of all doors – parse, stage, check,
difference, commit. What is far fewer rows than usual is kept back until somebody has looked at it.
"""

import hashlib
import logging
import threading
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from statistics import median

from django.db import connections, transaction
from django.db.models import Max, Q, Window
from django.db.models.functions import RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from hcmc_ioc.lib import addresses
from hcmc_ioc.lib.fetching import Fetched, fetch
from indicators import deliveries, importing, json_rows, owed, reading
from indicators.arithmetic import Flag
from indicators.mappings import FileMapping, Reader, Reject
from indicators.models import Delivery, Indicator, Pull, PullHost, PullRun
from indicators.models.pulls import PERIOD, next_after

ACTOR = Actor.system("pull")
TASK = "indicators.tasks.pull"
SECONDS, MOST_BYTES = 30.0, 20_000_000
USUAL, FEWEST = 10, 3  # good tries that say how many rows are usual; with fewer nobody knows
TOLD = 3  # rejected rows in a message
Outcome = PullRun.Outcome
log = logging.getLogger(__name__)
_room = threading.Semaphore(1)


def start() -> None:
    """Call what is due in a thread of our own, so that no slow source holds up the other work of the background;
    nothing where this process does it already."""
    if _room.acquire(blocking=False):
        try:
            threading.Thread(target=_run, name="pulls").start()
        except RuntimeError:  # the process ends
            _room.release()


def _run() -> None:
    try:
        pull_due(timezone.now())
    except Exception:
        log.exception("pulls: stopped; what was left is called by the next round")
    finally:
        connections.close_all()
        _room.release()


def pull_due(now: datetime) -> int:
    """Call what is due, one source after the other; returns how many were called."""
    called = 0
    while (pull := _claimed(now)) is not None:
        run(pull)
        called += 1
    return called


def _claimed(now: datetime) -> Pull | None:
    """One that is due; until it is settled, or an hour has passed, nobody else calls it."""
    with transaction.atomic():
        due = Pull.objects.filter(is_on=True).exclude(next_at__gt=now).order_by("next_at", "pk")
        pull = due.select_for_update(skip_locked=True).first()
        if pull is not None:
            pull.next_at = next_after(pull, now, is_good=False)
            pull.save(update_fields=["next_at"])
        return pull


def soon(pull: Pull) -> None:
    """Let the background call it now."""
    Pull.objects.filter(pk=pull.pk).update(next_at=timezone.now())


def run(pull: Pull) -> PullRun:
    """Fetch it and take what it says; whatever goes wrong is written down as a run."""
    try:
        found = _taken(pull)
    except Exception:
        log.exception("pull %s failed", pull.pk)
        found = PullRun(outcome=Outcome.BROKEN)
    now = timezone.now()
    found.pull, found.at = pull, now
    found.save()
    Pull.objects.filter(pk=pull.pk).update(next_at=next_after(pull, now, is_good=found.is_good))
    return found


def _taken(pull: Pull) -> PullRun:
    came = _fetched(pull)
    if came.error:
        return PullRun(outcome=came.error, detail=f"HTTP {came.status}" if came.status else "")
    digest = hashlib.sha256(came.body).hexdigest()
    if digest == pull.sha256:
        return PullRun(outcome=Outcome.SAME)
    if came.media_type == "text/html" or came.body.lstrip()[:1] == b"<":
        return PullRun(outcome=Outcome.HTML)
    try:
        read = _Read(pull, came.body)
    except reading.CannotRead as exc:
        return PullRun(outcome=Outcome.UNREADABLE, detail=str(exc)[:1000])
    if read.rejects:
        return PullRun(outcome=Outcome.REJECTED, detail=_told(read.rejects), rows=read.count)
    if not read.given:
        return PullRun(outcome=Outcome.EMPTY, rows=read.count)
    return _staged(pull, read, digest)


def _fetched(pull: Pull) -> Fetched:
    rule = owed.rule()
    url = pull.url.replace(PERIOD, rule.before(rule.at(pull.period_kind, timezone.now())).code)
    try:
        host = addresses.read(url).host
    except ValueError:
        return Fetched(Outcome.URL)
    if not PullHost.objects.filter(host=host).exists():
        return Fetched(Outcome.HOST)
    headers = {pull.header: pull.secret} if pull.header else {}
    return fetch(url, headers, seconds=SECONDS, most_bytes=MOST_BYTES)


class _Read:
    """What the document says: `given` values, or the rows that come to nothing; `CannotRead` where it is unusable."""

    def __init__(self, pull: Pull, body: bytes) -> None:
        self.mapping = FileMapping.typed(pull.mapping)
        reader = Reader(self.mapping)
        self.given = [self._preliminary(reader, one) for one in reader.values(self._rows(pull, body))]
        self.rejects, self.count = reader.rejects + list(self._not_owed(reader)), reader.read

    def _rows(self, pull: Pull, body: bytes) -> Iterator[reading.Row]:
        if pull.form == Pull.Form.JSON:
            return json_rows.rows(body, pull.rows_at)
        return reading.rows(
            "x.csv", BytesIO(body), encoding=self.mapping.encoding, delimiter=self.mapping.delimiter)

    def _preliminary(self, reader: Reader, one: deliveries.Given) -> deliveries.Given:
        """No door leads around the unit's leader."""
        indicator = reader.known.by_id(one.indicator_id)
        waits = hasattr(indicator, "set_item") and indicator.set_item.value_set.needs_approval
        return replace(one, flag=Flag.PRELIMINARY) if waits and one.flag == Flag.FINAL else one

    def _not_owed(self, reader: Reader) -> Iterator[Reject]:
        known = reader.known
        units = {unit.pk: unit for found in known.units.values() for unit in found}
        for one in self.given:
            indicator = known.by_id(one.indicator_id)
            period = owed.rule().at(indicator.period_kind, one.start)
            row = reading.Row(int(one.rows.partition(",")[0] or 0), {})
            if indicator.source != Indicator.Source.DELIVERED:
                yield Reject(row, _("Chỉ số này không nhận số liệu gửi đến."))
            elif not known.owes(units[one.unit_id], indicator, period):
                yield Reject(row, _("Đơn vị này không phải gửi chỉ số đó trong kỳ."))


def _told(rejects: list[Reject]) -> str:
    rows = [_("dòng %(row)s: %(reason)s") % {"row": one.row.number, "reason": one.reason} for one in rejects[:TOLD]]
    more = len(rejects) - len(rows)
    return ("; ".join(rows) + (_("; và %(n)s dòng khác") % {"n": more} if more > 0 else ""))[:1000]


@transaction.atomic
def _staged(pull: Pull, read: _Read, digest: str) -> PullRun:
    """Keep what came, and commit it where it is as much as usual."""
    if Pull.objects.select_for_update().get(pk=pull.pk).sha256 == digest:  # somebody was faster
        return PullRun(outcome=Outcome.SAME)
    _drop_held(pull)
    delivery = deliveries.stage(deliveries.new(
        ACTOR, door=Delivery.Door.PULL, value_set=pull.value_set, file_name=pull.name, sha256=digest,
        mapping=read.mapping.name[:80], is_history=read.mapping.history), read.given)
    usual = usual_rows(pull)
    if usual is not None and read.count * 100 < usual * pull.least_percent:
        words = _("%(n)s dòng, thường có khoảng %(usual)s") % {"n": read.count, "usual": round(usual)}
        return PullRun(outcome=Outcome.HELD, detail=words, rows=read.count, delivery=delivery)
    return _committed(PullRun(pull=pull, rows=read.count), delivery)


def _committed(found: PullRun, delivery: Delivery) -> PullRun:
    outcome = deliveries.commit(delivery, importing.versions())
    Pull.objects.filter(pk=found.pull_id).update(sha256=delivery.sha256)
    found.delivery, found.outcome = delivery, Outcome.TAKEN
    found.detail = _("%(new)s mới, %(changed)s thay đổi, %(same)s như cũ") % {
        "new": outcome.new, "changed": outcome.changed, "same": outcome.same}
    return found


def usual_rows(pull: Pull) -> float | None:
    """How many rows its good tries bring; None while too few are known."""
    return _usual(list(pull.runs.filter(outcome=Outcome.TAKEN).values_list("rows", flat=True)[:USUAL]))


def _usual(rows: Sequence[int | None]) -> float | None:
    return median(count or 0 for count in rows) if len(rows) >= FEWEST else None


# What was kept back


def _drop_held(pull: Pull) -> None:
    """What came after replaces what still waits for somebody's look."""
    for old in pull.runs.filter(outcome=Outcome.HELD).select_related("delivery"):
        if old.delivery is not None:
            deliveries.drop(old.delivery)
        old.outcome = Outcome.DROPPED
        old.save(update_fields=["outcome"])


@transaction.atomic
def settle(held: PullRun, *, take: bool) -> bool:
    """Take what was kept back, or drop it; False where that was done already."""
    locked = PullRun.objects.select_for_update(of=("self",)).select_related("delivery", "pull").get(pk=held.pk)
    if locked.outcome != Outcome.HELD or locked.delivery is None:
        return False
    if take:
        _committed(locked, locked.delivery)
    else:
        deliveries.drop(locked.delivery)
        locked.outcome = Outcome.DROPPED
    locked.save()
    return True


# How the sources are


@dataclass(frozen=True)
class Source:
    """A source as its page shows it."""

    pull: Pull
    runs: list[PullRun]
    good_at: datetime | None  # the last try that went well
    fresh_at: datetime | None  # the last one that brought something
    usual: float | None
    is_stale: bool

    @property
    def latest(self) -> PullRun | None:
        return self.runs[0] if self.runs else None

    @property
    def is_wrong(self) -> bool:
        is_failing = self.latest is not None and self.latest.outcome in PullRun.FAILED
        return self.pull.is_on and (self.is_stale or is_failing)


SHOWN = 8  # tries of a source


def sources(now: datetime) -> list[Source]:
    """Every source with its latest tries, what is wrong first; in three queries however many there are."""
    latest, taken = _last(SHOWN), _last(USUAL, outcome=Outcome.TAKEN)
    found = []
    for pull in Pull.objects.select_related("value_set").annotate(
            good_at=Max("runs__at", filter=Q(runs__outcome__in=PullRun.GOOD)),
            fresh_at=Max("runs__at", filter=Q(runs__outcome=Outcome.TAKEN))):
        fresh = pull.fresh_at
        is_stale = pull.stale_days is not None and fresh is not None and (now - fresh).days >= pull.stale_days
        usual = _usual([one.rows for one in taken[pull.pk]])
        found.append(Source(pull, latest[pull.pk], pull.good_at, fresh, usual, is_stale))
    return sorted(found, key=lambda one: (not one.is_wrong, one.pull.name))


def _last(count: int, **where) -> defaultdict[int, list[PullRun]]:
    """So many of the latest tries of each source, the latest first."""
    place = Window(RowNumber(), partition_by="pull_id", order_by="-id")
    found: defaultdict[int, list[PullRun]] = defaultdict(list)
    for one in PullRun.objects.filter(**where).annotate(place=place).filter(place__lte=count).order_by("-pk"):
        found[one.pull_id].append(one)
    return found
