"""What happens to guidance: given, renewed, withdrawn, read, asked about; sessions planned, held, called off."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import User
from coordination.guidance import access, telling
from coordination.machines.directives import Illegal
from coordination.models import (
    Guidance,
    GuidanceQuestion,
    GuidanceReceipt,
    GuidanceSession,
    GuidanceVersion,
    SessionUnit,
)


def _giver(actor: Actor) -> User:
    if actor.user is None or not access.may_give(actor):
        raise PermissionDenied
    return actor.user


def _of_unit(actor: Actor) -> tuple[User, int]:
    unit_id = actor.own_unit_id
    if actor.user is None or unit_id is None or not access.is_for(actor):
        raise PermissionDenied
    return actor.user, unit_id


def _locked(pk: int) -> Guidance:
    guidance = Guidance.objects.select_for_update().get(pk=pk)
    if guidance.withdrawn_at is not None:
        raise Illegal(_("Hướng dẫn này đã thôi áp dụng."))
    return guidance


@transaction.atomic
def publish(actor: Actor, given: Mapping[str, str], at: datetime | None = None) -> Guidance:
    """A first version, told to the people of all units."""
    user, at = _giver(actor), at or timezone.now()
    guidance = Guidance.objects.create(topic=given["topic"], title=given["title"], published_at=at)
    _keep(guidance, user, given["body"], "", at)
    telling.published(guidance, user, at)
    return guidance


@transaction.atomic
def renew(actor: Actor, pk: int, version: int, given: Mapping[str, str], at: datetime | None = None) -> Guidance:
    """Another version, read anew by every unit; `Illegal` where somebody else renewed it after `version`."""
    user, at, guidance = _giver(actor), at or timezone.now(), _locked(pk)
    if guidance.version != version:
        raise Illegal(_("Người khác vừa ra bản mới; hãy xem lại bản mới nhất."))
    guidance.topic, guidance.title = given["topic"], given["title"]
    guidance.version, guidance.published_at = version + 1, at
    guidance.save()
    _keep(guidance, user, given["body"], given["changed"], at)
    telling.published(guidance, user, at)
    return guidance


def _keep(guidance: Guidance, user: User, body: str, changed: str, at: datetime) -> None:
    GuidanceVersion.objects.create(guidance=guidance, number=guidance.version, title=guidance.title, body=body,
                                   changed=changed, user=user, at=at)


@transaction.atomic
def withdraw(actor: Actor, pk: int, reason: str, at: datetime | None = None) -> Guidance:
    _giver(actor)
    guidance = _locked(pk)
    guidance.withdrawn_at, guidance.withdrawal = at or timezone.now(), reason
    guidance.save()
    return guidance


@transaction.atomic
def confirm(actor: Actor, pk: int, version: int, at: datetime | None = None) -> None:
    """The unit has read this version; whoever of it says so first is named."""
    user, unit_id = _of_unit(actor)
    guidance = _locked(pk)
    if guidance.version != version:
        raise Illegal(_("Vừa có bản mới; hãy đọc bản mới nhất rồi xác nhận."))
    GuidanceReceipt.objects.get_or_create(guidance=guidance, number=version, unit_id=unit_id,
                                          defaults={"user": user, "at": at or timezone.now()})


@transaction.atomic
def ask(actor: Actor, pk: int, text: str, at: datetime | None = None) -> GuidanceQuestion:
    user, unit_id = _of_unit(actor)
    question = GuidanceQuestion.objects.create(guidance=_locked(pk), unit_id=unit_id, user=user, text=text,
                                               at=at or timezone.now())
    telling.asked(question)
    return question


@transaction.atomic
def answer(actor: Actor, question_id: int, text: str, at: datetime | None = None) -> GuidanceQuestion:
    """For all units to see; whoever asked is told. Once: another answer is another version of the guidance."""
    user = _giver(actor)
    question = GuidanceQuestion.objects.select_for_update().get(pk=question_id)
    if question.answered_at is not None:
        raise Illegal(_("Câu hỏi này đã được trả lời."))
    question.answer, question.answered_by, question.answered_at = text, user, at or timezone.now()
    question.save()
    telling.answered(question)
    return question


@transaction.atomic
def plan(actor: Actor, given: Mapping, at: datetime | None = None) -> GuidanceSession:
    user, at = _giver(actor), at or timezone.now()
    if given["starts_at"] <= at:
        raise Illegal(_("Buổi hướng dẫn phải ở phía trước."))
    session = GuidanceSession.objects.create(**given, user=user)
    telling.planned(session, user, at)
    return session


def _session(pk: int) -> GuidanceSession:
    session = GuidanceSession.objects.select_for_update().get(pk=pk)
    if session.cancelled_at is not None:
        raise Illegal(_("Buổi này đã hủy."))
    return session


@transaction.atomic
def register(actor: Actor, session_id: int, people: int, at: datetime | None = None) -> SessionUnit:
    """So many come of the unit; none is said too."""
    (user, unit_id), at, session = _of_unit(actor), at or timezone.now(), _session(session_id)
    if at >= session.starts_at:
        raise Illegal(_("Buổi này đã bắt đầu."))
    row, _new = SessionUnit.objects.update_or_create(session=session, unit_id=unit_id,
                                                     defaults={"people": people, "user": user, "at": at})
    return row


@transaction.atomic
def hold(actor: Actor, session_id: int, came: Mapping[int, int], at: datetime | None = None) -> None:
    """Note how many came of each unit (by its id); whoever registered and is not named did not come."""
    _giver(actor)
    at, session = at or timezone.now(), _session(session_id)
    if at < session.starts_at:
        raise Illegal(_("Buổi này chưa bắt đầu."))
    for unit_id, people in came.items():
        SessionUnit.objects.update_or_create(session=session, unit_id=unit_id, defaults={"came": people})
    session.units.filter(came=None).update(came=0)
    session.held_at = at
    session.save()


@transaction.atomic
def cancel(actor: Actor, session_id: int, at: datetime | None = None) -> None:
    """Whoever registered is told."""
    _giver(actor)
    at, session = at or timezone.now(), _session(session_id)
    if session.held_at is not None:
        raise Illegal(_("Buổi này đã diễn ra."))
    session.cancelled_at = at
    session.save()
    telling.cancelled(session, at)
