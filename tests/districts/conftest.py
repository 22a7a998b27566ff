"""One loaded city for the tests of this folder."""

import pytest
from django.db import connection

from districts.cities import city, read_city
from districts.loading import load


@pytest.fixture
def hcmc(db):
    load(read_city("hcmc"))
    return city()


@pytest.fixture
def boston(db, settings):
    """A database of Boston: its units, its calendar, no footprints."""
    from districts import geo, streets

    caches = [geo._compacted, geo._owners, geo._weighted, geo.outlines, streets._gazetteer, streets._areas]
    caches += [streets._streets_by_unit, streets._predecessors, geo.feature_collection]

    def forget():
        for cache in caches:
            cache.cache_clear()

    forget()
    settings.CITY = settings.CITY | {"code": "boston", "time_zone": "America/New_York"}
    settings.MAP = "neighbourhoods"
    load(read_city("boston"))
    yield city()
    forget()


@pytest.fixture(autouse=True)
def empty_city(request):
    """These tests load a city themselves: the one that is there steps aside until the test rolls back."""
    if "db" in request.fixturenames:
        request.getfixturevalue("db")
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE districts_unit CASCADE")
