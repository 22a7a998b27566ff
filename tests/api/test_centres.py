"""Centres, maturity and investments by the API: a unit's system gets its own centre, others' items without offers."""

from datetime import date

import pytest
from django.utils import timezone

from coordination.centres import registry
from coordination.investments import register
from coordination.models import Component, Item
from tests.api.conftest import Caller
from tests.city import by, unit

pytestmark = pytest.mark.django_db


def item(code, name="Camera chợ", state="planned"):
    made = Item(unit=unit(code), name=name, purpose="Giữ an ninh", component=Component.objects.get(code="cameras"),
                starts=date(2026, 1, 1), ends=date(2026, 12, 31), cost=5_000_000, supplier="Công ty Bí Mật",
                state=state, updated_at=timezone.now())
    register.fold(made)
    made.save()
    made.funding.create(source="social", giver="Nhà Tài Trợ", conflict="Đang dự thầu", pledged=5)
    return made


def test_centres_and_maturity_of_the_callers_units(cast, callers):
    registry.set_status(by(cast.minh), unit("760"), "trial", date(2026, 5, 4), "1/QĐ")
    own, = callers.q1.get("centres/").json()["results"]
    assert (own["unit"], own["status"], own["since"]) == ("760", "trial", "2026-05-04")
    assert own["connection"] == "lost" and own["contradictions"]
    assert len(callers.city.get("centres/").json()["results"]) == 22
    levels = callers.q1.get("maturity/").json()["results"]
    assert levels == [{"unit": "760", "self": None, "independent": None, "target": None}]
    assert callers.reader.get("centres/").status_code == callers.figures.get("maturity/").status_code == 403


def test_items_of_every_unit_without_offers_of_others(cast, callers):
    own, other = item("760"), item("778")
    item("778", "Nháp", "draft")
    found = callers.q1.get("investments/").json()
    assert [(one["id"], one["supplier"]) for one in found["results"]] == [(other.pk, None), (own.pk, "Công ty Bí Mật")]
    assert "Nhà Tài Trợ" not in str(found) and "dự thầu" not in str(found)
    assert callers.q1.get(f"investments/{other.pk}/").json()["supplier"] is None
    assert callers.city.get(f"investments/{other.pk}/").json()["supplier"] == "Công ty Bí Mật"
    assert [one["id"] for one in callers.q1.get("investments/", {"unit": "778"}).json()["results"]] == [other.pk]
    assert callers.q1.get("investments/", {"before": own.pk}).json()["results"] == []
    assert callers.q1.get("investments/", {"before": "x"}).status_code == 400
    assert callers.q1.get(f"investments/{10**30}/").status_code == 404
    assert callers.reader.get("investments/").status_code == 403


def test_a_scope_opens_one_room_alone(cast):
    caller = Caller(unit("760"), ["investments:read"])
    assert caller.get("investments/").status_code == 200
    assert caller.get("centres/").status_code == 403
