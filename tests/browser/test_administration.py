"""An administrator's day: their own page, units found by name, a person with a role, in the product's own dress."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.test_axe import SIZES, violations
from tests.patience import wait_for


def test_an_administrator_is_at_home_and_opens_every_list(open_page, site):
    page = open_page("quantri")
    page.goto("/")
    page.wait_for_url("**/quan-tri/")
    expect(page.get_by_role("link", name="Quản trị").first).to_have_attribute("aria-current", "page")
    wait_for(lambda: is_well(page))  # the worker and beat of a site that has just begun have to show themselves first
    links = [(link.inner_text(), link.get_attribute("href")) for link in page.locator(".matters a").all()]
    assert len(links) >= 10
    for name, address in links:
        page.locator(".matters a", has_text=re.compile(f"^{name}$")).click()
        page.wait_for_url(f"**{address}")
        expect(page.locator("h1")).to_have_text(name)
        expect(page.locator(".nav a[aria-current]")).to_be_attached()
        page.goto("/quan-tri/")


def is_well(page):
    page.goto("/quan-tri/")
    return "Hoạt động tốt" in page.locator("#system").locator("..").inner_text()


def choose(page, box, typed, name):
    box.click()
    page.keyboard.type(typed)
    found = page.locator(".select2-results__option", has_text=re.compile(f"^{name}$"))
    expect(found).to_have_count(1)
    found.click()
    expect(box).to_contain_text(name)


def test_a_person_gets_a_role_in_a_unit_found_by_its_name(open_page):
    page = open_page("quantri")
    page.goto("/admin/accounts/user/add/")
    page.get_by_label("Tên đăng nhập").fill("nguoi.moi")
    page.get_by_label("Họ và tên").fill("Người Mới")
    page.locator("[name=password1]").fill("song-sai-gon-2026")
    page.locator("[name=password2]").fill("song-sai-gon-2026")
    page.locator(".add-row a").click()
    row = page.locator("#memberships-0")
    row.locator(".select2-selection").click()
    page.keyboard.type("go vap")
    expect(page.locator(".select2-results__option")).to_have_text(["Quận Gò Vấp"])  # no ward that is not in force
    page.keyboard.press("Enter")
    expect(row.locator(".select2-selection")).to_contain_text("Quận Gò Vấp")
    row.locator("select[name$=role]").select_option(label="Cán bộ đơn vị")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Đã thêm người dùng")
    page.goto("/admin/accounts/user/?q=go+vap")
    expect(page.locator("#result_list")).to_contain_text("Cán bộ đơn vị · Gò Vấp")


def test_a_routing_rule_names_its_units_by_typing(open_page):
    page = open_page("quantri")
    page.goto("/admin/feedback/routingrule/add/")
    page.locator("[name=code]").fill("thu-nghiem")
    page.locator("[name=position]").fill("950")
    page.get_by_role("link", name="Hôm nay").first.click()
    choose(page, page.locator(".field-area .select2-selection"), "quan 7", "Quận 7")
    choose(page, page.locator(".field-responsible .select2-selection"), "ha tang ky thuat",
           "Trung tâm Quản lý hạ tầng kỹ thuật")
    choose(page, page.locator(".field-coordinating .select2-selection"), "quan 4", "Quận 4")
    page.get_by_role("button", name="Lưu", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Đã thêm quy tắc chuyển")
    page.get_by_role("link", name="Mọi lĩnh vực").last.click()
    expect(page.locator(".field-coordinating")).to_contain_text("Quận 4")


@pytest.mark.parametrize(("theme", "ground"), [("light", "rgb(244, 246, 249)"), ("dark", "rgb(10, 16, 23)")])
def test_the_admin_wears_what_the_pages_wear(open_page, theme, ground):
    page = open_page("quantri", theme=theme)
    looks = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e).fontFamily.split(',')[0]]"
    for address in ("/admin/districts/unit/", "/admin/districts/unit/add/", "/admin/accounts/user/"):
        page.goto(address)
        assert page.locator("body").evaluate(looks) == [ground, "Inter"]
        expect(page.locator(".brand-mark")).to_be_visible()
        expect(page.locator(".who")).to_be_visible()


PLACES = ["/quan-tri/", "/admin/districts/unit/?kind=centre", "/admin/districts/calendarday/add/",
          "/admin/accounts/user/3/change/", "/admin/feedback/deadlinerule/"]


@pytest.mark.parametrize("address", PLACES)
def test_a_phone_holds_the_admin(open_page, address):
    page = open_page("quantri", width=390, height=844, has_touch=True)
    page.goto(address)
    expect(page.locator("h1")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("address", PLACES)
def test_the_administrator_s_pages_are_clean(open_page, address, theme):
    page = open_page("quantri", theme=theme, bypass_csp=True, reduced_motion="reduce")
    page.goto(address)
    for width, height in SIZES.values():
        page.set_viewport_size({"width": width, "height": height})
        assert not violations(page)
