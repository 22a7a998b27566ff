"""The vocabulary of ticket lists. Moments are passed in; nothing here asks the clock."""

import re
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q

from accounts.roles import CITYWIDE, UNIT
from districts.models import Unit
from feedback import workflow
from hcmc_ioc.lib.text import vn_norm

DUE_SOON = timedelta(hours=24)


class TicketQuerySet(models.QuerySet):
    def visible_to(self, user) -> "TicketQuerySet":
        """The tickets that `user` may open; `access.may(user, "view", ticket)` says the same of one."""
        membership = user.membership if user.is_authenticated else None
        if membership is None:
            return self.none()
        if membership.role in CITYWIDE:
            return self
        if membership.role in UNIT:
            units = Unit.objects.subtree_ids(membership.unit)
            shared = self.model.coordinating.through.objects.filter(unit_id__in=units).values("ticket_id")
            return self.filter(Q(unit_id__in=units) | Q(pk__in=shared))
        return self.none()

    def of_units(self, unit_ids) -> "TicketQuerySet":
        return self.filter(unit_id__in=unit_ids)

    def open(self) -> "TicketQuerySet":
        return self.filter(is_open=True)

    def overdue(self, at: datetime) -> "TicketQuerySet":
        """Open, with a running clock, and past its date."""
        return self.filter(is_open=True, paused_at__isnull=True, due_at__lte=at)

    def due_soon(self, at: datetime) -> "TicketQuerySet":
        """Open, with a running clock, and due within 24 hours."""
        return self.filter(is_open=True, paused_at__isnull=True, due_at__gt=at, due_at__lte=at + DUE_SOON)

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

    def matching(self, words: str) -> "TicketQuerySet":
        """Full-text search without regard to diacritics; every word must occur, the last one may be a beginning."""
        lexemes = search_lexemes(words)
        if not lexemes:
            return self.none()
        query = " & ".join(lexemes[:-1] + [lexemes[-1] + ":*"])
        return self.extra(  # noqa: S610 - a parameter, not text; the ORM has no raw tsquery without a config look-up
            where=["feedback_ticket.search @@ %s::tsquery"], params=[query]
        )


def search_lexemes(words: str) -> list[str]:
    """The words as they stand in the search column: folded, letters and digits only."""
    return re.findall(r"[a-z0-9]+", vn_norm(words))[:12]
