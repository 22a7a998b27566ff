"""A file of another country by a mapping alone: semicolons, decimal commas, codes with leading zeros, months cut on the
25th, ISO weeks, a unit that closed in mid-year; and everything that can be wrong with a row."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actors import Actor
from districts.cities import city as this_city
from districts.loading import load_register
from indicators import answers, importing, loading, owed
from indicators.mappings import FileMapping
from indicators.models import Indicator, Value
from indicators.reading import CannotRead
from indicators.topics import TAKER
from live import feed

pytestmark = pytest.mark.django_db
UNITS = """code,name,group,first_month,last_month
007,Ambulanz Süd,clinics,2020-01,
07,Ambulanz Nord,clinics,2020-01,
0102,Ambulanz West,clinics,2020-01,2026-06
"""
CATALOGUE = """
[[fields]]
code = "clinics"
name_vi = "Phòng khám"

[[indicators]]
code = "visits"
field = "clinics"
name_vi = "Lượt khám"
measure_vi = "lượt"
period_kind = "month_25"
kind = "count"
definition_vi = "Lượt khám."

[[indicators]]
code = "seen-in-time"
field = "clinics"
name_vi = "Khám đúng giờ"
measure_vi = "%"
period_kind = "month_25"
kind = "proportion"
factor = 100
numerator_vi = "đúng giờ"
denominator_vi = "lượt"
definition_vi = "Tỷ lệ khám đúng giờ."

[[indicators]]
code = "beds-hours"
field = "clinics"
name_vi = "Giờ giường"
measure_vi = "giờ"
period_kind = "week"
kind = "amount"
definition_vi = "Giờ giường theo tuần."
"""
MONTHLY = """
unit = "Haus"
period = "Monat"
delimiter = ";"
decimal = ","

[[values]]
indicator = "visits"
number = "Besuche"
combine = "sum"
where = { Art = ["A", "B"] }

[[values]]
indicator = "seen-in-time"
numerator = "[Besuche] - [zu spät]"
denominator = "Besuche"
combine = "sum"
where = { Art = ["A", "B"] }
"""
WEEKLY = """
unit = "Haus"
period = "Woche"
delimiter = ";"
decimal = ","

[[values]]
indicator = "beds-hours"
number = "Stunden"
"""
HEAD = "Haus;Monat;Art;Besuche;zu spät\n"


@pytest.fixture
def abroad(town, tmp_path):
    """`abroad(mapping, text)` imports a file as an analyst does."""
    for name, text in (("units.csv", UNITS), ("catalogue.toml", CATALOGUE), ("monthly.toml", MONTHLY),
                       ("weekly.toml", WEEKLY)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    load_register(tmp_path / "units.csv", this_city())
    loading.load(tmp_path / "catalogue.toml")

    def run(mapping, text, **more):
        (tmp_path / "werte.csv").write_text(text, encoding="utf-8")
        found = importing.run(Actor.system("import"), tmp_path / "werte.csv",
                              FileMapping.read(str(tmp_path / f"{mapping}.toml")), **more)
        feed.take_all(TAKER)
        return found

    return run


def city(code, period):
    chosen = Indicator.objects.get(code=code)
    return answers.answer(chosen, [owed.rule().parse(chosen.period_kind, period)])[0].city


def test_the_file_loads_with_a_mapping_alone(abroad):
    rows = HEAD + "007;2026-10;A;1.284;84\n007;2026-10;B;716;50\n07;2026-10;A;1.000;16\n"
    found = abroad("monthly", rows + "007;2026-10;C;9;9\n")
    assert (found.outcome.new, found.rejected) == (4, 0)
    assert Value.objects.get(indicator__code="visits", unit__code="007").number == 2000, "A and B, not C"
    assert city("visits", "2026-10").value == 3000
    assert city("seen-in-time", "2026-10").value == 95
    start = Value.objects.filter(indicator__code="visits").first().start.astimezone(owed.rule().zone)
    assert (start.date(), start.hour) == (date(2026, 9, 25), 12), "named by the month in which it ends"
    again = abroad("monthly", rows)
    assert (again.outcome.new, again.outcome.changed, again.outcome.same) == (0, 0, 4)


def test_iso_weeks_52_and_53_are_weeks_of_their_own_years(abroad):
    found = abroad("weekly", "Haus;Woche;Stunden\n007;2020-W53;10,5\n007;2021-W01;1\n007;2021-W52;2,25\n")
    assert found.outcome.new == 3
    assert [city("beds-hours", week).value for week in ("2020-W53", "2021-W01", "2021-W52")] == [
        Decimal("10.5"), 1, Decimal("2.25")]
    assert abroad("weekly", "Haus;Woche;Stunden\n007;2021-W53;1\n").rejected == 1, "2021 has 52"


@pytest.mark.parametrize(("row", "said"), [
    ("007;2026-13;A;1;0", "2026-13"),
    ("7;2026-10;A;1;0", "giữ cả số 0 ở đầu"),
    ("0102;2026-10;A;1;0", "không hoạt động trong kỳ"),
    ("007;2026-10;A;1.28;0", "1.28"),
    ("007;2026-10;A;12%;0", "dấu %"),
    ("007;2026-10;A;-5;0", "không thể âm"),
    ("007;2026-10;A;5;-1", "Tử số lớn hơn mẫu số"),
    ("007;2026-10;A;viele;0", "viele"),
    ("007;2026-10;A;;3", "Thiếu một ô"),
    ("007;2999-01;A;1;0", "chưa bắt đầu"),
])
def test_a_bad_row_is_named_and_nothing_is_written(abroad, row, said):
    found = abroad("monthly", HEAD + "07;2026-10;A;100;4\n" + row + "\n")
    assert [(one.row.number, said in one.reason) for one in found.rejects] == [(3, True)], found.rejects[0].reason
    assert not Value.objects.filter(unit__code__in=["007", "07", "0102"]).exists()


def test_a_rejected_row_rejects_the_sum_that_it_would_have_fed(abroad):
    text = HEAD + "007;2026-10;A;100;4\n007;2026-10;B;viele;0\n07;2026-10;A;50;1\n"
    found = abroad("monthly", text, accept_good=True)
    assert set(Value.objects.filter(indicator__code="visits").values_list("unit__code", flat=True)) == {"07"}
    assert found.rejected == 2


def test_two_rows_for_one_value_are_an_error_where_nothing_adds_them(abroad):
    found = abroad("weekly", "Haus;Woche;Stunden\n007;2026-W10;1\n007;2026-W10;2\n")
    assert found.rejected == 2 and "hai dòng" in found.rejects[0].reason


def test_a_unit_that_closed_in_mid_year_has_its_months_until_then(abroad):
    found = abroad("monthly", HEAD + "0102;2026-05;A;10;0\n0102;2026-09;A;10;0\n", accept_good=True)
    assert (found.outcome.new, found.rejected) == (2, 1)


@pytest.mark.parametrize("text", [HEAD[:-1] + "\n007;2026-10;A", "Haus;Monat\n007;2026-10\n", ""])
def test_a_file_cut_off_is_refused_as_a_whole(abroad, text):
    with pytest.raises(CannotRead):
        abroad("monthly", text)
