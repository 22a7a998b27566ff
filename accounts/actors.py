"""Who acts: a person, a device, a client, a citizen, or the system with the name of its job.

Every verb, page and socket asks its rights of an actor (`may` of the app that owns the thing); nobody acts unasked.
"""

from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.models import Membership, User
from accounts.roles import CITYWIDE, UNIT
from districts.models import Unit


class Kind(TextChoices):
    PERSON = "user", _("Người dùng")
    DEVICE = "device", _("Thiết bị")
    CLIENT = "client", _("Hệ thống kết nối")
    CITIZEN = "citizen", _("Người dân")
    SYSTEM = "system", _("Hệ thống")


@dataclass(frozen=True)
class Actor:
    """One who acts. Make it with one of the class methods; a kind fills only what is its own.

    `key` and `fingerprint` name one sending of a request, so that sending it again does nothing twice
    (`accounts.keys`); both are empty where nobody sends anything again.
    """

    kind: Kind
    origin: str  # web, api, import, demo, beat: the door through which it came
    user: User | None = field(default=None, repr=False)
    number: int | None = None  # of the device, the client, or the ticket that a citizen's link opens
    unit_id: int | None = None  # what a device or a client is bound to, with everything below it
    scopes: frozenset[str] = frozenset()  # of a client
    job: str = ""  # of the system
    key: str = ""
    fingerprint: str = ""

    @classmethod
    def person(cls, user, origin: str = "web") -> "Actor":
        """A signed-in person under their active membership; somebody not signed in may do nothing."""
        return cls(Kind.PERSON, origin, user=user)

    @classmethod
    def device(cls, number: int, unit_id: int) -> "Actor":
        """A wall device that shows this unit (or the city)."""
        return cls(Kind.DEVICE, "web", number=number, unit_id=unit_id)

    @classmethod
    def client(cls, number: int, unit_id: int, scopes) -> "Actor":
        """Another system, within a unit's subtree and its scopes."""
        return cls(Kind.CLIENT, "api", number=number, unit_id=unit_id, scopes=frozenset(scopes))

    @classmethod
    def citizen(cls, ticket_id: int | None = None) -> "Actor":
        """A citizen who holds the link or code of one ticket, or of none yet."""
        return cls(Kind.CITIZEN, "web", number=ticket_id)

    @classmethod
    def system(cls, job: str, origin: str = "") -> "Actor":
        """The system at one of its jobs; what each job may do stands in a table."""
        return cls(Kind.SYSTEM, origin or job, job=job)

    def sending(self, key: str, fingerprint: str) -> "Actor":
        """The same actor, at one sending of a request."""
        return replace(self, key=key, fingerprint=fingerprint)

    @property
    def role(self) -> str:
        """The active role of a person; "" for everybody else."""
        return self._membership.role if self._membership else ""

    @property
    def _membership(self) -> Membership | None:
        return self.user.membership if self.user is not None and self.user.is_authenticated else None

    @property
    def own_unit_id(self) -> int | None:
        """The unit that this actor stands for: a person's by membership, a device's or client's by its row."""
        membership = self._membership
        return membership.unit_id if membership else self.unit_id

    @property
    def is_of_unit(self) -> bool:
        """Somebody of one unit, not of the hotline or the city: what they record is their unit's own."""
        return self.role in UNIT or (self.kind == Kind.CLIENT and self.scope is not None)

    @property
    def scope(self) -> list[int] | None:
        """The ids of the units within which this actor acts; None means the whole city, [] nowhere.

        Rights are asked besides: a scope alone allows nothing.
        """
        if self.kind == Kind.PERSON:
            if self.role in CITYWIDE:
                return None
            membership = self._membership
            return Unit.objects.subtree_ids(membership.unit) if membership and self.role in UNIT else []
        if self.kind == Kind.SYSTEM:
            return None
        if self.unit_id is None:
            return []
        return None if Unit.objects.is_city(self.unit_id) else Unit.objects.subtree_ids(self.unit_id)

    @property
    def request_id(self) -> UUID | None:
        """The key as a UUID, as the forms of pages send it."""
        if not self.key:
            return None
        try:
            return UUID(self.key)
        except ValueError:
            return None

    @property
    def ref(self) -> str:
        """Who it is, in one word for logs and keys: `user:7`, `device:3`, `system:import`."""
        number = self.user.pk if self.user is not None else self.number
        return f"{self.kind.value}:{number or self.own_ref}"

    @property
    def own_ref(self) -> str:
        """The number of a device, a client or a citizen's ticket, or the job of the system; "" for a person."""
        return self.job or str(self.number or "")
