"""A clerk's month in a browser: typed, wrong, mended, pasted, taken back, kept when the line is cut, approved."""

import pytest
from playwright.sync_api import expect

from tests.browser.steps import last_month

pytestmark = pytest.mark.browser


@pytest.fixture
def sheet(open_page):
    """The sheet of Quận 1 for the last month, before its clerk."""
    page = open_page("canbo.q1")
    page.goto(f"/so-lieu-phai-gui/monthly-district/quan-1/{last_month()}/")
    return page


def row(page, name):
    return page.locator("[data-cell]", has=page.get_by_text(name, exact=True))


def test_a_clerk_types_is_told_and_goes_on(sheet):
    fires = row(sheet, "Vụ cháy")
    box = fires.locator("input[data-part=number]")
    box.fill("1.28")
    box.press("Enter")
    expect(fires.locator("[data-fault]")).to_contain_text("dấu phẩy")
    box.fill("2+1")
    box.press("Enter")
    expect(fires.locator("[data-said]")).to_contain_text("đã lưu")
    expect(fires.locator("[data-working]")).to_have_text("2+1")
    expect(box).to_have_value("3")
    share = row(sheet, "Tỷ lệ hồ sơ giải quyết đúng hạn")
    share.locator("input[data-part]").first.fill("11")
    share.locator("input[data-part]").last.fill("10")
    share.locator("input[data-part]").last.press("Enter")
    expect(share.locator("[data-fault]")).to_contain_text("Tử số lớn hơn mẫu số")
    share.locator("input[data-part]").first.fill("9")
    share.locator("input[data-part]").first.press("Enter")
    share.locator("input[data-part]").last.press("Enter")
    expect(share.locator("[data-result]")).to_contain_text("90,00%")


def test_a_paste_is_shown_first_and_taken_back(sheet):
    accidents = row(sheet, "Vụ tai nạn giao thông")
    first = accidents.locator("input[data-part]")
    first.fill("5")
    first.press("Enter")
    expect(accidents.locator("[data-said]")).to_contain_text("đã lưu")
    first.focus()
    sheet.evaluate("""() => {
        const data = new DataTransfer();
        data.setData("text", "8\\n2\\n6\\n");
        const how = {clipboardData: data, bubbles: true, cancelable: true};
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
    }""")
    dialog = sheet.locator("#paste")
    expect(dialog.locator("tbody tr")).to_have_count(3)
    expect(dialog.locator("tbody tr").first).to_contain_text("Vụ tai nạn giao thông")
    dialog.locator("[data-paste-apply]").click()
    expect(first).to_have_value("8")
    sheet.get_by_role("button", name="Hoàn tác").click()
    expect(first).to_have_value("5")
    expect(accidents.locator("[data-said]")).to_contain_text("đã lưu")


def test_what_cannot_be_sent_stays_and_is_sent_later(sheet):
    noise = row(sheet, "Vụ tiếng ồn khu dân cư đã xử lý")
    box = noise.locator("input[data-part]")
    sheet.context.set_offline(True)
    box.fill("17")
    box.press("Enter")
    expect(noise.locator("[data-said]")).to_contain_text("thử lại")
    sheet.context.set_offline(False)
    expect(noise.locator("[data-said]")).to_contain_text("đã lưu", timeout=20_000)


def test_the_leader_approves_and_a_leader_of_the_city_sees_it(sheet, open_page):
    fires = row(sheet, "Vụ cháy").locator("input[data-part]")
    fires.fill("4")
    fires.press("Enter")
    expect(row(sheet, "Vụ cháy").locator("[data-said]")).to_contain_text("đã lưu")
    leader = open_page("lanhdao.q1")
    leader.goto(sheet.url)
    expect(leader.locator("#approval")).to_contain_text("Vụ cháy")
    leader.get_by_role("button", name="Duyệt các ô này").click()
    expect(leader.locator("#approval")).to_have_count(0)
    city = open_page("lanhdao.tp")
    city.goto("/du-lieu/fires/")
    expect(city.locator("#indicator tr", has_text="Quận 1").first).to_contain_text("4")


def test_a_definition_is_previewed_put_to_the_units_and_answered(open_page):
    """From the analyst's form to the objection of a unit's leader on the phone."""
    analyst = open_page("phantich")
    analyst.goto("/du-lieu/dossiers-on-time/sua/")
    analyst.get_by_label("Áp dụng từ").fill("2026-12-15")
    analyst.get_by_label("Theo địa bàn", exact=True).select_option("max")
    analyst.get_by_role("button", name="Xem trước").click()
    expect(analyst.get_by_text("Định nghĩa bắt đầu ở đầu kỳ")).to_be_visible()
    analyst.get_by_label("Áp dụng từ").fill("2027-01-01")
    analyst.get_by_role("button", name="Xem trước").click()
    expect(analyst.get_by_role("region", name="Thay đổi")).to_contain_text("lớn nhất")
    analyst.get_by_label("Lý do").fill("Thống nhất với Bộ")
    analyst.get_by_role("button", name="Gửi lấy ý kiến").click()
    expect(analyst.get_by_text("Đã gửi lấy ý kiến các đơn vị.")).to_be_visible()
    leader = open_page("lanhdao.q1", viewport={"width": 390, "height": 844})
    leader.goto("/thong-bao/")
    leader.get_by_role("link", name="Lấy ý kiến đến hết").click()
    leader.get_by_label("Có ý kiến khác").check()
    leader.get_by_role("button", name="Gửi ý kiến").click()
    expect(leader.get_by_text("Hãy ghi ý kiến khác là gì.")).to_be_visible()
    leader.get_by_label("Có ý kiến khác").check()
    leader.get_by_label("Nội dung ý kiến").fill("Quận chưa tách được hồ sơ của phường")
    leader.get_by_role("button", name="Gửi ý kiến").click()
    expect(leader.get_by_role("region", name="Ý kiến các đơn vị")).to_contain_text("Quận chưa tách được")


def test_an_analyst_tries_a_way_of_judging_saves_it_and_a_unit_replies(open_page):
    analyst = open_page("phantich")
    analyst.goto("/du-lieu/dossiers-on-time/danh-gia/?don-vi=quan-1")
    analyst.get_by_label("Cách đánh giá", exact=True).select_option("xmr")
    analyst.get_by_label("Không tính kỳ", exact=True).select_option(index=3)
    analyst.get_by_role("button", name="Thử", exact=True).click()
    tried = analyst.get_by_role("region", name="Thử", exact=True)
    expect(tried).to_contain_text("Không tính tháng")
    expect(analyst.get_by_role("region", name="Đang áp dụng")).to_contain_text("cùng kỳ năm trước")
    analyst.get_by_label("Lý do", exact=True).fill("Chuyển trụ sở")
    analyst.get_by_role("button", name="Lưu cách đánh giá").click()
    expect(analyst.get_by_role("region", name="Đang áp dụng")).to_contain_text("Chuyển trụ sở")
    expect(tried).to_have_count(0)
    leader = open_page("lanhdao.q1", viewport={"width": 390, "height": 844})
    leader.goto("/xep-hang/?chi-so=dossiers-on-time")
    leader.get_by_label("Một câu hiện bên số liệu").fill("Một tháng chuyển trụ sở")
    leader.get_by_role("button", name="Ghi ý kiến").click()
    expect(leader.locator("tr.is-current")).to_contain_text("“Một tháng chuyển trụ sở”")
