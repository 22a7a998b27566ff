"""Places as callers say them and operators type them."""

import csv
from time import thread_time  # of this thread alone, whatever else the machine does

import pytest

from districts import geo
from districts.cities import DATA
from districts.streets import PlaceHint, streets_of, suggest_places

TYPED = [
    # typed, first label, its unit
    ("le loi", "Lê Lợi, Quận 1", "760"),
    ("Lê Lợi gò vấp", "Lê Lợi, Quận Gò Vấp", "764"),
    ("12 le loi", "12 Lê Lợi, Quận 1", "760"),
    ("12a lê lợi, quận 1", "12A Lê Lợi, Quận 1", "760"),
    ("hẻm 45/3 Nguyễn Trãi", "Hẻm 45/3 Nguyễn Trãi, Quận 1", "760"),
    ("hem 45/3 nguyen trai q5", "Hẻm 45/3 Nguyễn Trãi, Quận 5", "774"),
    ("125 3 thang 2 q10", "125 Ba Tháng Hai, Quận 10", "771"),
    ("3/2 quan 11", "Ba Tháng Hai, Quận 11", "772"),
    ("duong quang trung hoc mon", "Quang Trung, Huyện Hóc Môn", "784"),
    ("ql13 thu duc", "Quốc lộ 13, Thành phố Thủ Đức", "769"),
    ("cmt8 tan binh", "Cách Mạng Tháng Tám, Quận Tân Bình", "766"),
    ("xvnt", "Xô Viết Nghệ Tĩnh, Quận Bình Thạnh", "765"),
    ("nguyen thi minh kai", "Nguyễn Thị Minh Khai, Quận 1", "760"),
    ("Hoà Bình q11", "Hòa Bình, Quận 11", "772"),
    ("q1", "Quận 1", "760"),
    ("q.3", "Quận 3", "770"),
    ("binh thanh", "Quận Bình Thạnh", "765"),
    ("thu duc", "Thành phố Thủ Đức", "769"),
    ("p12 go vap", "Phường 12, Quận Gò Vấp", "764"),
    ("phuong da kao", "Phường Đa Kao, Quận 1", "760"),
    ("xa binh hung", "Xã Bình Hưng, Huyện Bình Chánh", "785"),
    ("cho ben thanh", "Chợ Bến Thành, Quận 1", "760"),
    ("benh vien cho ray", "Bệnh viện Chợ Rẫy, Quận 5", "774"),
]


@pytest.mark.parametrize(("typed", "label", "unit_code"), TYPED, ids=[row[0] for row in TYPED])
def test_typed(typed, label, unit_code):
    first = suggest_places(typed, map="2022")[0]
    assert (first.label, first.unit_code) == (label, unit_code)


def test_a_street_of_several_districts_is_offered_in_each():
    units = {hint.unit_code for hint in suggest_places("45 dien bien phu", map="2022")}
    assert units == {"760", "770", "771", "765"}


@pytest.mark.parametrize("typed", ["", "   ", "🙂", "zzzz qqqq", "'; drop table", "\x00", "1" * 10_000, "xyz " * 2500])
def test_nothing_fits_nonsense(typed):
    assert suggest_places(typed, map="2022") == []


def test_limit():
    assert len(suggest_places("nguyen", limit=3, map="2022")) == 3


def test_under_the_new_map_old_places_lead_to_the_new_ward():
    first = suggest_places("phuong da kao", map="2025")[0]
    assert first == PlaceHint("Phường Đa Kao, Quận 1, nay là Phường Tân Định", "ward", "26737")
    assert suggest_places("go vap", map="2025")[0].label == "Phường Gò Vấp"
    former = suggest_places("quan 1", map="2025")[0]
    assert (former.label, former.unit_code) == ("Quận 1 (cũ)", None)
    assert suggest_places("cho ben thanh", map="2025")[0].unit_code == "26743"


def test_every_district_has_streets_for_its_demo():
    for code in geo.outlines("2022"):
        assert len(streets_of(code)) >= 15
        assert len(set(streets_of(code))) == len(streets_of(code))


def test_streets_of_a_new_ward_are_those_of_its_former_districts():
    assert "Nguyễn Huệ" in streets_of("26740")
    assert streets_of("SAWACO") == []


def test_landmarks_lie_where_their_row_says():
    with (DATA / "hcmc" / "streets.csv").open(encoding="utf-8") as file:
        known = [row for row in csv.DictReader(file) if row["lat"]]
    assert len(known) >= 30
    for row in known:
        found = geo.locate(float(row["lat"]), float(row["lon"]), "2022")
        assert found.unit_code == row["unit_code"] or found.near_border, row["name"]


def test_fast_enough_for_every_key_pressed():
    suggest_places("khoi dong", map="2022")
    typed = ["l", "le", "le ", "le l", "12 le loi", "nguyen thi minh kai", "p12 go vap", "hem 45/3 nguyen trai q5"]
    times = []
    for text in typed * 5:
        begun = thread_time()
        suggest_places(text, map="2022")
        times.append(thread_time() - begun)
    assert sorted(times)[len(times) // 2] < 0.010


def test_a_city_without_streets_offers_its_areas(boston):
    assert suggest_places("jamaica")[0].unit_code == "jamaica-plain"
    assert streets_of("jamaica-plain") == []
