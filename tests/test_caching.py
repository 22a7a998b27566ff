"""Catalogue caches keep an answer for a while and forget it on demand."""

from django.utils import translation
from django.utils.translation import get_language

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


def test_a_piece_is_drawn_once_for_the_same_values_in_each_language():
    drawn = []

    @caching.drawn_once
    def line(values, tone="c1"):
        drawn.append((values, tone, get_language()))
        return f"{values}"

    for tone in ("c1", "c1", "c2"):
        line([1, [2, None]], tone=tone)
    line([1, [3, None]])
    with translation.override("en"):
        line([1, [3, None]])
    assert [tone for _values, tone, _language in drawn] == ["c1", "c2", "c1", "c1"]
    assert drawn[-1][0] == (1, (3, None)) and {language for *_, language in drawn} == {"vi", "en"}
