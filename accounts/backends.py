"""Who is signed in, as Django's sessions ask at every request."""

from django.contrib.auth.backends import ModelBackend
from django.utils import timezone

from accounts.models import Membership, User
from hcmc_ioc.lib import sql


class People(ModelBackend):
    """By name and password; a request gets the person together with what they act under, by one written-out
    statement."""

    def get_user(self, user_id: int) -> User | None:
        held = Membership.acted_under(user_id, timezone.localdate())
        person = held.user if held else next(iter(sql.read(User, "WHERE id = %s", [user_id])), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        person._membership = held
        return person
