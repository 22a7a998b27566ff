"""Sharing: a unit asks to see restricted figures and their owner answers; what is read under a grant is logged; who
subscribes to an indicator. The only writer of `AccessRequest`, `GrantedReading` and `Subscription`."""

from datetime import date

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from indicators import access, notices
from indicators.models import AccessRequest, GrantedReading, Indicator, Notice, Subscription

State, Way, Code = AccessRequest.State, GrantedReading.Way, Notice.Code


class AlreadyAsked(Exception):
    """The unit has asked for this indicator and waits for the answer."""


@transaction.atomic
def ask(actor: Actor, indicator: Indicator, purpose: str, until: date) -> AccessRequest:
    """Ask, for the actor's unit, to see a restricted indicator; whoever answers is told."""
    if not access.may_ask_to_see(actor, indicator):
        raise PermissionError("ask")
    user, unit_id = access.asking(actor)
    try:
        with transaction.atomic():
            asked = AccessRequest.objects.create(
                indicator=indicator, unit_id=unit_id, purpose=purpose, until=until, asked_by=user,
                asked_at=timezone.now())
    except IntegrityError as exc:
        raise AlreadyAsked from exc
    _tell(Code.ACCESS_ASKED, asked, _who_answers(indicator), reverse("sharing"))
    return asked


@transaction.atomic
def answer(actor: Actor, pk: int, *, until: date | None, reason: str = "") -> AccessRequest:
    """Agree until a day, or refuse (`until` is None) for a reason; LookupError where nothing waits for an answer."""
    asked = _locked(actor, pk, State.OPEN)
    if until is None and not reason.strip():
        raise ValueError("a refusal needs its reason")
    asked.state, asked.granted_until = (State.REFUSED, None) if until is None else (State.AGREED, until)
    code = Code.ACCESS_REFUSED if until is None else Code.ACCESS_AGREED
    return _answered(actor, asked, reason, code)


@transaction.atomic
def end(actor: Actor, pk: int, reason: str) -> AccessRequest:
    """Share no longer, for a reason; the unit sees nothing from now on."""
    asked = _locked(actor, pk, State.AGREED)
    if not reason.strip():
        raise ValueError("the end of a grant needs its reason")
    asked.state = State.ENDED
    return _answered(actor, asked, reason, Code.ACCESS_ENDED)


def _locked(actor: Actor, pk: int, state: str) -> AccessRequest:
    found = AccessRequest.objects.select_for_update(of=["self"]).select_related("indicator", "unit")
    asked = found.filter(pk=pk, state=state).first()
    if asked is None or not access.may_share(actor, asked.indicator):
        raise LookupError(pk)
    return asked


def _answered(actor: Actor, asked: AccessRequest, reason: str, code: str) -> AccessRequest:
    asked.reason, asked.answered_by, asked.answered_at = reason.strip(), actor.user, timezone.now()
    asked.save()
    _tell(code, asked, [asked.asked_by_id], reverse("indicator", args=[asked.indicator.code]))
    return asked


def _tell(code: str, asked: AccessRequest, user_ids: list[int], link: str) -> None:
    parameters = {"unit": asked.unit.name, "reason": asked.reason,
                  "until": asked.granted_until.isoformat() if asked.granted_until else ""}
    notices.tell(notices.Told(user_id, f"access:{asked.pk}", code, link, indicator_id=asked.indicator_id,
                              parameters=parameters) for user_id in user_ids)


def _who_answers(indicator: Indicator) -> list[int]:
    """The owner's leaders; the city's analysts where there is no owner."""
    memberships = Membership.objects.valid().filter(is_active=True)
    if indicator.owner_id is None:
        memberships = memberships.filter(role=Role.ANALYST)
    else:
        memberships = memberships.filter(role=Role.UNIT_LEADER, unit_id=indicator.owner_id)
    return list(memberships.values_list("user_id", flat=True))


# Reading


def read(actor: Actor, indicator: Indicator, way: str) -> bool:
    """Whether the actor sees the figures; what is seen under a grant alone is logged, before it is shown."""
    if access.sees_unasked(actor, indicator):
        return True
    grant = access.grant_of(actor, indicator)
    if grant is None:
        return False
    GrantedReading.objects.create(grant=grant, way=way, actor_kind=actor.kind, actor_ref=actor.own_ref,
                                  user=actor.user, at=timezone.now())
    return True


# Subscriptions


def subscribe(user: User, indicator: Indicator) -> None:
    Subscription.objects.get_or_create(indicator=indicator, user=user)


def unsubscribe(user: User, indicator: Indicator) -> None:
    Subscription.objects.filter(indicator=indicator, user=user).delete()


def is_subscribed(user: User, indicator: Indicator) -> bool:
    return Subscription.objects.filter(indicator=indicator, user=user).exists()
