"""The Chromium that browser tests drive: found on PATH, or installed where that is possible; started, and patient."""

import os
import shutil
import subprocess
import sys
from contextlib import contextmanager

from tests.patience import PATIENCE

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PACKAGES = ("chromium-headless-shell", "chromium")  # the first opens a page at a third of the cost of the whole browser
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync"
).split()


def find():
    """The path of the browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install():
    """Install it as root with apt; a failure is told, for the tests then report themselves as not run."""
    if find() or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests …", flush=True)
    for words in (["update"], *(["install", "-y", "--no-install-recommends", name] for name in PACKAGES)):
        done = subprocess.run(
            ["apt-get", "-q", *words],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"apt-get {' '.join(words)} failed: {done.stderr.strip()}", file=sys.stderr)
        elif find():
            return


@contextmanager
def running():
    """The browser, driven by Playwright."""
    from playwright.sync_api import expect, sync_playwright

    expect.set_options(timeout=PATIENCE * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find(), args=FLAGS, timeout=PATIENCE * 1000)
        try:
            yield browser
        finally:
            browser.close()


def device(browser, address, **options):
    """A context of its own in `browser`, at home on the site at `address`."""
    context = browser.new_context(base_url=address, locale="vi-VN", **options)
    context.set_default_timeout(PATIENCE * 1000)
    return context


if __name__ == "__main__":
    install()
