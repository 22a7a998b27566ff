"""From a red figure on the leader's phone to a confirmed result, and an explanation that stands beside the figure; a
shift handed over; an incident that takes the wall."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}


def test_from_a_red_figure_on_the_phone_to_a_confirmed_result(open_page):
    leader = open_page("lanhdao.tp", **PHONE)
    leader.goto("/don-vi/quan-1/")
    leader.locator("#numbers tr.is-red a.direct").first.click()
    expect(leader.get_by_role("textbox", name="Nhiệm vụ")).to_have_value(re.compile("Cải thiện"))
    expect(leader.locator("[data-chosen]").first).to_have_text("Quận 1")
    leader.get_by_role("button", name="Gửi").click()
    expect(leader.locator("h1")).to_contain_text("Cải thiện")
    at = leader.url
    unit = open_page("lanhdao.q1", **PHONE)
    unit.goto("/chi-dao/")
    expect(unit.locator(".duty-banner")).to_be_visible()
    unit.goto(at)
    unit.get_by_role("textbox", name="Cách làm").fill("Họp giao ban mỗi sáng, chia việc theo phường")
    unit.get_by_role("button", name="Tiếp nhận", exact=True).click()
    expect(unit.locator(".life .pill")).to_have_text("Đã tiếp nhận")
    expect(leader.locator(".life .pill")).to_have_text("Đã tiếp nhận")  # live, without a hand
    unit.locator(".main-move").get_by_role("textbox", name="Nội dung").fill("Đã đạt chỉ tiêu")
    unit.locator(".main-move").get_by_role("textbox", name="Căn cứ, minh chứng").fill("Số liệu tháng trên hệ thống")
    unit.get_by_role("button", name="Báo kết quả", exact=True).click()
    expect(leader.locator(".life .pill")).to_have_text("Chờ xác nhận")
    leader.get_by_role("button", name="Xác nhận kết quả", exact=True).click()
    expect(leader.locator(".life .pill")).to_have_text("Đã xác nhận")
    expect(unit.locator(".life .pill")).to_have_text("Đã xác nhận")


def test_an_explanation_stands_beside_the_figure(open_page):
    leader = open_page("lanhdao.tp")
    leader.goto("/don-vi/quan-1/")
    leader.locator("#numbers tr.is-red a.direct").first.click()
    leader.get_by_role("link", name="Yêu cầu giải trình").click()
    leader.get_by_role("button", name="Gửi").click()
    expect(leader.locator("h1")).to_contain_text("Giải trình")
    at, figure = leader.url, leader.locator(".about a").get_attribute("href")
    unit = open_page("lanhdao.q1")
    unit.goto(at)
    unit.locator(".main-move").get_by_role("textbox", name="Nguyên nhân").fill("Hồ sơ tăng gấp đôi trong tháng")
    unit.get_by_role("textbox", name="Cách khắc phục").fill("Tăng hai cán bộ một cửa")
    unit.get_by_label("Khắc phục xong ngày").fill(f"{timezone.localdate() + timedelta(days=60)}")
    unit.get_by_role("button", name="Gửi giải trình", exact=True).click()
    expect(unit.locator(".life .pill")).to_have_text("Chờ xác nhận")
    leader.goto(figure)
    given = leader.locator(".beside", has_text="Hồ sơ tăng gấp đôi trong tháng")
    expect(given).to_be_visible(timeout=15_000)


def test_a_shift_is_handed_over_and_accepted(open_page):
    first = open_page("truongca")
    first.goto("/truc/")
    first.get_by_role("button", name="Nhận ca").click()
    first.locator("summary", has_text="Bàn giao ca").click()
    first.get_by_label("Người nhận ca").select_option(label="Bùi Thanh Bình")
    first.get_by_role("textbox", name="Bàn giao").fill("Theo dõi triều cường đến 20 giờ")
    first.get_by_role("button", name="Bàn giao", exact=True).click()
    following = open_page("lanhdao.tp")
    following.goto("/truc/")
    following.get_by_role("button", name="Nhận ca").click()
    expect(following.locator("#shift + p")).to_contain_text("Bùi Thanh Bình")


def test_from_a_cluster_of_reports_to_the_closing_review(open_page):
    page = open_page("truongca")
    page.goto("/su-co/moi/?ve=danh-sach:state%3Dopen")
    expect(page.locator(".about")).to_contain_text("phản ánh được gộp vào sự cố")
    page.get_by_role("textbox", name="Sự cố").fill("Ngập diện rộng")
    page.get_by_role("combobox", name="Đơn vị chủ trì").select_option(label="Quận 1")
    page.get_by_role("combobox", name="Kịch bản").select_option(label="Ngập do mưa, triều (1)")
    page.locator("form.draft button.primary").click()
    expect(page.locator("h1")).to_have_text("Ngập diện rộng")
    page.get_by_role("button", name=re.compile("^Xong")).first.click()
    expect(page.locator(".is-done")).to_have_count(1)
    page.locator("summary", has_text="Kết thúc sự cố").click()
    review = "Nguyên nhân cống nghẹt; làm tốt phân luồng; phải sửa trạm bơm."
    page.get_by_role("textbox", name="Rút kinh nghiệm").fill(review)
    page.get_by_role("button", name="Kết thúc", exact=True).click()
    expect(page.locator(".page-head .pill")).to_have_text("đã kết thúc")
