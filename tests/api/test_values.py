"""Values by the API: a district's own system delivers its month, all or nothing, within its unit."""

import pytest

from hcmc_ioc.lib.cursors import Cursor
from indicators.models import Revision, Value
from indicators.topics import TAKER
from live import feed

pytestmark = pytest.mark.django_db
FIRES = {"indicator": "fires", "unit": "760", "period": "2026-10", "number": 2}
SHARE = {"indicator": "dossiers-on-time", "unit": "760", "period": "2026-10", "numerator": 95, "denominator": 100}


def send(caller, *values, **headers):
    return caller.post("values/", {"values": values}, **headers)


def test_values_come_once_and_again_change_nothing(callers):
    assert send(callers.q1, FIRES, SHARE).json() == {"new": 2, "changed": 0, "same": 0}
    assert send(callers.q1, FIRES, SHARE | {"numerator": 96}).json() == {"new": 0, "changed": 1, "same": 1}
    assert Revision.objects.count() == 3


def test_a_request_sent_again_gets_its_first_answer(callers):
    first, again = (send(callers.q1, FIRES, Idempotency_Key="một-tháng").json() for _ in range(2))
    assert first == again == {"new": 1, "changed": 0, "same": 0}
    assert send(callers.q1, SHARE, Idempotency_Key="một-tháng").status_code == 409


@pytest.mark.parametrize(("wrong", "pointer"), [
    ({"number": "hai"}, "/values/1/number"), ({"number": -1}, "/values/1/number"),
    ({"number": None}, "/values/1/number"), ({"unit": "0760"}, "/values/1/unit"), ({"unit": "778"}, "/values/1/unit"),
    ({"period": "2026-13"}, "/values/1/period"),
    ({"indicator": "khong-co"}, "/values/1/indicator"), ({"indicator": "tickets-received"}, "/values/1/indicator"),
    ({"period": "2999-01"}, "/values/1/period"), ({"indicator": "exports"}, "/values/1/unit"),
    ({"flag": "x"}, "/values/1/flag"), ({"x": 1}, "/values/1/x"),
    ({"numerator": 1, "denominator": 2}, "/values/1/number"),
    ({"number": None, "flag": "missing"}, "/values/1/note"), ({"number": True}, "/values/1/number"),
    ({"number": 1e300}, "/values/1/number"), ({}, "/values/1")])
def test_every_fault_is_told_at_its_place_and_nothing_is_written(callers, wrong, pointer):
    other = FIRES | {"indicator": "crimes-recorded"} if wrong else FIRES
    answer = send(callers.q1, FIRES, other | wrong)
    assert answer.status_code == 422 and answer.json()["errors"][0]["pointer"] == pointer
    assert not Value.objects.exists()


@pytest.mark.parametrize("body", [{}, {"values": []}, {"values": "x"}, [], {"values": [1]}])
def test_what_is_no_list_of_values_is_refused(callers, body):
    assert callers.q1.post("values/", body).status_code == 422


def test_without_the_scope_nothing_is_read_or_written(callers):
    assert send(callers.reader, FIRES).status_code == 403
    assert callers.reader.get("indicators/").status_code == 403


def test_what_came_is_read_back_with_what_it_rests_on(callers):
    send(callers.q1, SHARE)
    feed.take_all(TAKER)
    asked = {"from": "2026-10", "to": "2026-10", "units": "1"}
    period = callers.q3.get("indicators/dossiers-on-time/values/", asked).json()["periods"][0]
    assert period["units"]["760"]["value"] == 95 and period["city"]["why"] == "below-coverage"
    assert (period["city"]["delivered"], period["city"]["owed"]) == (1, 22)


def test_a_restricted_one_is_read_by_its_owner_and_the_city(callers):
    assert callers.q1.get("indicators/crimes-recorded/values/").status_code == 403
    assert callers.city.get("indicators/crimes-recorded/values/").status_code == 200
    meant = {row["code"]: row for row in callers.q1.get("indicators/").json()["results"]}
    assert meant["crimes-recorded"]["definition"] and len(meant) >= 60


@pytest.mark.parametrize("asked", [{"from": "x"}, {"from": "2026-10-02", "to": "2026-10-31"}, {"as_of": "x"}])
def test_a_range_that_cannot_be_is_a_problem(callers, asked):
    send(callers.q1, FIRES)
    assert callers.q1.get("indicators/fires/values/", asked).status_code == 400


def test_no_door_leads_around_the_units_leader_and_the_same_number_again_keeps_the_approval(callers):
    send(callers.q1, FIRES | {"flag": "final"})
    assert Value.objects.get().flag == "preliminary"
    Value.objects.update(flag="final")  # as the leader's approval leaves it
    assert send(callers.q1, FIRES).json() == {"new": 0, "changed": 0, "same": 1}
    assert Value.objects.get().flag == "final"
    send(callers.q1, FIRES | {"number": 3})
    assert Value.objects.get().flag == "preliminary"


def test_only_what_changed_since_a_cursor(callers):
    caller, address = callers.q1, "indicators/fires/values/"
    first = caller.get(address, {"from": "2026-09", "to": "2026-10"}).json()
    assert first["more"] is False
    send(caller, FIRES)
    feed.take_all(TAKER)
    found = caller.get(address, {"since": first["cursor"], "units": "1"}).json()
    (period,) = found["periods"]
    assert (period["start"], period["units"]["760"]["value"]) == ("2026-10-01", 2)
    assert caller.get(address, {"since": found["cursor"]}).json()["periods"] == []


@pytest.mark.parametrize(("code", "query", "status"), [
    ("fires", {"since": "x"}, 400), ("fires", {"since": Cursor(99, 1).encoded()}, 410),
    ("fires", {"since": Cursor().encoded(), "by": "year"}, 400),
    ("tickets-received", {"since": Cursor().encoded()}, 400), ("crimes-recorded", {"since": Cursor().encoded()}, 403)])
def test_a_cursor_that_leads_nowhere(callers, code, query, status):
    assert callers.q1.get(f"indicators/{code}/values/", query).status_code == status
