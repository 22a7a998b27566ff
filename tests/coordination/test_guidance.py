"""Guidance: versions that never change, read anew by every unit, questions that all see, sessions with who came."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone, translation

from coordination.guidance import access, actions, pages, telling
from coordination.machines.directives import Illegal
from coordination.models import Guidance, GuidanceQuestion, GuidanceReceipt, GuidanceSession
from indicators.models import Notice
from tests.attachments import pictures
from tests.city import by, unit

pytestmark = pytest.mark.django_db
WORDS = {"topic": "centre", "title": "Vận hành trung tâm điều hành", "body": "Bước 1\n\nBước 2",
         "changed": "Thêm bước 2"}
EVERYBODY = {"lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan"}
READ, GIVE, OF_UNIT = {"lan", "minh", "khoa", "sau", "ha", "phuc"}, {"phuc"}, {"lan", "minh", "khoa"}


@pytest.fixture
def given(cast):
    return actions.publish(by(cast.phuc), WORDS)


def told(person):
    return [telling.words(one) for one in Notice.objects.filter(user=person, code="guidance").order_by("at")]


def planned(cast, **changes):
    given = {"guidance": None, "title": "Tập huấn", "starts_at": timezone.now() + timedelta(days=2),
             "place": "Hội trường"}
    return actions.plan(by(cast.phuc), given | changes)


def test_every_version_stays_and_is_read_anew(cast, given):
    actions.confirm(by(cast.lan), given.pk, 1)
    actions.confirm(by(cast.minh), given.pk, 1)
    receipt = GuidanceReceipt.objects.get(unit=unit("760"))
    assert receipt.user == cast.lan  # who said so first
    renewed = actions.renew(by(cast.phuc), given.pk, 1, WORDS | {"body": "Khác hẳn"})
    assert [(one.number, one.body) for one in renewed.versions.all()] == [(2, "Khác hẳn"), (1, WORDS["body"])]
    assert pages.one(by(cast.lan), renewed)["may_confirm"] and not pages.one(by(cast.phuc), renewed)["read"]
    with pytest.raises(Illegal, match="bản mới"):
        actions.confirm(by(cast.lan), given.pk, 1)  # the page is older than what is in force
    with pytest.raises(Illegal, match="Người khác"):
        actions.renew(by(cast.phuc), given.pk, 1, WORDS)
    actions.confirm(by(cast.lan), given.pk, 2)
    context = pages.one(by(cast.phuc), renewed)
    assert [one.code for one, _receipt in context["read"]] == ["760"] and "778" in [u.code for u in context["unread"]]


@pytest.mark.django_db(transaction=True)
def test_two_new_versions_at_once_are_told(cast, given):
    start, faults = Barrier(2), []

    def renew():
        start.wait()
        try:
            actions.renew(by(cast.phuc), given.pk, 1, WORDS)
        except Illegal as fault:
            faults.append(str(fault))
        close_old_connections()

    both = [Thread(target=renew) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(faults) == 1 and Guidance.objects.get().version == 2 and given.versions.count() == 2


def test_who_is_told(cast, given):
    assert told(cast.lan) == ["Hướng dẫn mới: “Vận hành trung tâm điều hành”."] and not told(cast.ha)
    actions.renew(by(cast.phuc), given.pk, 1, WORDS)
    assert told(cast.khoa) == ["Hướng dẫn “Vận hành trung tâm điều hành” có bản mới: cần đọc lại."]
    question = actions.ask(by(cast.lan), given.pk, "Cần bao nhiêu người?")
    assert "hỏi về hướng dẫn" in told(cast.phuc)[0]
    actions.answer(by(cast.phuc), question.pk, "Ba người một ca.")
    assert any("đã được trả lời" in words for words in told(cast.lan)) and len(told(cast.khoa)) == 1
    session = planned(cast)
    actions.register(by(cast.lan), session.pk, 2)
    actions.register(by(cast.khoa), session.pk, 0)
    actions.cancel(by(cast.phuc), session.pk)
    assert any("đã hủy" in words for words in told(cast.lan))
    assert not any("đã hủy" in words for words in told(cast.khoa))  # who does not come need not know


def test_a_question_is_answered_once_for_all(client, cast, given):
    question = actions.ask(by(cast.lan), given.pk, "Cần bao nhiêu người?")
    with pytest.raises(PermissionDenied):
        actions.answer(by(cast.minh), question.pk, "Tự trả lời")
    actions.answer(by(cast.phuc), question.pk, "Ba người một ca.")
    with pytest.raises(Illegal, match="đã được trả lời"):
        actions.answer(by(cast.phuc), question.pk, "Bốn người.")
    client.force_login(cast.khoa)
    page = client.get(reverse("guidance", args=[given.pk])).content.decode()
    assert "Cần bao nhiêu người?" in page and "Ba người một ca." in page


def test_withdrawn_for_a_reason_nobody_has_to_read_it(cast, given):
    actions.withdraw(by(cast.phuc), given.pk, "Thay bằng quy chế mới")
    given.refresh_from_db()
    assert given.withdrawal == "Thay bằng quy chế mới" and not pages.one(by(cast.lan), given)["asks"]
    for deed in (lambda: actions.confirm(by(cast.lan), given.pk, 1), lambda: actions.ask(by(cast.lan), given.pk, "?"),
                 lambda: actions.renew(by(cast.phuc), given.pk, 1, WORDS),
                 lambda: actions.withdraw(by(cast.phuc), given.pk, "lại")):
        with pytest.raises(Illegal, match="thôi áp dụng"):
            deed()


def test_a_session_from_invitation_to_who_came(client, cast, time_machine):
    with pytest.raises(Illegal, match="phía trước"):
        planned(cast, starts_at=timezone.now() - timedelta(minutes=1))
    session = planned(cast)
    actions.register(by(cast.lan), session.pk, 3)
    actions.register(by(cast.minh), session.pk, 2)  # the last word of the unit
    with pytest.raises(Illegal, match="chưa bắt đầu"):
        actions.hold(by(cast.phuc), session.pk, {})
    time_machine.move_to(session.starts_at + timedelta(hours=3))
    with pytest.raises(Illegal, match="đã bắt đầu"):
        actions.register(by(cast.khoa), session.pk, 1)
    client.force_login(cast.phuc)
    wrong = client.post(reverse("hold_session", args=[session.pk]), {f"came-{unit('778').pk}": "năm"}, follow=True)
    assert "chưa ghi gì" in wrong.content.decode() and not session.units.exclude(came=None).exists()
    client.post(reverse("hold_session", args=[session.pk]), {f"came-{unit('778').pk}": "4"})
    came = {row.unit.code: (row.people, row.came) for row in session.units.all()}
    assert came == {"760": (2, 0), "778": (0, 4)} and GuidanceSession.objects.get().held_at
    with pytest.raises(Illegal, match="đã diễn ra"):
        actions.cancel(by(cast.phuc), session.pk)
    assert pages.attended([unit("760").pk, unit("778").pk]) == {unit("760").pk: 0, unit("778").pk: 1}


WALK = [  # address, arguments, what is posted (None: looked at), who may
    ("guidances", "", None, READ), ("guidance", "g", None, READ), ("session", "s", None, READ),
    ("new_guidance", "", None, GIVE), ("renew_guidance", "g", None, GIVE), ("new_session", "", None, GIVE),
    ("new_guidance", "", WORDS, GIVE), ("renew_guidance", "g", WORDS | {"version": 1}, GIVE),
    ("withdraw_guidance", "g", {"reason": "x"}, GIVE), ("confirm_guidance", "g", {"version": "1"}, OF_UNIT),
    ("ask_about_guidance", "g", {"text": "Hỏi"}, OF_UNIT), ("answer_about_guidance", "gq", {"text": "Đáp"}, GIVE),
    ("register_for_session", "s", {"people": "1"}, OF_UNIT), ("hold_session", "s", {}, GIVE),
    ("cancel_session", "s", {}, GIVE),
]


@pytest.mark.parametrize("name, args, posted, allowed", WALK, ids=[f"{row[0]}-{row[2] is None}" for row in WALK])
def test_who_may_what(client, cast, given, name, args, posted, allowed):
    session = planned(cast)
    question = actions.ask(by(cast.lan), given.pk, "Hỏi")
    number = {"g": given.pk, "s": session.pk, "q": question.pk}
    address = reverse(name, args=[number[one] for one in args])
    assert client.get(address).status_code in (302, 405)  # nobody signed in
    for person in EVERYBODY:
        client.force_login(getattr(cast, person))
        answer = client.get(address) if posted is None else client.post(address, posted)
        assert (answer.status_code != 404) == (person in allowed), person


def test_by_the_pages(client, cast, settings, tmp_path):
    settings.ATTACHMENTS = tmp_path
    client.force_login(cast.phuc)
    assert client.post(reverse("new_guidance"), WORDS | {"title": ""}).status_code == 422
    file = SimpleUploadedFile("Quy chế.pdf", pictures.PDF)
    answer = client.post(reverse("new_guidance"), WORDS | {"attached": [file]})
    made = Guidance.objects.get()
    assert answer.url == reverse("guidance", args=[made.pk])
    client.force_login(cast.lan)
    page = client.get(answer.url).content.decode()
    assert "Quy chế.pdf" in page and "Bước 2" in page and "Đơn vị đã đọc" in page
    client.post(reverse("confirm_guidance", args=[made.pk]), {"version": "1"})
    assert "xác nhận đã đọc" in client.get(answer.url).content.decode()
    faulty = client.post(reverse("ask_about_guidance", args=[made.pk]), {"text": ""})
    assert faulty.status_code == 422 and not GuidanceQuestion.objects.exists()
    old = client.post(reverse("confirm_guidance", args=[made.pk]), {"version": "x"}, follow=True)
    assert "bản mới" in old.content.decode()
    listed = client.get(reverse("guidances")).content.decode()
    assert "đã đọc" in listed
    with translation.override("en"):
        assert told(cast.lan) == ["New guidance: “Vận hành trung tâm điều hành”."]


def test_lists_ask_as_often_for_fifty_as_for_two(client, cast):
    def asked():
        with CaptureQueriesContext(connection) as count:
            client.get(reverse("guidances"))
        return len(count)

    client.force_login(cast.phuc)
    client.get(reverse("guidances"))
    for number in range(2):
        actions.publish(by(cast.phuc), WORDS | {"title": f"Số {number}"})
    asked()
    few = asked()
    for number in range(30):
        made = actions.publish(by(cast.phuc), WORDS | {"title": f"Nữa {number}"})
        actions.confirm(by(cast.lan), made.pk, 1)
    assert asked() == few


def test_units_without_people_are_not_waited_for(cast):
    assert {one.code for one in access.units()} >= {"760", "778"}
    assert all(one.kind != "city" for one in access.units())
