"""What goes on in the demo's operations centre: its own incidents run their course, those of people are left alone."""

from datetime import timedelta
from random import Random

import pytest
from django.utils import timezone

from coordination.incidents import actions
from coordination.models import Incident
from demo import office
from tests.city import by
from tests.coordination.test_incidents import opening

pytestmark = pytest.mark.django_db


def test_an_incident_is_opened_worked_through_and_closed(cast, monkeypatch):
    monkeypatch.setattr(office, "INCIDENTS", 2)
    own = actions.open_incident(by(cast.sau), opening())
    goes_on, now = office.Office(Random(3)), timezone.now()
    goes_on._incident(now)
    made = Incident.objects.exclude(pk=own.pk).get()
    for _each in range(made.steps.filter(directive=None).count() + 3):
        goes_on._incident(now)
    assert not made.steps.filter(directive=None, done_at=None).exists() and made.closed_at is None
    goes_on._incident(made.opened_at + timedelta(hours=3))
    made.refresh_from_db()
    own.refresh_from_db()
    assert made.closed_at and made.review and own.closed_at is None
