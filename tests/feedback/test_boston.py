"""The real file of another city, where it lies beside the checkout (`../shared/data`); see docs/boston.md.

Run as an administrator would: its own city, its own database, the commands by hand.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from tests import databases

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT.parent / "shared" / "data" / "boston311_2015_h1.csv.gz"
YEARS = ("--from", "2010-01-01", "--to", "2019-12-31")


@pytest.fixture(scope="module")
def boston(django_db_setup):
    """Commands of a fresh Boston with the file imported."""
    databases.fresh("ioc_boston", databases.MIGRATED)
    surroundings = os.environ | {
        "IOC_CITY": "boston", "IOC_VAR": str(settings.VAR), "DJANGO_SETTINGS_MODULE": "hcmc_ioc.settings",
    }

    def manage(*words):
        command = [sys.executable, "manage.py", *words]
        done = subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    manage("setup_city")
    manage.outcome = json.loads(manage("import_tickets", str(FILE), "--mapping", "boston", "--json"))
    return manage


if FILE.exists():

    def test_every_row_is_imported_and_the_contradictory_ones_are_flagged(boston):
        outcome = boston.outcome
        assert (outcome["read"], outcome["imported"], outcome["rejected"]) == (58_119, 58_119, 0)
        assert outcome["irregular"] == 84

    def test_on_time_and_late_follow_the_files_dates(boston):
        found = json.loads(boston("figures", "--json", *YEARS))
        city = found["city"]
        assert (city["received"], city["resolved"], city["open"]) == (58_119, 49_126, 8_993)
        assert (city["due"], city["due_met"]) == (43_592, 27_295)
        for name in ("received", "resolved", "due", "due_met", "open", "overdue"):
            assert sum(unit[name] for unit in found["units"]) == city[name]
        unassigned = next(unit for unit in found["units"] if unit["code"] == "unassigned")
        assert unassigned["received"] == 6_365

    def test_the_aggregates_are_exact_and_a_second_run_adds_nothing(boston):
        again = json.loads(boston("import_tickets", str(FILE), "--mapping", "boston", "--json"))
        assert (again["imported"], again["known"]) == (0, 58_119)
        assert "exact" in boston("verify_aggregates", "-v0")
