"""What the people of a unit and of the hotline do on the ticket page."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps

WHY = "Chúng tôi đã kiểm tra nhầm số nhà."
MOVES = (  # what brings a ticket of Quận 1 on, who does it, and what is written
    ("canbo.q1", "Tiếp nhận", ""), ("canbo.q1", "Bắt đầu xử lý", ""), ("canbo.q1", "Hỏi người dân", "Ở đâu?"),
    ("tongdai", "Người dân đã trả lời", "Số 22"), ("canbo.q1", "Hoàn thành và trả lời", "Đã nhắc nhở."),
    ("tongdai", "Kết thúc", ""),
)


@pytest.fixture
def ticket(open_page):
    """The code of a new ticket of District 1."""
    return steps.report(open_page("tongdai"))


def at(open_page, username, ticket, **options):
    page = open_page(username, **options)
    page.goto(f"/vu/{ticket}/")
    return page


def do(page, label, words=""):
    """Make a move, with its words where it asks for some; its toast tells that it is made."""
    steps.move(page, label)
    if words:
        page.locator("dialog[open] textarea").fill(words)
        page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_be_visible()


def answered(page):
    for label, words in (("Tiếp nhận", ""), ("Bắt đầu xử lý", ""), ("Hoàn thành và trả lời", "Đã nhắc nhở.")):
        do(page, label, words)
    expect(page.locator("#ticket-state")).to_contain_text("Đã xử lý")


def boxes(locator):
    return [one.bounding_box() for one in locator.all() if one.is_visible()]


def overlap(a, b):
    return (a["x"] < b["x"] + b["width"] and b["x"] < a["x"] + a["width"]
            and a["y"] < b["y"] + b["height"] and b["y"] < a["y"] + a["height"])


def test_one_click_makes_it_mine(open_page, ticket):
    page = at(open_page, "canbo.q1", ticket)
    facts = page.locator("#ticket-facts")
    expect(facts).to_contain_text("Chưa phân công")
    facts.get_by_role("button", name="Giao cho tôi").click()
    name = page.locator(".who-text b").inner_text()
    expect(facts).to_contain_text(name)
    expect(facts.get_by_role("button", name="Giao cho tôi")).to_have_count(0)
    expect(page.locator("#ticket-history")).to_contain_text(f"Phân công cho {name}")


@pytest.mark.parametrize("language", ["vi", "en"])
def test_what_may_be_done_stands_on_one_line_of_a_desk(open_page, ticket, language):
    """In every state, for everybody who may do something; no menu holds a single entry."""
    watchers = [at(open_page, name, ticket) for name in ("canbo.q1", "lanhdao.q1", "tongdai", "truongca")]
    for watcher in watchers:
        watcher.context.add_cookies([{"name": "django_language", "value": language, "url": watcher.url}])
    actors = {name: at(open_page, name, ticket) for name in ("canbo.q1", "tongdai")}
    for who, label, words in ((None, "", ""), *MOVES):
        if who:
            actors[who].reload()
            do(actors[who], label, words)
        for watcher in watchers:
            watcher.reload()
            shown = boxes(watcher.locator(".ticket-actions > *"))
            assert len({round(box["y"]) for box in shown}) <= 1, (label, watcher.url)
            assert all(box["x"] >= 480 and box["x"] + box["width"] <= 1440 for box in shown), label
            for menu in watcher.locator(".ticket-actions .menu-panel").all():
                assert menu.locator("a").count() > 1, label


@pytest.mark.parametrize(("width", "height"), [(1440, 900), (390, 844), (1920, 1080)])
def test_what_is_told_covers_nothing_that_is_read(open_page, ticket, width, height):
    page = at(open_page, "canbo.q1", ticket, width=width, height=height)
    do(page, "Tiếp nhận")
    toast = page.locator(".toast")
    expect(toast).to_have_text(re.compile(r"Tiếp nhận: PHA \d{4} \d{4} \d{4}"))
    page.wait_for_function("() => document.getAnimations().every(one => one.playState !== 'running')")
    told = toast.bounding_box()
    assert told["y"] + told["height"] <= page.locator("#ticket-head").bounding_box()["y"] + 2  # on any page
    read = page.locator("#ticket-head .ticket-title > *, .ticket-actions > *, main .card, .nav a, .link, .who")
    covered = [one for one in boxes(read) if overlap(told, shrunk(one))]
    assert not covered, (told, covered)


def shrunk(box):
    """What is written in a box of one line: the letters in its middle."""
    if box["height"] >= 60:
        return box
    half = min(box["height"], 20) / 2
    return box | {"y": box["y"] + box["height"] / 2 - half, "height": 2 * half}


@pytest.mark.parametrize(("label", "asked"), [
    ("Hỏi người dân", "Cần người dân bổ sung gì"), ("Cập nhật tiến độ", "Tiến độ"),
])
def test_words_for_the_citizen_have_room_and_say_who_reads_them(open_page, ticket, label, asked):
    page = at(open_page, "canbo.q1", ticket)
    do(page, "Tiếp nhận")
    steps.move(page, label)
    words = page.get_by_label(asked, exact=True)
    expect(words).to_be_focused()
    expect(words).to_have_accessible_description("Người dân đọc nguyên văn những lời này.")
    line = float(words.evaluate("one => parseFloat(getComputedStyle(one).lineHeight)"))
    before = words.bounding_box()["height"]
    assert before >= 4 * line
    words.fill("\n".join(f"Dòng {n}" for n in range(9)))
    assert words.bounding_box()["height"] >= max(before + line, 9 * line)


def test_the_hotline_is_told_who_returned_it_and_chooses_anew(open_page, ticket):
    do(at(open_page, "canbo.q1", ticket), "Trả lại (không đúng thẩm quyền)", "Đường do Sở quản lý")
    hotline = at(open_page, "tongdai", ticket)
    steps.move(hotline, "Chuyển xử lý")
    unit = hotline.get_by_label("Đơn vị nhận")
    expect(unit).to_have_value("")
    told = re.compile(r"Quận 1 đã trả lại lúc \d\d:\d\d, \d\d/\d\d/\d{4}: Đường do Sở quản lý")
    expect(unit).to_have_accessible_description(told)
    expect(hotline.locator("#move")).to_contain_text(told)
    expect(unit.locator("option", has_text="Quận 1 – đã trả lại")).to_have_count(1)
    unit.select_option(label="Quận 7")
    hotline.locator("#move .button.primary").click()
    expect(hotline.locator("#ticket-facts")).to_contain_text("Quận 7")


def test_a_unit_asks_to_reopen_and_the_hotline_decides(open_page, ticket):
    officer = at(open_page, "canbo.q1", ticket)
    answered(officer)
    hotline = open_page("tongdai")
    hotline.goto("/viec/?view=reopenings")
    expect(hotline.locator("[data-link-state]")).to_have_attribute("data-state", "ok")
    steps.mark(hotline)
    count = hotline.locator("#inbox-views a", has_text="Đề nghị mở lại").locator(".count")
    before = int(count.inner_text())

    do(officer, "Đề nghị mở lại", WHY)
    expect(officer.locator("#ticket-state")).to_contain_text("Đề nghị mở lại")
    expect(officer.locator("#ticket-facts")).to_contain_text(WHY)
    expect(officer.locator(".ticket-actions")).to_have_count(0)  # nothing is left for the unit but to wait
    expect(count).to_have_text(str(before + 1))
    assert steps.is_same(hotline)

    hotline.keyboard.press("u")
    hotline.locator(f"#inbox-rows a[href*='{ticket}']").click()
    expect(hotline.locator("#ticket-facts")).to_contain_text(WHY)
    do(hotline, "Không mở lại", "Đúng số nhà rồi.")
    expect(officer.locator("#ticket-history")).to_contain_text("Không đồng ý mở lại")
    expect(officer.locator("#ticket-state")).not_to_contain_text("Đề nghị mở lại")

    officer.reload()
    do(officer, "Đề nghị mở lại", WHY)
    hotline.reload()
    steps.move(hotline, "Mở lại")
    expect(hotline.locator("#move")).to_contain_text(WHY)
    expect(hotline.get_by_label("Đơn vị xử lý")).to_be_checked()
    hotline.locator("#move textarea").fill("Làm lại")
    hotline.keyboard.press("Control+Enter")
    expect(hotline.locator("#ticket-state")).to_contain_text("Mở lại")
    expect(hotline.locator("#ticket-history")).to_contain_text("theo yêu cầu của đơn vị xử lý")
    hotline.goto("/viec/?view=reopenings")
    expect(count).to_have_text(str(before))
