"""Hooks as a taker of the feed."""

from hooks import taking
from live import feed


def register() -> None:
    feed.register(feed.Taker(taking.NAME, frozenset({"ticket"}), work=taking.work))
