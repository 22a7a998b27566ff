"""A report as values: what may not go out, what differs between two, that JSON keeps every digit."""

import json
from dataclasses import replace

import pytest

from reports.report import NOTHING, Block, Chart, Figure, Report, Table, changes, digest, share

BLOCK = Block("figures", "Số liệu", ["Tăng 8%."], [Table("Bảng", ["Chỉ số", "Kỳ này"], [["Tiếp nhận", Figure(1284)]])],
              [Chart("Theo ngày", ["01/10", "02/10"], [("Tiếp nhận", [3, None])])])
REPORT = Report("t", "Báo cáo", "Quận 1", "760", "Tháng 10/2026", "…", "…", {"name": "X"}, [BLOCK])


def test_a_figure_is_printed_as_an_office_writes_it():
    assert [str(one) for one in (Figure(1284), Figure(2.25, 1), Figure(94.2, 1, "%"), Figure(3, 0, "vụ"), NOTHING)] == [
        "1.284", "2,2", "94,2%", "3\u00a0vụ", "–"]
    assert (str(share(1, 3)), str(share(1, 0)), str(share(None))) == ("33,3%", "–", "–")


@pytest.mark.parametrize("emptied", [
    {"sentences": [], "tables": [], "charts": []},
    {"sentences": [" "], "tables": [Table("Bảng", ["Chỉ số"], [])], "charts": []},
    {"sentences": [], "tables": [], "charts": [Chart("x", ["01/10"], [("Tiếp nhận", [None])])]},
])
def test_an_empty_part_goes_out_with_its_reason_alone(emptied):
    assert not REPORT.faults(["figures"])
    empty = replace(BLOCK, **emptied)
    assert replace(REPORT, blocks=[empty]).faults(["figures"]) == ["phần “Số liệu” trống mà không có lý do"]
    assert not replace(REPORT, blocks=[replace(empty, reason="Chưa có kỳ nào.")]).faults(["figures"])


def test_a_part_that_lacks_and_a_row_that_is_torn_are_named():
    assert REPORT.faults(["figures", "units"]) == ["thiếu phần “units”"]
    torn = replace(BLOCK, tables=[Table("Bảng", ["a", "b"], [["x"]])])
    assert replace(REPORT, blocks=[torn]).faults(["figures"]) == ["bảng “Bảng” có dòng không đủ cột"]


def test_json_gives_back_the_same_report_and_hash():
    kept = json.loads(json.dumps(REPORT.to_json()))
    assert Report.from_json(kept) == replace(REPORT, blocks=[replace(BLOCK, charts=[
        replace(BLOCK.charts[0], series=[("Tiếp nhận", [3, None])])])])
    assert digest(dict(reversed(list(kept.items())))) == digest(REPORT.to_json())
    kept["blocks"][0]["tables"][0]["rows"][0][1]["value"] = 1285
    assert digest(kept) != digest(REPORT.to_json())


def test_only_a_printed_digit_is_a_change():
    def with_value(value, code="figures"):
        table = replace(BLOCK.tables[0], rows=[["Tiếp nhận", Figure(value, 1)], ["Mới", Figure(1)]])
        return replace(REPORT, blocks=[replace(BLOCK, code=code, tables=[table])])

    assert not changes(with_value(3.04), with_value(3.03))
    found = changes(with_value(3.04), with_value(3.16))
    assert [(one.place, one.before, one.now) for one in found] == [("Bảng: Tiếp nhận, Kỳ này", "3,0", "3,2")]
    assert changes(REPORT, with_value(1284))[-1].place == "Bảng: Mới, Kỳ này"
    assert not changes(with_value(1, "remarks"), with_value(2, "remarks"))


def test_another_way_of_printing_is_no_change():
    wider = replace(BLOCK.tables[0], columns=["Chỉ số", "Kỳ này", "Kỳ trước"],
                    rows=[["Tiếp nhận", Figure(1284, measure="phản ánh"), Figure(9)]])
    other = replace(REPORT, blocks=[replace(BLOCK, tables=[wider])])
    assert not changes(REPORT, other) and not changes(other, REPORT)


def test_a_unit_of_measure_is_kept_and_older_reports_keep_their_hash():
    assert "measure" not in REPORT.to_json()["blocks"][0]["tables"][0]["rows"][0][1]
    of_money = Figure(12, 0, "* (sơ bộ)", measure="tỷ đồng")
    table = replace(BLOCK.tables[0], rows=[["Tiếp nhận", of_money]])
    kept = replace(REPORT, blocks=[replace(BLOCK, tables=[table])]).to_json()
    assert Report.from_json(kept).blocks[0].tables[0].rows[0][1] == of_money
    said = [(one.counted_in, one.marks) for one in (of_money, Figure(9, 1, "% *"), Figure(3, 0, "vụ"))]
    assert said == [("tỷ đồng", "* (sơ bộ)"), ("%", "*"), ("vụ", "")]
