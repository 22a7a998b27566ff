"""What is long overdue is no news: once a week each side gets one line with how much of it there is, and where."""

from collections import Counter
from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.directives import people
from coordination.machines.directives import OPEN
from coordination.models import Recipient
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told

CODE = "weekly"
OLD = timedelta(days=14)  # behind its term
HOUR = time(8)  # of the week's first day


def register() -> None:
    notices.worded[CODE] = words


def tell(now: datetime) -> None:
    """One notice for the leaders of each unit and for each sender. It bears the Monday of the week, so that telling
    again tells nobody anything."""
    local = timezone.localtime(now)
    monday = timezone.make_aware(datetime.combine(local.date() - timedelta(days=local.weekday()), HOUR))
    if now < monday:
        return
    old = Recipient.objects.filter(state__in=OPEN, reported_at=None, due_at__lt=monday - OLD)
    own, sent = Counter[int](), Counter[int]()
    for row in old.select_related("directive").only("unit_id", "directive__sender_id", "directive__sender_unit_id"):
        own[row.unit_id] += 1
        if row.directive.sender_id:
            sent[row.directive.sender_id] += 1
    told = [(user, "own", count) for unit, count in own.items() for user in people.of_unit(unit, leaders_only=True)]
    told += [(user, "sent", count) for user, count in sent.items()]
    notices.tell(Told(user, f"weekly:{monday:%G%V}:{side}", CODE, f"{reverse('directives')}?xem=qua-han", monday,
                      parameters={"side": side, "n": count, "days": OLD.days}) for user, side, count in told)


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    if notice.parameters["side"] == "own":
        return _("Đơn vị có %(n)s việc quá hạn trên %(days)s ngày.") % notice.parameters
    return _("%(n)s việc đã giao quá hạn trên %(days)s ngày.") % notice.parameters
