"""The site's settings for tests: real servers under a folder of their own, so a running demo is left alone."""

import os
from pathlib import Path

for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "IOC_CITY", "IOC_MAP", "IOC_HTTPS", "ALLOWED_HOSTS"):
    os.environ.pop(name, None)
os.environ["IOC_VAR"] = os.environ.get("IOC_TEST_VAR") or str(Path(__file__).resolve().parents[1] / "var" / "test")

from hcmc_ioc.settings import *  # noqa: E402, F403
from hcmc_ioc.settings import CACHES, CHANNEL_LAYERS, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
CACHES["default"]["KEY_PREFIX"] = "test"
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = "test"
CELERY_BROKER_TRANSPORT_OPTIONS = {"global_keyprefix": "test:", "socket_connect_timeout": 2}
