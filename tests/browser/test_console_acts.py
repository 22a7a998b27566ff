"""What an operator does at the console, key by key: nothing is taken that was not marked, the focus is always
somewhere, and what was read to one caller is never read to the next."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser import steps

BODY = "Hàng xóm hát karaoke bằng loa kéo rất ồn"
KINDS = "#category-options [role=option]"
PLACES = "#place-options [role=option]"


@pytest.fixture
def console(open_page):
    page = open_page("tongdai")
    page.goto("/tiep-nhan/?new=1")
    return page


def type_words(page, box, words, options):
    page.locator(box).fill("")
    page.locator(box).press_sequentially(words)
    expect(page.locator(options).first).to_be_visible()
    page.wait_for_function("box => (box = document.querySelector(box)).dataset.asked === box.value", arg=box)


def pinned(page, body=BODY):
    """A report with a point in the middle of Quận 1, whose likely duplicates are on the page."""
    page.locator("#id_body").fill(body)
    page.locator("#id_address").fill("Chợ Bến Thành")
    expect(page.locator(PLACES).first).to_be_visible()
    page.locator(PLACES, has_text="Chợ Bến Thành").first.click()
    expect(page.locator("#id_lat")).not_to_have_value("")


@pytest.fixture
def nearby(open_page):
    """A report at the market that is still open, so that another one there may be the same."""
    operator = open_page("tongdai")
    operator.goto("/tiep-nhan/?new=1")
    pinned(operator)
    operator.locator("#suggestions .chip").first.click()
    operator.locator("#id_phone").fill("0903 111 222")
    operator.keyboard.press("Control+Enter")
    expect(operator.locator(".receipt-code")).to_be_visible()
    return re.sub(r"\s", "", operator.locator(".receipt-code").inner_text())


@pytest.mark.parametrize(("box", "words", "options"), [
    ("#category-words", "karaoke", KINDS), ("#id_address", "le loi", PLACES),
])
def test_both_lists_are_walked_alike(console, box, words, options):
    """Typing marks nothing, ↓ the first, ↑ from there the last; Enter takes what is marked."""
    marked = console.locator(f"{options}[aria-selected=true]")
    type_words(console, box, words, options)
    expect(marked).to_have_count(0)
    console.keyboard.press("ArrowDown")
    first, last = console.locator(options).first, console.locator(options).last
    expect(first).to_have_attribute("aria-selected", "true")
    expect(marked).to_have_count(1)
    expect(console.locator(box)).to_have_attribute("aria-activedescendant", first.get_attribute("id"))
    console.keyboard.press("ArrowUp")
    expect(last).to_have_attribute("aria-selected", "true")
    console.keyboard.press("ArrowDown")
    label = first.get_attribute("data-label")
    console.keyboard.press("Enter")
    expect(console.locator(box)).to_have_value(label)
    expect(console.locator(options)).to_have_count(0)


@pytest.mark.parametrize(("box", "words", "options", "then"), [
    ("#category-words", "karaoke", KINDS, "#id_address"), ("#id_address", "le loi", PLACES, "#id_address"),
])
def test_a_click_and_a_key_leave_the_focus_in_the_same_place(console, box, words, options, then):
    type_words(console, box, words, options)
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    expect(console.locator(then)).to_be_focused()
    chosen = console.locator(box).input_value()
    type_words(console, box, words, options)
    console.locator(options).first.click()
    expect(console.locator(then)).to_be_focused()
    expect(console.locator(box)).to_have_value(chosen)


def test_a_suggested_category_is_taken_alike_by_click_and_by_key(console):
    console.locator("#id_body").fill(BODY)
    chip = console.locator("#suggestions .chip").first
    for take in (lambda: chip.click(), lambda: (console.keyboard.press("ArrowDown"), console.keyboard.press("Enter"))):
        console.locator("#category-words").fill("")
        expect(chip).to_be_visible()
        take()
        expect(console.locator("#id_address")).to_be_focused()
        expect(console.locator("#id_category")).not_to_have_value("")


def test_enter_takes_no_entry_that_is_not_seen_yet(console):
    """↓ and Enter at once after the last letter: the list comes, its first entry is marked, and only then taken."""
    box = console.locator("#category-words")
    box.press_sequentially("ổ gà")
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    first = console.locator(KINDS).first
    expect(first).to_have_attribute("aria-selected", "true")
    expect(console.locator("#id_category")).to_have_value("")
    value = first.get_attribute("data-value")
    console.keyboard.press("Enter")
    expect(console.locator("#id_category")).to_have_value(value)


def test_words_alone_are_no_category_and_that_is_said(console):
    type_words(console, "#category-words", "karaoke", KINDS)
    console.keyboard.press("Enter")
    expect(console.locator("#category-note")).to_contain_text("Chưa chọn lĩnh vực")
    expect(console.locator("#id_category")).to_have_value("")
    type_words(console, "#category-words", "karaoke", KINDS)
    console.locator(KINDS).first.click()
    expect(console.locator("#category-note")).to_be_hidden()


def test_a_street_without_a_point_says_so_and_leads_to_the_map(console):
    type_words(console, "#id_address", "22 le loi", PLACES)
    console.keyboard.press("ArrowDown")
    console.keyboard.press("Enter")
    note = console.locator("#no-point")
    expect(note).to_contain_text("chưa có vị trí trên bản đồ: hãy chấm điểm")
    expect(console.locator("#id_lat")).to_have_value("")
    note.get_by_role("button").click()
    expect(console.locator("#map")).to_be_focused()
    console.keyboard.press("ArrowUp")
    expect(console.locator("#id_lat")).not_to_have_value("")
    expect(note).to_be_hidden()
    console.locator("#id_address").fill("")
    pinned(console)
    expect(note).to_be_hidden()


def test_f8_goes_to_the_duplicates_and_back(console, nearby):
    pinned(console)
    join = console.locator("#duplicates button").first
    expect(join).to_be_visible()
    console.locator("#id_body").focus()
    console.keyboard.press("F8")
    expect(join).to_be_focused()
    console.keyboard.press("F8")
    expect(console.locator("#id_body")).to_be_focused()


def test_f8_without_duplicates_leaves_the_focus_where_one_writes(console):
    body = console.locator("#id_body")
    body.focus()
    console.keyboard.press("F8")
    expect(body).to_be_focused()
    expect(console.locator("[data-announce]")).to_have_text("Không có phản ánh nào có thể trùng")
    console.evaluate("document.activeElement.blur()")
    console.keyboard.press("F8")
    expect(body).to_be_focused()


def test_the_focus_is_not_lost_when_the_duplicates_come_anew(console, nearby):
    pinned(console)
    join = console.locator("#duplicates button").first
    expect(join).to_be_visible()
    console.locator("#id_body").focus()
    console.keyboard.press("F8")
    expect(join).to_be_focused()
    with console.expect_response(re.compile("tro-giup")):
        console.evaluate("htmx.trigger('#assist', 'assist')")
    expect(join).to_be_focused()
    console.evaluate("document.querySelector('#id_lat').value = document.querySelector('#id_lon').value = ''")
    console.evaluate("document.querySelector('#id_address').value = ''")
    console.evaluate("htmx.trigger('#assist', 'assist')")
    expect(console.locator("#duplicates button")).to_have_count(0)
    expect(console.locator("#id_body")).to_be_focused()


def test_the_receipt_is_covered_as_soon_as_the_next_call_begins(open_page):
    operator = open_page("tongdai")
    code = steps.report(operator)
    operator.goto(f"/tiep-nhan/?saved={code}")
    words, again = operator.locator("#receipt-words"), operator.locator("[data-uncover]")
    expect(words).to_be_visible()
    expect(again).to_be_hidden()
    before = operator.locator("#intake").bounding_box()["y"]
    operator.keyboard.type("0")  # the first digit of the next caller
    expect(words).to_be_hidden()
    expect(operator.locator("#receipt")).to_contain_text("của người gọi trước")
    assert operator.locator("#intake").bounding_box()["y"] == pytest.approx(before, abs=1)  # nothing moved meanwhile
    again.click()
    expect(operator.locator(".receipt-code")).to_be_visible()
    expect(again).to_have_text("Che lại")
    operator.locator("#id_body").press_sequentially("Ổ")
    expect(words).to_be_hidden()
    operator.reload()
    expect(words).to_be_hidden()
    expect(operator.locator("#receipt")).to_contain_text("của người gọi trước")


def test_a_receipt_is_covered_also_by_a_pin_and_by_a_category(open_page):
    operator = open_page("tongdai")
    code = steps.report(operator)
    for act in (lambda: operator.locator("#map").press("ArrowUp"),
                lambda: operator.locator("#category-words").press_sequentially("k"),
                lambda: operator.locator("#id_is_public_0").check(force=True)):
        operator.goto(f"/tiep-nhan/?saved={code}")
        expect(operator.locator("#receipt-words")).to_be_visible()
        act()
        expect(operator.locator("#receipt-words")).to_be_hidden()


def test_a_phone_shows_duplicates_under_the_place_and_moves_no_field(open_page, nearby):
    phone = open_page("tongdai", width=390, height=844, has_touch=True)
    phone.goto("/tiep-nhan/?new=1")
    pinned(phone)
    address = phone.locator("#id_address")
    expect(address).to_be_focused()
    top = address.bounding_box()["y"]
    join = phone.locator("#duplicates button").first
    expect(join).to_be_visible()
    expect(address).to_be_focused()
    assert address.bounding_box()["y"] == pytest.approx(top, abs=1)
    assert address.bounding_box()["y"] < join.bounding_box()["y"] < phone.locator("#routing").bounding_box()["y"]


def test_what_comes_above_the_field_in_hand_does_not_move_it(open_page, nearby):
    phone = open_page("tongdai", width=390, height=844, has_touch=True)
    phone.goto("/tiep-nhan/?new=1")
    pinned(phone)
    expect(phone.locator("#duplicates button").first).to_be_visible()
    when = phone.locator("#id_occurred_at")  # below the duplicates
    when.focus()
    top = when.bounding_box()["y"]
    phone.evaluate("document.querySelector('#id_lat').value = document.querySelector('#id_lon').value = ''")
    phone.evaluate("document.querySelector('#id_address').value = ''")
    phone.evaluate("htmx.trigger('#assist', 'assist')")
    expect(phone.locator("#duplicates button")).to_have_count(0)
    expect(when).to_be_focused()
    assert when.bounding_box()["y"] == pytest.approx(top, abs=1)


def test_the_sheet_of_keys_tells_those_of_the_console(console):
    console.locator("footer [data-keys]").click()
    sheet = console.locator("#keys")
    for words, keys in (("Điện thoại", "F2"), ("Tới phản ánh có thể trùng, và trở lại", "F8"), ("Bản đồ", "F9")):
        expect(sheet.locator("li", has_text=words)).to_contain_text(keys)


def test_on_a_phone_the_covered_receipt_gives_its_room_back(open_page):
    phone = open_page("tongdai", width=390, height=844, has_touch=True)
    phone.goto(f"/tiep-nhan/?saved={steps.report(open_page('tongdai'))}")
    receipt, body = phone.locator("#receipt"), phone.locator("#id_body")
    before = receipt.bounding_box()["height"]
    body.focus()
    phone.evaluate("document.activeElement.scrollIntoView({block: 'start'})")
    top = body.bounding_box()["y"]
    phone.keyboard.type("Ổ")
    expect(phone.locator("#receipt-words")).to_be_hidden()
    assert receipt.bounding_box()["height"] < before - 80
    assert body.bounding_box()["y"] == pytest.approx(top, abs=1)
