"""Data sets: brought as files, explained, read in pieces, shared as their owner says."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import access, datasets, saying, sharing
from indicators.models import Column, DataSet, DataSetVersion, GrantedReading, IndicatorField, Notice
from tests.city import unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
ROWS = b"code,name,seats,opened\n01,Nh\xc3\xa0 v\xc4\x83n h\xc3\xb3a A,120,2020-05-01\n02,B,80,2021-07-15\n"


@pytest.fixture
def halls(cast):
    return DataSet.objects.create(
        code="halls", name_vi="Nhà văn hóa", description_vi="Các nhà văn hóa.", owner=unit("760"),
        field=IndicatorField.objects.first())


def bring(cast, data_set, content=ROWS, name="halls.csv", who="minh"):
    return datasets.bring(Actor.person(getattr(cast, who)), data_set, name, io.BytesIO(content))


def test_a_first_file_makes_the_dictionary(cast, halls):
    found = bring(cast, halls)
    assert [(one.head, one.kind) for one in found.columns] == [
        ("code", "text"), ("name", "text"), ("seats", "number"), ("opened", "day")], "a code keeps its leading zero"
    assert list(datasets.rows_of(found.version)) == [
        ["01", "Nhà văn hóa A", "120", "2020-05-01"], ["02", "B", "80", "2021-07-15"]]
    assert list(datasets.rows_of(found.version, 1, 5)) == [["02", "B", "80", "2021-07-15"]]


def test_who_follows_a_data_set_is_told_of_each_version(cast, halls, client):
    signed_in(client, cast.khoa)
    follow = reverse("subscribe_data_set", args=[halls.code])
    client.post(follow)
    assert "Thôi theo dõi" in read(client.get(halls.get_absolute_url()))
    datasets.subscribe(cast.minh, halls, is_wanted=True)  # who brings it needs no notice
    bring(cast, halls)
    bring(cast, halls)
    (told,) = Notice.objects.all()
    assert (told.user, told.code) == (cast.khoa, "data_set") and "có phiên bản mới" in saying.notice(told)
    client.post(follow, {"off": "1"})
    bring(cast, halls, ROWS.replace(b"80", b"90"))
    assert Notice.objects.count() == 1


def test_the_same_rows_again_are_no_new_version(cast, halls):
    bring(cast, halls)
    assert not bring(cast, halls).is_new
    assert bring(cast, halls, ROWS.replace(b"80", b"90")).version.number == 2
    assert list(datasets.rows_of(DataSetVersion.objects.get(number=1)))[1][2] == "80", "the first one stays"


@pytest.mark.parametrize(("content", "said"), [
    (ROWS.replace(b"80", b"t\xc3\xa1m"), "Dòng 3, cột “seats”: “tám” không phải là số"),
    (ROWS.replace(b"2021-07-15", b"15/07/2021"), "Dòng 3, cột “opened”"),
    (ROWS.replace(b"seats", b"places"), "Tệp thiếu cột “seats”"),
    (b"", "Tệp không có dòng"),
    (ROWS[:-12], "Dòng 3 có"),
    (ROWS.replace(b"name", b"na\0me"), "ký tự lạ"),
])
def test_a_file_that_does_not_fit_is_refused_as_a_whole(cast, halls, content, said):
    bring(cast, halls)
    with pytest.raises(datasets.Refused, match=said):
        bring(cast, halls, content)
    assert DataSetVersion.objects.count() == 1


def test_pages_show_bring_and_explain(client, cast, halls):
    signed_in(client, cast.minh)
    page = reverse("data_set", args=["halls"])
    sent = client.post(reverse("bring_data_set", args=["halls"]), {"file": SimpleUploadedFile("h.csv", ROWS)})
    assert sent.url == reverse("edit_data_set", args=["halls"]), "the dictionary is to be explained"
    assert "Nhà văn hóa A" in read(client.get(page))
    table = b"".join(client.get(page + "?tep=csv").streaming_content).decode("utf-8-sig")
    assert table.splitlines()[1].startswith("01,")
    assert b"".join(client.get(page + "?tep=json").streaming_content).startswith(b'[{"code": "01"')
    assert b"".join(client.get(page + "?tep=xlsx").streaming_content)[:2] == b"PK"
    assert client.get(page + "?tep=csv&ban=9").status_code == 404
    assert "Nhà văn hóa" in read(client.get(reverse("data_sets") + "?q=van+hoa"))


def test_personal_data_is_never_open(client, cast, halls):
    bring(cast, halls)
    signed_in(client, cast.minh)
    columns = list(Column.objects.filter(data_set=halls))
    given = {"name_vi": halls.name_vi, "description_vi": "x", "field": halls.field_id, "owner": halls.owner_id,
             "is_shared": "on", "access": "open", "answer_days": 5, "c-TOTAL_FORMS": 4, "c-INITIAL_FORMS": 4}
    for place, column in enumerate(columns):
        given |= {f"c-{place}-id": column.pk, f"c-{place}-kind": column.kind}
    answer = client.post(reverse("edit_data_set", args=["halls"]), given | {"c-1-is_personal": "on"})
    assert "dữ liệu cá nhân" in read(answer) and not Column.objects.filter(is_personal=True).exists()
    client.post(reverse("edit_data_set", args=["halls"]), given | {"c-1-is_personal": "on", "access": "restricted"})
    assert Column.objects.filter(is_personal=True).count() == 1
    assert client.post(reverse("edit_data_set", args=["halls"]), given).status_code == 200, "taken back, it could be"


def test_restricted_rows_are_asked_for_and_their_reading_is_logged(client, cast, halls):
    bring(cast, halls)
    DataSet.objects.update(access="restricted")
    halls.refresh_from_db()
    page = reverse("data_set", args=["halls"])
    signed_in(client, cast.khoa)
    assert "Nhà văn hóa A" not in read(client.get(page)) and client.get(page + "?tep=csv").status_code == 404
    until = timezone.localdate() + timedelta(days=30)
    client.post(reverse("ask_for_data_set", args=["halls"]), {"purpose": "Đối chiếu", "until": until.isoformat()})
    asked = halls.access_requests.get()
    assert asked.answer_by == timezone.localdate() + timedelta(days=5)
    assert Notice.objects.filter(user=cast.minh, code="access_asked").exists()
    sharing.answer(Actor.person(cast.minh), asked.pk, until=until)
    assert "Nhà văn hóa A" in read(client.get(page))
    assert GrantedReading.objects.filter(grant=asked, user=cast.khoa).exists()
    signed_in(client, cast.minh)
    assert "Nhà văn hóa" in read(client.get(reverse("sharing")))


def test_who_lets_a_request_wait_is_reminded_once(cast, halls):
    DataSet.objects.update(access="restricted")
    halls.refresh_from_db()
    asked = sharing.ask(Actor.person(cast.khoa), halls, "Đối chiếu", timezone.localdate() + timedelta(days=9))
    sharing.remind(timezone.now())
    assert not Notice.objects.filter(code="access_late").exists()
    late = timezone.now() + timedelta(days=6)
    for _time in range(2):
        sharing.remind(late)
    assert Notice.objects.get(code="access_late").user == cast.minh
    sharing.answer(Actor.person(cast.minh), asked.pk, until=None, reason="Không")
    Notice.objects.all().delete()
    sharing.remind(late)
    assert not Notice.objects.exists()


def test_what_is_not_shared_names_its_reason_and_shows_nothing(client, cast, halls):
    bring(cast, halls)
    DataSet.objects.update(is_shared=False, unshared_reason="Đang rà soát")
    signed_in(client, cast.khoa)
    assert "Đang rà soát" in read(client.get(reverse("data_sets")))
    page = read(client.get(reverse("data_set", args=["halls"])))
    assert "Nhà văn hóa A" not in page
    assert client.get(reverse("data_set", args=["halls"]) + "?tep=csv").status_code == 404
    assert client.post(reverse("ask_for_data_set", args=["halls"]), {}).status_code == 404
    signed_in(client, cast.minh)
    assert "Nhà văn hóa A" in read(client.get(reverse("data_set", args=["halls"])))


def test_only_the_owner_keeps_it(client, cast, halls):
    signed_in(client, cast.khoa)
    assert client.get(reverse("edit_data_set", args=["halls"])).status_code == 404
    assert client.post(reverse("bring_data_set", args=["halls"]),
                       {"file": SimpleUploadedFile("h.csv", ROWS)}).status_code == 404
    with pytest.raises(PermissionError):
        bring(cast, halls, who="khoa")
    clerk = Actor.person(cast.lan)
    assert access.may_bring(clerk, halls) and not access.may_keep(clerk, unit("760").pk)
    assert not access.may_bring(Actor.person(cast.ha), halls), "a leader of the city reads"
