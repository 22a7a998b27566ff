"""Sockets: who hears what, foreign origins, lost hints, revoked screens. Against the real channel layer."""

import asyncio
import json
from contextlib import asynccontextmanager
from datetime import date, timedelta

import pytest
import time_machine
from asgiref.sync import async_to_sync, sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone

from accounts.models import Membership
from dashboards.figures import fold
from feedback import actions
from feedback import outbox as changes
from hcmc_ioc.asgi import application
from hcmc_ioc.lib import pulse
from hcmc_ioc.sessions import SessionStore
from live import consumers, devices, feed, heartbeat, hints, signs
from live.models import Sign
from tests.city import SYSTEM, intake, unit
from tests.patience import PATIENCE

pytestmark = pytest.mark.django_db(transaction=True)
HOST = b"localhost"


def session_cookie(user):
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.People"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


@asynccontextmanager
async def listening(asked, cookie="", origin=b"http://localhost"):
    headers = [(b"host", HOST), (b"origin", origin), (b"cookie", cookie.encode())]
    socket = WebsocketCommunicator(application, f"/ws/live/?topics={asked}", headers=headers)
    connected, _code = await socket.connect(PATIENCE)
    try:
        yield socket if connected else None
    finally:
        await socket.disconnect(timeout=PATIENCE)


async def until(socket, wanted):
    """The first message that is `wanted`; heartbeats may come before it."""
    async with asyncio.timeout(PATIENCE):
        while not wanted(message := await socket.receive_json_from(PATIENCE)):
            pass
    return message


def heard(asked, cookie):
    """The versions in the first heartbeat, or the code with which the socket was closed."""

    async def run():
        async with listening(asked, cookie) as socket:
            output = await socket.receive_output(PATIENCE)
            if output["type"] == "websocket.close":
                return output["code"]
            return json.loads(output["text"])["versions"]

    return async_to_sync(run)()


@pytest.fixture
def ticket(town):
    ticket = actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=timezone.now()))
    fold.fold_all()
    return ticket


def test_topics_are_scoped_to_what_a_person_may_see(cast, ticket):
    q1, q7 = f"unit:{unit('760').pk}", f"unit:{unit('778').pk}"
    asked = f"city,{q1},{q7},ticket:{ticket.pk},ticket:999999,unit:x,nonsense"
    mine = f"ticket:{ticket.pk}"
    expected = {
        "lan": {"city", q1, mine}, "minh": {"city", q1, mine}, "khoa": {"city", q7}, "tu": {"city", q1, q7, mine},
        "ha": {"city", q1, q7, mine}, "phuc": {"city", q1, q7, mine},
        "quan": consumers.REFUSED, "nobody": consumers.REFUSED,
    }
    for name, wanted in expected.items():
        answer = heard(asked, session_cookie(getattr(cast, name)))
        assert (set(answer) if isinstance(answer, dict) else answer) == wanted, name
    assert heard("city", "") == consumers.REFUSED


def test_a_foreign_origin_is_refused(cast):
    async def run():
        cookie = await sync_to_async(session_cookie)(cast.ha)
        async with listening("city", cookie, origin=b"https://evil.example") as socket:
            return socket

    assert async_to_sync(run)() is None


def test_a_committed_change_arrives_as_a_hint_and_a_lost_hint_heals_by_the_heartbeat(cast, ticket, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT", 0.2)
    topic = f"unit:{unit('760').pk}"

    def change():
        actions.accept(actor=SYSTEM, ticket_id=ticket.pk)
        fold.fold_all()

    def change_silently():
        """The hint is lost: the layer is away."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(hints, "publish", lambda versions: None)
            actions.start(actor=SYSTEM, ticket_id=ticket.pk)
            fold.fold_all()

    async def run():
        cookie = await sync_to_async(session_cookie)(cast.lan)
        async with listening(topic, cookie) as socket:
            first = await socket.receive_json_from(PATIENCE)
            start = first["versions"][topic]
            await sync_to_async(change)()
            await until(socket, lambda m: m["t"] == "hint" and m["topic"] == topic and m["v"] == start + 1)
            await sync_to_async(change_silently)()
            await until(socket, lambda m: m["t"] == "hb" and m["versions"][topic] == start + 2)

    async_to_sync(run)()


def test_a_ticket_page_hears_of_each_new_version(cast, ticket):
    async def run():
        cookie = await sync_to_async(session_cookie)(cast.lan)
        async with listening(f"ticket:{ticket.pk}", cookie) as socket:
            await socket.receive_json_from(PATIENCE)
            await sync_to_async(actions.accept)(actor=SYSTEM, ticket_id=ticket.pk)
            return await until(socket, lambda message: message["t"] == "hint")

    assert async_to_sync(run)() == {"t": "hint", "topic": f"ticket:{ticket.pk}", "v": ticket.version + 1}


def test_a_revoked_screen_goes_dark_at_once_and_stays_dark(town):
    screen = devices.register(name="Phòng điều hành", unit=unit("79"))
    cookie = f"{devices.COOKIE}={devices.seal(screen)}"

    async def run():
        async with listening("city", cookie) as socket:
            message = await socket.receive_json_from(PATIENCE)
            assert message["versions"].keys() == {"city"}
            await sync_to_async(devices.revoke)(screen)
            output = await socket.receive_output(PATIENCE)
            return output["code"]

    assert async_to_sync(run)() == consumers.REFUSED
    assert heard("city", cookie) == consumers.REFUSED
    assert heard("city", f"{devices.COOKIE}=forged") == consumers.REFUSED


def end_membership(user, cookie):
    Membership.objects.filter(user=user).update(valid_to=date(2021, 1, 2))


def sign_out(user, cookie):
    SessionStore(cookie.partition("=")[2]).flush()


def change_password(user, cookie):
    user.set_password("mot mat khau moi, dai")
    user.save()


def lock(user, cookie):
    user.is_active = False
    user.save()


@pytest.mark.parametrize("end", [end_membership, sign_out, change_password, lock])
def test_whoever_may_no_longer_look_stops_hearing(end, cast, monkeypatch):
    monkeypatch.setattr(consumers, "HEARTBEAT", 0.1)

    async def run():
        cookie = await sync_to_async(session_cookie)(cast.lan)
        async with listening("city", cookie) as socket:
            await socket.receive_json_from(PATIENCE)
            await sync_to_async(end)(cast.lan, cookie)
            while True:
                output = await socket.receive_output(PATIENCE)
                if output["type"] == "websocket.close":
                    return output["code"]

    assert async_to_sync(asyncio.wait_for)(run(), PATIENCE) == consumers.REFUSED


def test_the_lag_is_the_age_of_the_oldest_change_not_counted(town):
    assert feed.screen_lag() == 0
    before = timezone.now()
    actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=before))
    assert before <= changes.oldest() <= timezone.now()
    assert feed.screen_lag(changes.oldest() + timedelta(seconds=90)) == 90
    fold.fold_all()
    assert feed.screen_lag() == 0


def test_a_heartbeat_says_what_beat_fold_and_the_city_s_clock_last_did(cast, ticket):
    for name in signs.PARTS:
        signs.leave(name)
    told = heartbeat.message(["city"])
    assert (told["lag"], told["tick"], told["day"]) == (0, 0, timezone.localdate().isoformat())
    actions.accept(actor=SYSTEM, ticket_id=ticket.pk)
    later = timezone.now() + timedelta(seconds=90)
    with time_machine.travel(later, tick=False):
        told = heartbeat.message(["city"])
    assert told["lag"] >= 89 and told["tick"] >= 89
    Sign.objects.all().delete()
    assert heartbeat.message(["city"])["tick"] is None


def test_where_no_socket_gets_through_the_heartbeat_is_asked_for(cast, client):
    asked = "/nhip-tim/?topics=city,ticket:999999"
    assert client.get(asked).status_code == 403
    client.force_login(cast.nobody, backend="accounts.backends.People")
    assert client.get(asked).status_code == 403
    client.force_login(cast.ha, backend="accounts.backends.People")
    told = client.get(asked)
    assert told.status_code == 200 and set(told.json()["versions"]) == {"city"}
    client.logout()
    device = devices.register(name="Sảnh", unit=unit("79"))
    client.cookies[devices.COOKIE] = devices.seal(device)
    assert set(client.get(asked).json()["versions"]) == {"city"}
    devices.revoke(device)
    assert client.get(asked).status_code == 403


def test_a_socket_closes_while_the_database_or_valkey_stands_still(cast, monkeypatch):
    async def closed_with(cookie):
        async with listening("city", cookie) as socket:
            return await socket.receive_output(PATIENCE) if socket else None

    cookie = session_cookie(cast.ha)
    monkeypatch.setattr(pulse.database, "away", True)
    assert async_to_sync(closed_with)(cookie) is None
    monkeypatch.setattr(pulse.database, "away", False)
    monkeypatch.setattr(consumers, "JOINING", 0.01)

    async def never(*_given):
        await asyncio.Event().wait()

    monkeypatch.setattr("channels_redis.pubsub.RedisPubSubLoopLayer.group_add", never)
    assert async_to_sync(closed_with)(cookie)["code"] == consumers.TRY_AGAIN
