"""The only writer of saved judgements and of what units reply."""

from django.db import transaction
from django.utils import timezone

from accounts.actors import Actor
from districts.models import Unit
from indicators import access
from indicators.judging.over_time import Judged, told
from indicators.models import Indicator, JudgementMark, Reply, SavedJudgement
from indicators.periods import Period


@transaction.atomic
def save(actor: Actor, found: Judged, reason: str) -> SavedJudgement:
    """Keep how it is judged from now on, with what comes of it now. `reason` goes with it and with every new mark.

    PermissionError for who may not judge; ValueError without a reason or without a figure."""
    if not access.may(actor, "judge") or actor.user is None:
        raise PermissionError("judge")
    if not reason.strip() or found.newest is None:
        raise ValueError("a judgement has its reason and its figures")
    now = timezone.now()
    row = SavedJudgement.objects.create(
        indicator=found.indicator, unit=found.unit, method=found.plan.method, version=found.judgement.version,
        constants=found.judgement.constants, until=found.newest.start, found=told(found), reason=reason.strip(),
        author=actor.user, at=now)
    JudgementMark.objects.bulk_create(
        JudgementMark(judgement=row, kind=mark.kind, start=mark.start, reason=mark.reason or reason.strip(),
                      author=mark.author or actor.user, at=mark.at or now)
        for mark in found.plan.marks)
    return row


def reply(actor: Actor, indicator: Indicator, unit: Unit, period: Period, words: str) -> Reply:
    """The unit's own sentence beside its figure, by its leader. PermissionError for others; ValueError for no words."""
    if actor.user is None or not access.may_for(actor, "reply", unit.pk) or not access.sees(actor, indicator):
        raise PermissionError("reply")
    if not words.strip():
        raise ValueError("a reply has words")
    return Reply.objects.create(indicator=indicator, unit=unit, start=period.start, words=words.strip(),
                                author=actor.user, at=timezone.now())
