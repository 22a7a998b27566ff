"""Reports and alerts by the API: what was released, as data and as files, the same as by command and on the page."""

import hashlib
import json
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from dashboards.figures import fold
from districts.models import Unit
from feedback import actions
from indicators import owed
from reports import editions
from reports.asked import Run
from reports.models import Edition, ReportType
from signals.models import Alert, AlertRule
from tests.city import SYSTEM, intake, unit

pytestmark = pytest.mark.django_db


@pytest.fixture
def edition(callers):
    """The report of yesterday, on which six reports came."""
    now = timezone.now()
    day = owed.rule().before(owed.rule().at("day", now))
    for hour in range(6):
        actions.open_ticket(actor=SYSTEM, intake=intake(occurred_at=day.start + timedelta(hours=8, minutes=hour)))
    fold.fold_all()
    run = Run(ReportType.objects.get(code="day"), day, now)
    return editions.make(run, Unit.objects.city(), now, released=True)


def test_command_api_and_edition_say_the_same(callers, edition, capsys):
    day = edition.start.astimezone(owed.rule().zone).date().isoformat()
    call_command("figures", "--json", "--from", day, "--to", day)
    city = json.loads(capsys.readouterr().out)["city"]
    told = callers.city.get(f"editions/{edition.pk}/").json()
    table = next(block for block in told["report"]["blocks"] if block["code"] == "hotline")["tables"][0]
    printed = {row[0]: row[1]["value"] for row in table["rows"]}
    assert printed["Tiếp nhận"] == city["received"] == 6
    assert printed["Đến hạn trong kỳ"] == city["due"] and printed["Đã xử lý"] == city["resolved"]
    assert told["report"] == edition.data and told["digest"] == edition.digest
    for kind in ("pdf", "xlsx"):
        answer = callers.city.get(f"editions/{edition.pk}/files/{kind}/")
        assert hashlib.sha256(answer.content).hexdigest() == edition.files.get(kind=kind).digest
        assert edition.period in answer["Content-Disposition"]


def test_released_editions_are_listed_and_narrowed(callers, edition):
    listed = callers.q1.get("editions/").json()
    assert [one["id"] for one in listed["results"]] == [edition.pk] and listed["next"] is None
    assert callers.q1.get("editions/", {"type": "month"}).json()["results"] == []
    assert callers.q1.get("editions/", {"before": edition.pk}).json()["results"] == []
    assert callers.q1.get("editions/", {"before": "x"}).status_code == 400
    assert callers.q1.get(f"editions/{10**30}/").status_code == 404
    assert callers.reader.get("editions/").status_code == callers.figures.get("report-types/").status_code == 403
    Edition.objects.filter(pk=edition.pk).update(unit=unit("778"))
    assert callers.q1.get(f"editions/{edition.pk}/").status_code == 404
    assert {one["code"] for one in callers.q1.get("report-types/").json()["results"]} >= {"day", "hotline-month"}


def test_a_units_system_hears_of_its_own_alerts(callers):
    AlertRule.objects.update(activated_at=timezone.now())
    rule = AlertRule.objects.first()
    for place in ("760", "778"):
        Alert.objects.create(rule=rule, unit=unit(place), began="2026-10", state="firing", value=1.5,
                             first_at=timezone.now(), changed_at=timezone.now())
    Alert.objects.create(rule=rule, began="2026-09", ended="2026-10", state="normal", first_at=timezone.now(),
                         changed_at=timezone.now())
    assert [one["unit"] for one in callers.q1.get("alerts/").json()["results"]] == ["760"]
    assert len(callers.city.get("alerts/").json()["results"]) == 2
    assert callers.reader.get("alerts/").status_code == 403
