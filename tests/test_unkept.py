"""Nothing about a person is kept on the way or in a browser: every address says no-store, but what is for all."""

import pytest
from django.test import Client

from live import devices
from tests.test_doors import BACKEND
from tests.test_no_500 import addresses, scene  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
KEPT = ("/ban-do/",)  # outlines of areas


@pytest.mark.parametrize("name", ["sau", "quan", None])
def test_every_answer_is_forgotten(name, client, scene, settings):  # noqa: F811
    if name:
        client.force_login(getattr(scene, name), backend=BACKEND)
    client.cookies[devices.COOKIE] = devices.seal(scene.screen)
    seen = 0
    for address in addresses(scene):
        for ask in (client.get, client.post):
            answer = ask(address)
            if address.startswith(KEPT) and answer.status_code == 200:
                continue
            assert "no-store" in answer.get("Cache-Control", ""), (address, answer.status_code)
            seen += answer.status_code == 200
    assert seen >= (3 if name is None else 10)


def test_static_files_are_kept(settings):
    settings.WHITENOISE_USE_FINDERS = settings.WHITENOISE_AUTOREFRESH = True
    answer = Client().get(f"{settings.STATIC_URL}img/mark.svg")
    assert answer.status_code == 200 and "no-store" not in answer.get("Cache-Control", "")
