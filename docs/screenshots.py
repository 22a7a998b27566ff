"""`make screenshots`: the pictures of the README, taken from the running demo (`make run` in another terminal).

    python -m docs.screenshots http://localhost:8000
"""

import sys
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

from tests import chromium

HERE = Path(__file__).parent / "img"
PASSWORD = "demo-1022-hcmc"  # noqa: S105 - of the demo accounts
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
PICTURES = (  # name, account, address, width, height
    ("overview", "lanhdao.tp", "/tong-quan/", 1440, 1000),
    ("unit", "lanhdao.q1", "/don-vi/quan-1/", 1440, 1000),
    ("intake", "tongdai", "/tiep-nhan/", 1440, 900),
    ("inbox", "canbo.q1", "/viec/", 1440, 900),
    ("list", "lanhdao.tp", "/phan-anh/?state=open&sort=due", 1440, 900),
    ("matrix", "lanhdao.tp", "/tong-quan/linh-vuc/", 1440, 900),
    ("phone", "lanhdao.tp", "/tong-quan/", 390, 844),
)


def main(address: str) -> None:
    HERE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium.find(), args=FLAGS)
        for name, account, path, width, height in PICTURES:
            page = _signed_in(browser, address, account, width, height)
            page.goto(path)
            _save(page, name)
        page = _wall(browser, address)
        _save(page, "wall")
        page.keyboard.press("ArrowRight")
        _save(page, "wall-units")
        browser.close()


def _signed_in(browser, address: str, account: str, width: int, height: int):
    page = browser.new_context(viewport={"width": width, "height": height}, base_url=address).new_page()
    page.goto("/dang-nhap/")
    page.fill("[name=username]", account)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_load_state()
    return page


def _wall(browser, address: str):
    """A wall, paired as people do it."""
    page = browser.new_context(viewport={"width": 1920, "height": 1080}, base_url=address).new_page()
    page.goto("/wall/")
    page.click("[action='/wall/ghep/'] button")
    code = page.locator("[data-pairing-code]").inner_text()
    keeper = _signed_in(browser, address, "truongca", 1440, 900)
    keeper.goto("/man-hinh/")
    keeper.fill("[name=code]", code)
    keeper.fill("[name=name]", "Màn hình chụp ảnh")
    keeper.press("[name=name]", "Enter")
    page.wait_for_url("**/wall/")
    return page


def _save(page, name: str) -> None:
    page.wait_for_load_state("networkidle")
    if page.locator("[data-link-state]").count():
        page.locator("[data-link-state][data-state=ok]").wait_for()
    if page.locator("[data-wall-clock]").count():
        page.locator("[data-age]", has_text=":").wait_for()
    page.screenshot(path=HERE / f"{name}.png")
    sys.stdout.write(f"docs/img/{name}.png\n")


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Error as error:
        if "ERR_CONNECTION_REFUSED" not in str(error):
            raise
        sys.exit(f"no site answers at {sys.argv[1]}: start it with `make run`, or name it with ADDRESS=…")
