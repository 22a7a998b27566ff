"""The only writer of people and memberships."""

from datetime import date

from django.db import transaction

from accounts.models import Membership, User


@transaction.atomic(durable=True)
def switch_membership(*, user: User, membership_id: int) -> Membership:
    """Act under another of one's own memberships. Raises `Membership.DoesNotExist` for a stranger's or an ended one."""
    chosen = Membership.objects.valid().select_for_update(of=("self",)).get(user=user, pk=membership_id)
    Membership.objects.filter(user=user, is_active=True).exclude(pk=chosen.pk).update(is_active=False)
    Membership.objects.filter(pk=chosen.pk).update(is_active=True)
    return chosen


def set_language(*, user: User, language: str) -> None:
    User.objects.filter(pk=user.pk).update(language=language)


@transaction.atomic
def enrol(*, username: str, full_name: str, password_hash: str, unit_id: int, role: str, since: date,
          is_administrator: bool = False, email: str = "") -> bool:
    """A new person with their first membership; False, and nothing changed, when the name is taken.

    `password_hash` comes from `make_password`, so that many people cost one hash.
    """
    user, is_new = User.objects.get_or_create(
        username=username,
        defaults={
            "full_name": full_name, "password": password_hash, "email": email,
            "is_staff": is_administrator, "is_superuser": is_administrator,
        },
    )
    if is_new:
        Membership.objects.create(user=user, unit_id=unit_id, role=role, valid_from=since)
    return is_new
