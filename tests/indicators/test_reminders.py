"""Reminders by the bell: who keeps a set before its due date, who leads the unit after it; who left is passed over."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from accounts.models import Membership
from indicators import entry, keepers, owed, reminders
from indicators.models import Indicator, Keeper, Notice, ReminderTerm
from indicators.saying import notice as said
from tests.city import by, unit, worker
from tests.feedback.pages import read, signed_in
from tests.indicators.test_entry import change, keyed, monthly, october

__all__ = ["monthly", "october"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def due(monthly, october):
    return owed.due_at(monthly, october)


@pytest.fixture
def stand_in(cast):
    return worker("chi", "unit_staff", "760", "Nguyễn Thị Chi")


@pytest.fixture
def keeper(cast, monthly, stand_in):
    return Keeper.objects.create(value_set=monthly, unit=unit("760"), user=cast.lan, substitute=stand_in)


def told():
    """Who is told what of the monthly set."""
    rows = Notice.objects.filter(link__contains="monthly-district").order_by("user__username")
    return [(row.user.username, row.code) for row in rows if "quan-1" in row.link.split("/")]


def leave(person):
    Membership.objects.filter(user=person).update(valid_to=date(2026, 9, 30))


def test_before_the_due_date_the_keeper_and_the_substitute(cast, keeper, due):
    reminders.remind(due - timedelta(days=3, minutes=1))
    assert told() == []
    reminders.remind(due - timedelta(days=3))
    assert told() == [("chi", "due_soon"), ("lan", "due_soon")]


def test_after_it_the_leader(cast, keeper, due):
    reminders.remind(due)
    assert told() == [("minh", "overdue")]
    notice = Notice.objects.filter(user=cast.minh).get()
    assert "Quận 1: quá hạn từ 16:00 05/11/2026" in said(notice) and "tháng 10/2026" in said(notice)


def test_once_for_each_person_and_matter(cast, keeper, due):
    reminders.remind(due - timedelta(days=3))
    Notice.objects.update(read_at=due)
    reminders.remind(due - timedelta(days=2))
    assert not Notice.objects.filter(read_at=None).exists(), "the same term tells nobody again"
    reminders.remind(due - timedelta(days=1))
    assert [notice.read_at for notice in Notice.objects.filter(user=cast.lan)] == [None]


def test_who_filled_the_sheet_is_left_alone(cast, keeper, monthly, october, due):
    for one in Indicator.objects.filter(set_item__value_set=monthly):
        keyed(cast.lan, monthly, october, change(one.code, flag="missing", note="Chờ tổng hợp"))
    reminders.remind(due)
    assert told() == []


def test_a_keeper_who_left_is_passed_over(client, cast, keeper, stand_in, monthly, october, due):
    place = monthly.pk, unit("760").pk
    assert keepers.without([(monthly.pk, 0)]) == ({(monthly.pk, 0)}, set()), "nobody was named"
    leave(cast.lan)
    reminders.remind(due - timedelta(days=3))
    assert told() == [("chi", "due_soon")] and keepers.without([place]) == (set(), set())
    leave(stand_in)
    reminders.remind(due - timedelta(days=1))
    assert told() == [("chi", "due_soon"), ("minh", "no_keeper")]
    assert keepers.without([place]) == (set(), {place})
    assert entry.may_key(by(cast.minh), monthly, unit("760")), "whoever works there may, else nobody could"
    signed_in(client, cast.ha)
    assert "không còn người phụ trách" in read(client.get(reverse("quality")))
    page = read(client.get(reverse("quality_unit", args=[unit("760").slug])))
    assert f"{monthly.name}: hiện không có người phụ trách" in page


def test_terms_are_the_citys(cast, keeper, monthly, due):
    ReminderTerm.objects.filter(days=-3).update(is_on=False)
    reminders.remind(due - timedelta(days=3))
    assert told() == []
    ReminderTerm.objects.create(value_set=monthly, days=-10, who="leaders")
    reminders.remind(due - timedelta(days=10))
    assert told() == [("minh", "due_soon")]
    reminders.remind(due - timedelta(days=1))
    assert told() == [("minh", "due_soon")], "a set with terms of its own follows these alone"


def test_what_passed_long_ago_is_not_made_up_for(cast, keeper, due):
    reminders.remind(due + timedelta(days=20))
    assert ("minh", "overdue") not in told()


def test_the_beat_reminds(cast, settings):
    assert settings.CELERY_BEAT_SCHEDULE["reminders"]["task"] == "indicators.tasks.remind"
