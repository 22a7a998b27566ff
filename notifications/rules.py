"""Which e-mail goes to whom, by the rows of rules and what each person muted."""

from collections.abc import Iterable

from django.db import transaction

from accounts.models import User
from notifications import kinds
from notifications.models import MailRule, Mute


class Rules:
    """The rules as they stand now: one query."""

    def __init__(self) -> None:
        self._rows = {(row.code, row.role): row for row in MailRule.objects.all()}

    def of(self, code: str, role: str) -> MailRule | None:
        """The rule by which this role is mailed; None where it is not."""
        found = self._rows.get((code, role)) or self._rows.get((code, ""))
        return found if role and found and found.by_mail else None


def muted(user_ids: Iterable[int]) -> set[tuple[int, str]]:
    """Person and code of what is not mailed."""
    return set(Mute.objects.filter(user__in=list(user_ids)).values_list("user_id", "code"))


def choices(user: User) -> list[str]:
    """The codes that are mailed to somebody of the person's role."""
    rules = Rules()
    return [code for code in kinds.KINDS if rules.of(code, user.role)]


@transaction.atomic
def choose(user: User, wanted: Iterable[str]) -> None:
    """Of what may be muted the person wants these by e-mail, and no other."""
    given = set(wanted)
    for code in choices(user):
        if code in given or code in kinds.ALWAYS:
            Mute.objects.filter(user=user, code=code).delete()
        else:
            Mute.objects.get_or_create(user=user, code=code)
