"""The vocabulary of ticket lists. Moments are passed in; nothing here asks the clock."""

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from accounts.actors import Kind
from feedback.rules import workflow
from feedback.rules.rights import verbs_of
from hcmc_ioc.lib.text import vn_norm
from hcmc_ioc.lib.words import DUE_SOON

# Overdue and due soon, once as conditions and once as SQL (with `now` and `soon`, 24 hours later) for statements that
# are written out; of open tickets both. A clock that is stopped is neither.
SQL_OVERDUE = "paused_at IS NULL AND due_at <= %(now)s"
SQL_LATE_OPEN = "earlier_due_at <= %(now)s"
SQL_DUE_SOON = "paused_at IS NULL AND due_at > %(now)s AND due_at <= %(soon)s"


def is_overdue(now: datetime) -> Q:
    return Q(paused_at__isnull=True, due_at__lte=now)


def is_late_open(now: datetime) -> Q:
    """A unit that answered before let its date pass; the one that answers now may be in time."""
    return Q(earlier_due_at__lte=now)


def is_due_soon(now: datetime) -> Q:
    return Q(paused_at__isnull=True, due_at__gt=now, due_at__lte=now + DUE_SOON)


LONGEST_WORD = 60  # letters of a word that are kept for searching; `ticket_search` cuts there too
LOOKED_THROUGH = 10_000  # tickets that a search looks through before it asks the index; some milliseconds
FURTHER = 8  # so many times as far where these hold at least this part of what is wanted
RARE = 40  # of them have a word that is not rare
_UNINDEXED = "ts_match_vq(feedback_ticket.search, %s::tsquery)"  # `@@` that no index fits


class TicketQuerySet(models.QuerySet):
    def visible_to(self, actor) -> "TicketQuerySet":
        """The tickets that `actor` may open; `access.may(actor, "view", ticket)` says the same of one."""
        if "view" not in verbs_of(actor):
            return self.none()
        if actor.kind == Kind.CITIZEN:
            return self.filter(pk=actor.number)
        units = actor.scope
        if units is None:
            return self
        if not units:
            return self.none()
        return self.filter(Q(unit_id__in=units) | Q(area_id__in=units) | Q(pk__in=self._shared_with(units)))

    def public(self) -> "TicketQuerySet":
        """What everybody may read of, whoever they are (a part of it: `feedback.open311.representation`)."""
        return self.filter(is_public=True)

    def parts_visible_to(self, actor, whose: str = "") -> list["TicketQuerySet"]:
        """`visible_to` in parts that an index answers one by one: a unit's own tickets, those of its area that others
        answer for, those it coordinates; or what is `whose` of these alone (own, area, shared)."""
        units = actor.scope if "view" in verbs_of(actor) else []
        if not units:
            return [self.visible_to(actor)]
        own, here = self.filter(unit_id__in=units), self.filter(area_id__in=units).exclude(unit_id__in=units)
        shared = self.filter(pk__in=self._shared_with(units)).exclude(unit_id__in=units)
        if whose:
            return [{"own": own, "area": here, "shared": shared}[whose]]
        return [own, here, shared.exclude(area_id__in=units)]

    def answered_by(self, actor) -> "TicketQuerySet":
        """The tickets of the actor's own scope, without those that it only sees from beside."""
        units = actor.scope
        return self.visible_to(actor) if units is None else self.visible_to(actor).filter(unit_id__in=units)

    def in_areas(self, unit_ids) -> "TicketQuerySet":
        """Those whose place lies in these units, whoever answers for them."""
        return self.filter(area_id__in=unit_ids)

    def _shared_with(self, units) -> models.QuerySet:
        return self.model.coordinating.through.objects.filter(unit_id__in=units).values("ticket_id")

    def of_units(self, unit_ids) -> "TicketQuerySet":
        return self.filter(unit_id__in=unit_ids)

    def open(self) -> "TicketQuerySet":
        return self.filter(is_open=True)

    def overdue(self, at: datetime) -> "TicketQuerySet":
        """Open, with a running clock, and past its date."""
        return self.open().filter(is_overdue(at))

    def late_open(self, at: datetime) -> "TicketQuerySet":
        """Open, and an earlier promise of an answer is broken."""
        return self.open().filter(is_late_open(at))

    def due_soon(self, at: datetime) -> "TicketQuerySet":
        """Open, with a running clock, and due within 24 hours."""
        return self.open().filter(is_due_soon(at))

    def to_forward(self) -> "TicketQuerySet":
        return self.filter(is_open=True, state__in=workflow.TO_FORWARD)

    def received_between(self, start: datetime, end: datetime) -> "TicketQuerySet":
        """Received in [start, end)."""
        return self.filter(occurred_at__gte=start, occurred_at__lt=end)

    def resolved_between(self, start: datetime, end: datetime) -> "TicketQuerySet":
        """Whose standing resolution was given in [start, end)."""
        return self.filter(resolved_at__gte=start, resolved_at__lt=end)

    def reopened_between(self, start: datetime, end: datetime) -> "TicketQuerySet":
        """Whose last reopening was in [start, end)."""
        return self.filter(reopened_at__gte=start, reopened_at__lt=end)

    def rejected_between(self, start: datetime, end: datetime) -> "TicketQuerySet":
        return self.filter(rejected_at__gte=start, rejected_at__lt=end)

    def rated_between(self, start: datetime, end: datetime) -> "TicketQuerySet":
        return self.filter(rated_at__gte=start, rated_at__lt=end)

    def matching(self, words: str, *, beginning: bool = True) -> "TicketQuerySet":
        """Full-text search without regard to diacritics; every word must occur, the last one may be a `beginning`."""
        return self._searched("feedback_ticket.search @@ %s::tsquery", words, beginning)

    def newest_matching(self, words: str, limit: int, *, beginning: bool = False) -> list:
        """The newest tickets with all the words, at most `limit`, in a time that hardly depends on how many there are.

        Words that many tickets have are soon found by looking through the newest tickets one by one, some times as far
        where these hold a part of what is wanted. Only rarer ones are asked of the index: for others it would list
        half of the history.
        """
        newest = self.order_by("-occurred_at", "-pk")
        edge = newest.values_list("occurred_at", flat=True)[LOOKED_THROUGH : LOOKED_THROUGH + 1].first()
        rows = newest._searched(_UNINDEXED, words, beginning)
        if edge is None:
            return list(rows[:limit])
        recent = list(rows.filter(occurred_at__gte=edge)[:limit])
        if limit / FURTHER <= len(recent) < limit:
            looked, times = recent[0].occurred_at - edge, 1.5 * limit / len(recent)
            recent = list(rows.filter(occurred_at__gte=edge - looked * times)[:limit])
        if len(recent) < limit:
            by_time = F("occurred_at") + timedelta(0)  # an expression, lest the order by time be taken for a short cut
            found = self._rarely_matching(words, edge) if beginning else self.matching(words, beginning=False)
            return list(found.order_by(by_time.desc(), "-pk")[:limit])
        return recent

    def _rarely_matching(self, words: str, edge: datetime) -> "TicketQuerySet":
        """`matching`, of few. The index lists whatever has a word with the last one's beginning, for a short one half
        of the history; where few of the newest, since `edge`, have the words before it, these are asked alone."""
        before = " ".join(search_lexemes(words)[:-1])
        among = self.filter(occurred_at__gte=edge)._searched(_UNINDEXED, before, False).order_by()
        if not before or len(among.values_list("pk")[:RARE]) == RARE:
            return self.matching(words)
        return self.matching(before, beginning=False)._searched(_UNINDEXED, words, True)

    def _searched(self, condition: str, words: str, beginning: bool) -> "TicketQuerySet":
        lexemes = search_lexemes(words)
        if not lexemes:
            return self.none()
        query = " & ".join(lexemes) + (":*" if beginning else "")
        return self.extra(  # noqa: S610 - a parameter, not text; the ORM has no raw tsquery without a config look-up
            where=[condition], params=[query]
        )


def search_lexemes(words: str) -> list[str]:
    """The words as they stand in the search column: folded, letters and digits only."""
    return [word[:LONGEST_WORD] for word in re.findall(r"[a-z0-9]+", vn_norm(words))[:12]]
