"""What needs a leader: at most seven rows from alerts, clusters of reports and figures that miss their targets, each
one sentence with since when, where it leads, and who knows of it. When there is nothing, what was looked at."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, User
from hcmc_ioc.lib.caching import ttl_cache
from hcmc_ioc.lib.words import number
from indicators import board, notices, owed, saying, totals
from indicators.models import Indicator, Notice
from live import topics as live_topics
from signals import access, topics
from signals.models import Alert, AlertRule, Cluster, Known, Look, Severity, Silence, Viewer

MOST = 7
NAMED = 3  # units in a row
SAME_LOOK = timedelta(minutes=5)
ALL = 500
WORSE = 0.1  # by so much of the level that is known a matter is worse, and comes back


@dataclass(frozen=True)
class Row:
    """`key` names the matter, `level` how bad it is (more is worse); `since` in words; `known` who knows of it."""

    key: str
    severity: int
    sentence: str
    since: str
    url: str
    level: float
    at: datetime
    trend: tuple[float | None, ...] = ()
    is_new: bool = False
    known: Known | None = None
    viewer: Viewer | None = None


@dataclass(frozen=True)
class Attention:
    """`rows` need a look, `more` are left out, `known` are known; `rules` and `indicators` were looked at."""

    rows: list[Row]
    more: int
    known: list[Row]
    rules: int
    indicators: int
    looked_at: datetime | None  # the last time before

    @property
    def fresh(self) -> int:
        return sum(row.is_new for row in self.rows)


def of(actor: Actor, now: datetime, most: int = MOST) -> Attention:
    """For this person: what is new since they looked last comes first within its severity; at most so many rows."""
    standing = _standing(now)
    before = Look.objects.filter(user=actor.user).values_list("at", flat=True).first() if actor.user else None
    rows = [replace(row, is_new=before is None or row.at > before) for row in (*standing.rows, *standing.red)]
    rows.sort(key=lambda row: (-row.severity, not row.is_new, -row.at.timestamp()))
    open_ = [row for row in rows if row.known is None or _is_worse(row.level, row.known.level)]
    seen = [row for row in rows if row not in open_]
    return Attention(open_[:most], max(0, len(open_) - most), seen, standing.rules, standing.indicators, before)


def _is_worse(level: float, known: float) -> bool:
    return level > known + WORSE * abs(known)


def looked(actor: Actor, found: Attention, now: datetime) -> None:
    """The person saw it; who looks again within a few minutes is still at the same look."""
    if actor.user is not None and (found.looked_at is None or found.looked_at < now - SAME_LOOK):
        Look.objects.update_or_create(user=actor.user, defaults={"at": now})


@transaction.atomic
def acknowledge(actor: Actor, key: str, now: datetime) -> bool:
    """The person knows of the matter; False where it does not stand any more."""
    if actor.user is None or not access.may(actor, "acknowledge"):
        raise PermissionError("acknowledge")
    standing = _standing(now)
    row = next((row for row in (*standing.rows, *standing.red) if row.key == key), None)
    if row is None:
        return False
    Known.objects.update_or_create(key=key, defaults={"level": row.level, "user": actor.user, "at": now})
    topics.changed()
    return True


def may_be_asked() -> list[User]:
    """Who may be asked to look at a matter: whoever reads of them."""
    people = Membership.objects.valid().filter(role__in=access.ROLES["read"], user__is_active=True)
    return list(User.objects.filter(pk__in=people.values("user")).order_by("full_name"))


@transaction.atomic
def ask(actor: Actor, key: str, viewer: User, now: datetime) -> bool:
    """Ask somebody to look, who is told by the bell; False where the matter does not stand any more."""
    if actor.user is None or not access.may(actor, "acknowledge"):
        raise PermissionError("acknowledge")
    standing = _standing(now)
    row = next((row for row in (*standing.rows, *standing.red) if row.key == key), None)
    if row is None or viewer not in may_be_asked():
        return False
    Viewer.objects.update_or_create(key=key, defaults={"user": viewer, "by": actor.user, "at": now})
    told = notices.Told(viewer.pk, f"look:{key}", Notice.Code.ASKED_TO_LOOK, row.url, now,
                        parameters={"words": row.sentence, "unit": str(actor.user)})
    notices.tell([told])
    topics.changed()
    return True


@dataclass(frozen=True)
class Standing:
    """What stands for everybody: alerts and clusters, red figures, with who knows and who was asked to look; how many
    rules and indicators were looked at."""

    rows: tuple[Row, ...]
    red: tuple[Row, ...]
    rules: int
    indicators: int


def _standing(now: datetime) -> Standing:
    """Kept while nothing changes: pages of many leaders ask for it."""
    versions = live_topics.versions([topics.ATTENTION, totals.TOPIC])
    return _standing_at(tuple(versions.values()), timezone.localdate(now), get_language())


@ttl_cache(seconds=60, maxsize=8)
def _standing_at(_versions: tuple[int, ...], day: date, _language: str | None) -> Standing:
    red, looked_at = _red()
    rules = AlertRule.objects.filter(failed_at=None).exclude(activated_at=None).count()
    others = [*_alerts(day), *_clusters()]
    keys = [row.key for row in (*others, *red)]
    known = {one.key: one for one in Known.objects.select_related("user").filter(key__in=keys)}
    viewers = {one.key: one for one in Viewer.objects.select_related("user").filter(key__in=keys)}

    def seen(rows: Iterable[Row]) -> tuple[Row, ...]:
        return tuple(replace(row, known=known.get(row.key), viewer=viewers.get(row.key)) for row in rows)

    return Standing(seen(others), seen(red), rules, looked_at)


def _alerts(today: date) -> list[Row]:
    """One row a rule: of many units that it holds for, the first are named."""
    silent = set(Silence.objects.in_force(today).values_list("rule_id", "unit_id"))
    standing = Alert.objects.filter(ended="", rule__activated_at__isnull=False,
                                    rule__indicator__access=Indicator.Access.OPEN)
    standing = standing.select_related("rule__indicator", "unit")
    by_rule: defaultdict[AlertRule, list[Alert]] = defaultdict(list)
    for alert in standing.order_by("-first_at", "-pk"):
        if (alert.rule_id, alert.unit_id) not in silent and (alert.rule_id, None) not in silent:
            by_rule[alert.rule].append(alert)
    return [_of_rule(rule, alerts) for rule, alerts in by_rule.items()]


def _of_rule(rule: AlertRule, alerts: Sequence[Alert]) -> Row:
    newest = alerts[0]
    named = [one.unit.name for one in alerts[:NAMED] if one.unit]
    more = _(" và %(n)s đơn vị khác") % {"n": number(len(alerts) - NAMED)} if len(alerts) > NAMED else ""
    value = saying.measured(rule.indicator, newest.value) if len(alerts) == 1 else ""
    parts = [rule.name, *([f"{', '.join(named)}{more}"] if named else []), *([value] if value else [])]
    began = owed.rule().parse(rule.period_kind, min(alerts, key=lambda one: one.first_at).began)
    sign = -1.0 if rule.form == AlertRule.Form.BELOW else 1.0
    level = max(sign * (alert.value or 0.0) for alert in alerts)
    # Named by its newest alert: another place, or another time, is another matter than the one that is known.
    sentence = ": ".join(parts[:2]) + (f" ({parts[2]})" if len(parts) > 2 else "")
    return Row(f"rule:{rule.pk}:{newest.pk}", rule.severity, sentence,
               saying.period(began), reverse("indicator", args=[rule.indicator.code]), level, newest.first_at)


def _clusters() -> list[Row]:
    found = []
    for one in Cluster.objects.filter(ended_at=None).select_related("field", "unit").order_by("-found_at"):
        where = one.unit.name if one.unit else _("chưa rõ địa bàn")
        said = {"field": one.field.name, "n": number(one.tickets), "unit": where, "usual": number(one.expected, 1)}
        sentence = _("%(field)s: %(n)s phản ánh trong 24 giờ tại một nơi ở %(unit)s, thường khoảng %(usual)s") % said
        day = timezone.localtime(one.since)
        asked = {"category": one.field_id, "received_from": day.date().isoformat()} | (
            {"area": one.unit_id} if one.unit_id else {})
        severity = Severity.DANGER if one.tickets >= 10 * max(one.expected, 1) else Severity.WARNING
        found.append(Row(f"cluster:{one.pk}", severity, sentence, f"{day:%H:%M %d/%m}",
                         f"{reverse('tickets')}?{urlencode(asked)}", float(one.tickets), one.found_at))
    return found


def _red() -> tuple[list[Row], int]:
    """Figures of the city that miss their target, and how many were judged."""
    every = [one for one in board.catalogue() if one.access == Indicator.Access.OPEN and one.targets.all()]
    rows = board.of_city(every)
    return [_of_indicator(row) for row in rows if row.is_red and row.period], len(rows)


def _of_indicator(row: board.Row) -> Row:
    indicator, period = row.indicator, row.period
    if period is None:
        raise ValueError("a figure that is judged has a period")
    sentence = _("%(what)s: %(value)s trong %(period)s, chưa đạt chỉ tiêu") % {
        "what": indicator.name, "value": saying.measured(indicator, row.cell.value), "period": saying.period(period)}
    share = row.standing.share
    level = 1.0 if share is None or not share else float(1 / share) if share < 1 else 1.0
    since = row.since.code if row.since else ""
    return Row(f"red:{indicator.pk}:{since}", Severity.WARNING, sentence, saying.period(row.since),
               reverse("indicator", args=[indicator.code]), level, period.end, row.trend)

