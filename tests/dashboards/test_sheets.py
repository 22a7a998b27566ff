"""The tables of a screen as a workbook: the same numbers as on the screen, as numbers, with their definitions."""

import io
import warnings
from datetime import datetime, timedelta

import openpyxl
import pytest
from django.urls import reverse
from django.utils import timezone

from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from dashboards.figures.registry import FIGURES
from districts.models import Unit
from feedback import actions
from tests.city import unit
from tests.dashboards.test_pages import opened, slug
from tests.feedback.test_actions import by

pytestmark = pytest.mark.django_db


@pytest.fixture
def busy(cast):
    """A little of everything: received on several days, answered, late."""
    now = timezone.now()
    for days in (1, 2, 3, 40, 41):
        opened(at=now - timedelta(days=days))
    answered = opened(at=now - timedelta(days=2))
    actions.resolve(actor=by(cast.minh), ticket_id=answered.pk, reply="Đã dọn sạch rác.", at=now - timedelta(days=1))
    fold.fold_all()
    return now


def sheets(client, person, address, **query) -> dict:
    client.force_login(person)
    answer = client.get(address, query | {"tep": "xlsx"})
    assert answer.status_code == 200 and "spreadsheet" in answer["Content-Type"], answer
    with warnings.catch_warnings(action="ignore"):
        book = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    return {sheet.title: [list(row) for row in sheet.values] for sheet in book}


def test_the_figures_of_a_screen_stand_in_its_workbook(client, cast, busy):
    found = sheets(client, cast.ha, reverse("overview"), ky="30")
    figures = definitions.figures([Unit.objects.city().pk], Period.last(30, timezone.localdate(busy)), busy)
    expected = figures[Unit.objects.city().pk]
    rows = {row[0]: row for row in found["Chỉ số"][1:]}
    for code in ("received", "resolved", "due", "open", "overdue"):
        assert rows[str(FIGURES[code].name)][1] == FIGURES[code].value(expected), code
    assert rows[str(FIGURES["received"].name)][2] == 2 and rows[str(FIGURES["open"].name)][2] is None
    assert all(row[4] for row in rows.values())  # each has its definition
    days = found["Theo ngày"][1:]
    assert len(days) == 30 and isinstance(days[0][0], datetime) and days[-1][1] is None  # today is not over
    assert sum(row[1] or 0 for row in days) == 4
    [field] = found["Lĩnh vực"][1:]
    assert (field[1], field[2]) == (4, 2) and isinstance(field[5], int | float | None)
    assert {row[0]: row[1] for row in found["Đơn vị"][1:]}[unit("760").name] == 4
    about = {row[0]: row[1] for row in found["Thông tin"]}
    assert "30 ngày qua" in about["Kỳ"] and about["Người lập"] == str(cast.ha) and about["So với"]


@pytest.mark.parametrize("period", [{}, {"ky": "1"}, {"ky": "thang"}, {"ky": "quy-truoc", "so": "nam"}])
@pytest.mark.parametrize(("name", "sheet"), [
    ("overview", "Đơn vị"), ("units", "Đơn vị"), ("matrix", "Đúng hạn"), ("unit_screen", "Nhóm so sánh"),
])
def test_every_screen_of_figures_has_one_for_every_period(name, sheet, period, client, cast, busy):
    address = reverse(name, args=[slug("760")] if name == "unit_screen" else [])
    assert sheets(client, cast.ha, address, **period)[sheet]


def test_it_is_for_those_who_see_the_screen(client, cast, busy):
    client.force_login(cast.lan)
    assert client.get(reverse("overview"), {"tep": "xlsx"}).status_code == 404
    assert client.get(reverse("unit_screen", args=[slug("778")]), {"tep": "xlsx"}).status_code == 404
    assert sheets(client, cast.lan, reverse("unit_screen", args=[slug("760")]))["Chỉ số"]


def test_all_units_have_both_periods_side_by_side(client, cast, busy):
    head, *rows = sheets(client, cast.ha, reverse("units"), ky="30")["Đơn vị"]
    mine = dict(zip(head, next(row for row in rows if row[0] == unit("760").name), strict=True))
    assert (mine["Tiếp nhận"], mine["Tiếp nhận (kỳ trước)"]) == (4, 2)
