"""Whether a unit is connected: measured from what the platform itself sees of it, never from what it claims. All units
at once, in a few queries however many there are."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.roles import UNIT
from coordination.models import CentreSetting, ConnectionRule, Sign
from dashboards.figures.definitions import figures
from dashboards.figures.periods import Period
from hcmc_ioc.lib import words
from hcmc_ioc.lib.sql import rows
from indicators import owed
from indicators.quality_figures import tallies


class Tone(StrEnum):
    GOOD = "ok"
    FAIR = "warn"
    BAD = "danger"
    NOT_ASKED = "neutral"


class State(StrEnum):
    CONNECTED = "connected"
    WEAK = "weak"
    LOST = "lost"
    UNKNOWN = "unknown"


NAMES = {State.CONNECTED: gettext_lazy("kết nối tốt"), State.WEAK: gettext_lazy("chập chờn"),
         State.LOST: gettext_lazy("mất kết nối"), State.UNKNOWN: gettext_lazy("chưa đo được")}
TONES = {State.CONNECTED: "ok", State.WEAK: "warn", State.LOST: "danger", State.UNKNOWN: "neutral"}
ABSENT = frozenset({Sign.WALL, Sign.CLIENT})  # a unit without one is not asked for it


@dataclass(frozen=True)
class Reading:
    """One sign of one unit: when it was seen last or how much it is, and what the city's thresholds say of that."""

    rule: ConnectionRule
    tone: Tone
    words: str
    seen_at: datetime | None = None
    amount: float | None = None  # days, working minutes, or a share

    @property
    def name(self) -> str:
        return self.rule.get_sign_display()


@dataclass
class Connection:
    readings: list[Reading] = field(default_factory=list)

    @property
    def deciding(self) -> list[Reading]:
        return [one for one in self.readings if one.rule.decides and one.tone != Tone.NOT_ASKED]

    @property
    def state(self) -> State:
        """Good where all that decides is good; lost where all of it is bad."""
        tones = {one.tone for one in self.deciding}
        if not tones:
            return State.UNKNOWN
        if tones == {Tone.GOOD}:
            return State.CONNECTED
        return State.LOST if tones == {Tone.BAD} else State.WEAK

    @property
    def name(self) -> str:
        return str(NAMES[self.state])

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def reason(self) -> str:
        """Why it is so: what is not good, else what was seen."""
        wrong = [one for one in self.deciding if one.tone != Tone.GOOD] or self.deciding
        return "; ".join(f"{one.name}: {one.words}" for one in wrong) or _("Chưa có dấu hiệu nào để đo.")

    def reading(self, sign: str) -> Reading | None:
        return next((one for one in self.readings if one.rule.sign == sign), None)


def setting() -> CentreSetting:
    """The city's settings; the defaults where nobody loaded any."""
    return CentreSetting.objects.first() or CentreSetting()


_TREE = """
    WITH RECURSIVE tree(root, id) AS (
        SELECT id, id FROM districts_unit WHERE id = ANY(%(units)s)
        UNION ALL
        SELECT tree.root, unit.id FROM districts_unit unit JOIN tree ON unit.parent_id = tree.id
    )
"""
_SEEN = _TREE + """
    SELECT 'signed_in', root, max(person.last_login)
    FROM tree JOIN accounts_membership held ON held.unit_id = tree.id
    JOIN accounts_user person ON person.id = held.user_id
    WHERE held.role = ANY(%(roles)s) AND person.is_active AND held.valid_from <= %(today)s
      AND (held.valid_to IS NULL OR held.valid_to >= %(today)s)
    GROUP BY root
    UNION ALL
    SELECT 'delivered', root, max(brought.at)
    FROM tree JOIN indicators_delivery brought ON brought.unit_id = tree.id
    WHERE brought.state = 'committed' GROUP BY root
    UNION ALL
    SELECT 'wall', root, max(device.last_seen_at)
    FROM tree JOIN live_device device ON device.unit_id = tree.id WHERE device.revoked_at IS NULL GROUP BY root
    UNION ALL
    SELECT 'client', root, max(client.last_used_at)
    FROM tree JOIN accounts_client client ON client.unit_id = tree.id WHERE client.revoked_at IS NULL GROUP BY root
"""


def measure(unit_ids: Collection[int], now: datetime) -> dict[int, Connection]:
    """How each of these units is connected."""
    asked = list(unit_ids)
    rules, found = list(ConnectionRule.objects.all()), {pk: Connection() for pk in asked}
    if not asked or not rules:
        return found
    chosen = setting()
    given = {"units": asked, "roles": [str(role) for role in UNIT], "today": timezone.localdate(now)}
    seen = {(sign, pk): last for sign, pk, last in rows(_SEEN, given)}
    shares, minutes = _owed(chosen, now), _accepted(asked, chosen, now)
    for pk, one in found.items():
        for rule in rules:
            if rule.sign == Sign.OWED:
                one.readings.append(_share(rule, shares.get(pk)))
            elif rule.sign == Sign.ACCEPTED:
                one.readings.append(_minutes(rule, minutes.get(pk)))
            else:
                is_asked = (rule.sign, pk) in seen if rule.sign in ABSENT else (
                    rule.sign == Sign.SIGNED_IN or pk in shares or (rule.sign, pk) in seen)
                one.readings.append(_last(rule, seen.get((rule.sign, pk)), is_asked, now))
    return found


def _owed(chosen: CentreSetting, now: datetime) -> Mapping[int, tuple[int, int]]:
    """(there, owed) cells of each unit that owed some, by what fell due in the last months and in this one."""
    rule = owed.rule()
    last = rule.at("month", now)
    periods = tuple(rule.before(last, back) for back in range(chosen.owed_months))[::-1]
    found: dict[int, tuple[int, int]] = {}
    for units in tallies(periods, now.replace(second=0, microsecond=0)).values():
        for pk, tally in units.items():
            there, whole = found.get(pk, (0, 0))
            found[pk] = there + tally.there, whole + tally.owed
    return {pk: counted for pk, counted in found.items() if counted[1]}


def _accepted(unit_ids: list[int], chosen: CentreSetting, now: datetime) -> dict[int, int | None]:
    """The median of the working minutes until a report is accepted."""
    if "hotline" not in settings.MODULES:
        return {}
    days = Period.last(chosen.figures_days, timezone.localdate(now))
    found = figures(unit_ids, days, now, standing=False, withdrawn=False)
    return {pk: one.accept_minutes for pk, one in found.items()}


def _last(rule: ConnectionRule, last: datetime | None, is_asked: bool, now: datetime) -> Reading:
    if not is_asked:
        return Reading(rule, Tone.NOT_ASKED, _("không có"))
    if last is None:
        return Reading(rule, Tone.BAD, _("chưa lần nào"))
    days = max(0.0, (now - last) / timedelta(days=1))
    told = _("%(time)s trước") % {"time": words.duration(max(0, (now - last).total_seconds()))}
    return Reading(rule, _tone(rule, days), told, last, days)


def _share(rule: ConnectionRule, counted: tuple[int, int] | None) -> Reading:
    if counted is None:
        return Reading(rule, Tone.NOT_ASKED, _("không phải gửi"))
    there, whole = counted
    share = there / whole
    tone = Tone.GOOD if share >= rule.good else Tone.FAIR if share >= rule.bad else Tone.BAD
    told = _("%(share)s (%(n)s trên %(of)s ô)") % {
        "share": words.percent(share), "n": words.number(there), "of": words.number(whole)}
    return Reading(rule, tone, told, amount=share)


def _minutes(rule: ConnectionRule, minutes: int | None) -> Reading:
    if minutes is None:
        return Reading(rule, Tone.NOT_ASKED, _("không có vụ nào"))
    return Reading(rule, _tone(rule, minutes), words.worktime(minutes), amount=minutes)


def _tone(rule: ConnectionRule, amount: float) -> Tone:
    """The less, the better."""
    return Tone.GOOD if amount <= rule.good else Tone.FAIR if amount <= rule.bad else Tone.BAD
