"""The tree of units: what is in force when, and what the files make of the database."""

import shutil
from dataclasses import replace
from datetime import date
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils.translation import override

from districts import cities, loading
from districts.cities import read_city
from districts.loading import BadData, load
from districts.models import CalendarDay, Succession, Unit

Kind = Unit.Kind


class TestInForce:
    def test_the_map_chosen_decides_about_areas(self, hcmc):
        today = date(2026, 11, 23)
        districts = Unit.objects.in_force(on=today).areas()
        assert districts.count() == 22
        assert {unit.map for unit in districts} == {"2022"}
        assert Unit.objects.in_force(on=today, map="2025").areas().count() == 168

    def test_the_dates_decide_about_everybody_else(self, hcmc):
        before = set(Unit.objects.in_force(on=date(2024, 6, 1)).organisations().values_list("code", flat=True))
        after = set(Unit.objects.in_force(on=date(2026, 6, 1)).organisations().values_list("code", flat=True))
        assert {"SGTVT", "STNMT", "SXD"} <= before
        assert after >= {"SXD", "SNNMT", "HTKT", "SAWACO"}
        assert not after & {"SGTVT", "STNMT"}

    def test_a_change_within_the_period_of_a_map_counts(self, hcmc):
        ward = Unit.objects.get(code="26743", map="2025")
        ward.valid_to = date(2027, 12, 31)
        ward.save()
        assert ward in Unit.objects.in_force(on=date(2026, 1, 1), map="2025")
        assert ward not in Unit.objects.in_force(on=date(2028, 1, 1), map="2025")

    def test_city_and_unassigned_are_always_there(self, hcmc):
        known = Unit.objects.in_force(map="2025")
        assert known.city().name == "Thành phố Hồ Chí Minh"
        assert known.unassigned().code == "unassigned"

    def test_an_unknown_map_is_named(self, hcmc):
        with pytest.raises(ValueError, match="unknown map '1975'; known: 2022, 2025"):
            Unit.objects.in_force(map="1975")


class TestUnit:
    def test_codes_come_back_with_another_extent(self, hcmc):
        Unit.objects.create(
            code="769",
            name_vi="Quận 2",
            short_name_vi="Quận 2",
            name_en="District 2",
            kind=Kind.URBAN_DISTRICT,
            valid_from=date(1997, 4, 1),
            valid_to=date(2020, 12, 31),
        )
        with pytest.raises(IntegrityError), transaction.atomic():
            Unit.objects.create(
                code="769", name_vi="Khác", short_name_vi="Khác", name_en="Other", kind=Kind.WARD,
                valid_from=date(2021, 1, 1),
            )

    def test_subtree(self, hcmc, django_assert_num_queries):
        city, district = Unit.objects.city(), Unit.objects.get(code="760", map="2022")
        office = Unit.objects.create(
            code="760-QLDT",
            name_vi="Phòng Quản lý đô thị Quận 1",
            short_name_vi="QLĐT Quận 1",
            name_en="Urban Office",
            kind=Kind.DEPARTMENT,
            parent=district,
            valid_from=date(2021, 1, 1),
        )
        with django_assert_num_queries(1):
            assert set(Unit.objects.subtree_ids(district)) == {district.pk, office.pk}
        assert set(Unit.objects.subtree_of(city)) == set(Unit.objects.all())
        assert list(Unit.objects.subtree_of(office)) == [office]

    def test_numbered_districts_first_then_by_the_alphabet(self, hcmc):
        names = [u.short_name_vi for u in Unit.objects.in_force().filter(kind=Kind.URBAN_DISTRICT)]
        assert names[:4] == ["Quận 1", "Quận 3", "Quận 4", "Quận 5"]
        assert names[-7:] == ["Quận 12", "Bình Tân", "Bình Thạnh", "Gò Vấp", "Phú Nhuận", "Tân Bình", "Tân Phú"]

    def test_names_follow_the_language(self, hcmc):
        district = Unit.objects.get(code="764", map="2022")
        assert (district.name, district.short_name) == ("Quận Gò Vấp", "Gò Vấp")
        with override("en"):
            assert (str(district), district.short_name) == ("Go Vap District", "Go Vap")

    def test_peers_are_ranked_with_their_like(self, hcmc):
        inner = Unit.objects.get(code="760", map="2022")
        rural = Unit.objects.get(code="787", map="2022")
        assert (inner.peer_group, rural.peer_group) == ("urban", "rural")
        assert Unit.objects.peers_of(inner).count() == 17
        assert Unit.objects.peers_of(rural).count() == 5
        assert {unit.kind for unit in Unit.objects.all() if unit.peer_group == "none"} == {"city", "unassigned"}

    def test_what_tickets_may_point_to_cannot_be_deleted(self, hcmc):
        with pytest.raises(ProtectedError):
            Unit.objects.city().delete()

    def test_areas_and_organisations_are_told_apart(self, hcmc):
        for unit in Unit.objects.all():
            assert unit.is_area + unit.is_organisation == (unit.kind not in (Kind.CITY, Kind.UNASSIGNED))

    def test_every_new_ward_of_the_old_city_has_predecessors(self, hcmc):
        assert Succession.objects.filter(old__map="2022", new__map="2025").count() == 110
        district = Unit.objects.get(code="764", map="2022")
        assert district.successors.filter(new__name_vi="Phường Hạnh Thông").exists()


class TestLoading:
    def run(self):
        out = StringIO()
        call_command("load_units", stdout=out)
        return out.getvalue()

    def test_twice_changes_nothing_and_says_so(self, db):
        assert "units: 227 created" in self.run()
        before = list(Unit.objects.order_by("pk").values()) + list(CalendarDay.objects.order_by("pk").values())
        assert self.run().rstrip().endswith("Nothing to change.")
        after = list(Unit.objects.order_by("pk").values()) + list(CalendarDay.objects.order_by("pk").values())
        assert after == before

    def test_a_changed_fact_is_brought_back_and_a_foreign_unit_kept(self, hcmc):
        Unit.objects.filter(code="SAWACO").update(phone="0")
        Unit.objects.create(
            code="X",
            name_vi="Đơn vị riêng",
            short_name_vi="Riêng",
            name_en="Own",
            kind=Kind.BOARD,
            valid_from=date(2026, 1, 1),
        )
        told = self.run()
        assert "units: 0 created, 1 changed, 226 unchanged" in told
        assert "not in the file, kept: X Đơn vị riêng" in told
        assert Unit.objects.get(code="SAWACO").phone == "1900 996489"

    def test_what_an_office_entered_is_not_touched(self, hcmc):
        row = CalendarDay.objects.get(date=date(2026, 11, 24), unit=None)
        row.kind, row.origin = CalendarDay.DayKind.WORKING, CalendarDay.Origin.OFFICE
        row.save()
        extra = CalendarDay.objects.create(date=date(2026, 12, 24), kind="holiday", name_vi="Nghỉ", name_en="Off")
        assert "Nothing to change." in self.run()
        row.refresh_from_db()
        assert row.kind == CalendarDay.DayKind.WORKING
        assert CalendarDay.objects.filter(pk=extra.pk).exists()

    def test_a_decision_overrules_the_computed_day(self, hcmc):
        make_up = CalendarDay.objects.get(date=date(2026, 1, 10), unit=None)
        assert (make_up.kind, make_up.origin) == ("working", "decision")
        assert CalendarDay.objects.get(date=date(2025, 4, 26), unit=None).kind == "working"
        assert CalendarDay.objects.get(date=date(2025, 9, 2), unit=None).name_vi == "Nghỉ Quốc khánh"

    FAULTS = [
        ("760,urban_district", "761,urban_district", "761 from 2021-01-01 occurs 2 times"),
        ("10.77492,106.7008,4,3", "10.77492,106.7008,2,1", "2 units of map 2022 share the tile 2,1"),
        ("District 1,79,2022", "District 1,97,2022", "760: its parent 97 is not in the file"),
        ("760,urban_district", "760,province", "units.csv:3: 760: unknown kind 'province'"),
        ("District 1,79,2022", "District 1,79,1975", "map '1975' is not in city.toml"),
        ("2021-01-01,2025-06-30,148900", "2021-13-01,2025-06-30,148900", "units.csv:3: month must be in 1..12"),
        ("760,urban_district,Quận 1,", "760,urban_district,,", "760: name_vi is empty"),
        ("79,city,", "79,board,", "0 rows of kind city, there must be one"),
    ]

    @pytest.mark.parametrize(("old", "new", "message"), FAULTS)
    def test_faulty_files_are_refused_whole(self, db, monkeypatch, tmp_path, old, new, message):
        shutil.copytree(cities.DATA / "hcmc", tmp_path / "hcmc")
        file = tmp_path / "hcmc" / "units.csv"
        text = file.read_text(encoding="utf-8")
        assert old in text
        file.write_text(text.replace(old, new, 1), encoding="utf-8")
        monkeypatch.setattr(cities, "DATA", tmp_path)
        with pytest.raises(CommandError, match="nothing was loaded") as refused:
            self.run()
        assert message in str(refused.value)
        assert not Unit.objects.exists()

    def test_faults_in_the_calendar_and_the_succession_name_their_lines(self, db, monkeypatch, tmp_path):
        shutil.copytree(cities.DATA / "hcmc", tmp_path / "hcmc")
        monkeypatch.setattr(cities, "DATA", tmp_path)
        calendar, succession = tmp_path / "hcmc" / "calendar.csv", tmp_path / "hcmc" / "succession.csv"
        calendar.write_text(calendar.read_text("utf-8").replace("2026-01-02,holiday", "2026-01-02,siesta"), "utf-8")
        with pytest.raises(BadData, match="calendar.csv:2: 'siesta'"):
            load(read_city("hcmc"))
        succession.write_text(succession.read_text("utf-8").replace("760,2021", "76,2021", 1), "utf-8")
        with pytest.raises(BadData, match="succession.csv:2: 76 → 26737"):
            load(read_city("hcmc"))

    def test_no_two_units_share_a_tile_and_every_area_has_one(self, hcmc):
        areas = Unit.objects.areas()
        assert not areas.filter(tile_col=None).exists()
        assert areas.values("map", "tile_col", "tile_row").distinct().count() == areas.count() == 190


class TestBoston:
    def test_another_city_is_only_other_files(self, boston):
        assert Unit.objects.in_force().areas().count() == 23
        assert Unit.objects.unassigned().parent == Unit.objects.city()
        thanksgiving = CalendarDay.objects.get(date=date(2015, 11, 26))
        assert (thanksgiving.kind, thanksgiving.name_en) == ("holiday", "Thanksgiving Day")

    def test_both_languages_show_the_names_of_the_place(self, boston):
        unit = Unit.objects.get(code="jamaica-plain")
        assert unit.name == unit.name_en == "Jamaica Plain"


def test_city_files_say_what_is_missing():
    with pytest.raises(ValueError, match="unknown city 'paris'; known: boston, england, hcmc"):
        read_city("paris")
    facts = {"maps": {}, "default_map": "2022"}
    with pytest.raises(ValueError, match="city.toml of 'paris'"):
        cities.from_facts("paris", facts)


def test_holiday_names_are_the_citys_own():
    here = replace(read_city("hcmc"), holiday_names={})
    assert loading.computed_days(here)[date(2026, 2, 17)]["name_vi"] == "Tết Nguyên Đán"
    assert loading.computed_days(read_city("hcmc"))[date(2026, 2, 17)]["name_vi"] == "Nghỉ Tết Nguyên đán"
