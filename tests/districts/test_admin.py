"""The rows an office keeps itself: units are never deleted, a day entered by hand wins at once."""

from datetime import date

import pytest

from districts.calendars import calendar_for
from districts.models import CalendarDay, Unit


@pytest.mark.parametrize("page", ["unit", "succession", "workingspan", "calendarday"])
def test_lists_and_forms_open(hcmc, admin_client, page):
    assert admin_client.get(f"/admin/districts/{page}/").status_code == 200
    assert admin_client.get(f"/admin/districts/{page}/add/").status_code == 200


def test_units_are_never_deleted(hcmc, admin_client):
    unit = Unit.objects.get(code="HTKT")
    assert admin_client.post(f"/admin/districts/unit/{unit.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_day_entered_by_hand_counts_at_once(hcmc, admin_client):
    day = date(2026, 12, 24)
    assert calendar_for().is_working_day(day)
    form = {
        "date": "24/12/2026",
        "kind": "holiday",
        "name_vi": "Nghỉ",
        "name_en": "Off",
        "unit": "",
        "spans": "",
        "decision": "Công văn 1",
        "remark": "",
    }
    answer = admin_client.post("/admin/districts/calendarday/add/", form)
    assert answer.status_code == 302
    assert CalendarDay.objects.get(date=day).origin == "office"
    assert not calendar_for().is_working_day(day)
    CalendarDay.objects.filter(date=day).update(origin="decision")
    row = CalendarDay.objects.get(date=day)
    admin_client.post(f"/admin/districts/calendarday/{row.pk}/delete/", {"post": "yes"})
    assert calendar_for().is_working_day(day)
