"""The statistics of judging against published or independently reckoned numbers (see each module for its paper)."""

from math import isclose
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hcmc_ioc.lib import stats
from hcmc_ioc.lib.judging import funnel, prime, usual, xmr
from hcmc_ioc.lib.judging.series import Limit, Point, rules

LANEY = """266501/280443 264225/276823 276532/291681 281461/296155 269071/282343 261215/275888 270409/283867
279778/295251 270483/284468 270320/282529 267923/279618 271478/283932 255353/266629 256820/268091
261835/276803 259144/271578
255910/266005 260863/273520 264465/278574 260989/273772"""


def near(found, wanted, digits=6):
    return all(isclose(one, other, abs_tol=0.51 * 10**-digits) for one, other in zip(found, wanted, strict=True))


def points(values, **more):
    return [Point(f"{place:03}", value, **more.get(f"at{place}", {})) for place, value in enumerate(values)]


def shares(text):
    parts = [tuple(map(int, pair.split("/"))) for pair in text.split()]
    return [Point(f"{place:02}", met / cases, cases) for place, (met, cases) in enumerate(parts)]


@pytest.mark.parametrize(("met", "cases", "z", "wanted"), [
    (65, 100, stats.Z95, (0.552544433, 0.736357518)), (65, 100, stats.Z998, (0.495494657, 0.778354061)),
    (1, 100, stats.Z95, (0.001767432, 0.054486196)), (9856, 12345, stats.Z95, (0.791210175, 0.805364007))])
def test_wilson(met, cases, z, wanted):
    assert near(stats.wilson(met, cases, z), wanted, 9)


@pytest.mark.parametrize(("met", "cases"), [(-1, 10), (1, 0), (0, 0), (11, 10), (1, -1)])
def test_what_is_no_share_is_refused(met, cases):
    with pytest.raises(ValueError, match="no share"):
        stats.wilson(met, cases)


@pytest.mark.parametrize(("events", "wanted"), [
    (65, (50.163187710, 82.849138546)), (1, (0.025317808, 5.571643391)), (5, (1.623486390, 11.668332079))])
def test_rare_events(events, wanted):
    assert near(stats.poisson(events), wanted, 9)
    assert stats.poisson(0)[0] == 0 and isclose(stats.poisson(0)[1], 3.688879454)
    with pytest.raises(ValueError, match="no count"):
        stats.poisson(-1)


@pytest.mark.parametrize(("values", "wanted"), [
    (range(1, 11), (5.5, 2.84, 8.16)), ((3, 1, 4, 1, 5, 9, 2), (3.5714286, -6.6252381, 13.7680952)),
    ((89, 86, 75, 77, 81, 74, 72, 78, 76, 82, 77, 54, 66, 77, 86), (76.666667, 57.096667, 96.236667))])
def test_limits_by_moving_ranges(values, wanted):
    found = xmr.limits(list(values))
    assert near((found.centre, found.low, found.high), wanted, 6)
    again = xmr.limits(list(values)[::-1])
    assert near((again.centre, again.spread), (found.centre, found.spread), 12), "a reversed series keeps its limits"


def test_only_the_twelfth_is_outside():
    found = xmr.judge(points([89, 86, 75, 77, 81, 74, 72, 78, 76, 82, 77, 54, 66, 77, 86]))
    assert [(one.key, one.rule, one.side) for one in found.signals] == [("011", "beyond", -1)]


def signals(values, centre=0.0, spread=1e9):
    series = points(values)
    return [(int(one.key) + 1, one.rule) for one in rules(series, [Limit(centre, spread)] * len(series))]


def test_the_four_rules_and_the_point_that_completes_them():
    assert signals([1] * 8 + [-1]) == [(8, "run")]
    assert signals([1] * 7 + [0, 1]) == [], "a point on the mean breaks a run"
    assert signals([2, 1, 2, 3, 4, 5, 6, 7, 3], centre=4) == [(7, "trend"), (8, "trend")]
    assert signals([1, 2, 3, 3, 4, 5, 6], centre=3) == [], "a step that is none"
    assert signals([2.1, 0, 2.2], spread=3) == [(3, "pair")]
    assert signals([2.1, 2.2, 0], spread=3) == [(2, "pair")], "the last one belongs to it"
    assert signals([2.1, -2.2, 2.0], spread=3) == []
    assert signals([3.0, -3.1], spread=3) == [(2, "beyond")]


def test_the_baseline_is_the_first_24_and_stays():
    rng = Random(7)
    quiet = [rng.gauss(100, 2) for _ in range(24)]
    whole = xmr.judge(points([*quiet, *[130.0] * 10]))
    assert whole.limits[30] == xmr.limits(quiet) and whole.stretches[0].baseline_last == "023"
    assert {one.key for one in whole.signals if one.rule == "beyond"} == {f"{place:03}" for place in range(24, 34)}
    assert xmr.judge(points(quiet[:11])).why == "few" and xmr.judge(points(quiet[:12])).why is None


def test_a_break_stops_judgement_until_it_is_set_anew():
    values = [float(place % 3) for place in range(40)]
    stopped = xmr.judge(points(values, at20={"is_break": True}))
    assert stopped.why == "break" and stopped.limits[19] and not any(stopped.limits[20:])
    moved = [*values[:20], *(one + 50 for one in values[20:])]
    anew = xmr.judge(points(moved, at20={"is_break": True, "is_rebased": True}))
    assert anew.why is None and not anew.signals and [one.first for one in anew.stretches] == ["000", "020"]
    out = xmr.judge(points([*values[:5], 900.0, *values[6:]], at5={"is_excluded": True}))
    assert out.limits[5] is None and not out.signals and out.values[5] is None


def test_seasons_are_taken_out():
    rng = Random(3)
    season = [(40 if place % 12 in (0, 1, 2) else 0) + rng.gauss(100, 1) for place in range(48)]
    before = {f"{place:03}": f"{place - 12:03}" for place in range(12, 48)}
    assert xmr.judge(points(season)).signals and not xmr.judge_seasonal(points(season), before).signals
    season[40] += 30
    assert [one.key for one in xmr.judge_seasonal(points(season), before).signals if one.rule == "beyond"] == ["040"]
    few = xmr.judge_seasonal(points(season[:23]), before)
    assert (few.why, few.signals, set(few.limits)) == ("few", (), {None})
    assert xmr.judge_seasonal(points(season[:24]), before).why is None
    out = xmr.judge_seasonal(points(season, at40={"is_excluded": True}), before)
    assert not out.signals and out.values[40] is None
    assert xmr.judge_seasonal(points(season, at20={"is_excluded": True}), before).values[32] is None, "nor what follows"
    broken = xmr.judge_seasonal(points(season, at24={"is_rebased": True}), before)
    assert broken.values[35] is None and broken.values[36] is not None, "no difference across a break"


def test_the_p_chart():
    share = 234 / 2450
    assert near((share,), (0.095510,))
    for cases, low, high in ((100, 0.007335, 0.183686), (80, 0, 0.194093), (120, 0.015017, 0.176003)):
        wide = prime.spread(share, cases)
        assert near((max(0, share - wide), share + wide), (low, high))


def test_laneys_p_prime():
    series = shares(LANEY)
    share = prime.centre(series)
    assert near((share, prime.excess(series, share)), (0.952899711344, 10.640421863), 9)
    first = prime.limits(series, 20)[0]
    assert near((100 * first.low, 100 * first.high), (94.0129644, 96.5669779), 7)
    plain = prime.limits(series, 20, widened=False)
    assert sum(not one.low <= point.value <= one.high for point, one in zip(series, plain, strict=True)) == 16
    assert not [one for one in prime.judge(series).signals if one.rule == "beyond"]
    by_text = sorted(series, key=lambda one: str(int(one.key) + 1))
    assert not isclose(prime.excess(by_text, share), 10.640421863, rel_tol=0.01), "periods are ordered by time"


def test_days_are_judged_by_like_days():
    days = points([10.0, 50.0] * 9)
    like = {one.key: "even" if place % 2 == 0 else "odd" for place, one in enumerate(days)}
    assert not usual.judge(days, like).signals
    varied = points([10.0, 11.0, 9.0, 12.0, 10.0, 11.0, 40.0, 10.0])
    like = {one.key: "day" for one in varied}
    assert [one.key for one in usual.judge(varied, like).signals] == ["006"]
    del like["006"]
    assert not usual.judge(varied, like).signals, "a holiday is not judged"


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(20, 400)), min_size=10, max_size=25))
def test_seven_times_the_parts_keep_the_share_and_narrow_the_interval(pairs):
    once = funnel.judge([funnel.Share(key, met, met + more) for key, (met, more) in enumerate(pairs)])
    more = funnel.judge([funnel.Share(key, 7 * met, 7 * (met + more)) for key, (met, more) in enumerate(pairs)])
    assert isclose(once.centre, more.centre)
    for small, large in zip(once.rows, more.rows, strict=True):
        assert small.share.value == large.share.value and large.high - large.low < small.high - small.low
        assert small.low <= small.share.value <= small.high
    for low, high in once.ranks().values():
        assert 1 <= low <= high <= len(pairs)


def test_a_few_units_and_a_few_cases_have_no_verdict():
    usual_ones = [funnel.Share(place, 80 + place % 3, 100) for place in range(12)]
    judged = funnel.judge([*usual_ones, funnel.Share("low", 10, 100), funnel.Share("small", 0, 19)])
    sides = {row.share.key: row.side for row in judged.rows}
    assert sides["low"] == -1 and sides["small"] is None and set(sides.values()) == {-1, 0, None}
    assert judged.ranks()["low"] == (13, 13) and judged.ranks()[3] == (1, 12) and "small" not in judged.ranks()
    assert judged.ranks(best_high=False)["low"] == (1, 1)
    assert not funnel.judge(usual_ones[:9]).is_judged and funnel.judge([]) is None
    assert {row.side for row in funnel.judge(usual_ones[:9]).rows} == {None}
