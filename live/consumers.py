"""Sockets of open screens. Messages to the browser, each a small JSON object:

* `{"t": "hb", …}` on connect and every ten seconds: `live.heartbeat`;
* `{"t": "hint", "topic": …, "v": n}` when a topic changed;
* `{"t": "piece", "topic": …, "v": n, "at": …, "html": …}`, compressed, instead of the hint where the page has a piece
  that follows the topic and named its address in the beginning (`live.pieces`).

Nothing is read from the browser. Rights are asked on connect and again at every heartbeat; a revoked device, an ended
session or membership, or a withdrawn right closes the socket with 4403.
"""

import asyncio
import contextlib
import logging
import random
from importlib import import_module
from types import SimpleNamespace
from urllib.parse import parse_qs

from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from django.conf import settings
from django.contrib.auth import get_user

from accounts.actors import Actor
from hcmc_ioc.lib import metrics, requests
from live import devices, heartbeat, hints, pieces, topics

HEARTBEAT = 10  # seconds
JOINING = 5  # seconds that listening to hints may take
REFUSED, TRY_AGAIN = 4403, 1013
log = logging.getLogger(__name__)


class LiveConsumer(AsyncJsonWebsocketConsumer):
    kind = ""  # device or person, once it is let in

    async def connect(self):
        given = parse_qs(self.scope["query_string"].decode("latin-1"))
        self.asked = [topic for topic in given.get("topics", [""])[0].split(",") if topic]
        self.asked_pieces, self.pieces = given.get("piece", []), []
        self.language = requests.language(self.scope["cookies"])
        self.beating = None
        self.device = await database_sync_to_async(self._paired)()
        self.topics = await database_sync_to_async(self._still_allowed)()
        await self.accept()
        self.kind = "device" if self.device else "person"
        metrics.SOCKETS.labels(self.kind).inc()
        if not self.topics:
            await self.close(code=REFUSED)
            return
        ending = [devices.topic(self.device)] if self.device else []
        self.listened = [hints.group(topic) for topic in self.topics + ending]
        try:
            async with asyncio.timeout(JOINING):
                for name in self.listened:
                    await self.channel_layer.group_add(name, self.channel_name)
        except TimeoutError:  # Valkey stands still: the browser asks for heartbeats until it gets through again
            await self.close(code=TRY_AGAIN)
            return
        self.beating = asyncio.create_task(self._beat())

    async def disconnect(self, code):
        if self.kind:
            metrics.SOCKETS.labels(self.kind).dec()
        if self.beating:
            self.beating.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self.beating
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(JOINING):
                    for name in self.listened:
                        await self.channel_layer.group_discard(name, self.channel_name)

    async def dispatch(self, message):
        """Channels lets the one thread of its database look after connections before each message. A hint needs none,
        and five hundred at once would wait for it one after the other."""
        if message["type"] == "hint":
            await self.hint(message)
        else:
            await super().dispatch(message)

    async def hint(self, event):
        if self.device and event["topic"] == devices.topic(self.device):
            await self.close(code=REFUSED)
            return
        if not await self._send_pieces(event["topic"], event["version"]):
            await self.send_json({"t": "hint", "topic": event["topic"], "v": event["version"]})
        metrics.HINTS.inc()

    async def _send_pieces(self, topic: str, version: int) -> bool:
        """Send the pieces that follow the topic; whether there were any, and all could be drawn."""
        following = [piece for piece in self.pieces if piece.topic == topic]
        try:
            for piece in following:
                await self.send(bytes_data=await pieces.message(piece, version, self.language))
        except Exception:  # the hint says the same, and the browser asks
            log.warning("a piece was not drawn", exc_info=True)
            return False
        return bool(following)

    async def _beat(self):
        pause = HEARTBEAT * random.uniform(0.3, 1)  # those who came together do not ask together for ever
        while True:
            try:
                message = await self._heartbeat()
            except Exception:  # a silent socket would look alive: close it, and the browser comes again
                log.warning("heartbeat failed", exc_info=True)
                await self.close(code=TRY_AGAIN)
                return
            if message is None:
                await self.close(code=REFUSED)
                return
            await self.send_json(message)
            await asyncio.sleep(pause)
            pause = HEARTBEAT

    @database_sync_to_async
    def _heartbeat(self) -> dict | None:
        """The next heartbeat, or None when the right to listen has ended."""
        if set(self._still_allowed()) != set(self.topics):
            return None
        if self.device:
            devices.seen(self.device)
        return heartbeat.message(self.topics)

    def _still_allowed(self) -> list[str]:
        """The topics that may still be heard; `pieces` likewise."""
        if self.device:
            self.device = self._paired()
            return topics.allowed(self.asked, devices.acting(self.device)) if self.device else []
        person = get_user(SimpleNamespace(session=self._session()))  # type: ignore[arg-type]  # all that it reads
        actor = Actor.person(person)
        self.pieces = pieces.found(self.asked_pieces, actor)
        return topics.allowed(self.asked, actor)

    def _paired(self):
        """The device whose cookie came with the socket, as it stands now."""
        return devices.by_cookie(self.scope["cookies"].get(devices.COOKIE))

    def _session(self):
        """The session as it stands now: signing out, or a new password, ends what another tab hears."""
        return import_module(settings.SESSION_ENGINE).SessionStore(self.scope["session"].session_key)
