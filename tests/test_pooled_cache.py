"""The cache's connections serve one request after the other, and survive the server's end."""

import threading

from django.conf import settings
from django.core.cache import cache
from redis import Redis

from tests.patience import wait_for


def in_thread(function):
    found = []
    thread = threading.Thread(target=lambda: found.append(function()))
    thread.start()
    thread.join()
    return found[0]


def connected() -> int:
    """How often anybody connected to Valkey so far."""
    with Redis.from_url(settings.REDIS_URL) as asking:
        return asking.info("stats")["total_connections_received"]


def test_threads_that_come_one_after_the_other_share_a_connection():
    cache.set("word", "một")
    before = connected()
    assert [in_thread(lambda: cache.get("word")) for _ in range(8)] == ["một"] * 8
    assert connected() == before + 1  # that of the question itself


def test_threads_at_once_each_get_their_own_answer():
    for n in range(8):
        cache.set(f"n{n}", n)
    ready, found = threading.Barrier(8), {}

    def ask(n):
        ready.wait()
        found[n] = [cache.get(f"n{n}") for _ in range(50)]

    threads = [threading.Thread(target=ask, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [n] * 50 for n in range(8)}


def test_a_connection_that_the_server_ended_is_not_used_again():
    cache.set("word", "một")
    with Redis.from_url(settings.REDIS_URL) as other:
        other.client_kill_filter(_type="normal", skipme=True)
        wait_for(lambda: len(other.client_list(_type="normal")) == 1)
    assert cache.get("word") == "một"


def test_what_is_counted_is_forgotten_in_time():
    assert [cache.count("asked", 30) for _ in range(3)] == [1, 2, 3]
    with Redis.from_url(settings.CACHES["default"]["LOCATION"]) as asking:
        assert 0 < asking.ttl(cache.make_key("asked")) <= 30
