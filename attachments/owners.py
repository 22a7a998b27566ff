"""What files may be attached to. Apps above register their kinds; attachments itself knows none of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.actors import Actor
from accounts.roles import Role


@dataclass(frozen=True)
class Owner:
    """A kind of thing. `find(actor, pk)` is the thing where the actor may see it, else None; `may_add` whether they
    may attach to it; `url` the page where its files stand; `changed` is called in the transaction of each change."""

    find: Callable[[Actor, int], Any]
    may_add: Callable[[Actor, Any], bool]
    url: Callable[[Any], str]
    changed: Callable[[Any], None] = lambda _thing: None


CLEANS = frozenset({Role.SUPERVISOR, Role.CITY_LEADER})  # take away what others attached, also from what has ended
_kinds: dict[str, Owner] = {}


def register(kind: str, owner: Owner) -> None:
    """Called once, when the app that owns the kind is ready."""
    _kinds[kind] = owner


def known(kind: str) -> Owner:
    return _kinds[kind]


def seen(actor: Actor, kind: str, pk: int) -> tuple[Owner, Any] | None:
    """The kind and the thing, where the actor may see it."""
    owner = _kinds.get(kind)
    thing = owner.find(actor, pk) if owner else None
    return (owner, thing) if owner and thing is not None else None


def may_take_away(actor: Actor, owner: Owner, thing: Any, uploader_id: int | None) -> bool:
    """One's own file while one might add another; the hotline's supervisors and the city's leaders any, always."""
    if actor.user is None:
        return False
    return actor.role in CLEANS or (uploader_id == actor.user.pk and owner.may_add(actor, thing))
