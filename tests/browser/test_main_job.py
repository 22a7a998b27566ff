"""The main job, whole, in production processes: a call becomes a number on the leader's screen and on the wall."""

from playwright.sync_api import expect

from tests.browser import steps

CALL = {
    "phone": "090 3.111.222",
    "name": "Trần Văn Bình",
    "body": "Nhà số 22 hát karaoke bằng loa kéo quá 23 giờ, cả hẻm không ngủ được",
    "place": "22 le loi",
}


def rows_of_list(page) -> int:
    """The rows of a figure's list, counted over all its pages."""
    rows = page.locator("[data-rows] tbody tr")
    expect(rows.first).to_be_visible()
    counted = rows.count()
    while page.locator("a[rel=next]").count():
        with page.expect_navigation():
            page.locator("a[rel=next]").click()
        counted += rows.count()
    return counted


def test_a_call_becomes_a_number_on_the_leader_s_screen(open_page, site):
    leader = open_page("lanhdao.tp")
    leader.goto("/tong-quan/?ky=1")
    wall = open_page.wall("Phòng giao ban")
    staff = open_page("canbo.q1")
    staff.goto("/viec/?view=all")
    watched = (leader, wall, staff)
    for page in watched:
        expect(page.locator("[data-link-state]")).to_have_attribute("data-state", "ok")
        steps.mark(page)
    before = site.figures()
    for page in (leader, wall):
        steps.shows(page, "Tiếp nhận", before["received"])

    operator = open_page("tongdai")
    operator.clock.install()
    steps.hold_clock(operator)
    operator.goto("/tiep-nhan/?new=1")
    code = steps.call_by_keyboard(operator, **CALL)
    expect(operator.locator(".receipt-line")).to_contain_text("chuyển Quận 1 xử lý")

    for page in (leader, wall):
        steps.shows(page, "Tiếp nhận", before["received"] + 1)
        steps.shows(page, "Đang mở", before["open"] + 1)
    expect(staff.locator("[data-updates]")).to_be_visible()  # new work waits until its reader asks for it
    staff.keyboard.press("u")
    staff.get_by_role("link", name=CALL["body"]).click(trial=True)
    assert all(steps.is_same(page) for page in watched)

    staff.get_by_role("link", name=CALL["body"]).click()
    expect(staff.locator(".ticket-code")).to_contain_text(code[-4:])
    expect(staff.locator("#ticket-facts")).to_contain_text("Quận 1")
    steps.move(staff, "Tiếp nhận")
    expect(staff.locator("#ticket-state")).to_contain_text("Đã tiếp nhận")
    steps.move(staff, "Bắt đầu xử lý")
    expect(staff.locator("#ticket-state")).to_contain_text("Đang xử lý")
    steps.move(staff, "Hoàn thành và trả lời")
    staff.locator("dialog textarea[name=reply]").fill("Đã lập biên bản, chủ nhà cam kết không hát quá 22 giờ.")
    staff.keyboard.press("Control+Enter")
    expect(staff.locator("#ticket-state")).to_contain_text("Đã xử lý")

    for page in (leader, wall):
        steps.shows(page, "Đang mở", before["open"])
        steps.shows(page, "Tiếp nhận", before["received"] + 1)
        assert steps.is_same(page)
    after = site.figures()
    assert after["received"] == before["received"] + 1
    assert after["resolved"] == before["resolved"] + 1
    assert after["open"] == before["open"]


def test_the_list_behind_a_figure_holds_exactly_what_was_counted(open_page, site):
    leader = open_page("lanhdao.tp")
    for label, name in (("Tiếp nhận", "received"), ("Đang mở", "open"), ("Quá hạn", "overdue")):
        leader.goto("/tong-quan/?ky=1")
        number = site.figures()[name]
        steps.shows(leader, label, number)
        steps.figure(leader, label).click()
        expect(leader.locator("[data-figure]")).to_have_text(steps.dotted(number))
        if number:
            assert rows_of_list(leader) == number
