"""Real numbers of another country, where the files lie beside the checkout (`../shared/data`); see docs/england.md.

Run as an analyst would: its own city, its own database, the commands by hand. What is compared was published.
"""

import csv
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings

from hcmc_ioc.lib.judging import funnel, xmr
from hcmc_ioc.lib.judging.series import Point
from tests import databases

ROOT = Path(__file__).resolve().parents[2]
DATA = ROOT.parent / "shared" / "data"
UNITS, VALUES = DATA / "nhs_units.csv", DATA / "nhs_ae_2016_2018.csv.gz"

JUMPS = """
    SELECT unit.code, to_char(failure.start AT TIME ZONE 'Europe/London', 'YYYY-MM')
    FROM indicators_failure failure
    JOIN indicators_check rule ON rule.id = failure.check_row_id AND rule.kind = 'jump'
    JOIN indicators_indicator indicator ON indicator.id = failure.indicator_id AND indicator.code = 'ae-attendances'
    JOIN districts_unit unit ON unit.id = failure.unit_id
"""

JUDGED = """
import json
from indicators import judging, owed
from indicators.judging import peers
from indicators.models import Indicator
march = owed.rule().parse("month", "2018-03")
type_1, every = (Indicator.objects.get(code=code) for code in ("ae-4h-type1", "ae-4h"))
(group,) = peers.of(type_1, march).groups
found, months = peers.of(every, march), judging.of(every)
print(json.dumps({
    "worse": sorted(place.unit.code for place in group.places if place.band == "worse"),
    "better": [place.unit.code for place in group.places if place.band == "better"], "units": len(group.places),
    "phi": group.funnel.phi, "plain": sum(place.plain_band != "usual" for place in group.places),
    "groups": len(found.groups), "as_one": sum(bool(row.side) for row in found.as_one.rows),
    "method": months.plan.method, "signals": sorted({one.key for one in months.judgement.signals})}))
"""


@pytest.fixture(scope="module")
def england(django_db_setup):
    """Commands of a fresh England with both files loaded."""
    databases.fresh("ioc_england", databases.MIGRATED)
    surroundings = os.environ | {
        "IOC_CITY": "england", "IOC_VAR": str(settings.VAR), "DJANGO_SETTINGS_MODULE": "hcmc_ioc.settings",
    }

    def run(*words):
        command = [sys.executable, "manage.py", *map(str, words)]
        return subprocess.run(command, cwd=ROOT, env=surroundings, capture_output=True, text=True, check=False)

    def manage(*words):
        done = run(*words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def asked(*words):
        return json.loads(manage("indicators", "--json", *words))["periods"]

    manage("setup_city")
    manage("load_units", UNITS)
    manage.run, manage.asked = run, asked
    manage.outcome = json.loads(manage("import_values", VALUES, "--mapping", "england", "--json"))
    return manage


if VALUES.exists():

    def test_every_row_is_taken_and_again_changes_nothing(england):
        assert england.outcome == {"new": 19_950, "changed": 0, "same": 0, "rejected": 0}
        again = json.loads(england("import_values", VALUES, "--mapping", "england", "--json"))
        assert again == {"new": 0, "changed": 0, "same": 19_950, "rejected": 0}
        assert "exact" in england("verify_indicators")

    @pytest.mark.parametrize(("first", "last", "by", "published"), [
        ("2016-04", "2017-03", "year", 89.126), ("2017-04", "2018-03", "year", 88.340),
        ("2017-03", "2017-03", "month", 90.009), ("2018-02", "2018-02", "month", 85.045),
        ("2018-03", "2018-03", "month", 84.621), ("2017-01", "2017-03", "quarter", 87.614),
        ("2018-01", "2018-03", "quarter", 84.984)])
    def test_the_national_shares_are_the_published_ones(england, first, last, by, published):
        (period,) = england.asked("--code", "ae-4h", "--from", first, "--to", last, "--by", by)
        assert round(period["city"]["value"], 3) == published

    def test_the_parts_are_sums_and_no_mean_is_taken(england):
        (year,) = england.asked("--code", "ae-4h", "--from", "2016-04", "--to", "2017-03", "--by", "year")
        assert (year["city"]["denominator"], year["city"]["numerator"]) == (23_362_301, 23_362_301 - 2_540_440)
        (month,) = england.asked("--code", "ae-4h", "--from", "2017-03", "--to", "2017-03", "--units")
        values = [cell["value"] for cell in month["units"].values() if cell["value"] is not None]
        assert round(sum(values) / len(values), 2) == 93.11 != round(month["city"]["value"], 2)

    def test_who_owed_what_follows_the_windows(england):
        (whole,) = england.asked(
            "--code", "ae-attendances", "--from", "2016-04", "--to", "2018-03", "--by", "all", "--units")
        assert (whole["city"]["delivered"], whole["city"]["owed"]) == (5545, 5550)
        gaps = {code for code, cell in whole["units"].items() if cell["owed"] != cell["delivered"]}
        assert gaps == {"RFR", "NJS05", "RWH", "RYY"} and whole["city"]["on_time"] is None, "history is not judged"

    def test_one_provider_equals_its_rows(england):
        (year,) = england.asked("--code", "ae-4h", "--from", "2016-04", "--to", "2017-03", "--by", "year", "--units")
        with gzip.open(VALUES, "rt") as file:
            rows = [row for row in csv.DictReader(file) if row["org_code"] == "RXL" and row["period"] < "2017-04"]
        came, breached = (sum(int(row[name]) for row in rows) for name in ("attendances", "breaches"))
        assert (year["units"]["RXL"]["numerator"], year["units"]["RXL"]["denominator"]) == (came - breached, came)

    def test_jumps_are_found_where_each_month_is_judged_by_those_before_it(england):
        address = settings.EMBEDDED.database_url("ioc_england")
        with psycopg2.connect(address) as connection, connection.cursor() as cursor:
            cursor.execute(JUMPS)
            found = {(code, month) for code, month in cursor.fetchall()}
        assert len(found) == 73 and found >= {("RFR", "2016-12"), ("RWH", "2017-10")}

    def test_type_1_is_owed_by_those_who_have_it(england):
        (month,) = england.asked("--code", "ae-4h-type1", "--from", "2018-03", "--to", "2018-03", "--units")
        assert month["city"]["units_counted"] == month["city"]["owed"] == 137
        assert sorted(code for code, cell in month["units"].items() if (cell["value"] or 100) < 50) == ["RAS", "RXL"]

    def test_the_funnel_of_type_1_finds_two_and_one_group_would_hide_them(england):
        def judged(code):
            (month,) = england.asked("--code", code, "--from", "2018-03", "--to", "2018-03", "--units")
            return funnel.judge([funnel.Share(unit, cell["numerator"], cell["denominator"])
                                 for unit, cell in month["units"].items() if cell["denominator"]])

        found = judged("ae-4h-type1")
        assert (len(found.rows), round(found.centre, 6)) == (137, 0.764039)
        assert (round(found.phi_raw, 2), round(found.phi, 3), round(found.tau, 6)) == (521.25, 413.585, 0.088938)
        assert sum(row.plain_side != 0 for row in found.rows) == 125
        assert {row.share.key: row.side for row in found.rows if row.side} == {"RXL": -1, "RAS": -1}
        assert not [row for row in judged("ae-4h").rows if row.side], "with and without type 1 in one group"

    def test_the_winters_are_season_and_no_signal(england):
        months = england.asked("--code", "ae-4h", "--from", "2016-04", "--to", "2018-03", "--by", "month")
        points = [Point(one["start"][:7], one["city"]["value"]) for one in months]
        plain, codes = xmr.judge(points), [point.key for point in points]
        winters = {"2016-12", "2017-01", "2017-12", "2018-01", "2018-02"}
        assert {one.key for one in plain.signals if one.rule == "beyond"} == {*winters, "2018-03"}
        seasonal = xmr.judge_seasonal(points, dict(zip(codes[12:], codes, strict=False)))
        assert [one.key for one in seasonal.signals] == ["2018-03"], "five points below the March before: no season"

    def test_the_pages_judge_as_the_statistics_do(england):
        told = json.loads(england("shell", "-v", "0", "-c", JUDGED))
        assert (told["worse"], told["better"], told["units"], told["plain"]) == (["RAS", "RXL"], [], 137, 125)
        assert round(told["phi"], 3) == 413.585 and (told["groups"], told["as_one"]) == (2, 0)
        assert (told["method"], told["signals"]) == ("seasonal", ["2018-03"])

    def test_what_is_not_there_has_its_reason(england):
        before, after = (england.asked("--code", "ae-4h", "--from", month, "--to", month)[0]["city"]
                         for month in ("2014-01", "2018-05"))
        assert (before["why"], before["owed"]) == ("not-owed", 0)
        assert (after["why"], after["value"]) == ("missing", None)

    @pytest.mark.parametrize("words", [
        ("--code", "ae-4h", "--from", "2016-05", "--to", "2017-03", "--by", "year"),
        ("--code", "ae-4h", "--from", "2016-04-02", "--to", "2016-05-31"),
        ("--code", "ae-4h", "--from", "x", "--to", "y"),
        ("--code", "ae-4h", "--from", "2017-04", "--to", "2016-04")])
    def test_a_range_off_the_borders_is_refused(england, words):
        done = england.run("indicators", "--json", *words)
        assert done.returncode == 2 and "Traceback" not in done.stderr

    @pytest.mark.parametrize(("cells", "reason"), [
        ("2016-04-01,AAH,other,abc,0,0", "không phải là số"),
        ("2016-04-01,AAH,other,10,11,0", "Tử số và mẫu số không thể âm"),
        ("2016-04-01,NIX,other,10,1,0", "Không có đơn vị"), ("2012-04-01,AAH,other,10,1,0", "không hoạt động"),
        ("2016-04-15,AAH,other,10,1,0", "không phải là kỳ"), ("2016-04-01,AAH,other,-5,0,0", "Số đếm không thể âm"),
        ("2016-04-01,AAH,other,10%,0,0", "có dấu"), ("2016-04-01,AAH,other,1.234.567,0,0", "không phải là số"),
        ("2016-04-01,AAH,other,10,,0", "Thiếu một ô")])
    def test_a_bad_row_is_named_and_nothing_is_written(england, tmp_path, cells, reason):
        file = tmp_path / "bad.csv"
        file.write_text(f"period,org_code,type,attendances,breaches,admissions\n2016-04-01,AAH,other,1,0,0\n{cells}\n")
        rejects = tmp_path / "rejects.csv"
        done = england.run("import_values", file, "--mapping", "england", "--json", "--rejects", rejects)
        told = json.loads(done.stdout)
        assert done.returncode == 1 and told["rejected"] and not told["new"] + told["changed"]
        assert reason in rejects.read_text() and "Traceback" not in done.stderr
