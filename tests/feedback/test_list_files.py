"""Lists that take long: ordered, written in the background, once, whatever is killed; for nobody else, for a day."""

import io
import warnings
from datetime import timedelta

import openpyxl
import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from accounts import actions as people
from accounts.actors import Actor
from accounts.models import Membership
from feedback import tasks
from feedback.listing import files, jobs
from feedback.models import FilePiece, ListFile
from tests.city import unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened
from tests.feedback.test_listing import crowd  # noqa: F401 - a fixture

pytestmark = pytest.mark.django_db


@pytest.fixture
def small(monkeypatch):
    """Everything is long, and comes in many pieces."""
    monkeypatch.setattr(files, "MOST", 1)
    monkeypatch.setattr(files, "STEP", 7)
    monkeypatch.setattr(jobs, "PIECE", 1000)


def fetched(client, file) -> list[list]:
    answer = client.get(reverse("list_file", args=[file.token]))
    with warnings.catch_warnings(action="ignore"):
        content = b"".join(answer)
    assert len(content) == int(answer["Content-Length"])
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(content))["Danh sách"].values]


def ordered(client, person, query="state=open") -> ListFile:
    signed_in(client, person).post(reverse("list_files"), {"query": query})
    return ListFile.objects.latest("pk")


def test_a_long_list_is_offered_ordered_written_and_fetched(crowd, client, cast, small):  # noqa: F811
    everything = signed_in(client, cast.ha).get(reverse("tickets_file", args=["xlsx"]), follow=True)
    assert "Danh sách này có" in read(everything) and everything.context["page"].query == ""
    answer = client.get(reverse("tickets_file", args=["xlsx"]), {"state": "done"}, follow=True)
    assert "Danh sách này có" in read(answer) and answer.context["page"].query == "state=done"
    file = ordered(client, cast.ha, "state=done")
    assert "đang chờ" in read(client.get(reverse("list_files"), {"part": "1"}))
    tasks.write_files()
    file.refresh_from_db()
    assert (file.done, file.has_failed) == (file.total, False) and file.pieces.count() > 1
    told = read(client.get(reverse("saved_views")))
    assert "Tệp danh sách đã lập xong 1" in told  # on the pages of lists, until it is fetched
    head, *rows = fetched(client, file)
    assert "đã lập xong" not in read(client.get(reverse("saved_views")))
    listed = jobs.listing_of(Actor.person(cast.ha), "state=done").take(None, 1000)
    assert [row[head.index("Mã")] for row in rows] == [ticket.code for ticket in listed]
    assert "Tải về" in read(client.get(reverse("list_files")))


def test_nobody_else_fetches_it(client, cast, small):
    opened()
    opened()
    file = ordered(client, cast.minh)
    address = reverse("list_file", args=[file.token])
    assert client.get(address).status_code == 404  # not yet
    tasks.write_files()
    assert client.get(address).status_code == 200
    for stranger in (cast.lan, cast.ha, cast.khoa, cast.quan):
        assert signed_in(client, stranger).get(address).status_code == 404


def test_in_another_role_it_is_not_there_and_not_written(client, cast, small):
    opened()
    second = Membership.objects.create(user=cast.minh, unit=unit("778"), role="unit_staff", is_active=False)
    written, waiting = ordered(client, cast.minh), None
    tasks.write_files()
    waiting = ordered(client, cast.minh)
    people.switch_membership(user=cast.minh, membership_id=second.pk)
    tasks.write_files()
    waiting.refresh_from_db()
    assert waiting.has_failed and not waiting.pieces.exists()
    cast.minh.refresh_from_db()
    assert signed_in(client, cast.minh).get(reverse("list_file", args=[written.token])).status_code == 404


def test_what_a_killed_worker_left_is_written_again_and_not_for_ever(client, cast, small, monkeypatch):
    opened()
    file = ordered(client, cast.ha)
    real = files.xlsx

    def killed(*_args):
        raise SystemExit

    monkeypatch.setattr(files, "xlsx", killed)
    with pytest.raises(SystemExit):
        tasks.write_files()
    file.refresh_from_db()
    assert (file.begun, file.finished_at) == (1, None)
    monkeypatch.setattr(files, "xlsx", real)
    tasks.write_files()
    assert len(fetched(client, file)) == 2
    again = ordered(client, cast.ha)
    ListFile.objects.filter(pk=again.pk).update(begun=jobs.TRIES)
    tasks.write_files()
    assert "không lập được" in read(client.get(reverse("list_files")))


def test_a_full_disk_is_told_in_the_list(client, cast, small, monkeypatch, caplog):
    opened()
    ordered(client, cast.ha)

    def full(*_args):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files, "xlsx", full)
    tasks.write_files()
    assert "không lập được" in read(client.get(reverse("list_files"))) and "could not be written" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_one_process_writes_at_a_time(client, cast, small):
    opened()
    file = ordered(client, cast.ha)
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [jobs.LOCK])
            tasks.write_files()
            assert not ListFile.objects.get(pk=file.pk).begun
    finally:
        other.close()


def test_too_much_is_refused_with_words(client, cast, small, monkeypatch):
    opened()
    monkeypatch.setattr(jobs, "AT_ONCE", 1)
    ordered(client, cast.ha)
    answer = client.post(reverse("list_files"), {"query": ""}, follow=True)
    assert "hãy chờ xong" in read(answer) and ListFile.objects.count() == 1
    monkeypatch.setattr(jobs, "AT_ONCE", 9)
    monkeypatch.setattr(jobs, "IN_ALL", 1)
    assert "Đã lập 1 tệp" in read(client.post(reverse("list_files"), {"query": ""}, follow=True))
    monkeypatch.setattr(jobs, "LONGEST", 0)
    assert "quá dài" in read(client.post(reverse("list_files"), {"query": ""}, follow=True))


def test_a_file_is_kept_for_a_day(client, cast, small):
    opened()
    file = ordered(client, cast.ha)
    tasks.write_files()
    ListFile.objects.filter(pk=file.pk).update(made_at=timezone.now() - timedelta(hours=25))
    tasks.write_files()
    assert not ListFile.objects.exists() and not FilePiece.objects.exists()
