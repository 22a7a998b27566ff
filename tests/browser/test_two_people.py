"""Two people on one ticket: each sees what the other did, and nobody's words are lost."""

import pytest
from playwright.sync_api import expect

from tests.browser import steps

REPLY = "Đã nhắc nhở chủ nhà, hẹn kiểm tra lại lúc 22 giờ."
NOTE = "Gọi lại cho bà con hẻm 22 trước khi đóng."


@pytest.fixture
def ticket(open_page):
    """The code of a new ticket of District 1."""
    return steps.report(open_page("tongdai"))


@pytest.fixture
def officer(open_page, ticket):
    """The officer's page, working on the ticket."""
    page = open_page("canbo.q1")
    page.goto(f"/vu/{ticket}/")
    steps.move(page, "Tiếp nhận")
    steps.move(page, "Bắt đầu xử lý")
    expect(page.locator("#ticket-state")).to_contain_text("Đang xử lý")
    expect(page.locator("[data-link-state]")).to_have_attribute("data-state", "ok")
    steps.mark(page)
    return page


@pytest.fixture
def head(open_page, ticket, officer):
    """The page of the district's head, on the same ticket."""
    page = open_page("lanhdao.q1")
    page.goto(f"/vu/{ticket}/")
    return page


def begin(page, label, words):
    """Open a move's dialog and type its answer."""
    steps.move(page, label)
    answer = page.locator("dialog textarea[name=reply]")
    answer.fill(words)
    return answer


def act(page, label, words):
    begin(page, label, words).press("Control+Enter")
    expect(page.locator("#ticket-history")).to_contain_text(words)


def test_an_answer_being_typed_outlives_what_the_other_does(officer, head):
    answer = begin(officer, "Hoàn thành và trả lời", REPLY)
    act(head, "Cập nhật tiến độ", "Tổ trật tự đang trên đường đến.")

    expect(officer.locator("#ticket-history")).to_contain_text("Tổ trật tự đang trên đường đến.")
    expect(answer).to_have_value(REPLY)
    expect(answer).to_be_focused()
    assert steps.is_same(officer)

    answer.press("Control+Enter")
    told = officer.locator("dialog [role=alert]")
    expect(told).to_contain_text("vừa được người khác thay đổi")
    expect(told).to_contain_text("Phạm Ngọc Hạnh")
    expect(told).to_contain_text("Tổ trật tự đang trên đường đến.")
    expect(answer).to_have_value(REPLY)

    answer.press("Control+Enter")
    expect(officer.locator("#ticket-state")).to_contain_text("Đã xử lý")
    expect(officer.locator("#ticket-history")).to_contain_text(REPLY)
    expect(head.locator("#ticket-state")).to_contain_text("Đã xử lý")  # and the head sees it come


def test_a_note_being_typed_holds_the_change_back_and_outlives_it(officer, head):
    note = officer.get_by_label("Ghi chú nội bộ")
    note.fill(NOTE)
    act(head, "Cập nhật tiến độ", "Đã đo tiếng ồn 71 dB.")
    waiting = officer.locator("[data-updates]")
    expect(waiting).to_contain_text("1 thay đổi mới")
    expect(officer.locator("#ticket-history")).not_to_contain_text("71 dB")
    waiting.get_by_role("button").click()
    expect(officer.locator("#ticket-history")).to_contain_text("71 dB")
    expect(note).to_have_value(NOTE)
    officer.get_by_role("button", name="Lưu ghi chú").click()
    expect(officer.locator("#ticket-history")).to_contain_text(NOTE)


def test_a_move_that_became_impossible_keeps_its_words_for_copying(officer, head):
    answer = begin(officer, "Hoàn thành và trả lời", REPLY)
    act(head, "Hoàn thành và trả lời", "Đã xử phạt.")
    expect(officer.locator("#ticket-state")).to_contain_text("Đã xử lý")
    answer.press("Control+Enter")
    expect(officer.locator("dialog [role=alert]")).to_contain_text("không còn làm được việc này")
    expect(answer).to_have_value(REPLY)
    expect(officer.locator("dialog .button.primary")).to_have_count(0)
