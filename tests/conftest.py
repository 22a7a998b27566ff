"""What every test stands on: the embedded servers, and caches that remember nothing from the test before."""

import pytest
from django.conf import settings
from django.core.cache import cache

from hcmc_ioc.lib import caching


def pytest_configure():
    settings.EMBEDDED.start()


@pytest.fixture(autouse=True)
def fresh_caches():
    caching.clear_all()
    cache.clear()
