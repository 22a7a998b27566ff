"""Figures that units need and nobody delivers: asked for, voted for once per unit, answered by an analyst. The only
writer of `DataRequest` and `DataVote`."""

from typing import Any

from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import access, notices
from indicators.models import DataRequest, DataVote, Indicator, Notice

State = DataRequest.State


@transaction.atomic
def ask(actor: Actor, words: str, purpose: str) -> DataRequest:
    """Ask for a figure in the name of the actor's unit, whose vote it is too."""
    user, unit_id = access.asking(actor)
    asked = DataRequest.objects.create(
        words=words, purpose=purpose, unit_id=unit_id, asked_by=user, asked_at=timezone.now())
    DataVote.objects.create(request=asked, unit_id=unit_id, user=user)
    return asked


def vote(actor: Actor, asked: DataRequest) -> bool:
    """That the actor's unit needs it too; False where it said so before."""
    user, unit_id = access.asking(actor)
    return DataVote.objects.get_or_create(request=asked, unit_id=unit_id, defaults={"user": user})[1]


@transaction.atomic
def answer(actor: Actor, pk: int, indicator: Indicator | None, words: str) -> DataRequest:
    """It has become this indicator, or (None) it is not done, with words; every person who voted is told."""
    if not access.may(actor, "answer"):
        raise PermissionError("answer")
    asked = DataRequest.objects.select_for_update().get(pk=pk, state=State.OPEN)
    if indicator is None and not words.strip():
        raise ValueError("a refusal needs its words")
    asked.state = State.DECLINED if indicator is None else State.MET
    asked.indicator, asked.answer = indicator, words.strip()
    asked.answered_by, asked.answered_at = actor.user, timezone.now()
    asked.save()
    link = reverse("indicator", args=[indicator.code]) if indicator else reverse("data_requests")
    notices.tell(notices.Told(user_id, f"wanted:{asked.pk}", Notice.Code.DATA_ANSWERED, link,
                              indicator_id=asked.indicator_id, parameters={"words": asked.words})
                 for user_id in asked.votes.values_list("user_id", flat=True))
    return asked


def requests() -> list[Any]:
    """All of them, the most wanted first, those without an answer before the others; `votes_count` units need each."""
    rows = DataRequest.objects.select_related("unit", "indicator")
    found: list[Any] = list(rows.annotate(votes_count=Count("votes")))
    return sorted(found, key=lambda one: (one.state != State.OPEN, -one.votes_count, -one.pk))


def voted(unit_id: int | None) -> set[int]:
    """The requests that this unit voted for."""
    return set(DataVote.objects.filter(unit=unit_id).values_list("request_id", flat=True))

