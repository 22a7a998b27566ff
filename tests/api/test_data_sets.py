"""Data sets by the API: the catalogue with dictionaries, rows in pages."""

import io

import pytest

from accounts.actors import Actor
from indicators import datasets
from indicators.models import DataSet, IndicatorField
from tests.city import unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def halls(cast):
    halls = DataSet.objects.create(
        code="halls", name_vi="Nhà văn hóa", description_vi="x", owner=unit("778"),
        field=IndicatorField.objects.first())
    table = "name,seats\n" + "".join(f"Nhà {n},{n}\n" for n in range(25))
    datasets.bring(Actor.person(cast.khoa), halls, "halls.csv", io.BytesIO(table.encode()))
    return halls


def test_rows_come_in_pages(callers, halls):
    listed = callers.q1.get("data-sets/").json()["results"][0]
    assert (listed["code"], listed["rows"]) == ("halls", 25)
    assert [one["kind"] for one in listed["columns"]] == ["text", "number"]
    first = callers.q1.get("data-sets/halls/rows/?count=20").json()
    rest = callers.q1.get(f"data-sets/halls/rows/?count=20&first={first['next']}").json()
    assert [row["seats"] for row in first["rows"] + rest["rows"]] == [str(n) for n in range(25)]
    assert rest["next"] is None
    assert callers.q1.get("data-sets/halls/rows/?first=x").status_code == 400
    assert callers.q1.get("data-sets/halls/rows/?version=7").status_code == 404


def test_restricted_rows_are_refused_and_what_is_not_shared_is_not_there(callers, halls):
    DataSet.objects.update(access="restricted")
    assert callers.q1.get("data-sets/halls/rows/").status_code == 403
    assert callers.q1.get("data-sets/").json()["results"][0]["access"] == "restricted"
    DataSet.objects.update(is_shared=False, unshared_reason="Đang rà soát")
    assert callers.q1.get("data-sets/halls/rows/").status_code == 404
    assert callers.q1.get("data-sets/").json()["results"] == []
