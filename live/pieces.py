"""Pieces of pages that open screens are sent together with the news, so that hundreds do not each ask for the same.

An app registers the pages that have such pieces. Who may see one is asked of the page's own rule when a socket opens
and again at every heartbeat, as for topics. A piece holds nothing that depends on the person (`live.fragments`).
"""

import asyncio
import gzip
import json
from collections.abc import Callable, Iterable, MutableMapping
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from cachetools import LRUCache
from channels.db import database_sync_to_async
from django.http import Http404, QueryDict
from django.urls import Resolver404, resolve
from django.utils import translation

from accounts.actors import Actor

MOST, LONGEST = 4, 500  # pieces of one page, letters of an address
KEPT = 200  # of a process: whoever asks at the same version gets the one that was drawn


@dataclass(frozen=True)
class Piece:
    """What stands at `address` (a page's `?part=…`) and follows `topic`; `draw()` answers its version and its HTML."""

    topic: str
    address: str
    draw: Callable[[], tuple[int, str]]


Find = Callable[..., Piece | None]  # (actor, address, its fields, **what its path names)
_pages: dict[str, Find] = {}
_drawn: MutableMapping[asyncio.AbstractEventLoop, LRUCache] = WeakKeyDictionary()


def register(view: str, find: Find) -> None:
    """Make the pieces of the page named `view` known; called once, when the app that owns it is ready."""
    _pages[view] = find


def found(addresses: Iterable[str], actor: Actor) -> list[Piece]:
    """The pieces at those of `addresses` that the actor may see."""
    asked = [address for address in list(addresses)[:MOST] if len(address) <= LONGEST]
    return [piece for address in asked if (piece := _find(address, actor))]


def _find(address: str, actor: Actor) -> Piece | None:
    path, _mark, query = address.partition("?")
    try:
        match = resolve(path)
        find = _pages.get(match.view_name)
        return find(actor, address, QueryDict(query), **match.kwargs) if find else None
    except (Resolver404, Http404):
        return None


async def message(piece: Piece, version: int, language: str) -> bytes:
    """The piece as sockets send it, drawn after its topic had this version: once for all who ask in this process."""
    drawn = _drawn.setdefault(asyncio.get_running_loop(), LRUCache(KEPT))
    about = (piece.address, language)
    told, drawing = drawn.get(about, (None, None))
    if told != version:
        drawing = asyncio.ensure_future(_packed(piece, language))
        drawn[about] = version, drawing
    return await asyncio.shield(drawing)


@database_sync_to_async
def _packed(piece: Piece, language: str) -> bytes:
    """Compressed once, not by each socket."""
    with translation.override(language):
        version, html = piece.draw()
    said = {"t": "piece", "topic": piece.topic, "v": version, "at": piece.address, "html": html}
    return gzip.compress(json.dumps(said, ensure_ascii=False).encode(), 6)
