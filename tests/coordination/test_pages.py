"""The pages of directives: who sees what, what is filled in, what is said where something lacks."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from coordination.directives import actions, clock
from coordination.machines.directives import State
from coordination.models import Directive, Recipient
from districts.models import Unit
from feedback.rules.rulebook import rulebook
from indicators.models import Notice
from tests.api.conftest import Caller
from tests.city import by, unit
from tests.coordination.test_directives import day_ahead, draft, moved, row, sent, taken, texts
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db


def form(**changes):
    given = draft()
    return {"title": given.title, "result": given.result, "due_on": given.due_on.isoformat(), "level": "khan",
            "lead": [unit("760").pk], "alone": "on", "request_id": "8b8a4b9e-3f6b-4f5e-9df7-1f6d0a5b7f10"} | changes


def test_a_leader_directs_and_a_unit_answers_in_the_browsers_forms(cast, client):
    at = reverse("new_directive")
    assert signed_in(client, cast.ha).post(at, form()).status_code == 302
    assert client.post(at, form()).status_code == 302, "sent twice it is one"
    one = Directive.objects.get()
    assert (one.level.code, one.recipients.get().unit) == ("khan", unit("760"))
    taken()
    minh = signed_in(client, cast.minh)
    assert "Xử lý dứt điểm lấn chiếm" in read(minh.get(reverse("data"))), "the banner stands on every page"
    page = read(minh.get(reverse("directive", args=[one.pk])))
    assert "Tiếp nhận" in page and "Không cần" not in page
    life = row(one)
    to = reverse("move_directive", args=[one.pk, life.pk, "accept"])
    lacking = minh.post(to, {"version": life.version, "in_charge": "Lan", "own_date": form()["due_on"]})
    assert lacking.status_code == 422 and row(one).state == State.SENT
    given = {name: str(value) for name, value in texts().items()} | {"version": life.version}
    assert minh.post(to, given).status_code == 302
    assert "Xử lý dứt điểm lấn chiếm" not in read(minh.get(reverse("data")))
    assert "vừa được người khác cập nhật" in read(minh.post(
        reverse("move_directive", args=[one.pk, life.pk, "progress"]), given | {"version": 1}))


def test_what_lacks_is_said_at_its_place(cast, client):
    ha, at = signed_in(client, cast.ha), reverse("new_directive")
    for changes, words in (
            ({"title": ""}, "Nhiệm vụ –"), ({"lead": []}, "Chọn ít nhất một đơn vị chủ trì"),
            ({"alone": ""}, "Chọn đơn vị phối hợp, hoặc ghi rõ là không cần"),
            ({"coordinating": [unit("760").pk]}, "Quận 1 đã là đơn vị chủ trì"),
            ({"due_on": "2027-02-06"}, "là ngày nghỉ"), ({"due_on": "2020-01-06"}, "Thời hạn phải từ hôm nay trở đi")):
        answer = ha.post(at, form(**changes))
        assert answer.status_code == 422 and words in read(answer), words
    assert not Directive.objects.exists()


def test_it_is_filled_in_from_what_it_is_about(cast, client):
    ticket = opened()
    ha, at = signed_in(client, cast.ha), reverse("new_directive")
    first = ha.get(at, {"ve": f"phan-anh:{ticket.code}"}).context["form"].initial
    assert first["title"] == f"Xử lý dứt điểm phản ánh {ticket.code}" and first["lead"] == [unit("760").pk]
    assert first["due_on"] == clock.local_day(directed(ticket)), "one working day, by the rule of the city"
    assert ha.post(f"{at}?ve=phan-anh:{ticket.code}", form()).status_code == 302
    made = Directive.objects.get()
    assert made.ticket == ticket and made.listed.count() == 1
    assert ha.get(at, {"ve": "danh-sach:state=open"}).status_code == 200
    for nothing in ("phan-anh:KHONG-CO", "chi-so:khong-co::2026-10", "can-chu-y:rule:1:1", "don-vi:x", "la:x",
                    "chi-so:fires", "chi-so:fires::x", "danh-sach:q=khong-co-gi-nhu-the"):
        assert ha.get(at, {"ve": nothing}).status_code == 404, nothing


def directed(ticket):
    return rulebook().due("directed", category_id=ticket.category_id, urgency=ticket.urgency, needs_several=False,
                          start=timezone.now(), unit_id=ticket.unit_id).at


def test_a_report_shows_the_directives_about_it(cast, client):
    ticket = opened()
    ha = signed_in(client, cast.ha)
    ha.post(f"{reverse('new_directive')}?ve=phan-anh:{ticket.code}", form())
    at = reverse("ticket", args=[ticket.code])
    assert "Xử lý dứt điểm lấn chiếm" in read(signed_in(client, cast.minh).get(at))
    assert "Xử lý dứt điểm lấn chiếm" not in read(signed_in(client, cast.tu).get(at))


def test_strangers_see_nothing(cast, client):
    directive = sent(cast.ha)
    life = row(directive)
    addresses = [reverse("directive", args=[directive.pk])]
    posts = [reverse("move_directive", args=[directive.pk, life.pk, "accept"]),
             reverse("amend_directive", args=[directive.pk]), reverse("recall_directive", args=[directive.pk]),
             reverse("remind_directive", args=[directive.pk])]
    for who in ("khoa", "tu", "quan", "nobody"):
        person = signed_in(client, getattr(cast, who))
        assert {person.get(at).status_code for at in addresses} == {404}, who
        assert {person.post(at, {"version": 1}).status_code for at in posts} == {404}, who
    for who in ("tu", "quan", "nobody"):
        person = signed_in(client, getattr(cast, who))
        assert person.get(reverse("directives")).status_code == 404 == person.get(reverse("new_directive")).status_code


def test_a_unit_sees_its_own_life_and_only_how_many_others(cast, client):
    directive = sent(cast.ha, lead=("760", "778"))
    moved(cast.khoa, row(directive, "778"), "accept")
    page = read(signed_in(client, cast.minh).get(reverse("directive", args=[directive.pk])))
    assert "Còn 1 đơn vị khác cùng nhận" in page and "Phạm Đăng Khoa" not in page


def test_the_board_asks_as_many_questions_however_many_there_are(cast, client, django_assert_max_num_queries):
    signed = signed_in(client, cast.ha)
    sent(cast.ha)
    signed.get(reverse("directives"))
    for _n in range(12):
        sent(cast.ha, lead=("760", "778", "769"))
    with django_assert_max_num_queries(24):
        page = read(signed.get(reverse("directives")))
    assert "0/3 đã tiếp nhận" in page and "3 chưa mở" in page


def test_a_directives_page_asks_as_many_questions_however_many_received_it(cast, client, django_assert_max_num_queries):
    signed, units = signed_in(client, cast.ha), [one.code for one in Unit.objects.in_force().areas()[:20]]
    few, many = sent(cast.ha, lead=units[:2]), sent(cast.ha, lead=units)
    signed.get(reverse("directive", args=[few.pk]))
    with CaptureQueriesContext(connection) as asked:
        signed.get(reverse("directive", args=[few.pk]))
    with django_assert_max_num_queries(len(asked)):
        signed.get(reverse("directive", args=[many.pk]))


def test_the_city_sees_what_units_ask_of_it(cast, client):
    actions.send(actor=by(cast.minh), draft=draft(kind="request", lead=("79",), title="Hỗ trợ máy bơm"))
    page = read(signed_in(client, cast.ha).get(reverse("directives")))
    assert "Phải làm" in page and page.index("Hỗ trợ máy bơm") < page.index("Danh sách")


def test_remind_with_one_press(cast, client):
    directive = sent(cast.ha, lead=("760", "778"))
    taken()
    Notice.objects.update(read_at=timezone.now())
    assert signed_in(client, cast.ha).post(reverse("remind_directive", args=[directive.pk])).status_code == 302
    taken()
    assert Notice.objects.filter(user__in=[cast.lan, cast.minh, cast.khoa], read_at=None).count() == 3


def test_discipline_counts_the_city_as_plainly(cast, client):
    one = actions.send(actor=by(cast.minh), draft=draft(kind="request", lead=("79",))).recipients.get()
    Recipient.objects.filter(pk=one.pk).update(accept_by=timezone.now(), due_at=timezone.now())
    page = read(signed_in(client, cast.phuc).get(reverse("discipline")))
    assert "Thành phố Hồ Chí Minh" in page and "0,0%" in page


def test_a_districts_own_system_asks_the_city_and_another_unit(cast, client):
    q1 = Caller(unit("760"), ["directives:send"])
    asked = {"title": "Sửa đèn tín hiệu giao lộ", "result": "Đèn hoạt động", "due_on": day_ahead().isoformat(),
             "level": "thuong", "lead": ["79"], "coordinating": ["778"]}
    first = q1.post("directives/", asked, Idempotency_Key="kn-1")
    again = q1.post("directives/", asked, Idempotency_Key="kn-1")
    assert first.status_code == again.status_code == 201 and first.json()["id"] == again.json()["id"]
    assert q1.post("directives/", asked | {"title": "Khác"}, Idempotency_Key="kn-1").status_code == 409
    one = Directive.objects.get()
    assert (one.kind, one.sender, one.sender_unit) == ("request", None, unit("760"))
    assert {row["unit"] for row in first.json()["recipients"]} == {"79", "778"}
    page = signed_in(client, cast.minh).get(reverse("directive", args=[one.pk]))
    assert "Hệ thống kết nối" in read(page)
    moved(cast.ha, row(one, "79"), "accept")
    moved(cast.ha, row(one, "79"), "report")
    taken()
    assert Notice.objects.filter(user=cast.minh, code="directive").exists(), "its leader speaks for the unit's system"
    moved(cast.minh, row(one, "79"), "confirm")
    for wrong, field in (({"title": ""}, "title"), ({"lead": ["x"]}, "lead"), ({"lead": "79"}, "lead"),
                         ({"lead": ["760"]}, "lead"), ({"level": "x"}, "level"), ({"due_on": "2020-01-06"}, "due_on"),
                         ({"ticket": "PHA00"}, "ticket"), ({"coordinating": ["79"]}, "coordinating")):
        answer = q1.post("directives/", asked | wrong)
        assert answer.status_code == 422
        assert f"/{field}" in {one["pointer"] for one in answer.json()["errors"]}, (wrong, answer.json())
    assert Caller(unit("760"), ["directives:read"]).post("directives/", asked).status_code == 403
    assert Caller(Unit.objects.city(), ["directives:send"]).post("directives/", asked).status_code == 403
    assert Directive.objects.count() == 1


def test_a_districts_own_system_answers(cast):
    directive = sent(cast.ha, lead=("760", "778"))
    q1 = Caller(unit("760"), ["directives:read", "directives:answer"])
    told = q1.get("directives/").json()["results"]
    assert [one["id"] for one in told] == [directive.pk] and [x["unit"] for x in told[0]["recipients"]] == ["760"]
    answers = f"directives/{directive.pk}/answers/"
    lacking = q1.post(answers, {"verb": "accept"})
    assert lacking.status_code == 422 and "chưa điền" in lacking.json()["detail"]
    given = json.loads(json.dumps({"verb": "accept", "in_charge": "Lan", "plan": "Làm ngay",
                                   "own_date": timezone.localdate().isoformat()}))
    first = q1.post(answers, given, Idempotency_Key="nhan-1")
    again = q1.post(answers, given, Idempotency_Key="nhan-1")
    assert first.status_code == again.status_code == 200 and first.json()["state"] == "accepted"
    assert q1.post(answers, {"verb": "confirm", "text": "x"}).status_code == 403
    assert q1.post(answers, {"verb": "progress", "text": "x", "version": 1}).status_code == 412
    assert Caller(unit("769"), ["directives:read"]).get(f"directives/{directive.pk}/").status_code == 404
