"""Chance against the whole site: strange words, strange ways back, JSON without end, addresses that are none. The seed
is fixed, so that what fails once fails again; IOC_FUZZ_SEED and IOC_FUZZ_REQUESTS look elsewhere and for longer."""

import json
import os
from random import Random
from urllib.parse import quote
from uuid import uuid4

import pytest

from tests.test_no_500 import FORM, NASTY, PEOPLE, QUERY, addresses, scene, send, sign_in  # noqa: F401

pytestmark = pytest.mark.django_db
SEED = int(os.environ.get("IOC_FUZZ_SEED", "1022"))
REQUESTS = int(os.environ.get("IOC_FUZZ_REQUESTS", "150"))  # of each person
BACK = ["abc", "x y", ".", "/", "//", "///x", "\\", "/\\x", "http://[", "javascript:1", "/\r\nX: y", "?a", "#", "é",
        "/é", "inbox", "accounts.views.profile", "x" * 9000, "/" + "x" * 9000, "http://testserver:99999/", "\0"]
FROM = ["unknown", "_hidden", "1.2.3.4, 5.6.7.8", "1.2.3.4:80", "[::1]:80", "::1%eth0", "999.1.1.1", "'", "é", "",
        "x" * 500]
DEPTHS = (100, 400, 900, 960, 990, 2000, 50_000)


def nested(depth: int, kind: str = "[") -> str:
    return "[" * depth + "]" * depth if kind == "[" else '{"fields":' * depth + "1" + "}" * depth


def test_the_way_back_after_a_change_of_language_may_be_anything(client, scene, send):  # noqa: F811
    for back in [*BACK, *NASTY]:
        assert send("post", "/language/", {"language": "vi", "next": back}) == 302, back[:50]


@pytest.mark.parametrize("depth", DEPTHS)
def test_json_without_end_is_a_mistake_of_the_caller(depth, client, scene, send):  # noqa: F811
    sign_in(client, scene, "tu")
    for kind in "[{":
        for body in (nested(depth, kind), f'{{"fields": {nested(depth, kind)}}}', f'{{"body": {nested(depth, kind)}}}'):
            assert send("put", f"/tiep-nhan/nhap/{uuid4()}/", body, content_type="application/json") < 500
            for path in ("/api/v1/tickets", "/api/v1/hooks", f"/api/v1/tickets/{scene.ticket.code}/moves"):
                assert send("post", path, body, content_type="application/json") < 500


@pytest.mark.parametrize("path", ["/dang-nhap/", "/api/v1/token", "/api/v1/units", "/open311/v2/services.json"])
def test_who_asks_from_an_address_that_is_none_is_answered(path, client, scene, send):  # noqa: F811
    for address in FROM:
        wrong = {"username": "lan", "password": "x", "client_id": "x", "client_secret": "y"}
        for method in ("get", "post"):
            given = {"REMOTE_ADDR": address, "headers": {"x-forwarded-for": address}}
            assert send(method, path, wrong, **given) < 500, address[:50]


def value(chance: Random) -> str:
    return chance.choice([
        lambda: chance.choice(NASTY), lambda: chance.choice(BACK),
        lambda: "".join(chr(chance.choice([chance.randrange(32), chance.randrange(0xD7FF)])) for _n in range(9)),
        lambda: str(chance.randrange(-(2**70), 2**70)), lambda: nested(chance.choice(DEPTHS[:6]), chance.choice("[{")),
        lambda: f"{chance.randrange(0, 10_000):04}-{chance.randrange(14):02}-{chance.randrange(33):02}",
    ])()


@pytest.mark.parametrize("name", PEOPLE)
def test_chance_finds_no_failure_of_ours(name, client, scene, send):  # noqa: F811
    chance = Random(f"{SEED} {name}")
    sign_in(client, scene, name)
    known = [address for address in dict.fromkeys(addresses(scene))]
    for _n in range(REQUESTS):
        address = chance.choice(known)
        words = {chance.choice(FORM): value(chance) for _m in range(chance.randrange(6))}
        query = "&".join(f"{chance.choice(QUERY)}={quote(value(chance))}" for _m in range(chance.randrange(4)))
        method, given = chance.choice(["get", "post", "put", "delete", "head", "patch"]), {}
        if method in ("put", "patch"):
            body = chance.choice([json.dumps(words), nested(2000), nested(2000, "{"), value(chance)])
            given = {"data": body, "content_type": chance.choice(["application/json", "text/plain", "x"])}
        elif method == "post":
            given = {"data": words}
        send(method, f"{address}?{query[:20_000]}", REMOTE_ADDR=chance.choice(["127.0.0.1", *FROM]), **given)
