"""The administrator's room: where they land, what they look after, units found by name, every word in Vietnamese."""

import re
from datetime import timedelta
from pathlib import Path

import django
import polib
import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.utils import timezone, translation

from accounts.models import Membership, User
from districts.models import Unit, WorkingSpan
from feedback.models import DeadlineRule, RoutingRule
from hcmc_ioc import health
from hcmc_ioc.management.commands import words
from live import feed, signs
from live.models import Sign
from tests.city import unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
HOME = "/quan-tri/"


@pytest.fixture
def keeper(cast, client):
    """The client of an administrator who may do everything in the admin."""
    User.objects.filter(pk=cast.quan.pk).update(is_staff=True, is_superuser=True)
    cast.quan.refresh_from_db()
    return signed_in(client, cast.quan)


# --- Where they land


def test_an_administrator_lands_on_a_page_of_their_own(keeper):
    page = keeper.get("/", follow=True)
    assert page.redirect_chain == [(HOME, 302)]
    text = read(page)
    for name in ("Người dùng", "Đơn vị", "Lĩnh vực", "Quy định thời hạn", "Ngày đặc biệt", "Màn hình tường"):
        assert name in text
    assert keeper.get("/admin/").url == HOME
    for address in re.findall(r'<a href="(/admin/[^"]+)"', page.content.decode()):
        assert keeper.get(address).status_code == 200


def test_who_may_not_enter_the_admin_sees_no_list_of_it(cast, client):
    page = signed_in(client, cast.quan).get("/", follow=True)
    assert page.redirect_chain[-1][0] == HOME
    assert "/admin/" not in page.content.decode() and "/man-hinh/" in page.content.decode()


def test_a_part_of_the_catalogue_is_a_part_of_the_page(cast, client):
    group = Group.objects.create(name="Lịch")
    group.permissions.set(admin.site._registry[Group].formfield_for_manytomany(
        Group._meta.get_field("permissions")).queryset.filter(codename="change_calendarday"))
    cast.phuc.groups.add(group)
    User.objects.filter(pk=cast.phuc.pk).update(is_staff=True)
    found = re.findall(r"/admin/\w+/\w+/", signed_in(client, cast.phuc).get(HOME).content.decode())
    assert found == ["/admin/districts/calendarday/"]


@pytest.mark.parametrize("name", ["lan", "tu", "ha", "nobody"])
def test_nobody_else_has_that_page(cast, client, name):
    signed_in(client, getattr(cast, name))
    assert client.get(HOME).status_code == 404
    assert 'href="/quan-tri/"' not in client.get("/", follow=True).content.decode()


def test_the_page_says_how_the_system_is(keeper, monkeypatch):
    for name in signs.PARTS:
        signs.leave(name)
    assert "Hoạt động tốt" in read(keeper.get(HOME)) and "cần người xử lý" not in read(keeper.get(HOME))
    Sign.objects.filter(name="beat").update(at=timezone.now() - timedelta(minutes=5))
    text = read(keeper.get(HOME))
    assert "Hệ thống cần người xử lý ngay" in text and "Khởi động lại dịch vụ hẹn giờ" in text and "Có sự cố" in text
    signs.leave("beat")
    monkeypatch.setattr(feed, "lags", lambda: {"figures": 600})
    assert "chậm 10 phút" in read(keeper.get(HOME))
    monkeypatch.setitem(health.CHECKS, "cache", lambda: "does not keep what it was given")
    text = read(keeper.get(HOME))
    assert "Có sự cố" in text and "Bộ nhớ đệm có sự cố" in text and "does not keep" not in text


# --- Units by name


def offered(client, model, field, term, among):
    app, _dot, name = model.partition(".")
    asked = {"app_label": app, "model_name": name, "field_name": field, "term": term, "among": among}
    return [row["text"] for row in client.get("/admin/autocomplete/", asked).json()["results"]]


@pytest.mark.parametrize(("model", "field"), [
    ("accounts.membership", "unit"), ("districts.unit", "parent"), ("districts.workingspan", "unit"),
    ("districts.calendarday", "unit"),
])
def test_a_unit_is_found_by_its_name_and_only_while_it_works(keeper, model, field):
    assert offered(keeper, model, field, "go vap", "working") == ["Quận Gò Vấp"]  # and no ward of another map
    assert offered(keeper, model, field, "Chưa phân", "working") == []


def test_a_rule_is_offered_areas_here_and_organisations_there(keeper):
    assert offered(keeper, "feedback.routingrule", "area", "hạ tầng", "areas") == []
    assert offered(keeper, "feedback.routingrule", "responsible", "quận 1", "organisations") == []
    both = offered(keeper, "feedback.routingrule", "coordinating", "quận", "handling")
    assert "Quận 1" in both
    assert "Quận 1" in offered(keeper, "districts.succession", "old", "quận 1", "history")


@pytest.mark.parametrize("address", [
    "accounts/user/add/", "districts/unit/add/", "districts/workingspan/add/", "districts/calendarday/add/",
    "districts/succession/add/", "feedback/routingrule/add/",
])
def test_no_form_asks_for_the_number_of_a_unit(keeper, address):
    page = keeper.get(f"/admin/{address}").content.decode()
    assert "among=" in page and "vForeignKeyRawIdAdminField" not in page
    assert not re.search(r"<option[^>]*>\s*Quận 3\s*</option>", page), "nobody scrolls through two hundred units"


def gone() -> Unit:
    return Unit.objects.get(code="26740", map="2025")  # a ward of a map that is not in force


def test_a_new_row_takes_a_unit_in_force_an_old_one_keeps_its_own(keeper):
    form = {"unit": gone().pk, "weekday": 0, "start": "08:00", "end": "09:00"}
    refused = keeper.post("/admin/districts/workingspan/add/", form)
    assert refused.context["adminform"].form.errors["unit"]
    row = WorkingSpan.objects.create(unit=gone(), weekday=1, start="08:00", end="09:00")
    page = keeper.get(f"/admin/districts/workingspan/{row.pk}/change/")
    assert gone().name_vi in read(page)
    kept = keeper.post(f"/admin/districts/workingspan/{row.pk}/change/", form | {"weekday": 2})
    assert kept.status_code == 302
    row.refresh_from_db()
    assert (row.unit, row.weekday) == (gone(), 2)
    moved = keeper.post(f"/admin/districts/workingspan/{row.pk}/change/", form | {"unit": unit("778").pk})
    assert moved.status_code == 302


def roles_form(person, *rows) -> dict:
    form = {"username": person.username, "full_name": person.full_name, "email": "", "language": "vi",
            "is_active": "on", "memberships-TOTAL_FORMS": len(rows), "memberships-INITIAL_FORMS": 1}
    for i, row in enumerate(rows):
        form |= {f"memberships-{i}-{name}": value for name, value in ({"user": person.pk} | row).items()}
    return form


def test_a_person_keeps_the_role_in_a_unit_that_is_gone_and_gets_new_ones_in_force(keeper, cast):
    held = cast.lan.membership
    Membership.objects.filter(pk=held.pk).update(unit=gone())
    old = {"id": held.pk, "unit": gone().pk, "role": "unit_staff", "valid_from": "2021-01-01", "valid_to": ""}
    new = {"id": "", "unit": gone().pk, "role": "unit_staff", "valid_from": timezone.localdate().isoformat()}
    address = f"/admin/accounts/user/{cast.lan.pk}/change/"
    refused = keeper.post(address, roles_form(cast.lan, old, new))
    assert refused.status_code == 200 and Membership.objects.filter(user=cast.lan).count() == 1
    kept = keeper.post(address, roles_form(cast.lan, old, new | {"unit": unit("778").pk}))
    assert kept.status_code == 302
    assert {row.unit for row in Membership.objects.filter(user=cast.lan)} == {gone(), unit("778")}


def test_two_roles_in_use_at_once_are_refused_in_words(keeper, cast):
    old = {"id": cast.lan.membership.pk, "unit": unit("760").pk, "role": "unit_staff", "valid_from": "2021-01-01",
           "is_active": "on"}
    new = old | {"id": "", "unit": unit("778").pk}
    page = keeper.post(f"/admin/accounts/user/{cast.lan.pk}/change/", roles_form(cast.lan, old, new))
    assert "Mỗi người dùng một vai trò tại một thời điểm" in read(page)


def test_a_role_takes_the_place_of_another_in_one_step(keeper, cast):
    first = cast.lan.membership
    second = Membership.objects.create(user=cast.lan, unit=unit("778"), role="unit_staff", is_active=False,
                                       valid_from=first.valid_from)
    rows = [{"id": row.pk, "unit": row.unit_id, "role": "unit_staff", "valid_from": "2021-01-01"}
            for row in (first, second)]
    for used in (1, 0):
        form = roles_form(cast.lan, *rows) | {"memberships-INITIAL_FORMS": 2, f"memberships-{used}-is_active": "on"}
        assert keeper.post(f"/admin/accounts/user/{cast.lan.pk}/change/", form).status_code == 302
        found = Membership.objects.filter(user=cast.lan).order_by("pk").values_list("is_active", flat=True)
        assert list(found) == [not used, bool(used)]


def test_a_rule_without_a_target_is_refused_in_words(keeper):
    form = {"code": "moi", "position": 900, "urgency": "", "valid_from": timezone.localdate().isoformat()}
    assert "Chọn một trong hai" in read(keeper.post("/admin/feedback/routingrule/add/", form))


# --- Words

ENGLISH = re.compile(
    r"\b(the|add|change|changed|select|selected|save|delete|deleted|unknown|yes|home|history|search|view|filter|show|"
    r"hide|counts|your|password|please|error|group|permission|user|staff|superuser|true|false|none|results?|total|"
    r"object|django|log|name|code|model|violated|axes)\b", re.I
)
PAGES = [
    *(f"{model}/" for model in (
        "accounts/user", "auth/group", "districts/unit", "districts/succession", "districts/workingspan",
        "districts/calendarday", "feedback/category", "feedback/channel", "feedback/deadlinerule",
        "feedback/routingrule", "live/device",
    )),
    *(f"{model}/add/" for model in (
        "accounts/user", "auth/group", "districts/unit", "districts/succession", "districts/workingspan",
        "districts/calendarday", "feedback/category", "feedback/channel", "feedback/deadlinerule",
        "feedback/routingrule",
    )),
    "districts/unit/?q=1&kind=ward", "accounts/user/{person}/change/", "accounts/user/{person}/password/",
    "accounts/user/{person}/history/", "feedback/deadlinerule/{rule}/change/", "feedback/routingrule/{route}/change/",
    "districts/workingspan/{span}/delete/", "password_change/",
]


@pytest.mark.parametrize("page", PAGES)
def test_the_admin_speaks_vietnamese(keeper, cast, page):
    there = {"person": cast.lan.pk, "rule": DeadlineRule.objects.first().pk, "route": RoutingRule.objects.first().pk,
             "span": WorkingSpan.objects.first().pk}
    answer = keeper.get(f"/admin/{page.format(**there)}")
    assert answer.status_code == 200
    text = re.sub(r"English", " ", read(answer))  # the name of a language
    assert not ENGLISH.findall(text), text
    assert "---" not in text and '"---------"' not in answer.content.decode()


def test_a_wrong_form_is_refused_in_vietnamese(keeper):
    text = read(keeper.post("/admin/districts/unit/add/", {"valid_from": "x", "population": "-1"}))
    assert not ENGLISH.findall(text.replace("English", "")), text


def test_what_was_done_is_said_in_vietnamese(keeper):
    form = {"unit": "", "weekday": 6, "start": "08:00", "end": "09:00"}
    text = read(keeper.post("/admin/districts/workingspan/add/", form, follow=True))
    assert "Đã thêm giờ làm việc" in text and not ENGLISH.findall(text.replace("English", ""))


def test_a_field_without_a_choice_says_so_in_each_language(keeper):
    assert "Chưa chọn" in read(keeper.get("/admin/districts/unit/add/"))
    with translation.override("en"):
        keeper.cookies["ioc_language"] = "en"
        text = read(keeper.get("/admin/districts/unit/add/"))
    assert "Not chosen" in text and "---" not in text


def _translated(*files) -> set[str]:
    found = {entry for file in files if file.is_file() for entry in polib.pofile(str(file)) if entry.translated()}
    return {entry.msgid for entry in found} | {entry.msgid_plural for entry in found}


def test_django_s_admin_says_nothing_that_has_no_vietnamese():
    """Also what it says rarely, and what a new release adds."""
    contrib, ours = Path(django.__file__).parent / "contrib", words.ROOT / "locale" / "vi" / "LC_MESSAGES"
    catalogues = [app / "locale/vi/LC_MESSAGES/django.po" for app in (contrib / "admin", contrib / "auth")]
    known = _translated(*catalogues, contrib.parent / "conf/locale/vi/LC_MESSAGES/django.po", ours / "django.po")
    said = set()
    for app in ("admin", "auth"):
        for file in (contrib / app).rglob("*.html"):
            said |= words.in_djangos(file.read_text())
        for file in (contrib / app).rglob("*.py"):
            said |= words.in_python(file.read_text())
    scripts = _translated(contrib / "admin/locale/vi/LC_MESSAGES/djangojs.po", ours / "djangojs.po")
    for file in (contrib / "admin/static/admin/js").glob("*.js"):
        said |= set(re.findall(r"\bgettext\('((?:[^'\\]|\\.)+)'", file.read_text())) - scripts
    assert not said - known


def test_a_right_is_named_as_the_pages_name_things(keeper):
    page = read(keeper.get("/admin/auth/group/add/"))
    assert "Ngày đặc biệt: sửa" in page and "Đơn vị: xem" in page
    assert "feedback" not in page and "Can " not in page


def test_a_rule_is_named_by_what_it_says(keeper):
    rule = DeadlineRule.objects.get(code="result-urgent")
    page = keeper.get(f"/admin/feedback/deadlinerule/{rule.pk}/change/").content.decode()
    assert re.search(r"<h1>\s*Trả lời người dân: 2 ngày làm việc\s*</h1>", page)
