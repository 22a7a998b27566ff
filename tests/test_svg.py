"""Charts as SVG: values land where they should, gaps stay gaps, nothing is made up."""

import re
from xml.etree import ElementTree

import pytest
from django.utils import translation

from hcmc_ioc.lib import svg
from hcmc_ioc.lib.svg.scales import Scale, runs, spread, ticks


def tree(drawn):
    """Parsed as XML, so every tag is closed and every text escaped."""
    return ElementTree.fromstring(f"<root>{str(drawn).replace('&nbsp;', ' ')}</root>")  # noqa: S314 - our own words


def found(drawn, tag, css=""):
    return [e for e in tree(drawn).iter(tag) if css in e.get("class", "").split() or not css]


def points(path):
    return [tuple(map(float, pair)) for pair in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", path.get("d"))]


def test_a_scale_puts_its_ends_on_its_ends():
    across = Scale(10, 20, 0, 100)
    assert [across(v) for v in (10, 15, 20)] == [0, 50, 100]
    assert Scale(7, 7, 0, 100)(7) == 50


@pytest.mark.parametrize(
    ("highest", "expected"),
    [
        (0, [0, 1]),
        (3, [0, 1, 2, 3]),
        (100, [0, 25, 50, 75, 100]),
        (1284, [0, 500, 1000, 1500]),
        (0.9, [0, 0.25, 0.5, 0.75, 1]),
    ],
)
def test_axis_steps_are_round_and_cover(highest, expected):
    assert ticks(highest) == expected


def test_runs_end_at_gaps():
    assert runs([1, 2, None, 3, None, None, 4]) == [[0, 1], [3], [6]]
    assert runs([None, None]) == []


def test_names_are_moved_apart_but_keep_their_order():
    assert spread([50, 50], 16) == [42, 58]
    assert spread([10, 90], 16) == [10, 90]


def test_classes_hold_equally_many_and_name_the_unknown():
    uppers = svg.limits([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    assert uppers == [2, 4, 6, 8]
    assert [svg.class_of(v, uppers) for v in (1, 2, 3, 9, 10, None)] == ["q1", "q1", "q2", "q5", "q5", "none"]
    assert svg.limits([None]) == [] == svg.limits([1, 1, 1])
    assert svg.limits([0.5, 0.9, 1, 1, 1, 1]) == [0.9]


def test_a_sparkline_rises_with_its_values():
    (line,) = found(svg.sparkline([0, 5, 10]), "path", "line")
    assert points(line) == [(0, 30), (500, 17), (1000, 4)]


def test_a_gap_breaks_the_line_and_the_newest_known_point_is_marked():
    drawn = svg.sparkline([1, 2, None, 3, 4, None])
    assert len(found(drawn, "path", "line")) == 2
    assert found(drawn, "circle")[0].get("cx") == "80%"


@pytest.mark.parametrize("values", [[], [None, None]])
def test_a_sparkline_without_values_says_so(values):
    drawn = svg.sparkline(values)
    assert not found(drawn, "path")
    assert found(drawn, "svg")[0].get("aria-label") == "Chưa có số liệu"


def test_one_point_and_equal_values_stay_inside():
    for values in ([5], [5, 5, 5]):
        (dot,) = found(svg.sparkline(values), "circle")
        assert 0 <= float(dot.get("cy")) <= 34


def test_labels_speak_the_language():
    assert "từ 1.000 đến 1.284" in svg.sparkline([1000, 1284])
    with translation.override("en"):
        assert "from 1,000 to 1,284" in svg.sparkline([1000, 1284])


def test_an_interval_is_drawn_on_the_common_scale_and_stops_at_its_edge():
    drawn = svg.dot_interval(0.9, 0.7, 1.2, target=0.95, scale=(0.8, 1.0))
    (whisker,) = found(drawn, "line", "whisker")
    assert (whisker.get("x1"), whisker.get("x2")) == ("2%", "98%")
    assert found(drawn, "circle")[0].get("cx") == "50%"
    assert found(drawn, "svg")[0].get("aria-label") == "90,0%, khoảng 70,0% đến 120,0%, mục tiêu 95,0%"


def test_bars_start_at_zero_and_never_overflow():
    assert [found(svg.bar(v, 200), "rect")[1].get("width") for v in (0, 50, 400)] == ["0%", "25%", "100%"]
    assert len(found(svg.bar(5, 0), "rect")) == 2
    assert not found(svg.bar(None, 10), "rect")


def test_a_trend_shows_lines_names_table_and_no_invented_points():
    drawn = svg.trend(["01/11", "02/11", "03/11", "04/11"], [("Vào", [100, None, 50, 75]), ("Ra", [10, 20, 30, 40])])
    lines = found(drawn, "path", "line")
    assert [len(points(line)) for line in lines] == [2, 4]  # the lone first point of "Vào" is a dot
    assert len(found(drawn, "circle", "dot")) == 1 + 2
    assert {t.text for t in found(drawn, "text", "strong")} == {"Vào", "Ra"}
    cells = [[c.text for c in row] for row in tree(drawn).iter("tr")][2]
    assert cells == ["02/11", "–", "20"]


def test_marks_stand_on_their_points_and_the_band_spans_its_range():
    drawn = svg.trend(["a", "b"], [("x", [50, 100])], band=([0, 0], [100, 100]), marks=[1], height=234)
    (mark,) = found(drawn, "svg", "mark")
    assert (mark.get("x"), mark.get("y")) == ("100%", "10")
    band = points(found(drawn, "path", "band")[0])
    assert {y for _x, y in band} == {10, 210}
    assert drawn.index('class="mark"') > drawn.rindex('r="4"')  # above the dot at the end of the line


def test_a_trend_without_values_still_has_its_table():
    drawn = svg.trend(["a"], [("x", [None])])
    assert "Chưa có số liệu" in drawn
    assert not found(drawn, "path")
    assert found(drawn, "table")


def test_lines_of_a_trend_wear_the_colours_they_are_given():
    drawn = svg.trend(["a", "b"], [("Vào", [1, 2]), ("Ra", [2, 1])], tones=("c1", "ok"))
    assert 'class="line c1"' in drawn and 'class="line ok dashed"' in drawn and 'class="ok strong"' in drawn
    assert "c2" not in drawn


def test_names_from_people_are_escaped():
    drawn = svg.trend(["<b>"], [("<script>", [1])], caption="<i>")
    assert "<script>" not in drawn and "<b>" not in drawn and "<i>" not in drawn


def test_a_histogram_stands_on_its_axis():
    drawn = svg.histogram([("0–1", 10, 0), ("1–3", 5, 5)])
    heights = [(r.get("class"), float(r.get("height"))) for r in found(drawn, "rect")]
    assert heights == [("c1", 114), ("c1", 57), ("danger", 57)]
    assert all(float(r.get("y")) + float(r.get("height")) == 136 for r in found(drawn, "rect"))
    assert svg.histogram([])


def test_tiles_keep_their_places_and_are_links():
    drawn = svg.tile_map([svg.Tile(1, 2, "Bình Chánh", "81,0", "q1", "/u/1"), svg.Tile(0, 0, "Q1", "–")])
    assert found(drawn, "svg")[0].get("viewBox") == "0 0 144 216"
    first, second = found(drawn, "rect", "tile-shape")
    assert (first.get("x"), first.get("y")) == ("1.5", "1.5")
    assert (second.get("x"), second.get("y")) == ("73.5", "145.5")
    (link,) = found(drawn, "a")
    assert (link.get("href"), link.get("aria-label")) == ("/u/1", "Bình Chánh: 81,0")
    assert [t.text for t in found(drawn, "text", "tile-name")] == ["Q1", "Bình", "Chánh"]
    assert "Chưa có số liệu" in svg.tile_map([])


def test_many_tiles_leave_names_to_the_tooltip():
    drawn = svg.tile_map([svg.Tile(i, 0, "Phường Sài Gòn", "1", "q1") for i in range(61)])
    assert not found(drawn, "text")
    assert found(drawn, "title")[0].text == "Phường Sài Gòn: 1"


def test_an_outline_map_draws_what_it_was_given():
    drawn = svg.outline_map([svg.Shape("M0 0L1 1Z", "Quận 1", "90%", "q3", "/u/1")], "0 0 10 10")
    (shape,) = found(drawn, "path", "map-shape")
    assert (shape.get("d"), shape.get("class")) == ("M0 0L1 1Z", "map-shape q3")


def test_a_legend_names_every_class():
    items = [li[0].tail for li in found(svg.legend([0.8, 0.9], form="percent", missing=False), "li")]
    assert items == ["≤ 80,0%", "≤ 90,0%", "> 90,0%"]


def test_no_picture_carries_a_style_attribute():
    drawn = [
        svg.sparkline([1, 2], band=([0, 0], [3, 3])),
        svg.trend(["a", "b"], [("x", [1, 2])]),
        svg.tile_map([svg.Tile(0, 0, "a", "1")]),
    ]
    assert not any("style=" in picture for picture in drawn)


def test_a_long_line_is_drawn_by_whole_weeks_counted_back_from_the_last():
    assert svg.weeks([0, 1, 1, 1, 1, 1, 1, 1, 2, 2, None, 2, 2, 2, 2]) == [[1] * 7, [2] * 6]
    many = svg.MANY_DAYS + 1
    assert len(points(found(svg.sparkline(range(many)), "path", "line")[0])) == many // 7
    assert len(points(found(svg.sparkline(range(many - 1)), "path", "line")[0])) == many - 1
