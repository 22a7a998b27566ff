"""The site's settings for measuring: production's, with two floor pages more, and a cache of its own per database."""

import os

os.environ.setdefault("IOC_VAR", "var/bench")

from hcmc_ioc.settings import *  # noqa: E402, F403
from hcmc_ioc.settings import BASE_DIR, CACHES, CELERY_BROKER_TRANSPORT_OPTIONS, CHANNEL_LAYERS, DATABASES, TEMPLATES

ROOT_URLCONF = "bench.urls"
TEMPLATES[0]["DIRS"].append(BASE_DIR / "bench" / "templates")

# Sites of two databases run at once and share one Valkey.
_own = DATABASES["default"]["NAME"]
CACHES["default"]["KEY_PREFIX"] = _own
CHANNEL_LAYERS["default"]["CONFIG"]["prefix"] = _own
CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] = f"{_own}:"
