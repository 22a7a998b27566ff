"""Pages of numbers that are drawn once for many: what they show changes as soon as figures or the catalogue do. And the
numbers that the bench fills in are what the product would have made of them."""

from datetime import date

import pytest
from django.urls import reverse

from bench import numbers
from indicators import totals
from indicators.models import Failure, Indicator, Target, Value
from tests.feedback.pages import signed_in
from tests.indicators.test_following import taken

pytestmark = pytest.mark.django_db


def shown(client, page: str) -> str:
    return client.get(page).content.decode()


def test_the_page_of_an_indicator_shows_what_was_delivered_since(client, cast):
    signed_in(client, cast.ha)
    page = reverse("indicator", args=["fires"])
    taken(41, "2026-10")
    assert "7.321" not in shown(client, page)
    taken(7321, "2026-10")
    assert "7.321" in shown(client, page)


def test_and_a_target_that_was_set_since(client, cast):
    signed_in(client, cast.ha)
    page, fires = reverse("indicator", args=["fires"]), Indicator.objects.get(code="fires")
    taken(41, "2026-10")
    shown(client, page)
    Target.objects.create(indicator=fires, form="at_most", value=8765, begins=date(2026, 1, 1))
    assert "8.765" in shown(client, page)


def test_the_catalogue_and_a_search_know_a_new_name_at_once(client, cast):
    signed_in(client, cast.ha)
    page = reverse("data")
    assert "Ngọn lửa" not in shown(client, page) and "Ngọn lửa" not in shown(client, f"{page}?q=ngon lua")
    Indicator.objects.filter(code="fires").update(name_vi="Ngọn lửa", name_en="")
    assert "Ngọn lửa" in shown(client, page) and "Ngọn lửa" in shown(client, f"{page}?q=ngon lua")


def test_what_is_drawn_for_one_is_not_shown_to_who_may_not_see_it(client, cast):
    taken(41, "2026-10")
    Indicator.objects.filter(code="fires").update(access="own", owner=None)
    page = reverse("indicator", args=["fires"])
    signed_in(client, cast.ha)
    assert "indicator-value" in shown(client, page)
    signed_in(client, cast.lan)
    assert "indicator-value" not in shown(client, page)


def test_the_numbers_of_the_bench_are_exact(cast):
    numbers.catalogue(15, 2)
    assert numbers.deliver(2) == Value.objects.count() == 168 * 15 * 2
    assert totals.differences() == []
    assert Value.objects.filter(failed=1).count() == Failure.objects.count() > 0
