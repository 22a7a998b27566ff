"""Periods in addresses: what cannot be shown gives the default and says so."""

import pytest
from django.utils import timezone

from dashboards.screens import query
from districts.models import Unit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("start", "end", "is_read"), [
    ("2026-01-01", "2026-01-31", True),
    ("1900-01-01", "1900-01-05", False),  # the period before it would lie outside the years we know
    ("1900-01-06", "1900-01-10", True),
    ("2026-02-02", "2026-02-01", False),
    ("0001-01-01", "", False),
    ("soon", "", False),
])
def test_a_period_is_read_or_explained(town, start, end, is_read):
    found = query.period({"tu": start, "den": end}, Unit.objects.city(), timezone.now())
    assert (found.error == "") == is_read
    assert found.period.before().days == found.period.days
