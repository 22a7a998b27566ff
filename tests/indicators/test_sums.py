"""What holds of values and their sums whatever comes in whatever order: splits, shuffles, merges of units, crashes."""

from datetime import date, timedelta
from decimal import Decimal
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actors import Actor
from districts.models import Succession, Unit
from indicators import answers, deliveries, owed, sums, totals
from indicators.arithmetic import Parts
from indicators.models import Indicator, IndicatorVersion, Revision, Total, Value
from indicators.topics import TAKER
from live import feed
from tests.city import unit

pytestmark = pytest.mark.django_db
JOB = Actor.system("demo")
MONTHS = ("2026-07", "2026-08", "2026-09")
CODES = ("760", "761", "764", "765", "766", "767")


def month(code):
    return owed.rule().parse("month", code)


def value(indicator, unit_code, code, parts):
    one = Indicator.objects.get(code=indicator)
    return deliveries.Given(one.pk, unit(unit_code).pk, month(code).start, one.versions.first().pk, parts)


def bring(given):
    deliveries.bring(deliveries.new(JOB, door="api"), given)


def state():
    """All values and figures of the city, without who brought them when."""
    values = Value.objects.order_by("indicator_id", "unit_id", "start")
    sums = Total.objects.order_by("indicator_id", "start")
    return (list(values.values_list("indicator__code", "unit__code", "start", "number", "numerator", "denominator")),
            list(sums.values_list("indicator__code", "start", "value", "units", "owed", "delivered", "why")))


def clear():
    for model in (Revision, Value, Total):
        model.objects.all().delete()


few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


def some(seed):
    """Values of two indicators, six units and three months."""
    rng = Random(seed)
    given = []
    for code in CODES:
        for name in MONTHS:
            whole = rng.randrange(1, 5000)
            share = Parts(None, Decimal(rng.randrange(whole)), Decimal(whole))
            given.append(value("dossiers-on-time", code, name, share))
            given.append(value("fires", code, name, Parts(Decimal(rng.randrange(9)))))
    return given


@few
@given(seed=st.integers(0, 10**6), cuts=st.integers(1, 6))
def test_a_file_split_and_shuffled_says_the_same(town, seed, cuts):
    clear()
    every = some(seed)
    bring(every)
    feed.take_all(TAKER)
    whole = state()
    clear()
    Random(seed).shuffle(every)
    for first in range(cuts):
        bring(every[first::cuts])
        feed.take_all(TAKER)
    assert state() == whole and not totals.differences()


@few
@given(seed=st.integers(0, 10**6))
def test_the_quarter_is_sums_of_parts_over_units_and_months(town, seed):
    clear()
    bring(every := some(seed))
    parts = [one.parts for one in every if one.parts.denominator is not None]
    quarter = owed.rule().parse("quarter", "2026-Q3")
    found = answers.answer(Indicator.objects.get(code="dossiers-on-time"), [quarter])[0]
    assert found.city.delivered == len(parts) == 18 and found.city.why == "below-coverage", "six districts of 22"
    for code in CODES:
        own = [one.parts for one in every if one.unit_id == unit(code).pk and one.parts.denominator is not None]
        cell = found.units[unit(code).pk]
        expected = Decimal(100) * sum(p.numerator for p in own) / sum(p.denominator for p in own)
        assert abs(cell.value - expected) < Decimal("1e-20") and cell.units_counted == 1


FLAGGED = ("final", "preliminary", "estimated", "break", "missing", "cannot_exist")


@few
@given(seed=st.integers(0, 10**6))
def test_the_database_adds_as_the_answers_do(town, seed):
    """Flags, gaps, late and thin deliveries, what nobody owes, what is no sum, what one department sends."""
    clear()
    rng, every = Random(seed), [u for u in Unit.objects.in_force().areas() if u.peer_group]
    chosen = list(Indicator.objects.filter(source="delivered", period_kind="month").order_by("code"))
    for name in MONTHS:
        given = []
        for one in rng.sample(chosen, 12):
            version = one.versions.first()
            for at in rng.sample(every, rng.choice((0, 1, len(every) - 1, len(every)))):
                flag = rng.choice(FLAGGED) if rng.random() < 0.2 else "final"
                whole = Decimal(rng.choice((0, 3, 40, 40, 2500))) / rng.choice((1, 8))
                parts = Parts(None, whole / 2, whole) if version.in_parts else Parts(whole)
                given.append(deliveries.Given(one.pk, at.pk, month(name).start, version.pk,
                                              Parts() if flag in FLAGGED[4:] else parts, flag, "lý do"))
        delivery = deliveries.new(JOB, door="api", is_history=rng.random() < 0.2)
        deliveries.bring(delivery, given, at=month(name).end + timedelta(days=rng.randrange(9)))
    chosen = list(Indicator.objects.filter(pk__in=[one.pk for one in chosen]).prefetch_related("versions")
                  .select_related("set_item__value_set"))
    pairs = [(one, month(name)) for one in chosen for name in MONTHS]
    found = sums.of(pairs)
    assert found == [answers.answer(one, [period])[0].city for one, period in pairs]
    assert {cell.why for cell in found} >= {None, "missing"}


def test_a_new_definition_leaves_the_past_alone_and_is_never_added_to_it(town):
    chosen = Indicator.objects.get(code="fires")
    bring([value("fires", code, name, Parts(Decimal(2))) for code in CODES for name in MONTHS])
    before = answers.answer(chosen, [month("2026-07")])
    IndicatorVersion.objects.create(
        indicator=chosen, number=2, begins=date(2026, 9, 1), definition_vi="Khác", kind="stock", over_time="last")
    fresh = Indicator.objects.get(code="fires")
    assert answers.answer(fresh, [month("2026-07")]) == before
    quarter = answers.answer(fresh, [owed.rule().parse("quarter", "2026-Q3")])[0]
    assert {cell.why for cell in quarter.units.values() if cell.delivered} == {"not-additive"}


def test_swapped_units_swap_their_figures(town):
    chosen, one, other = Indicator.objects.get(code="fires"), unit("760").pk, unit("761").pk
    bring([value("fires", "760", "2026-07", Parts(Decimal(3))), value("fires", "761", "2026-07", Parts(Decimal(8)))])
    first = answers.answer(chosen, [month("2026-07")])[0].units
    bring([value("fires", "760", "2026-07", Parts(Decimal(8))), value("fires", "761", "2026-07", Parts(Decimal(3)))])
    second = answers.answer(chosen, [month("2026-07")])[0].units
    assert (first[one].value, first[other].value) == (second[other].value, second[one].value) == (3, 8)


def test_a_crash_in_the_middle_of_counting_loses_nothing(town, monkeypatch):
    every, rng = some(7), Random(7)
    keep = totals._keep

    def sometimes(rows):
        keep(rows)
        if rng.random() < 0.5:
            raise RuntimeError("killed")

    monkeypatch.setattr(totals, "_keep", sometimes)
    for first in range(6):
        bring(every[first::6])
        feed.take_all(TAKER)
    monkeypatch.setattr(totals, "_keep", keep)
    from live.models import Handover

    Handover.objects.update(retry_at=month("2026-07").start)
    feed.take_all(TAKER)
    assert not totals.differences() and Total.objects.count() == 6


def ended(*codes):
    """These districts ended in August; who follows is yet to be said."""
    old = [unit(code) for code in codes]
    Succession.objects.filter(old__in=old).delete()
    Unit.objects.filter(pk__in=[one.pk for one in old]).update(map="", valid_to=date(2026, 8, 31))
    return old


def follows(old, name, extent):
    heir, _made = Unit.objects.get_or_create(code=name, defaults={
        "name_vi": name, "short_name_vi": name, "name_en": name, "kind": "urban_district", "parent": old.parent,
        "valid_from": date(2026, 9, 1), "slug": name.lower()})
    Succession.objects.create(old=old, new=heir, extent=extent)
    return heir


def july(old, number):
    chosen = Indicator.objects.get(code="fires")
    start, version = month("2026-07").start, chosen.versions.first().pk
    bring([deliveries.Given(chosen.pk, old.pk, start, version, Parts(Decimal(number)))])


def read_by(which):
    return answers.answer(Indicator.objects.get(code="fires"), [month("2026-07")], map_=which)[0].units


def test_over_a_merger_figures_add_up_on_the_unit_of_today_and_nothing_moves(town):
    """Two districts become one: by the map of then two figures, by that of today one."""
    first, second = ended("760", "761")
    heir = [follows(old, "MOI", "whole") for old in (first, second)][0]
    july(first, 3)
    july(second, 8)
    assert {pk: cell.value for pk, cell in read_by("then").items() if cell.value} == {first.pk: 3, second.pk: 8}
    today = read_by("today")
    assert (today[heir.pk].value, today[heir.pk].flag) == (11, "final") and first.pk not in today
    assert not Value.objects.filter(unit=heir).exists()


def test_over_a_split_the_share_is_an_estimate(town):
    (old,) = ended("760")
    heirs = [follows(old, name, "part") for name in ("MOT", "HAI")]
    july(old, 10)
    today = read_by("today")
    assert [(today[heir.pk].value, today[heir.pk].flag) for heir in heirs] == [(5, "estimated")] * 2
