"""Who acts in a request of a page, and which sending of it this is."""

import hashlib
import json
from uuid import UUID, uuid4

from accounts.actors import Actor
from accounts.keys import LONGEST

# What may differ between two sendings of the same act.
NOT_CONTENT = {"csrfmiddlewaretoken", "request_id", "version"}


def fresh_id() -> UUID:
    """A name for an act that is about to be offered, so that sending it twice does it once."""
    return uuid4()


def acting(request, origin: str = "web") -> Actor:
    """The signed-in person; of a form with a `request_id`, at this sending of it."""
    actor = Actor.person(request.user, origin)
    key = request.POST.get("request_id", "") if request.method == "POST" else ""
    return actor.sending(key[:LONGEST], fingerprint(request)) if key.isprintable() else actor


def fingerprint(request) -> str:
    """The address and the content of a form, as one digest."""
    content = sorted((name, request.POST.getlist(name)) for name in request.POST if name not in NOT_CONTENT)
    text = json.dumps([request.path, content], ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()
