"""axe-core finds nothing on the main pages, in both themes, on a desk and on a phone."""

from functools import cache

import pytest
from playwright.sync_api import expect

from tests import chromium, processes
from tests.browser import steps
from tests.browser.conftest import LAST_MONTH

AXE = processes.ROOT / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = {
    "sign-in": ("", "/dang-nhap/"),
    "overview": ("lanhdao.tp", "/tong-quan/"),
    "unit": ("lanhdao.q1", "/don-vi/quan-1/"),
    "list": ("lanhdao.tp", "/so-lieu/thanh-pho-ho-chi-minh/open/"),
    "inbox": ("canbo.q1", "/viec/?view=all"),
    "ticket": ("canbo.q1", "/vu/{ticket}/"),
    "intake": ("tongdai", "/tiep-nhan/?new=1"),
    "search": ("tongdai", "/phan-anh/?q=karaoke"),
    "everything": ("canbo.q1", "/phan-anh/?per=result&late=late&urgency=x"),
    "matrix": ("lanhdao.tp", "/tong-quan/linh-vuc/"),
    "units": ("lanhdao.tp", "/don-vi/"),
    "screens": ("truongca", "/man-hinh/"),
    "data": ("lanhdao.tp", "/du-lieu/"),
    "indicator": ("canbo.q1", "/du-lieu/dossiers-on-time/"),
    "judgement": ("phantich", "/du-lieu/dossiers-on-time/danh-gia/?cach=xmr&bo=2025-11"),
    "league": ("lanhdao.q1", "/xep-hang/?chi-so=dossiers-on-time"),
    "league-unit": ("canbo.q1", "/xep-hang/quan-1/"),
    "pivot": ("phantich", "/du-lieu/phan-tich/?chi-so=dossiers-on-time&don-vi=quan-1&tu=2026-01"),
    "quality": ("lanhdao.tp", "/du-lieu/chat-luong/"),
    "quality-unit": ("canbo.q1", "/du-lieu/chat-luong/quan-1/"),
    "restricted": ("canbo.q1", "/du-lieu/crimes-recorded/"),
    "data-requests": ("canbo.q1", "/du-lieu/de-nghi/?q=vu+chay"),
    "demanded-reports": ("canbo.q1", "/du-lieu/bao-cao/"),
    "demanded-report": ("phantich", "/du-lieu/bao-cao/dich-benh-tuan/"),
    "sharing": ("quantri", "/du-lieu/chia-se/"),
    "definitions": ("lanhdao.q1", "/du-lieu/dinh-nghia/"),
    "change-indicator": ("phantich", "/du-lieu/dossiers-on-time/sua/"),
    "targets": ("phantich", "/du-lieu/chi-tieu/"),
    "new-check": ("phantich", "/du-lieu/kiem-tra/moi/"),
    "notices": ("canbo.q1", "/thong-bao/"),
    "mail-choices": ("lanhdao.q1", "/thong-bao/tuy-chon/"),
    "mails": ("quantri", "/quan-tri/thu/"),
    "owed": ("canbo.q1", "/so-lieu-phai-gui/"),
    "sheet": ("canbo.q1", "/so-lieu-phai-gui/monthly-district/quan-1/{month}/"),
    "pulls": ("phantich", "/du-lieu/nguon/"),
    "reports": ("lanhdao.tp", "/bao-cao/"),
    "edition": ("lanhdao.q1", f"/bao-cao/month/quan-1/{LAST_MONTH}/"),
    "one-minute": ("lanhdao.tp", "/bao-cao/mot-phut/"),
    "attention": ("lanhdao.tp", "/can-chu-y/"),
    "alert-rule": ("phantich", "/canh-bao/dossiers-on-time-low/"),
    "centres": ("lanhdao.tp", "/trung-tam/"),
    "centre": ("lanhdao.q1", "/trung-tam/quan-1/"),
    "edit-centre": ("lanhdao.q1", "/trung-tam/quan-1/sua/"),
    "rollout": ("lanhdao.tp", "/trung-tam/trien-khai/"),
    "maturity": ("canbo.q1", "/trung-tam/truong-thanh/"),
    "unit-maturity": ("lanhdao.q1", "/trung-tam/quan-1/truong-thanh/"),
    "assess-maturity": ("lanhdao.q1", "/trung-tam/quan-1/truong-thanh/self/"),
    "investments": ("canbo.q1", "/dau-tu/"),
    "new-investment": ("lanhdao.q1", "/dau-tu/moi/"),
    "investment-board": ("lanhdao.tp", "/dau-tu/bang/"),
    "consultations": ("phantich", "/dau-tu/y-kien/"),
    "consultation": ("phantich", "/dau-tu/y-kien/1/"),
    "sign-ins": ("quantri", "/quan-tri/dang-nhap/"),
    "readings": ("quantri", "/quan-tri/du-lieu/"),
}
SIZES = {"desk": (1440, 900), "phone": (390, 844)}


@cache
def axe() -> str:
    return AXE.read_text(encoding="utf-8")


def violations(page, rules=RULES) -> list[str]:
    """What axe finds, each as "rule: what it says: where"."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe())
    found = page.evaluate(
        "rules => axe.run({runOnly: rules, resultTypes: ['violations']}).then(found => found.violations)", rules
    )
    return [f"{v['id']}: {v['help']}: {node['target']} {node['failureSummary']}" for v in found for node in v["nodes"]]


@pytest.fixture(scope="module")
def ticket(chrome, signed_in, site):
    context = chromium.device(chrome, site.address, storage_state=signed_in("tongdai"))
    yield steps.report(context.new_page())
    context.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_clean(open_page, ticket, name):
    """Of the themes only colours differ."""
    username, address = PAGES[name]
    page = open_page(username, theme="light", bypass_csp=True, reduced_motion="reduce")
    page.goto(address.format(ticket=ticket, month=steps.last_month()))
    found = []
    for theme, rules in (("light", RULES), ("dark", ["color-contrast"])):
        page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            found += [f"{theme}, {size}: {violation}" for violation in violations(page, rules)]
    assert not found, "\n".join(found)


def test_the_wall_is_clean(open_page):
    wall = open_page.wall("Kiểm tra", bypass_csp=True, reduced_motion="reduce")
    expect(wall.locator(".wall-tile").first).to_be_visible()
    found = violations(wall)
    wall.keyboard.press("ArrowRight")
    expect(wall.locator("#wall-units")).to_be_visible()
    assert not found + violations(wall), "\n".join(found + violations(wall))


def test_axe_sees_what_is_wrong(open_page):
    page = open_page(bypass_csp=True)
    page.goto("/dang-nhap/")
    page.evaluate("document.querySelector('label').remove()")
    assert any(found.startswith("label: ") for found in violations(page))
