"""The taker of notices: those that a rule sends by e-mail wait in the queue, until they were unread for long enough."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import Membership
from indicators.models import Notice
from live import feed
from notifications import hours, letter
from notifications.models import Mail, MailRule
from notifications.rules import Rules, muted

OLD = timedelta(days=3)  # history that is written (an import, the demo's past) is nobody's news


def take(changes: list[feed.Change]) -> None:
    """Queue an e-mail for each of these notices that a rule wants and its person did not mute."""
    if not settings.MAIL_ON:
        return
    known = Notice.objects.filter(pk__in={change.object_id for change in changes}, read_at=None, user__is_active=True,
                                  at__gt=timezone.now() - OLD)
    notices = list(known.exclude(user__email="").select_related("user", "indicator"))
    people = {notice.user_id for notice in notices}
    members = {row.user_id: row for row in Membership.objects.valid().filter(user__in=people, is_active=True)}
    rules, quiet = Rules(), muted(people)
    rows = []
    for notice in notices:
        member = members.get(notice.user_id)
        rule = rules.of(notice.code, member.role) if member else None
        if member and rule and (notice.user_id, notice.code) not in quiet:
            rows.append(_mail(notice, rule, member.unit_id))
    Mail.objects.bulk_create(rows, ignore_conflicts=True)


def _mail(notice: Notice, rule: MailRule, unit_id: int) -> Mail:
    subject, text = letter.written(notice)
    due = notice.at + timedelta(minutes=rule.minutes)
    return Mail(notice=notice, notice_at=notice.at, user=notice.user, code=notice.code, address=notice.user.email,
                subject=subject, text=text, in_hours=rule.in_hours,
                next_at=hours.opening(due, unit_id) if rule.in_hours else due)
