"""The rooms of the operations centre in the browser: a consultation that ends in the shared one, evidence from a phone,
guidance that a unit reads."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.attachments import pictures

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
QUESTIONS = ("need", "goals", "running", "data", "why_not_shared")


def test_a_consultation_ends_in_the_shared_one(open_page):
    unit, today = open_page("lanhdao.q1"), timezone.localdate()
    unit.goto("/dau-tu/moi/")
    given = {"name": "Cổng dữ liệu mở của quận", "purpose": "Công bố số liệu cho người dân", "cost": "900000000",
             "starts": f"{today}", "ends": f"{today + timedelta(days=300)}"}
    for name, words in given.items():
        unit.locator(f"[name={name}]").fill(words)
    unit.locator("[name=component]").select_option(index=1)
    unit.locator("main .button.primary").last.click()
    unit.get_by_role("button", name="Xác nhận").click()
    unit.get_by_role("button", name="Lấy ý kiến").click()
    for name in QUESTIONS:
        unit.locator(f"[name={name}]").fill("Đã rà soát, có số liệu kèm theo.")
    unit.get_by_role("button", name="Lưu phiếu").click()
    at = unit.url
    unit.get_by_role("button", name="Gửi lấy ý kiến").click()
    while unit.locator("details[open] select[name$=answer]").count():
        form = unit.locator("details[open] form:has(select[name$=answer])").first
        form.locator("select").select_option("different")
        form.locator("textarea").fill("Phục vụ nghiệp vụ riêng của quận")
        form.get_by_role("button").click()
    if unit.get_by_role("button", name="Gửi lấy ý kiến").count():
        unit.get_by_role("button", name="Gửi lấy ý kiến").click()
    expect(unit.locator("#tier")).to_be_visible()  # submitted: how deep, until when, who signs
    office = open_page("phantich")
    office.goto(at)
    for label in ("Đề xuất ý kiến", "Ký ý kiến"):
        act = office.locator("details", has=office.locator("summary", has_text=label))
        if act.count():
            act.locator("summary").click()
            act.locator("[name$=opinion]").select_option("shared")
            act.locator("[name$=reasons]").fill("Kho dữ liệu dùng chung đã có phần này.")
            act.get_by_role("button", name=label).click()
    expect(office.locator("#opinion + p")).to_have_text("Dùng cái dùng chung")
    unit.goto(at)
    expect(unit.locator("#opinion")).to_have_text("Ý kiến")


def test_evidence_comes_from_the_phone_with_the_result(open_page):
    leader = open_page("lanhdao.tp")
    leader.goto("/don-vi/quan-1/")
    leader.locator("#numbers tr.is-red a.direct").last.click()
    leader.get_by_role("button", name="Gửi").click()
    expect(leader.locator("h1")).to_contain_text("Cải thiện")
    unit = open_page("lanhdao.q1", **PHONE)
    unit.goto(leader.url)
    unit.get_by_role("textbox", name="Cách làm").fill("Ra quân từng tuyến")
    unit.get_by_role("button", name="Tiếp nhận", exact=True).click()
    form = unit.locator(".main-move")
    form.get_by_role("textbox", name="Nội dung").fill("Đã dọn xong")
    form.get_by_role("textbox", name="Căn cứ, minh chứng").fill("Ảnh trước và sau")
    wrong = {"name": "virus.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    form.locator("[name=attached]").set_input_files([wrong])
    unit.get_by_role("button", name="Báo kết quả", exact=True).click()
    expect(form).to_contain_text("virus.svg")
    expect(form.get_by_role("textbox", name="Nội dung")).to_have_value("Đã dọn xong")  # typed words stay
    photo = {"name": "sau khi dọn.jpg", "mimeType": "image/jpeg", "buffer": pictures.photo()}
    form.locator("[name=attached]").set_input_files([photo])
    unit.get_by_role("button", name="Báo kết quả", exact=True).click()
    leader.reload()
    shown = leader.locator(".shelf-files img")
    expect(shown).to_be_visible()
    assert shown.evaluate("picture => picture.naturalWidth") == 320
    expect(leader.locator(".shelf-files")).to_contain_text("sau khi dọn.jpg")


def test_a_unit_reads_what_is_new_and_the_office_sees_it(open_page):
    office = open_page("phantich")
    office.goto("/huong-dan/moi/")
    office.locator("[name=title]").fill("Trực Tết: lịch và liên hệ")
    office.locator("[name=body]").fill("Lịch trực gửi trước ngày 20 tháng Chạp.")
    office.get_by_role("button", name="Ban hành hướng dẫn").click()
    expect(office.locator("#readers")).to_contain_text("0/")
    unit = open_page("canbo.q1", **PHONE)
    unit.goto("/huong-dan/")
    expect(unit.locator("li", has_text="Trực Tết")).to_contain_text("chưa đọc")
    unit.get_by_role("link", name="Trực Tết: lịch và liên hệ").click()
    unit.get_by_role("button", name="Đơn vị đã đọc").click()
    unit.get_by_role("textbox", name="Câu hỏi").fill("Ai trực phòng điều hành đêm giao thừa?")
    unit.get_by_role("button", name="Gửi câu hỏi").click()
    office.reload()
    expect(office.locator("#readers")).to_contain_text("1/")
    office.get_by_role("textbox", name="Trả lời").fill("Trưởng ca theo lịch.")
    office.get_by_role("button", name="Trả lời").click()
    unit.reload()
    expect(unit.locator("main")).to_contain_text("Trưởng ca theo lịch.")
