"""Who is told of guidance by the bell: units of what is new to them, the city's office of what is asked."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Membership, User
from accounts.roles import UNIT, Role
from coordination.models import Guidance, GuidanceQuestion, GuidanceSession
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told

CODE = "guidance"


def register() -> None:
    notices.worded[CODE] = words


def published(guidance: Guidance, user: User, at: datetime) -> None:
    what = "published" if guidance.version == 1 else "renewed"
    _tell(_people(UNIT) - {user.pk}, f"guidance:{guidance.pk}", reverse("guidance", args=[guidance.pk]), at,
          what=what, title=guidance.title)


def asked(question: GuidanceQuestion) -> None:
    _tell(_people({Role.ANALYST}), f"question:{question.pk}", reverse("guidance", args=[question.guidance_id]),
          question.at, what="asked", title=question.guidance.title, unit=question.unit.name)


def answered(question: GuidanceQuestion) -> None:
    _tell({question.user_id}, f"question:{question.pk}", reverse("guidance", args=[question.guidance_id]),
          question.answered_at or question.at, what="answered", title=question.guidance.title)


def planned(session: GuidanceSession, user: User, at: datetime) -> None:
    _tell(_people(UNIT) - {user.pk}, f"session:{session.pk}", reverse("session", args=[session.pk]), at,
          what="planned", title=session.title)


def cancelled(session: GuidanceSession, at: datetime) -> None:
    units = session.units.filter(people__gt=0).values_list("unit_id", flat=True)
    _tell(_people(UNIT, units), f"session:{session.pk}", reverse("session", args=[session.pk]), at,
          what="cancelled", title=session.title)


def _people(roles: Iterable[str], units: Iterable[int] | None = None) -> set[int]:
    rows = Membership.objects.valid().filter(role__in=roles, user__is_active=True)
    if units is not None:
        rows = rows.filter(unit__in=units)
    return set(rows.values_list("user_id", flat=True))


def _tell(users: Iterable[int], key: str, link: str, at: datetime, **said: str) -> None:
    notices.tell([Told(user, key, CODE, link, at, parameters=said) for user in users])


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    sentences = {
        "published": _("Hướng dẫn mới: “%(title)s”."),
        "renewed": _("Hướng dẫn “%(title)s” có bản mới: cần đọc lại."),
        "asked": _("%(unit)s hỏi về hướng dẫn “%(title)s”."),
        "answered": _("Câu hỏi của bạn về “%(title)s” đã được trả lời."),
        "planned": _("Buổi hướng dẫn “%(title)s”: mời đăng ký."),
        "cancelled": _("Buổi hướng dẫn “%(title)s” đã hủy."),
    }
    return sentences[notice.parameters["what"]] % notice.parameters
