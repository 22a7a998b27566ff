"""Pieces that come with the news: the same that the page would answer, drawn once, to nobody who may not see them."""

import asyncio
import gzip
import json
from contextlib import AsyncExitStack
from urllib.parse import quote

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.utils import timezone

from accounts.models import Membership
from dashboards.figures import fold
from dashboards.screens import overview, parts
from feedback import actions
from live import consumers, pieces
from tests.city import SYSTEM, intake, unit
from tests.live.test_sockets import listening, session_cookie
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
OVERVIEW = "/tong-quan/?ky=30&part=1"


def report():
    actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    fold.fold_all()


async def news(socket) -> dict:
    """What comes after a change: a hint or a piece."""
    async with asyncio.timeout(PATIENCE):
        while True:
            output = await socket.receive_output(PATIENCE)
            if output["type"] == "websocket.close":
                return {"t": "closed", "code": output["code"]}
            packed = output.get("bytes")
            message = json.loads(gzip.decompress(packed) if packed else output["text"])
            if message["t"] != "hb":
                return message


def told(users, address, topic="city", before=lambda: None, ready=lambda: True) -> list[dict]:
    """What each of `users`, who look at `address`, hears of a report; `before` is done first, until all is `ready`."""

    async def run():
        async with AsyncExitStack() as opened:
            sockets = []
            for user in users:
                cookie = await sync_to_async(session_cookie)(user)
                socket = await opened.enter_async_context(listening(f"{topic}&piece={quote(address)}", cookie))
                await socket.receive_json_from(PATIENCE)  # the first heartbeat: rights were asked
                sockets.append(socket)
            await sync_to_async(before)()
            async with asyncio.timeout(PATIENCE):
                while not ready():
                    await asyncio.sleep(0.01)
            await sync_to_async(report)()
            return await asyncio.gather(*map(news, sockets))

    return async_to_sync(run)()


def test_a_piece_is_what_the_page_answers_and_says_its_version(town, cast, client):
    report()
    [message] = told([cast.ha], OVERVIEW)
    client.force_login(cast.ha)
    assert message["html"] == client.get(OVERVIEW).content.decode()
    assert f'data-version="{message["v"]}"' in message["html"]
    assert (message["t"], message["topic"], message["at"]) == ("piece", "city", OVERVIEW)


def test_screens_at_one_address_get_one_drawing(town, cast, monkeypatch):
    drawn, city = [], parts.city
    monkeypatch.setattr(parts, "city", lambda *given: drawn.append(1) or city(*given))
    heard = told([cast.ha, cast.phuc, cast.ha], OVERVIEW)
    assert [message["t"] for message in heard] == ["piece"] * 3
    assert len(drawn) == 1


def test_who_may_hear_of_the_city_but_not_see_it_gets_the_hint_alone(town, cast):
    assert [message["t"] for message in told([cast.lan, cast.ha], OVERVIEW)] == ["hint", "piece"]


def test_a_units_pieces_are_for_who_may_see_the_unit(town, cast):
    home = unit("760")
    for part, topic in (("own", f"unit:{home.pk}"), ("peers", "city")):
        address = f"/don-vi/{home.slug}/?ky=30&part={part}"
        heard = told([cast.lan, cast.ha], address, topic)
        assert [(message["t"], message["at"]) for message in heard] == [("piece", address)] * 2
    assert told([cast.khoa], f"/don-vi/{home.slug}/?ky=30&part=peers")[0]["t"] == "hint"


@pytest.mark.parametrize("address", ["/tong-quan", "/phan-anh/?part=1", "//evil.example/", "/tong-quan/?" + "x" * 600])
def test_what_is_no_piece_is_not_sent(town, cast, address):
    assert told([cast.ha], address)[0]["t"] == "hint"


def test_a_piece_that_cannot_be_drawn_leaves_the_hint(town, cast, monkeypatch):
    def broken(*_given):
        raise RuntimeError("not today")

    def breaks():
        monkeypatch.setattr(overview, "city", broken)

    assert told([cast.ha], OVERVIEW, before=breaks)[0]["t"] == "hint"


def test_a_right_that_was_withdrawn_ends_the_pieces(town, cast, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT", 0.1)
    found, since = pieces.found, []
    monkeypatch.setattr(pieces, "found", lambda *given: since.append(1) or found(*given))

    def becomes_one_of_a_unit():
        Membership.objects.filter(user=cast.ha).update(role="unit_staff", unit=unit("760"))
        since.clear()

    heard = told([cast.ha], OVERVIEW, before=becomes_one_of_a_unit, ready=lambda: len(since) > 1)
    assert heard[0]["t"] == "hint"
