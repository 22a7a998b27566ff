import random

import pytest

from districts.sorting import vietnamese_key

ORDERED = [
    ["Quận 1", "Quận 2", "Quận 3", "Quận 10", "Quận 12", "Quận Bình Tân", "Quận Gò Vấp"],
    ["An", "Âu", "Dĩ", "Đống", "Em", "Ếch", "Oanh", "Ông", "Ơn", "Uyên", "Ưng"],
    ["ma", "mà", "mả", "mã", "má", "mạ", "man", "mang", "măng", "mân"],
    ["Bình Thạnh", "Bình Thạnh 2", "Bình Thới", "Bình Trưng"],
    ["ba ngày", "bà con", "bá chủ"],
    ["An", "An Đông", "An Hội Đông", "An Hội Tây", "Anh"],
]


@pytest.mark.parametrize("names", ORDERED, ids=lambda names: names[0])
def test_vietnamese_order(names):
    shuffled = random.Random(7).sample(names, len(names))
    assert sorted(shuffled, key=vietnamese_key) == names


def test_keys_are_plain_ascii_and_do_not_mind_how_marks_are_written():
    assert vietnamese_key("Phường Đặng").isascii()
    assert vietnamese_key("Ho\u0300a") == vietnamese_key("Hòa")
