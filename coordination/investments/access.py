"""Who may do what with investments. Deny by default: leaders read all, the department keeps opinions, units see each
other's items so that nobody builds twice, but neither suppliers nor statements on conflicts of interest."""

from accounts.actors import Actor, Kind
from accounts.roles import UNIT, Role
from coordination.models import Consultation, Item
from feedback.rules.rulebook import rulebook

READING_ALL = frozenset({Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR})
SCOPE = "investments:read"


def _is_person(actor: Actor, *roles: str) -> bool:
    return actor.kind == Kind.PERSON and actor.role in roles


def may_read(actor: Actor) -> bool:
    """The register, the consultations, the board."""
    return _is_person(actor, *READING_ALL, *UNIT)


def may_fetch(actor: Actor) -> bool:
    """By the API."""
    return may_read(actor) or (actor.kind == Kind.CLIENT and SCOPE in actor.scopes)


def is_own(actor: Actor, unit_id: int) -> bool:
    return actor.role in UNIT and actor.scope is not None and unit_id in actor.scope


def sees(actor: Actor, item: Item) -> bool:
    """A draft is its own unit's and the department's alone."""
    if item.state == Item.State.DRAFT:
        return is_own(actor, item.unit_id) or _is_person(actor, Role.ANALYST)
    return may_read(actor)


def sees_offers(actor: Actor, item: Item) -> bool:
    """Suppliers, offers, statements on conflicts of interest."""
    return _is_person(actor, *READING_ALL) or (actor.kind == Kind.PERSON and is_own(actor, item.unit_id))


def may_draft(actor: Actor, unit_id: int) -> bool:
    return _is_person(actor, Role.ANALYST) or (actor.kind == Kind.PERSON and is_own(actor, unit_id))


def may_keep(actor: Actor, unit_id: int) -> bool:
    """What counts: confirm, plan anew, report, stop, submit, withdraw."""
    return _is_person(actor, Role.ANALYST) or (_is_person(actor, Role.UNIT_LEADER) and is_own(actor, unit_id))


def speaks_for(actor: Actor, unit_id: int) -> bool:
    """Asks for an opinion and answers what was found: the unit's own people, for the city's own items its analysts.
    Whoever gives opinions on units speaks for none of them."""
    if rulebook().city_id == unit_id:
        return _is_person(actor, Role.ANALYST)
    return actor.kind == Kind.PERSON and is_own(actor, unit_id)


def leads(actor: Actor, unit_id: int) -> bool:
    """Sends it, withdraws it, rates its own item: of a unit its leader."""
    return speaks_for(actor, unit_id) and actor.role != Role.UNIT_STAFF


def may_edit(actor: Actor, item: Item) -> bool:
    """A draft is anybody's of its unit; what is confirmed its leader's."""
    allowed = may_draft if item.state == Item.State.DRAFT else may_keep
    return allowed(actor, item.unit_id)


def may_judge(actor: Actor) -> bool:
    """Independent ratings, questions to the author, proposed opinions."""
    return _is_person(actor, Role.ANALYST)


def may_sign(actor: Actor, consultation: Consultation) -> bool:
    """Whoever the tier names gives the opinion."""
    return consultation.tier is not None and _is_person(actor, consultation.tier.signer)
