"""What the tests of pages share: a signed-in client, the text of an answer, the words of its forms."""

import html
import re

from django.urls import reverse

BACKEND = "accounts.backends.People"


def signed_in(client, person):
    client.force_login(person, backend=BACKEND)
    return client


def read(answer) -> str:
    """The words of a page: no tags, single blanks."""
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())))


def move(client, ticket, verb, version=None, **given):
    """Send a move as the form of the page does."""
    given = {k: getattr(v, "pk", v) for k, v in given.items()}
    version = ticket.version if version is None else version
    return client.post(reverse("ticket_move", args=[ticket.code, verb]), {"version": version} | given)


def rows_of(answer) -> list[str]:
    """The codes of the rows of a list, in order."""
    return re.findall(r'class="row-link" href="/vu/(\w+)/"', answer.content.decode())
