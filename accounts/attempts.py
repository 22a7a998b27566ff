"""Attempts to sign in: each is a row, and after too many wrong ones what is being tried is paused. The only writer of
`Attempt`, and django-axes' handler (`AXES_HANDLER`): axes asks before a password is looked at and shows the pause.

Three limits stand beside each other, each over the last quarter of an hour:

* one account from one address (or from one device that is known to be the account's): `PAIR`;
* one account from all addresses together: `ACCOUNT`, so that an attacker with many addresses gains nothing by them;
* wrong passwords for so many different accounts from one address: `ADDRESS`. Accounts are counted, not passwords, and
  who signed in since counts no more, so that a large office behind one address types wrong as people do.

The last two never hold up who signed in from that address or with that device before: nobody from elsewhere can lock a
person out of their own desk. What has no account is counted and answered like what has one.
"""

import secrets
from datetime import datetime, timedelta

from axes.handlers.base import AbstractAxesHandler, AxesBaseHandler
from django.conf import settings
from django.db.models import Count, F, Max, Q
from django.utils import timezone

from accounts.models import Attempt, User
from hcmc_ioc.lib.crypto import digest
from hcmc_ioc.lib.metrics import REFUSALS
from hcmc_ioc.lib.origins import NOBODY, line

WINDOW = timedelta(minutes=15)
BEGINS = timedelta(minutes=1)  # so long one without an outcome counts: its process may have been killed meanwhile
KNOWN = timedelta(days=90)  # so long an address and a device are remembered as the account's
PER_PAIR, PER_ACCOUNT, PER_ADDRESS = 5, 10, 10
MOST_SHOWN = 100  # pauses of a kind
DEVICE = "ioc_device"  # the cookie that makes a device known
Outcome, Limit = Attempt.Outcome, Attempt.Limit


def counted(now: datetime) -> Q:
    """Those that limits count at `now`."""
    begun = Q(outcome=Outcome.BEGUN, at__gte=now - BEGINS)
    return (Q(outcome=Outcome.WRONG) | begun) & Q(forgiven_at=None, at__gte=now - WINDOW)


class Limits(AbstractAxesHandler, AxesBaseHandler):
    """What axes asks and tells."""

    def is_allowed(self, request, credentials: dict | None = None) -> bool:
        request.attempt = begin((credentials or {}).get("username") or "", request.META.get("REMOTE_ADDR") or NOBODY,
                                device_of(request))
        return request.attempt.outcome != Outcome.PAUSED

    def user_login_failed(self, sender, credentials: dict, request=None, **kwargs) -> None:
        attempt = getattr(request, "attempt", None)
        if attempt is None:
            return
        if attempt.outcome == Outcome.PAUSED:
            REFUSALS.labels(attempt.limit).inc()
        else:
            attempt.outcome = Outcome.WRONG
            attempt.save(update_fields=["outcome"])
            REFUSALS.labels("password").inc()
        request.axes_locked_out = attempt.outcome == Outcome.PAUSED or bool(_limit_met(attempt, timezone.now()))

    def user_logged_in(self, sender, request, user, **kwargs) -> None:
        attempt = getattr(request, "attempt", None)
        if attempt is not None:
            _end_well(attempt)

    def user_logged_out(self, sender, request, user, **kwargs) -> None:
        pass

    def get_failures(self, request, credentials: dict | None = None) -> int:
        return 0  # `is_allowed` has said it all


def device_of(request) -> str:
    return request.get_signed_cookie(DEVICE, default="", salt=DEVICE, max_age=KNOWN)[:32]


def remember_device(request, response) -> None:
    """After a good sign-in: the device is one of the account's."""
    response.set_signed_cookie(DEVICE, request.attempt.device, salt=DEVICE, max_age=KNOWN, httponly=True,
                               samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)


def named(username: str) -> tuple[str, User | None]:
    """What is kept of a name, and its account. Of a name that nobody has only the beginning and a digest: people type
    their password into the wrong field."""
    user = User.objects.filter(username=username).only("pk", "username").first()
    return (username, user) if user else (f"{username[:3]}…#{digest(username, 'attempt')[:8]}", None)


def begin(username: str, address: str, device: str) -> Attempt:
    """A row before the password is looked at; its outcome is PAUSED where it shall not be. Those that come at once see
    each other's rows, so that a limit holds for them together."""
    now, (account, user) = timezone.now(), named(username)
    attempt = Attempt(at=now, account=account, user=user, address=address, line=line(address), device=device)
    attempt.limit = _limit_met(attempt, now)
    if not attempt.limit:
        attempt.save()
        attempt.limit = _limit_met(attempt, now)
    return _paused(attempt, now) if attempt.limit else attempt


def _paused(attempt: Attempt, now: datetime) -> Attempt:
    attempt.outcome = Outcome.PAUSED
    same = Attempt.objects.filter(outcome=Outcome.PAUSED, limit=attempt.limit, account=attempt.account,
                                  address=attempt.address, at__gte=now - WINDOW)
    if attempt.pk:
        attempt.save(update_fields=["outcome", "limit"])
    elif not Attempt.objects.filter(pk__in=same.order_by("-pk").values("pk")[:1]).update(times=F("times") + 1):
        attempt.save()
    return attempt


def _end_well(attempt: Attempt) -> None:
    attempt.outcome, attempt.device = Outcome.SIGNED_IN, attempt.device or secrets.token_hex(16)
    attempt.save(update_fields=["outcome", "device"])
    here = Q(line=attempt.line) | Q(device=attempt.device)
    Attempt.objects.filter(counted(attempt.at), here, account=attempt.account).update(forgiven_at=timezone.now())


def _limit_met(attempt: Attempt, now: datetime) -> str:
    """The limit that others' attempts have reached, "" for none."""
    account, here = Q(account=attempt.account), Q(line=attempt.line)
    device = Q(device=attempt.device) & ~Q(device="")
    lately = Attempt.objects.filter(counted(now), account | here)
    if attempt.outcome == Outcome.BEGUN:  # itself is no reason to refuse it; once it is wrong it counts
        lately = lately.exclude(pk=attempt.pk)
    wrong = lately.aggregate(
        of_device=Count("pk", filter=account & device), of_pair=Count("pk", filter=account & here),
        of_account=Count("pk", filter=account),
        of_line=Count("account", filter=here & Q(outcome=Outcome.WRONG), distinct=True),
    )
    well = Attempt.objects.filter(account, outcome=Outcome.SIGNED_IN, at__gte=now - KNOWN)
    if attempt.user and attempt.device and well.filter(device).exists():
        return Limit.PAIR if wrong["of_device"] >= PER_PAIR else ""
    if wrong["of_pair"] >= PER_PAIR:
        return Limit.PAIR
    if wrong["of_account"] < PER_ACCOUNT and wrong["of_line"] < PER_ADDRESS:
        return ""
    if attempt.user and well.filter(here).exists():
        return ""
    return Limit.ACCOUNT if wrong["of_account"] >= PER_ACCOUNT else Limit.ADDRESS


def pauses(now: datetime) -> list[dict]:
    """What is paused now, the latest first: {"limit", "account" or "", "line" or "", "wrong", "last"}."""
    lately = Attempt.objects.filter(counted(now))
    found = []
    for limit, fields, wrong, most in (
        (Limit.PAIR, ("account", "line"), Count("pk"), PER_PAIR),
        (Limit.ACCOUNT, ("account",), Count("pk"), PER_ACCOUNT),
        (Limit.ADDRESS, ("line",), Count("account", filter=Q(outcome=Outcome.WRONG), distinct=True), PER_ADDRESS),
    ):
        rows = lately.values(*fields).annotate(wrong=wrong, last=Max("at")).filter(wrong__gte=most)
        found += [{"limit": limit, "account": "", "line": ""} | row for row in rows.order_by("-last")[:MOST_SHOWN]]
    return sorted(found, key=lambda row: row["last"], reverse=True)


def lift(*, by: User | None, account: str = "", line: str = "") -> int:
    """What was tried wrong with this account, from this address, or both, counts no more; returns how many rows."""
    asked = {name: value for name, value in (("account", account), ("line", line)) if value}
    if not asked:
        return 0
    now = timezone.now()
    return Attempt.objects.filter(counted(now), **asked).update(forgiven_at=now, lifted_by=by)


def forget(now: datetime) -> int:
    """What is older than it is kept; returns how many."""
    kept = timedelta(days=max(1, settings.SIGN_INS_KEPT_DAYS))
    return Attempt.objects.filter(at__lt=now - kept).delete()[0]
