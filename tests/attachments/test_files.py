"""Files beside things: read by who sees the thing, added by who may, gone for a reason, none without its row for long,
no row without its file, in the backup, back again."""

import os
import tarfile
import time
from io import BytesIO
from threading import Barrier, Thread

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import close_old_connections
from django.urls import reverse
from django.utils import timezone

from attachments import owners, packing, safe, storing
from attachments.models import Attachment
from coordination.models import Recipient
from feedback import actions
from tests.attachments import pictures
from tests.city import by, intake
from tests.coordination.test_directives import moved, row, sent

pytestmark = pytest.mark.django_db
ROLES = ["lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan"]


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    settings.ATTACHMENTS = tmp_path / "attachments"


@pytest.fixture
def ticket(cast):
    return actions.open_ticket(actor=by(cast.tu), intake=intake(occurred_at=timezone.now()))


def upload(content=None, name="hố ga.jpg"):
    return SimpleUploadedFile(name, content or pictures.photo(40, 30))


def send(client, person, kind, pk, *files):
    client.force_login(person)
    return client.post(reverse("attach", args=[kind, pk]), {"attached": list(files)})


def kept(kind, pk):
    return storing.of(kind, [pk]).get(pk, [])


@async_to_sync
async def body(answer):
    return b"".join([piece async for piece in answer.streaming_content])


def on_disk():
    return sorted(path.name for path in storing.settings.ATTACHMENTS.glob("*/*"))


def test_attached_shown_and_taken_away(client, cast, ticket):
    answer = send(client, cast.lan, "ticket", ticket.pk, upload(), upload(pictures.PDF, "Công văn.pdf"))
    picture, paper = kept("ticket", ticket.pk)
    assert answer.url == f"{reverse('ticket', args=[ticket.code])}#tep-ticket-{ticket.pk}"
    page = client.get(reverse("ticket", args=[ticket.code])).content.decode()
    assert "Công văn.pdf" in page and reverse("small_attachment", args=[picture.key]) in page
    shown = client.get(reverse("attachment", args=[picture.key]))
    assert body(shown).startswith(b"\xff\xd8\xff") and shown["Content-Disposition"].startswith("inline")
    assert shown["Cache-Control"] == "no-store" and "sandbox" in shown["Content-Security-Policy"]
    assert shown["X-Content-Type-Options"] == "nosniff" and int(shown["Content-Length"]) == picture.size
    assert body(client.get(reverse("small_attachment", args=[picture.key]))).startswith(b"\xff\xd8\xff")
    assert client.get(reverse("attachment", args=[paper.key]))["Content-Disposition"].startswith("attachment")
    assert client.get(reverse("small_attachment", args=[paper.key])).status_code == 404


def test_taken_away_for_a_reason_that_stays(client, cast, ticket, django_capture_on_commit_callbacks):
    send(client, cast.lan, "ticket", ticket.pk, upload())
    (one,) = kept("ticket", ticket.pk)
    client.post(reverse("take_attachment_away", args=[one.key]), {"reason": " "})
    one.refresh_from_db()
    assert one.gone_at is None
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("take_attachment_away", args=[one.key]), {"reason": "Có mặt người dân"})
    one.refresh_from_db()
    assert one.gone_reason == "Có mặt người dân" and one.gone_by == cast.lan and on_disk() == []
    assert client.get(reverse("attachment", args=[one.key])).status_code == 404
    assert "Có mặt người dân" in client.get(reverse("ticket", args=[ticket.code])).content.decode()


def test_each_faulty_file_is_named_and_nothing_is_kept(client, cast, ticket):
    client.force_login(cast.lan)
    files = [upload(), upload(b"<svg/>", "hình.svg"), upload(pictures.bomb(), "bom.png")]
    page = client.post(reverse("attach", args=["ticket", ticket.pk]), {"attached": files}, follow=True).content.decode()
    assert "hình.svg" in page and "bom.png" in page and not kept("ticket", ticket.pk) and on_disk() == []
    page = client.post(reverse("attach", args=["ticket", ticket.pk]), {}, follow=True).content.decode()
    assert "Hãy chọn tệp" in page
    seven = [upload(name=f"{n}.jpg") for n in range(7)]
    page = client.post(reverse("attach", args=["ticket", ticket.pk]), {"attached": seven}, follow=True).content.decode()
    assert "6 tệp" in page and not kept("ticket", ticket.pk)


def test_the_same_file_twice_is_one(client, cast, ticket):
    send(client, cast.lan, "ticket", ticket.pk, upload(), upload(name="lại.jpg"))
    send(client, cast.lan, "ticket", ticket.pk, upload())
    (one,) = kept("ticket", ticket.pk)
    assert len(on_disk()) == 2 and one.has_small  # itself and the small one
    assert len(kept("ticket", ticket.pk)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_file_twice_at_once_is_one(cast, ticket):
    start, found = Barrier(2), []

    def attach():
        start.wait()
        file = safe.made_safe("a.jpg", upload())
        found.extend(storing.keep("ticket", ticket.pk, by(cast.lan), [file]))
        close_old_connections()

    both = [Thread(target=attach) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(found) == 1 and len(kept("ticket", ticket.pk)) == 1 and len(on_disk()) == 2


TICKET = {"lan", "minh", "sau", "tu", "ha", "phuc"}


@pytest.mark.parametrize("name", ROLES)
def test_who_reads_and_adds_at_a_ticket(client, cast, ticket, name):
    storing.keep("ticket", ticket.pk, by(cast.sau), [safe.made_safe("a.jpg", upload())])
    (one,) = kept("ticket", ticket.pk)
    person = getattr(cast, name)
    client.force_login(person)
    sees = client.get(reverse("ticket", args=[ticket.code])).status_code == 200
    for address in ("attachment", "small_attachment"):
        assert client.get(reverse(address, args=[one.key])).status_code == (200 if sees else 404), name
    answer = send(client, person, "ticket", ticket.pk, upload(pictures.photo(50, 50)))
    may = any(move.verb == "note" for move in actions.access.legal_moves(by(person), ticket)) if sees else False
    assert answer.status_code == (302 if may else 404) and len(kept("ticket", ticket.pk)) == (2 if may else 1)
    client.post(reverse("take_attachment_away", args=[one.key]), {"reason": "x"})
    one.refresh_from_db()
    assert (one.gone_at is not None) == (person.role in owners.CLEANS and sees), name


def test_strangers_find_nothing(client, cast, ticket):
    storing.keep("ticket", ticket.pk, by(cast.lan), [safe.made_safe("a.jpg", upload())])
    (one,) = kept("ticket", ticket.pk)
    for name, args in [("attachment", [one.key]), ("small_attachment", [one.key])]:
        assert client.get(reverse(name, args=args)).status_code == 302  # to sign in
    client.force_login(cast.khoa)
    for kind, pk in [("ticket", ticket.pk), ("ticket", 2**62), ("nothing", 1), ("recipient", 2**62), ("centre", 1)]:
        assert client.post(reverse("attach", args=[kind, pk]), {"attached": [upload()]}).status_code == 404


def test_evidence_comes_with_the_result_and_never_changes_behind_its_confirmation(client, cast):
    asked = sent(cast.ha)
    life = row(asked)
    moved(cast.minh, life, "accept")
    client.force_login(cast.minh)
    life.refresh_from_db()
    given = {"version": life.version, "text": "Đã dọn", "evidence": "Ảnh trước và sau"}
    address = reverse("move_directive", args=[asked.pk, life.pk, "report"])
    wrong = client.post(address, given | {"attached": [upload(b"<svg/>", "x.svg")]})
    assert wrong.status_code == 422 and "x.svg" in wrong.content.decode() and "Đã dọn" in wrong.content.decode()
    assert Recipient.objects.get(pk=life.pk).reported_at is None and not kept("recipient", life.pk)
    assert client.post(address, given | {"attached": [upload()]}).status_code == 302
    (proof,) = kept("recipient", life.pk)
    moved(cast.ha, life, "confirm")
    client.post(reverse("take_attachment_away", args=[proof.key]), {"reason": "đổi ý"})
    assert send(client, cast.minh, "recipient", life.pk, upload(pictures.photo(9, 9))).status_code == 404
    assert [one.gone_at for one in kept("recipient", life.pk)] == [None]
    client.force_login(cast.ha)
    assert client.get(reverse("attachment", args=[proof.key])).status_code == 200
    client.force_login(cast.khoa)
    assert client.get(reverse("attachment", args=[proof.key])).status_code == 404


def test_a_full_disk_is_told_and_leaves_nothing_half(client, cast, ticket, monkeypatch):
    monkeypatch.setattr(storing, "SPARED", 2**62)
    client.force_login(cast.lan)
    page = client.post(reverse("attach", args=["ticket", ticket.pk]), {"attached": [upload()]}, follow=True)
    assert "hết chỗ" in page.content.decode() and not kept("ticket", ticket.pk) and on_disk() == []


def test_a_disk_that_ends_in_the_middle(cast, ticket, monkeypatch):
    files = [safe.made_safe(f"{n}.jpg", upload(pictures.photo(20 + n, 20))) for n in range(3)]
    write, count = storing._write, iter(range(9))

    def fails_at_the_fourth(path, content):
        if next(count) == 3:
            raise storing.Full("disk")
        write(path, content)

    monkeypatch.setattr(storing, "_write", fails_at_the_fourth)
    with pytest.raises(storing.Full):
        storing.keep("ticket", ticket.pk, by(cast.lan), files)
    assert not kept("ticket", ticket.pk) and on_disk() == []


def test_no_more_than_so_many(cast, ticket, monkeypatch):
    monkeypatch.setattr(storing, "MOST", 1)
    storing.keep("ticket", ticket.pk, by(cast.lan), [safe.made_safe("a.jpg", upload())])
    with pytest.raises(storing.Full) as full:
        storing.keep("ticket", ticket.pk, by(cast.lan), [safe.made_safe("b.jpg", upload(pictures.photo(9, 9)))])
    assert "gỡ bớt" in full.value.words


def test_what_a_killed_upload_left_is_swept_after_a_day_and_nothing_else(cast, ticket):
    storing.keep("ticket", ticket.pk, by(cast.lan), [safe.made_safe("a.jpg", upload())])
    (one,) = kept("ticket", ticket.pk)
    orphan, young = storing.place(one.key).with_name("ab" * 16), storing.place(one.key).with_name("cd" * 16)
    stranger = storing.place(one.key).with_name("readme.txt")
    for path in (orphan, young, stranger):
        path.write_bytes(b"x")
    old = time.time() - 2 * storing.ORPHANED
    for path in (orphan, stranger, storing.place(one.key), storing.place(one.key, small=True)):
        os.utime(path, (old, old))
    assert storing.sweep() == 1
    assert not orphan.exists() and young.exists() and stranger.exists() and storing.place(one.key).exists()


def test_an_empty_database_takes_no_files_along(cast, ticket):
    """One that is to be restored tomorrow, beside the files of the city."""
    storing.keep("ticket", ticket.pk, by(cast.lan), [safe.made_safe("a.jpg", upload())])
    Attachment.objects.all().delete()
    assert storing.sweep(time.time() + 9 * storing.ORPHANED) == 0 and len(on_disk()) == 2


def test_packed_and_back_and_verified(cast, ticket, tmp_path, settings, capsys):
    files = [safe.made_safe("a.jpg", upload()), safe.made_safe("b.pdf", upload(pictures.PDF))]
    first, second = storing.keep("ticket", ticket.pk, by(cast.lan), files)
    storing.place(second.key).unlink()
    listed = [(one.key, one.has_small) for one in (first, second)]
    told = packing.pack(tmp_path / "x.files", listed, lambda *_words: None)
    assert told == {"count": 2, "pieces": 2, "missing": [second.key.hex]}
    assert (tmp_path / "x.files").stat().st_mode & 0o077 == 0
    settings.ATTACHMENTS = tmp_path / "elsewhere"
    assert packing.unpack(tmp_path / "x.files", 2, lambda *_words: None) == 2
    with pytest.raises(CommandError, match="1 of 2"):
        call_command("verify_attachments")
    assert f"{second.key}) missing" in capsys.readouterr().out
    storing.place(first.key).write_bytes(b"another")
    assert dict(storing.faulty(Attachment.objects.filter(pk=first.pk))) == {first: "changed"}


def test_a_tar_of_an_enemy_writes_nowhere_else(tmp_path):
    with tarfile.open(tmp_path / "x.files", "w") as tar:
        member = tarfile.TarInfo("../../escaped")
        member.size = 1
        tar.addfile(member, BytesIO(b"x"))
    with pytest.raises(ValueError, match="no attached file"):
        packing.unpack(tmp_path / "x.files", 1, lambda *_words: None)
    assert not list(tmp_path.rglob("escaped"))
