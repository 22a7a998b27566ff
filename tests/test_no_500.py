"""Whatever anybody sends to any address, the answer is a page or a message, never a failure of the site."""

import json
import logging
import re
import traceback
from uuid import uuid4

import pytest
from django.db import connection, transaction
from django.urls import URLResolver, get_resolver
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.regex_helper import normalize

from accounts.models import User
from attachments import safe, storing
from feedback.console import drafts
from feedback.desk.forms import MoveForm
from feedback.models import Category, Channel
from feedback.rules.workflow import MOVES
from indicators import owed
from live import devices
from reports import editions
from reports.asked import Run
from reports.models import ReportType
from tests.city import CAST, by, unit
from tests.feedback.pages import BACKEND
from tests.feedback.test_actions import brought_to, opened

pytestmark = pytest.mark.django_db
FAMILIES = {  # who is shown the same pages, but for some
    "hotline": ["sau", "tu"], "unit": ["minh", "lan"], "city": ["phuc", "quan", "ha"], "stranger": ["nobody", None],
    "admin": ["root"],
}
PEOPLE = [name for family in FAMILIES.values() for name in family]
NASTY = [
    "\0", "PHA\0", "'\"><b>%s{}", "💥\u202e\x1b[0m", "-1", "9" * 30, "9" * 5000, "x" * 10_001, "NaN",
    "٣", "²", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59", "//evil.example/\n",
]
WORST = ["\0", "💥\u202e\x1b[0m", "-1", "9" * 5000, "x" * 10_001, "9999-12-31"]
JSON_NASTY = [
    *NASTY, "\ud800", None, True, [], ["x"], {}, {"x": 1}, 10**30, -1, 1.5, float("inf"),
]
QUERY = [
    "ky", "tu", "den", "ban-do", "part", "trang", "page", "view", "q", "state", "category", "urgency",
    "area", "unit", "assignee", "saved", "joined", "draft", "new", "next", "lat", "lon", "address",
    "category_words", "e", "o", "p",
]
FORM = [
    *QUERY, "username", "password", "old_password", "new_password1", "membership", "language", "verb",
    "ticket", "confirm", "back", "version", "request_id", "phone", "name", "body", "join", "reason",
    "reply", "note", "target", "due_at", "occurred_at", "coordinating", "score", "place", "action",
    "_selected_action", "post",
]


@pytest.fixture
def scene(cast):
    """A ticket, a draft, a screen and the people; `root` may do everything in the admin."""
    cast.root = User.objects.create_superuser("root", password="mat-khau-1022")
    cast.ticket = opened(reporter={"name": "Nguyễn An", "phone": "+84900000001"})
    cast.draft = drafts.save(owner=cast.tu, token=uuid4(), fields={"body": "Ổ gà"}).token
    cast.screen = devices.register(name="Sảnh", unit=unit("79"))
    file = safe.Safe("ảnh.jpg", safe.JPEG, b"x", b"x", "0" * 64)
    cast.file = storing.keep("ticket", cast.ticket.pk, by(cast.sau), [file])[0].key
    month = ReportType.objects.get(code="month")
    run = Run(month, owed.rule().parse(month.period_kind, "2026-10"), timezone.now())
    cast.edition = editions.make(run, unit("760"), timezone.now(), released=True)
    return cast


@pytest.fixture
def send(client, scene):
    """Send requests one after the other, each undone afterwards; every failure is told at the end, once per place."""
    logging.getLogger("django.request").disabled = True
    failed = {}

    def send(method, address, *args, **more):
        before = transaction.savepoint()
        try:
            answer = getattr(client, method)(address, *args, **more)
            if answer.status_code >= 500:
                failed.setdefault(answer.status_code, f"{method} {address[:99]!r}")
            return answer.status_code
        except Exception as error:
            frames = traceback.extract_tb(error.__traceback__)
            ours = [frame for frame in frames if "site-packages" not in frame.filename][-1]
            place = f"{ours.filename}:{ours.lineno} {type(error).__name__} {str(error)[:99]!r}"
            failed.setdefault(place, f"{method} {address[:99]!r} {str(args)[:200]} {str(more)[:99]}")
            return 500
        finally:
            connection.needs_rollback = False
            transaction.savepoint_rollback(before)

    yield send
    logging.getLogger("django.request").disabled = False
    assert not failed, f"{len(failed)} failures:\n" + "\n".join(f"{place}\n    {how}" for place, how in failed.items())


def sign_in(client, scene, name):
    client.logout()
    if name:
        client.force_login(getattr(scene, name), backend=BACKEND)


def patterns(resolver, before=""):
    """Every address of the site as a template such as `/vu/%(code)s/`."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, before + _template(entry.pattern))
        else:
            yield before + _template(entry.pattern)


def _template(pattern) -> str:
    if hasattr(pattern, "_route"):
        return re.sub(r"<(?:\w+:)?(\w+)>", r"%(\1)s", pattern._route)
    return normalize(pattern.regex.pattern)[0][0]


def addresses(scene):
    """Every address with things that are there, and with things that are not."""
    there = {
        "code": scene.ticket.code, "slug": unit("760").slug, "name": "due", "verb": "accept", "pk": scene.screen.pk,
        "object_id": "1", "id": "1", "app_label": "feedback", "content_type_id": "1", "url": "x",
        "token": scene.draft, "form": "csv", "number": "1",
        "format": "json", "indicator": "fires", "value_set": "monthly-district", "period": "2026-10",
        "type": "month", "kind": "pdf", "year": "2026", "recipient": "1", "deed": "ghi",
        "key": scene.file, "question": "1",
    }
    odd = [
        {"code": "PHA%00", "object_id": "%00", "token": "%00", "url": "%00"},
        {"code": "%FF%F0", "slug": "khong-co", "name": "khong-co", "verb": "khong-co", "app_label": "khong-co",
         "form": "khong-co", "format": "xml", "type": "khong-co", "kind": "exe", "token": uuid4()} | dict.fromkeys(
             ["pk", "id", "number", "object_id", "content_type_id", "year", "recipient"], "9" * 30),
        {"code": "x" * 3000, "object_id": "_FF_00", "token": "x" * 3000, "content_type_id": "x", "pk": "0", "id": "0"},
    ]
    of_ticket = {"kind": "ticket", "pk": scene.ticket.pk}
    for template in patterns(get_resolver()):
        others = [of_ticket, *odd] if "%(kind)s" in template else odd
        made = ["/" + (template % (there | changes)) for changes in ({}, *others)]
        yield from dict.fromkeys(made)
    for verb in MOVES:
        yield f"/vu/{scene.ticket.code}/{verb}/"


def test_everybody_has_a_family():
    assert set(PEOPLE) == {*CAST, "nobody", "root", None} - {"khoa"}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_address_bears_everything(family, client, scene, send):
    """Each person opens and posts everything; what is open to several of a family gets its nonsense from the first."""
    walked = set()
    for name in FAMILIES[family]:
        sign_in(client, scene, name)
        for address in addresses(scene):
            plain = {send("get", address), send("post", address)}
            if address in walked or plain <= {302, 403, 404, 405}:
                continue  # known already, not for this person, or nothing here
            walked.add(address)
            for value in WORST:
                send("get", f"{address}?{urlencode(dict.fromkeys(QUERY, value))}")
                send("post", address, dict.fromkeys(FORM, value))


def test_each_word_of_an_address_may_be_wrong_by_itself(client, scene, send):
    moves = re.compile(r"/admin/|/vu/\w+/\w+/$")  # ask for no words
    walked = set()
    for name in ("sau", "lan"):
        sign_in(client, scene, name)
        for address in addresses(scene):
            if address in walked or moves.search(address) or send("get", address) != 200:
                continue
            walked.add(address)
            for word in QUERY:
                send("get", f"{address}?{urlencode({word: chr(0)})}")
            for word in ("page", "trang", "category", "area", "unit", "assignee", "saved"):
                send("get", f"{address}?{urlencode({word: '9' * 5000})}")
            for value in ("9999-12-31", "0001-01-01", "0001-01-02"):
                send("get", f"{address}?tu={value}&den={value}")
            send("get", f"{address}?%FF=%ED%A0%80&q=%C3&ky=%&page=%00&=&&tu=%u0111")


def call(**changes) -> dict:
    """A valid form of the console."""
    return {
        "phone": "0909 123 456", "name": "Nguyễn An", "body": "Ổ gà lớn trước nhà", "address": "12 Lê Lợi",
        "category": Category.objects.get(code="trat-tu-lan-chiem").pk, "area": unit("760").pk,
        "channel": Channel.objects.get(code="phone").pk, "request_id": str(uuid4()),
    } | changes


CALL = [
    "phone", "name", "hides_name", "body", "category", "address", "lat", "lon", "area", "border_ok",
    "no_place", "no_place_reason", "unit", "unit_reason", "urgency", "needs_several", "is_public",
    "channel", "occurred_at", "draft", "request_id",
]


def test_a_call_with_one_wrong_field_is_saved_or_explained(client, scene, send):
    sign_in(client, scene, "tu")
    for field in CALL:
        for value in NASTY:
            assert send("post", "/tiep-nhan/", call(**{field: value})) in (302, 422, 500), (field, value[:20])

HELPS = {
    "/tiep-nhan/tro-giup/": ["body", "category", "address", "lat", "lon", "area", "unit", "urgency", "needs_several"],
    "/tiep-nhan/nguoi-goi/": ["phone"],
    "/tiep-nhan/gop/": ["join", "phone", "name", "draft", "request_id"],
}


@pytest.mark.parametrize("address", HELPS)
def test_help_with_one_wrong_field_stays_help(address, client, scene, send):
    sign_in(client, scene, "tu")
    for field in HELPS[address]:
        for value in NASTY:
            send("post", address, call(join=scene.ticket.pk) | {field: value})


def test_a_draft_may_hold_anything(client, scene, send):
    sign_in(client, scene, "tu")
    for value in JSON_NASTY:
        for body in ({"fields": value}, {"fields": {"body": value}}, value):
            send("put", f"/tiep-nhan/nhap/{uuid4()}/", json.dumps(body), content_type="application/json")
    for body in ("", "{", "null", "1", '"x"', "[]", "[[1]]", "{}", '{"fields": NaN}', "\xff", "[" * 2000):
        assert send("put", f"/tiep-nhan/nhap/{uuid4()}/", body, content_type="application/json") == 400


def test_an_odd_draft_comes_back_without_harm(client, scene, send):
    sign_in(client, scene, "tu")
    for value in NASTY:
        token = uuid4()
        drafts.save(owner=scene.tu, token=token, fields=dict.fromkeys(CALL, str(value)[:2000]))
        assert send("get", f"/tiep-nhan/?draft={token}") in (200, 500)


@pytest.mark.parametrize("verb", [verb for verb, move in MOVES.items() if verb != "open" and move.roles])
def test_a_move_with_one_wrong_field_is_made_or_explained(verb, client, scene, send):
    people = [name for name in ("lan", "minh", "tu", "sau") if getattr(scene, name).role in MOVES[verb].roles]
    assert people
    sign_in(client, scene, people[0])
    ticket = brought_to(sorted(MOVES[verb].sources)[0])
    right = {"version": ticket.version, "note": "x", "reply": "x", "unit": unit("778").pk, "assignee": scene.lan.pk,
             "due_at": "2099-01-01T10:00", "score": "5", "category": ticket.category_id, "urgency": "urgent",
             "area": unit("760").pk, "address": "x"}
    for field in MoveForm(verb, ticket, by(getattr(scene, people[0]))).fields:
        for value in NASTY:
            send("post", f"/vu/{ticket.code}/{verb}/", right | {field: value})


def test_many_at_once_with_one_wrong_field(client, scene, send):
    sign_in(client, scene, "minh")
    ticket = f"{scene.ticket.pk}:{scene.ticket.version}"
    chosen = {"verb": "assign", "ticket": ticket, "confirm": "1", "back": "view=all", "assignee": scene.lan.pk}
    assert send("post", "/viec/hang-loat/", chosen) == 302
    for field in chosen:
        for value in [*NASTY, "1:" + "9" * 26, f"{scene.ticket.pk}:0"]:
            send("post", "/viec/hang-loat/", chosen | {field: value})


def test_cookies_may_be_anything(client, send):
    for name in ("ioc_session", "ioc_screen", "ioc_pairing", "ioc_device", "ioc_language", "ioc_csrf"):
        for value in (r'"\000abcdefgh"', "x" * 3000, '"\\377\\376aaaaaaa"', "a:b:c", "ImEi:x:y"):
            for address in ("/", "/wall/", "/wall/ghep/", "/dang-nhap/", "/vu/PHA/"):
                send("get", address, headers={"cookie": f"{name}={value}"})
