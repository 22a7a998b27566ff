"""Judgements by the API say what the pages say, to those who see the figures."""

import pytest

from accounts.actors import Actor
from indicators import judging
from indicators.judging import Mark, Plan, saving
from indicators.models import Indicator
from tests.city import unit, worker
from tests.indicators.test_judging import brought, month, of, steady
from tests.indicators.test_league import brought as brought_shares
from tests.indicators.test_league import urban

pytestmark = pytest.mark.django_db
JUDGED, BESIDE = "indicators/fires/judgement/", "indicators/dossiers-on-time/peers/"


def test_a_judgement_with_its_method_and_what_was_saved(callers):
    chosen = brought(steady(30, p20=900))
    told = callers.city.get(JUDGED, {"unit": "760"}).json()
    assert (told["method"], told["saved"], told["marks"]) == ("seasonal", None, [])
    assert told["signals"] == judging.told(of(chosen))["signals"] and len(told["points"]) == 30
    plan = Plan("xmr", (Mark("exclude", month("2025-12").start),))
    saving.save(Actor.person(worker("tich", "analyst", "79", "Phan Tích")), of(chosen, plan=plan), "Cháy chợ")
    told = callers.city.get(JUDGED, {"unit": "760", "until": "2026-08"}).json()
    assert (told["method"], told["constants"]["factor"], told["marks"][0]["reason"]) == ("xmr", 2.66, "Cháy chợ")
    assert told["saved"]["until"] == "2026-09" and told["points"][-1]["period"] == "2026-08"


def test_units_beside_their_like(callers):
    shares = {one.pk: (940 + place, 1000) for place, one in enumerate(urban())} | {unit("760").pk: (600, 1000)}
    brought_shares(shares)
    (group,) = callers.city.get(BESIDE, {"period": "2026-10"}).json()["groups"]
    worst = group["units"][-1]
    assert (worst["unit"], worst["band"], worst["value"], worst["rank"]) == ("760", "worse", 60, [17, 17])
    assert worst["better_peer"] and group["funnel"]["phi"] > 1 and worst["uncorrected_band"] == "worse"


@pytest.mark.parametrize(("address", "asked"), [
    (JUDGED, {"unit": "0760"}), (JUDGED, {"unit": "\0"}), (JUDGED, {"until": "hôm qua"}),
    (BESIDE, {"period": "2026-13"})])
def test_what_is_no_unit_or_period_is_said(callers, address, asked):
    assert callers.city.get(address, asked).json()["code"] == "bad_parameter"


def test_only_for_who_sees_the_figures(callers):
    Indicator.objects.filter(code__in=("fires", "dossiers-on-time")).update(access="own", owner=unit("778"))
    for address in (JUDGED, BESIDE):
        assert callers.reader.get(address).status_code == 403, "without the scope"
        assert callers.q1.get(address).status_code == 403 and callers.city.get(address).status_code == 200
