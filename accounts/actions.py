"""The only writer of people and memberships."""

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
