"""The Chromium that browser tests drive: found on PATH, or installed where that is possible."""

import os
import shutil
import subprocess
import sys

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find():
    """The path of the browser, or None."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def install():
    """Install it as root with apt; a failure is told, for the tests then report themselves as not run."""
    if find() or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    print("Installing Chromium for the browser tests …", flush=True)
    for words in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "-q", *words],
            env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(f"apt-get {words[0]} failed: {done.stderr.strip()}", file=sys.stderr)
            return


if __name__ == "__main__":
    install()
