"""Two workers at the same cut-off."""

import threading
from datetime import timedelta

import pytest
from django.db import connections

from districts.models import Unit
from indicators import owed
from reports import editions
from reports.asked import Run
from reports.models import Edition, EditionFile, ReportType
from tests.dashboards.test_fold import NOW


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_the_cut_off_make_one_edition(town, monkeypatch):
    monkeypatch.setattr(Run, "has_figures", True)  # of a day without reports
    run = Run(ReportType.objects.get(code="day"), owed.rule().at("day", NOW), NOW + timedelta(days=1))
    start, found = threading.Barrier(2), []

    def work():
        try:
            start.wait()
            found.append(editions.make(run, Unit.objects.city(), NOW + timedelta(days=2)))
        finally:
            connections.close_all()

    workers = [threading.Thread(target=work) for _n in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join()
    assert Edition.objects.count() == 1 and len(found) == 2
    assert EditionFile.objects.count() == 2
