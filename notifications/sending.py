"""What is due is sent, each mail at most once: marked before it goes, settled after. The only writer of `Mail` beside
`queueing`.

A server that cannot be reached is no fault of the mail: for a day such tries do not count. What broke off while the
mail was handed over, or was killed there, may have arrived: an administrator looks, nothing is sent again by itself.
"""

import logging
import smtplib
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.models import User
from notifications import channels, hours
from notifications.models import REPLAYED, WAITING, Mail, Mute, Replay

log = logging.getLogger(__name__)
State = Mail.State

MOST = 12  # refusals, then it is dead
LONGEST_WAIT = timedelta(hours=1)
PATIENCE = timedelta(days=1)  # with a server that is away
UNSURE = timedelta(minutes=10)
SPAN = 50  # seconds of one run
KEPT = timedelta(days=90)
REFUSED = (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused)


def send_due(now: datetime | None = None) -> int:
    """Send what is due, one after the other, until nothing is or the server is away; how many went."""
    if not settings.MAIL_ON:
        return 0
    _doubt(now or timezone.now())
    until, sent = time.monotonic() + SPAN, 0
    while time.monotonic() < until and (mail := _claim(now or timezone.now())):
        try:
            channels.EMAIL.send(mail.address, mail.subject, mail.text)
        except channels.Away as exc:
            _put_off(mail, exc, now or timezone.now(), is_away=True)
            break
        except REFUSED + (ValueError,) as exc:
            _put_off(mail, exc, now or timezone.now())
        except OSError as exc:
            _settle(mail, state=State.UNSURE, error=f"interrupted: {_told(exc)}"[:300])
        else:
            _settle(mail, state=State.SENT, sent_at=now or timezone.now(), error="")
            sent += 1
    return sent


@transaction.atomic(durable=True)
def _claim(now: datetime) -> Mail | None:
    """The next one that is due and still wanted, marked as under way; those that are not wanted are passed over."""
    due = Mail.objects.filter(state__in=WAITING, next_at__lte=now).order_by("next_at", "pk")
    while mail := due.select_for_update(skip_locked=True, of=("self",)).select_related("notice", "user").first():
        if reason := _unwanted(mail):
            mail.state, mail.error = State.SKIPPED, reason
        else:
            mail.next_at = hours.opening(now, _unit(mail)) if mail.in_hours else now
            if mail.next_at <= now:
                mail.state, mail.begun_at, mail.tries = State.SENDING, now, mail.tries + 1
        mail.save(update_fields=["state", "error", "next_at", "begun_at", "tries"])
        if mail.state == State.SENDING:
            return mail
    return None


def _unit(mail: Mail) -> int | None:
    return mail.user.membership.unit_id if mail.user.membership else None


def _unwanted(mail: Mail) -> str:
    """Why it is not sent after all; "" where it is."""
    notice, user = mail.notice, mail.user
    if notice is None or notice.read_at:
        return "read"
    if Mail.objects.filter(notice=notice, notice_at__gt=mail.notice_at).exists():
        return "followed"  # by a newer one of the same matter
    if not user.is_active or not user.email or not user.membership:
        return "gone"
    return "muted" if Mute.objects.filter(user=user, code=mail.code).exists() else ""


def _put_off(mail: Mail, exc: Exception, now: datetime, *, is_away: bool = False) -> None:
    """1, 2, 4 … minutes, an hour at most; after too many refusals it is given up."""
    counts = not is_away or now - mail.made_at >= PATIENCE
    refusals = mail.refusals + counts
    wait = min(LONGEST_WAIT, timedelta(minutes=2 ** min(mail.tries - 1, 10)))
    _settle(mail, state=State.DEAD if refusals >= MOST else State.FAILED, refusals=refusals, next_at=now + wait,
            error=(f"away: {exc}" if is_away else f"refused: {_told(exc)}")[:300])
    log.warning("mail %s not sent (try %s): %s", mail.pk, mail.tries, type(exc).__name__)  # an answer may name a person


def _told(exc: Exception) -> str:
    """What the server or the line said."""
    answer: tuple[int, bytes | str]
    if isinstance(exc, smtplib.SMTPRecipientsRefused):
        answer = next(iter(exc.recipients.values()))
    elif isinstance(exc, smtplib.SMTPResponseException):
        answer = exc.smtp_code, exc.smtp_error
    else:
        return getattr(exc, "strerror", None) or str(exc) or type(exc).__name__
    code, said = answer
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


@transaction.atomic(durable=True)
def _settle(mail: Mail, **values) -> None:
    """What came of this try, unless it was sent anew meanwhile."""
    rows = Mail.objects.filter(pk=mail.pk, tries=mail.tries, state__in=(State.SENDING, State.UNSURE))
    rows.update(**values)


@transaction.atomic(durable=True)
def _doubt(now: datetime) -> None:
    """Whoever sent these was killed: nobody knows whether they arrived."""
    left = Mail.objects.filter(state=State.SENDING, begun_at__lt=now - UNSURE)
    if count := left.update(state=State.UNSURE, error="interrupted"):
        log.error("%s mails were left half sent: an administrator has to look", count)


@transaction.atomic
def replay(pk: int, user: User) -> bool:
    """Send one that was given up, or of which nobody knows, once more; False where it is neither."""
    mail = Mail.objects.select_for_update().filter(pk=pk, state__in=REPLAYED).first()
    if mail is None:
        return False
    Replay.objects.create(mail=mail, user=user, state=mail.state, error=mail.error)
    mail.state, mail.refusals, mail.next_at, mail.error = State.QUEUED, 0, timezone.now(), ""
    mail.save(update_fields=["state", "refusals", "next_at", "error"])
    return True


def oldest() -> datetime | None:
    """Since when the oldest mail that is due waits."""
    due = Mail.objects.filter(state__in=WAITING, next_at__lte=timezone.now())
    return due.order_by("next_at").values_list("next_at", flat=True).first()


def progress() -> dict:
    """How the queue stands, for the administrator's first page."""
    counts = Mail.objects.aggregate(waiting=Count("pk", filter=Q(state__in=WAITING)),
                                    dead=Count("pk", filter=Q(state=State.DEAD)),
                                    unsure=Count("pk", filter=Q(state=State.UNSURE)))
    return {"on": settings.MAIL_ON} | counts


def forget(now: datetime) -> int:
    """The log of long ago; what waits stays."""
    return Mail.objects.exclude(state__in=WAITING).filter(made_at__lt=now - KEPT).delete()[0]
