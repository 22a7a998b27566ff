"""Sharing: a unit asks to see restricted figures or data sets and their owner answers; what is read under a grant is
logged; who subscribes to an indicator. The only writer of `AccessRequest`, `GrantedReading` and `Subscription`."""

from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from indicators import access, notices
from indicators.access import Shared
from indicators.models import AccessRequest, GrantedReading, Indicator, Notice, Subscription

State, Way, Code = AccessRequest.State, GrantedReading.Way, Notice.Code


class AlreadyAsked(Exception):
    """The unit has asked for it and waits for the answer."""


@transaction.atomic
def ask(actor: Actor, shared: Shared, purpose: str, until: date) -> AccessRequest:
    """Ask, for the actor's unit, to see what is restricted; whoever answers is told."""
    if not access.may_ask_to_see(actor, shared):
        raise PermissionError("ask")
    user, unit_id = access.asking(actor)
    try:
        with transaction.atomic():
            asked = AccessRequest.objects.create(
                **{shared.subject: shared}, unit_id=unit_id, purpose=purpose, until=until, asked_by=user,
                asked_at=timezone.now(), answer_by=timezone.localdate() + timedelta(days=shared.answer_days))
    except IntegrityError as exc:
        raise AlreadyAsked from exc
    _tell(Code.ACCESS_ASKED, asked, _who_answers(shared), reverse("sharing"))
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
    found = AccessRequest.objects.select_for_update(of=["self"]).select_related("indicator", "data_set", "unit")
    asked = found.filter(pk=pk, state=state).first()
    if asked is None or not access.may_share(actor, asked.shared):
        raise LookupError(pk)
    return asked


def _answered(actor: Actor, asked: AccessRequest, reason: str, code: str) -> AccessRequest:
    asked.reason, asked.answered_by, asked.answered_at = reason.strip(), actor.user, timezone.now()
    asked.save()
    _tell(code, asked, [asked.asked_by_id], asked.shared.get_absolute_url())
    return asked


def remind(now: datetime) -> None:
    """Tell those who answer of requests whose term has passed; a second time it tells nobody anything new."""
    late = AccessRequest.objects.filter(state=State.OPEN, answer_by__lt=timezone.localdate(now))
    for asked in late.select_related("indicator", "data_set", "unit"):
        passed = datetime.combine(asked.answer_by or now.date(), time.max, timezone.get_current_timezone())
        _tell(Code.ACCESS_LATE, asked, _who_answers(asked.shared), reverse("sharing"), passed)


def _tell(code: str, asked: AccessRequest, user_ids: list[int], link: str, at: datetime | None = None) -> None:
    parameters = {
        "what_vi": asked.shared.name_vi, "what_en": asked.shared.name_en, "unit": asked.unit.name,
        "reason": asked.reason, "until": asked.granted_until.isoformat() if asked.granted_until else ""}
    key = f"access-late:{asked.pk}" if code == Code.ACCESS_LATE else f"access:{asked.pk}"
    notices.tell(notices.Told(user_id, key, code, link, at or timezone.now(), asked.indicator_id, parameters)
                 for user_id in user_ids)


def _who_answers(shared: Shared) -> list[int]:
    """The owner's leaders; the city's analysts where there is no owner."""
    memberships = Membership.objects.valid().filter(is_active=True)
    if shared.owner_id is None:
        memberships = memberships.filter(role=Role.ANALYST)
    else:
        memberships = memberships.filter(role=Role.UNIT_LEADER, unit_id=shared.owner_id)
    return list(memberships.values_list("user_id", flat=True))


# Reading


def read(actor: Actor, shared: Shared, way: str) -> bool:
    """Whether the actor sees the figures; what is seen under a grant alone is logged, before it is shown."""
    if access.sees_unasked(actor, shared):
        return True
    grant = access.grant_of(actor, shared)
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
