"""Catalogue caches keep an answer for a while and forget it on demand."""

from hcmc_ioc.lib import caching


def counted(calls):
    @caching.ttl_cache(seconds=60)
    def double(number):
        calls.append(number)
        return number * 2

    return double


def test_an_answer_is_computed_once_per_argument():
    calls = []
    double = counted(calls)
    assert [double(2), double(2), double(3)] == [4, 4, 6]
    assert calls == [2, 3]


def test_clear_and_clear_all_forget():
    calls = []
    double = counted(calls)
    double(2)
    double.clear()
    double(2)
    caching.clear_all()
    double(2)
    assert calls == [2, 2, 2]


def test_an_answer_ends_with_its_time():
    calls = []

    @caching.ttl_cache(seconds=0)
    def now():
        calls.append(1)

    now()
    now()
    assert len(calls) == 2
