"""The duty log: lines that people and the system write; shifts, handed over by words that the next one accepts."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.models import Membership, User
from coordination.incidents import access
from coordination.machines.directives import Illegal
from coordination.models import DutyLine, DutyShift
from hcmc_ioc.lib import sql
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told
from live import hints, topics

TOPIC = "duty"
CODE = "duty"
UNACCEPTED = timedelta(minutes=15)  # after which a hand-over that nobody accepted is an alarm


def write(user: User | None, text: str, url: str = "", at: datetime | None = None) -> DutyLine:
    """One line; without a user the system's own."""
    line = DutyLine.objects.create(user=user, text=text[:1000], url=url[:300], at=at or timezone.now())
    hints.publish_on_commit(topics.raise_versions([TOPIC]))
    return line


def note(actor: Actor, text: str) -> DutyLine:
    if actor.user is None or not access.may_run(actor):
        raise PermissionDenied
    if not text.strip():
        raise Illegal(_("Chưa có nội dung."))
    return write(actor.user, text.strip())


def current() -> DutyShift | None:
    return DutyShift.objects.filter(ended_at=None).select_related("user", "offered_to").first()


def may_take_over() -> list[User]:
    """Who may be on duty."""
    rows = Membership.objects.valid().filter(role__in=access.RUNS, user__is_active=True).values("user")
    return list(User.objects.filter(pk__in=rows).order_by("full_name"))


@transaction.atomic
def offer(actor: Actor, to: User, summary: str, at: datetime | None = None) -> DutyShift:
    """Hand over to somebody, in words; the shift goes on until they accept."""
    at = at or timezone.now()
    shift = _locked()
    if actor.user is None or shift is None or shift.user_id != actor.user.pk:
        raise PermissionDenied
    if to.pk == actor.user.pk or to not in may_take_over():
        raise Illegal(_("Chọn người nhận ca khác đang có quyền trực."))
    if not summary.strip():
        raise Illegal(_("Ghi nội dung bàn giao: việc đang theo dõi, việc cần làm tiếp."))
    shift.offered_to, shift.offered_at, shift.summary, shift.alarmed_at = to, at, summary.strip(), None
    shift.save()
    write(actor.user, f"Bàn giao ca cho {to}: {summary.strip()}", at=at)
    _tell([to.pk], shift, "offered", at)
    return shift


@transaction.atomic
def accept(actor: Actor, at: datetime | None = None) -> DutyShift:
    """Take the shift that was offered; where nobody is on duty, begin one."""
    at = at or timezone.now()
    if actor.user is None or not access.may_run(actor):
        raise PermissionDenied
    shift = _locked()
    if shift is not None:
        if shift.offered_to_id != actor.user.pk:
            raise Illegal(_("Ca trực chưa được bàn giao cho bạn."))
        shift.ended_at = at
        shift.save()
    begun = DutyShift.objects.create(user=actor.user, began=at)
    write(actor.user, f"{actor.user} nhận ca trực", at=at)
    return begun


def _locked() -> DutyShift | None:
    """The shift, for this transaction alone; where nobody is on duty nobody else begins one meanwhile."""
    sql.rows("SELECT 1 FROM (SELECT pg_advisory_xact_lock(hashtext(%s))) held", ["duty shift"])
    return DutyShift.objects.select_for_update().filter(ended_at=None).first()


@transaction.atomic
def watch(now: datetime) -> bool:
    """A hand-over that nobody accepted in time is told once to everybody who may be on duty; whether it was."""
    shift = DutyShift.objects.select_for_update(skip_locked=True).filter(
        ended_at=None, offered_at__lte=now - UNACCEPTED, alarmed_at=None).first()
    if shift is None:
        return False
    shift.alarmed_at = now
    shift.save()
    write(None, f"Chưa ai nhận ca sau {UNACCEPTED.seconds // 60} phút", at=now)
    _tell([user.pk for user in may_take_over()], shift, "unaccepted", now)
    return True


def _tell(users: list[int], shift: DutyShift, what: str, at: datetime) -> None:
    said = {"what": what, "who": str(shift.user)}
    notices.tell([Told(user, f"duty:{shift.pk}", CODE, reverse("duty"), at, parameters=said) for user in users])


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    given = notice.parameters
    if given["what"] == "offered":
        return _("%(who)s bàn giao ca trực cho bạn: cần nhận ca.") % given
    return _("Ca trực của %(who)s đã bàn giao nhưng chưa ai nhận.") % given


