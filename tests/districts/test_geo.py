"""Points find their units: known landmarks, every hexagon, borders, and points that are not in the city."""

import json
from random import Random
from time import thread_time  # of this thread alone, whatever else the machine does

import h3.api.basic_int as h3
import pytest

from districts import geo
from districts.geo import BadPoint, Located, check_point, locate

LANDMARKS = [
    # where, latitude, longitude, district of 2022, ward of 2025
    ("Chợ Bến Thành", 10.7725, 106.6980, "760", "26743"),
    ("Dinh Độc Lập", 10.7770, 106.6953, "760", "26743"),
    ("Nhà thờ Đức Bà", 10.7798, 106.6990, "760", "26740"),
    ("Thảo Cầm Viên", 10.7877, 106.7052, "760", "26740"),
    ("Landmark 81", 10.7950, 106.7219, "765", "26956"),
    ("Chợ Bà Chiểu", 10.8015, 106.6987, "765", "26944"),
    ("Ga Sài Gòn", 10.7823, 106.6772, "770", "27142"),
    ("Chùa Vĩnh Nghiêm", 10.7910, 106.6820, "770", "27139"),
    ("Bến Nhà Rồng", 10.7683, 106.7068, "773", "27259"),
    ("Chợ An Đông", 10.7580, 106.6720, "774", "27316"),
    ("Chợ Bình Tây", 10.7498, 106.6510, "775", "27367"),
    ("Crescent Mall", 10.7287, 106.7190, "778", "27487"),
    ("Bệnh viện Nhi đồng 1", 10.7690, 106.6700, "771", "27190"),
    ("Công viên Đầm Sen", 10.7690, 106.6370, "772", "27232"),
    ("Công viên phần mềm Quang Trung", 10.8525, 106.6270, "761", "26785"),
    ("Công viên Làng hoa", 10.8400, 106.6720, "764", "26884"),
    ("Sân bay Tân Sơn Nhất, ga T1", 10.8133, 106.6625, "766", "26977"),
    ("AEON Mall Tân Phú", 10.8013, 106.6178, "767", "27019"),
    ("Chợ Thủ Đức", 10.8497, 106.7543, "769", "26824"),
    ("Khu đô thị Sala", 10.7715, 106.7220, "769", "27094"),
    ("Bến xe Miền Đông mới", 10.8793, 106.8166, "769", "26833"),
    ("Bến xe Miền Tây", 10.7407, 106.6186, "777", "27460"),
    ("Địa đạo Bến Dược", 11.1430, 106.4620, "783", "27508"),
    ("Chợ Hóc Môn", 10.8890, 106.5950, "784", "27559"),
    ("Phà Bình Khánh", 10.6710, 106.7690, "786", "27655"),
    ("Thị trấn Cần Thạnh", 10.4110, 106.9540, "787", "27664"),
    ("Tượng Chúa, Vũng Tàu", 10.3266, 107.0843, None, "26506"),
    ("Chợ Thủ Dầu Một", 10.9805, 106.6510, None, "25747"),
    ("Côn Đảo", 8.6820, 106.6060, None, "26732"),
    ("Biên Hòa, in another province", 10.9500, 106.8300, None, None),
]


@pytest.mark.parametrize(
    ("lat", "lon", "district", "ward"), [row[1:] for row in LANDMARKS], ids=[r[0] for r in LANDMARKS]
)
def test_landmarks(lat, lon, district, ward):
    assert locate(lat, lon, "2022").unit_code == district
    assert locate(lat, lon, "2025").unit_code == ward


@pytest.mark.parametrize(("map", "units"), [("2022", 22), ("2025", 168)])
def test_every_hexagon_belongs_to_exactly_its_unit(map, units):
    codes = geo.outlines(map).keys()
    assert len(codes) == units
    seen = 0
    for code in codes:
        own = geo.cells(code, map)
        seen += len(own)
        for cell in own[:: 1 + len(own) // 500]:
            assert locate(*h3.cell_to_latlng(cell), map).unit_code == code
    assert seen == len({cell for code in codes for cell in geo.cells(code, map)})


def test_the_map_in_force_is_the_default(settings):
    assert locate(10.7725, 106.6980).unit_code == "760"
    settings.MAP = "2025"
    assert locate(10.7725, 106.6980).unit_code == "26743"


def test_near_a_border_is_told():
    assert locate(10.7770, 106.6953, "2022") == Located("760", near_border=False)
    middle_of_a_border_street = locate(10.7686, 106.6856, "2022")  # Nguyễn Thị Minh Khai, between Quận 1 and Quận 3
    assert middle_of_a_border_street.near_border
    share = [locate(*geo.random_point("764", rng, "2022"), "2022").near_border for rng in map(Random, range(400))]
    assert 0.02 < sum(share) / len(share) < 0.25


def test_just_off_the_shore_is_the_unit_next_to_it():
    own = set(geo.cells("787", "2022"))
    outside = next(
        cell
        for edge in geo.cells("787", "2022")
        for cell in h3.grid_disk(edge, 1)
        if cell not in own and geo._owner(geo._owners("2022"), cell) is None
    )
    assert locate(*h3.cell_to_latlng(outside), "2022").near_border


def test_a_look_up_takes_microseconds():
    rng = Random(1)
    points = [geo.random_point("760", rng, "2022") for _ in range(5000)]
    locate(*points[0], "2022")
    begun = thread_time()
    for point in points:
        locate(*point, "2022")
    assert (thread_time() - begun) / len(points) < 100e-6


@pytest.mark.parametrize("map", ["2022", "2025"])
def test_random_points_lie_in_their_unit(map):
    rng = Random(5)
    for code in geo.outlines(map):
        for _ in range(5):
            assert locate(*geo.random_point(code, rng, map), map).unit_code == code


def test_random_points_are_reproducible():
    assert geo.random_point("769", Random(3), "2022") == geo.random_point("769", Random(3), "2022")
    with pytest.raises(KeyError):
        geo.random_point("SAWACO", Random(3), "2022")


@pytest.mark.parametrize("resolution", [8, 9, 10])
def test_outlines_are_closed_rings_that_share_their_edges(resolution):
    shapes = geo.outlines("2022", resolution)
    assert len(shapes) == 22
    edges = {}
    for code, polygons in shapes.items():
        for ring in (ring for polygon in polygons for ring in polygon):
            assert ring[0] == ring[-1]
            assert len(ring) >= 7
            for edge in zip(ring, ring[1:], strict=False):
                assert edge not in edges, f"{code} and {edges[edge]} overlap"
                edges[edge] = code
    shared = sum((b, a) in edges for a, b in edges)
    assert shared > len(edges) / 4


def test_outlines_are_geojson_of_a_bearable_size():
    collection = geo.feature_collection("2025", 8)
    assert len(collection["features"]) == 168
    assert all(feature["geometry"]["coordinates"] for feature in collection["features"])
    assert len(json.dumps(collection)) < 400_000


class TestPointsPeopleGive:
    def test_a_good_point(self):
        assert check_point("10.7725", "106.6980", "2022").unit_code == "760"

    @pytest.mark.parametrize(
        ("lat", "lon", "message"),
        [
            ("mười", 106.7, "hai số"),
            (None, 106.7, "hai số"),
            (float("nan"), 106.7, "không hợp lệ"),
            (float("inf"), 106.7, "không hợp lệ"),
            (1000, 106.7, "không hợp lệ"),
            (106.6980, 10.7725, "đảo chỗ"),
            (21.0285, 105.8542, "ngoài địa bàn"),  # Hà Nội
            (10.9500, 106.8300, "ngoài địa bàn"),  # Biên Hòa: inside the box, outside the city
            (0, 0, "ngoài địa bàn"),
        ],
    )
    def test_points_that_cannot_be_taken(self, lat, lon, message):
        with pytest.raises(BadPoint, match=message):
            check_point(lat, lon, "2022")


def test_a_city_without_footprints_locates_nothing_but_knows_its_bounds(boston):
    assert locate(42.36, -71.06) == Located(None, False, "")
    assert geo.outlines("neighbourhoods") == {}
    assert geo.cells("roxbury") == []
    assert check_point(42.36, -71.06).unit_code is None
    with pytest.raises(BadPoint, match="ngoài địa bàn"):
        check_point(10.7725, 106.6980)
