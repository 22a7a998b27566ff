"""Light or dark as the machine has it, unless the person chose: from the first byte, on every drawing."""

import pytest
from playwright.sync_api import expect

LIGHT, DARK = "rgb(244, 246, 249)", "rgb(10, 16, 23)"
CHOICES = {"Theo hệ thống": "auto", "Sáng": "light", "Tối": "dark"}


def ground(page):
    return page.evaluate("getComputedStyle(document.documentElement).backgroundColor")


def choose(page, label):
    page.locator(".who").click()
    page.get_by_role("button", name=label, exact=True).click()
    expect(page.get_by_role("button", name=label, exact=True)).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("Escape")


def test_a_page_follows_the_machine(open_page):
    page = open_page("canbo.q1", color_scheme="dark")
    page.goto("/viec/")
    assert ground(page) == DARK
    page.emulate_media(color_scheme="light")
    assert ground(page) == LIGHT
    page.locator(".who").click()
    for label, value in CHOICES.items():
        pressed = page.locator(f"[data-theme-choice={value}]")
        expect(pressed).to_have_text(label)
        expect(pressed).to_have_attribute("aria-pressed", str(value == "auto").lower())


@pytest.mark.parametrize(("label", "scheme", "colour"), [("Sáng", "dark", LIGHT), ("Tối", "light", DARK)])
def test_a_choice_stands_against_the_machine_from_the_first_byte(open_page, label, scheme, colour):
    page = open_page("canbo.q1", color_scheme=scheme)
    page.goto("/viec/")
    choose(page, label)
    assert ground(page) == colour
    with page.expect_response("**/phan-anh/") as answer:
        page.goto("/phan-anh/")
    assert f'data-theme="{CHOICES[label]}"' in answer.value.text()
    assert f'<meta name="color-scheme" content="{CHOICES[label]}">' in answer.value.text()
    assert ground(page) == colour
    choose(page, "Theo hệ thống")
    assert ground(page) == {"dark": DARK, "light": LIGHT}[scheme]


def test_drawings_of_the_server_follow_too(open_page):
    page = open_page("lanhdao.tp", color_scheme="dark")
    page.goto("/tong-quan/?ky=30")
    colours = "[...document.querySelectorAll('.chart .line, .chart .tile-shape, .chart text')]" \
        ".map(e => getComputedStyle(e).stroke + getComputedStyle(e).fill)"
    expect(page.locator(".chart .line").first).to_be_attached()
    followed = page.evaluate(colours)
    choose(page, "Tối")
    assert page.evaluate(colours) == followed
    choose(page, "Sáng")
    assert page.evaluate(colours) != followed


def test_a_cookie_of_nonsense_is_no_choice(open_page):
    page = open_page(theme="x\"><b>", color_scheme="dark")
    page.goto("/dang-nhap/")
    expect(page.locator("html")).to_have_attribute("data-theme", "auto")
    assert ground(page) == DARK


def test_answered_has_one_colour_on_every_screen(open_page):
    """The tick before the word, the line of a chart: the tone that `hcmc_ioc/lib/pills.py` decides."""
    page = open_page("lanhdao.tp", theme="light")
    page.goto("/tong-quan/?ky=30")
    line = page.locator(".chart", has_text="Đã xử lý").locator("text.ok")
    expect(line).to_have_text("Đã xử lý")
    told = line.evaluate("e => getComputedStyle(e).fill")
    page.goto("/phan-anh/?state=resolved")
    pill = page.locator(".pill", has_text="Đã xử lý").first
    assert pill.evaluate("e => getComputedStyle(e).color") == told
