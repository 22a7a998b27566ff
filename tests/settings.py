"""The site's settings for tests: real servers under a folder of their own, so a running demo is left alone."""

import fcntl
import os
import shutil
from itertools import count
from pathlib import Path

for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "IOC_CITY", "IOC_MAP", "IOC_HTTPS", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)


def own_folder():
    """The first of var/test, var/test-2 … that no other run is using; it is ours until this process ends."""
    for number in count(1):
        folder = Path(__file__).resolve().parents[1] / "var" / ("test" if number == 1 else f"test-{number}")
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "tests.lock").open("w")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            continue
        return folder, lock


TEST_FOLDER, TEST_LOCK = own_folder()
os.environ["IOC_VAR"] = str(TEST_FOLDER)
shutil.rmtree(TEST_FOLDER / "metrics", ignore_errors=True)  # what an earlier run counted
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(TEST_FOLDER / "metrics")

from hcmc_ioc.settings import *  # noqa: E402, F403
from hcmc_ioc.settings import DATABASES, STATIC_ROOT, STORAGES, TEMPLATES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
DATABASE_LIMITS = {"web": {}, "worker": {}}  # a test may look at an open transaction for as long as it takes
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)


def answered(value):
    """A page never prints a method instead of its answer."""
    assert not callable(value) or hasattr(value, "__html__"), f"a template prints {value!r}: brackets are missing"
    return value


TEMPLATES[0]["OPTIONS"]["finalize"] = answered
