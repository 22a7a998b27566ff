"""Every address has a door: strangers sign in first, the admin is for its staff, no form is taken from elsewhere."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.feedback.pages import BACKEND
from tests.test_no_500 import addresses, scene  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db
# 200 for everybody; the wall asks for its own cookie and is 404 without it
OPEN = {"/dang-nhap/", "/readyz", "/open311/", "/api/v1/schema/"}


def test_a_stranger_is_sent_to_the_door_everywhere(client, scene):  # noqa: F811
    for address in addresses(scene):
        if address.startswith(tuple(OPEN)):
            continue
        answer = client.get(address)
        if answer.status_code == 302:
            assert answer.url.startswith((reverse("sign_in"), "/admin/")), address  # the admin sends on to our door
        else:
            assert answer.status_code in (401, 403, 404, 405), address


@pytest.mark.parametrize("name", ["lan", "ha", "sau", "quan", "nobody"])
def test_the_admin_is_for_its_staff(name, client, scene):  # noqa: F811
    client.force_login(getattr(scene, name), backend=BACKEND)
    for address in [address for address in addresses(scene) if address.startswith("/admin/")]:
        assert client.get(address, follow=True).status_code == 404, address


def test_no_form_is_taken_from_elsewhere(scene):  # noqa: F811
    client = Client(enforce_csrf_checks=True)
    for person in (scene.root, scene.sau, scene.tu):
        client.force_login(person, backend=BACKEND)
        for address in addresses(scene):
            answer = client.post(address)
            refused = answer.status_code in (403, 404, 405, 415)
            if address.startswith("/api/v1/token/"):  # asks for a secret, knows no session
                refused = answer.status_code in (400, 401)
            assert refused or (answer.status_code == 302 and address.startswith("/admin/")), address
