"""What citizens bring to a unit's own counter, and what a unit sees of its area though others answer for it."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from dashboards.figures import definitions, fold, registry
from dashboards.figures.periods import Period
from feedback import access, actions
from feedback.console import callers
from feedback.desk import lists
from feedback.models import Category, Channel, Promise, Ticket
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib import caching
from tests.city import by, intake, unit
from tests.feedback.calls import POTHOLE, call
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 25, 12, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
LEFT_OUT = ("channel", "unit", "unit_reason", "no_place", "no_place_reason")


@pytest.fixture
def lan(client, cast):
    return signed_in(client, cast.lan)


def category(code) -> int:
    return Category.objects.get(code=code).pk


def recorded(client, **changes):
    return client.post(reverse("intake"), call(**dict.fromkeys(LEFT_OUT), **changes))


def test_a_units_own_people_record_in_the_same_console(lan):
    page = lan.get(reverse("intake"))
    html = page.content.decode()
    assert page.status_code == 200 and "Tiếp nhận" in read(page)
    assert not any(f'name="{name}"' in html for name in LEFT_OUT)
    assert re.findall(r'<option value="\d+"[^>]*>', html.partition('id="id_area"')[2].partition("</select>")[0]) == [
        f'<option value="{unit("760").pk}" selected>']
    assert recorded(lan, category=category("trat-tu-lan-chiem"), phone="").status_code == 302
    ticket = Ticket.objects.get()
    assert (ticket.channel.code, ticket.recorded_by, ticket.unit) == ("direct", unit("760"), unit("760"))
    assert ticket.is_self_recorded and ticket.promises.get().is_self_made
    assert "Đơn vị tự ghi nhận" in read(lan.get(reverse("ticket", args=[ticket.code])))


def test_it_is_routed_like_any_other_and_a_department_s_ticket_is_not_self_recorded(lan):
    recorded(lan, category=category("dien-su-co"))
    ticket = Ticket.objects.get()
    assert ticket.unit.code == "EVNHCMC" and ticket.recorded_by == unit("760") and not ticket.is_self_recorded


def test_only_places_in_the_own_area(lan, cast):
    answer = recorded(lan, area=unit("778").pk)
    assert answer.status_code == 422 and not Ticket.objects.exists()
    outside = recorded(lan, area=None, lat="10.7340", lon="106.7220")
    assert outside.status_code == 422 and "không thuộc địa bàn của đơn vị" in read(outside)
    named_wrongly = recorded(lan, lat="10.7340", lon="106.7220")
    assert named_wrongly.status_code == 422 and "không thuộc địa bàn của đơn vị" in read(named_wrongly)
    for elsewhere in ({"area": "778"}, {"lat": 10.7340, "lon": 106.7220}):
        with pytest.raises(PermissionDenied):
            actions.open_ticket(actor=by(cast.lan), intake=intake(occurred_at=timezone.now(), **elsewhere))


def test_what_is_chosen_by_hand_counts_for_nothing(cast):
    phone_and_unit = intake(occurred_at=timezone.now(), unit_id=unit("778").pk, unit_reason="tôi muốn", promise=None)
    ticket = actions.open_ticket(actor=by(cast.lan), intake=phone_and_unit)
    assert (ticket.unit, ticket.channel.code) == (unit("760"), "direct") and ticket.promises.count() == 1


def test_a_number_does_not_tell_the_unit_what_was_reported_with_a_hidden_name(cast):
    hidden = opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"}, hides_name=True)
    opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"})
    seen = {who: callers.by_phone(by(getattr(cast, who)), "+84900000001", timezone.now()) for who in ("lan", "tu")}
    assert (seen["lan"].year, seen["tu"].year) == (1, 2)
    assert hidden not in seen["lan"].tickets and hidden in seen["tu"].tickets


def test_the_callers_history_and_joining_stay_within_the_scope(lan, cast):
    an = {"name": "Nguyễn Văn An", "phone": "+84900000001"}
    here = opened(reporter=an, body=POTHOLE)
    opened(reporter={"name": "Trần Bí Mật", "phone": "+84900000001"}, area="778", lat=None, lon=None)
    words = read(lan.post(reverse("intake_caller"), {"phone": "0900000001"}))
    assert "N. V. An" in words and "1 phản ánh trong 12 tháng" in words and "B. M" not in words
    of_a_department = opened(category="dien-su-co")
    for ticket in (here, of_a_department):
        actions.join(actor=by(cast.lan), ticket_id=ticket.pk, reporter={"name": "Lý", "phone": ""})
        assert Ticket.objects.get(pk=ticket.pk).reporter_count == 2


@time_machine.travel(NOON, tick=False)  # an hour ago is today
def test_a_self_recorded_ticket_pads_no_rate(cast):
    """Recorded and answered within the hour by the unit itself: shown apart, and the compared figures stay."""
    late = opened()
    Promise.objects.filter(ticket=late).update(due_at=timezone.now() - timezone.timedelta(hours=1))
    own = actions.open_ticket(actor=by(cast.lan), intake=intake(occurred_at=timezone.now()))
    actions.resolve(actor=by(cast.lan), ticket_id=own.pk, reply="Xong ngay")
    Promise.objects.filter(ticket=own).update(due_at=timezone.now())
    fold.fold_all()
    today = timezone.localdate()
    found = definitions.figures([unit("760").pk, rulebook().city_id], Period(today, today), timezone.now())
    for figures in found.values():
        assert (figures.due, figures.due_met, figures.on_time) == (1, 0, 0.0)
        assert (figures.self_due, figures.self_met, figures.self_recorded) == (1, 1, 1)
        assert figures.received == 2 and not figures.histograms["handling"]


def test_handed_over_the_other_unit_has_a_date_of_its_own_that_counts(cast):
    """What a unit promised itself is over: no invented emergency, no backdated report is handed on with its date."""
    own = actions.open_ticket(actor=by(cast.lan), intake=intake(occurred_at=timezone.now()))
    actions.transfer(actor=by(cast.lan), ticket_id=own.pk, unit=unit("778").pk, note="Nhầm")
    made, other = Promise.objects.order_by("pk")
    assert made.is_self_made and made.withdrawn_at and other.unit == unit("778") and not other.is_self_made
    assert not Ticket.objects.get().is_self_recorded


def test_a_city_without_the_channel_says_so(lan):
    Channel.objects.filter(code="direct").update(is_active=False)
    caching.clear_all()
    answer = recorded(lan)
    assert answer.status_code == 422 and "chưa có kênh" in read(answer) and not Ticket.objects.exists()


# --- What happens in one's area


def test_a_unit_reads_what_others_answer_for_in_its_area_without_contact_data(lan, cast, client):
    ticket = opened(category="dien-su-co", body="Trụ điện nghiêng, gọi 0987 654 321.",
                    reporter={"name": "Nguyễn An", "phone": "+84900000001"})
    assert ticket.unit.code == "EVNHCMC"
    assert ticket.code in read(lan.get(reverse("inbox"), {"view": "area"})).replace(" ", "")
    assert lists.counts(by(cast.lan), timezone.now())["area"] == 1
    page = lan.get(reverse("ticket", args=[ticket.code]))
    assert page.status_code == 200 and "0987" not in read(page) and "N. An" not in read(page)
    assert lan.post(reverse("ticket_contact", args=[ticket.code]), {"reason": "verify"}).status_code == 403
    assert [move.verb for move in access.legal_moves(by(cast.lan), ticket)] == ["join"]
    assert signed_in(client, cast.khoa).get(reverse("ticket", args=[ticket.code])).status_code == 404


def test_open_and_overdue_of_an_area_are_figures_with_their_lists(cast, client):
    opened()
    late = opened(category="dien-su-co")
    Ticket.objects.filter(pk=late.pk).update(due_at=timezone.now() - timezone.timedelta(hours=1))
    now, today = timezone.now(), timezone.localdate()
    q1 = unit("760").pk
    figures = definitions.figures([q1], Period(today, today), now, areas=True)[q1]
    assert (figures.area_open, figures.area_overdue, figures.open) == (2, 1, 1)
    for code in ("area_open", "area_overdue"):
        figure = registry.FIGURES[code]
        assert registry.rows_behind(figure, q1, Period(today, today), now).count() == figure.value(figures)
    page = signed_in(client, cast.minh).get(reverse("unit_screen", args=[unit("760").slug]))
    assert re.search(r"Trên địa bàn ?: 2 đang mở ?, 1 quá hạn", read(page))
