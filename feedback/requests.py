"""What the views share: who acts, and the name of an act."""

from uuid import UUID, uuid4

from feedback.rules.lifecycle import Actor


def fresh_id() -> UUID:
    """A name for an act that is about to be offered, so that sending it twice does it once."""
    return uuid4()


def acting(request, origin: str = "web") -> Actor:
    """The signed-in person, with the request id of the form; an unreadable one counts as none."""
    try:
        request_id = UUID(str(request.POST.get("request_id", "")))
    except ValueError:
        request_id = None
    return Actor(origin, request.user, request_id)
