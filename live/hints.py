"""Hints to open screens: "topic X is now version N". The only user of the channel layer.

A hint carries no content and may be lost: screens re-ask the ordinary page, and every heartbeat repeats the versions.
"""

import asyncio
import logging
import os
import threading
from functools import lru_cache

from channels.layers import get_channel_layer
from django.db import transaction

from hcmc_ioc.lib import pulse

log = logging.getLogger(__name__)

WAIT_SECONDS = 2  # how long a hint may hold up whoever sends it


def group(topic: str) -> str:
    """The channel-layer group of a topic (`unit:42` → `live.unit.42`)."""
    return "live." + topic.replace(":", ".")


def publish(versions: dict[str, int]) -> None:
    """Tell whoever listens that these topics now have these versions; a lost broker costs a line in the log."""
    if pulse.valkey.away:
        return
    sending = asyncio.run_coroutine_threadsafe(_send(versions), _loop(os.getpid()))
    try:
        sending.result(WAIT_SECONDS)
    except Exception as exc:  # noqa: BLE001 - a hint must never fail the work that was just committed
        sending.cancel()
        log.warning("live hints not sent (%s): screens catch up by their heartbeat", str(exc) or type(exc).__name__)


@lru_cache(maxsize=1)
def _loop(pid: int) -> asyncio.AbstractEventLoop:
    """An event loop for the hints of this process. The layer keeps a connection per loop: with a loop for each hint,
    opening and closing one took three times as long as the hint."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="hints", daemon=True).start()
    return loop


async def _send(versions: dict[str, int]) -> None:
    layer = get_channel_layer()
    for topic, version in versions.items():
        await layer.group_send(group(topic), {"type": "hint", "topic": topic, "version": version})


def publish_on_commit(versions: dict[str, int]) -> None:
    transaction.on_commit(lambda: publish(versions), robust=True)
