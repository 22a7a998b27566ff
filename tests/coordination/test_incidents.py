"""Incidents: steps of a playbook become directives or lines with clocks, reports join and part together, none ends
without a review; the city's level always ends; a shift is handed over only by being accepted; CAP 1.2 as its schema
wants it."""

from datetime import timedelta
from threading import Barrier, Thread
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied
from django.db import close_old_connections
from django.urls import reverse
from django.utils import timezone

from coordination.directives import subjects
from coordination.incidents import actions, duty, levels, on_wall, situation
from coordination.machines.directives import Illegal
from coordination.models import CityLevel, Directive, DutyLine, DutyShift, Incident, LevelChange, Playbook
from districts.models import Unit
from indicators.models import Notice
from tests.city import by, unit
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened

pytestmark = pytest.mark.django_db
REVIEW = "Nguyên nhân: cống nghẹt. Làm tốt: phân luồng nhanh. Phải sửa: máy bơm dự phòng."


def opening(**changes):
    given = {"title": "Ngập nặng đường Cô Bắc", "severity": 3, "lead": unit("760"), "area": unit("760"),
             "place": "Cô Bắc – Đề Thám", "playbook": Playbook.objects.get(code="ngap"), "lat": 10.765, "lon": 106.694}
    return actions.Opening(**given | changes)


def test_a_leaders_playbook_becomes_directives_a_supervisors_lines_with_clocks(cast):
    by_leader = actions.open_incident(by(cast.ha), opening())
    tasks = [step for step in by_leader.steps.all() if step.directive]
    assert len(tasks) == 3 and Directive.objects.filter(about__incident=by_leader.pk).count() == 3
    assert all(step.directive.recipients.get().unit == unit("760") for step in tasks)
    assert tasks[0].directive.recipients.get().due_at == tasks[0].due_at, "to the minute, day and night"
    by_shift = actions.open_incident(by(cast.sau), opening())
    assert not any(step.directive for step in by_shift.steps.all()) and by_shift.steps.count() == 5
    owned = by_shift.steps.get(position=2)
    assert owned.unit == unit("760")
    assert actions.tick(by(cast.lan), owned.pk).done_by == cast.lan
    with pytest.raises(PermissionDenied):
        actions.tick(by(cast.lan), by_shift.steps.get(position=1).pk)
    with pytest.raises(PermissionDenied):
        actions.tick(by(cast.khoa), by_shift.steps.get(position=3).pk)


def test_reports_join_many_at_once_and_part_as_they_came(cast):
    tickets = [opened().pk for _n in range(4)]
    one = actions.open_incident(by(cast.sau), opening(tickets=tickets[:1]))
    assert actions.join(by(cast.sau), one.pk, tickets) == 3, "known ones stay"
    found = situation.of(one, timezone.now())
    assert (found.tickets, found.tickets_open) == (4, 4)
    assert actions.part(by(cast.sau), one.pk, 2) == 3 and one.joined.count() == 1
    assert [line.kind for line in one.lines.all()] == ["opened", "joined", "joined", "parted"]


def test_more_reports_join_from_the_page_and_a_unit_sees_only_its_own_among_them(cast, client):
    own, other = opened(), opened(area="778", lat=None, lon=None, body="Cây đổ chắn đường Huỳnh Tấn Phát.")
    one = actions.open_incident(by(cast.sau), opening())
    at, sau = reverse("incident_act", args=[one.pk, "gop"]), signed_in(client, cast.sau)
    sau.post(at, {"ve": own.code})
    sau.post(at, {"ve": f"danh-sach:q={other.code}"})
    assert one.joined.count() == 2
    assert "Không có phản ánh nào như vậy" in read(sau.post(at, {"ve": "PHA000"}, follow=True))
    page = reverse("incident", args=[one.pk])
    assert own.title in read(sau.get(page)) and other.title in read(sau.get(page))
    seen = read(signed_in(client, cast.lan).get(page))
    assert own.title in seen and other.title not in seen and "2 phản ánh" in seen


@pytest.mark.django_db(transaction=True)
def test_two_who_take_the_shift_or_set_the_level_at_once_are_one(cast):
    until, two = timezone.now() + timedelta(hours=1), CityLevel.objects.get(number=2)
    ready, faults = Barrier(4), []

    def go(work):
        ready.wait()
        try:
            work()
        except Illegal as exc:
            faults.append(exc)
        finally:
            close_old_connections()

    works = [lambda who=who: duty.accept(by(who)) for who in (cast.sau, cast.ha)]
    works += [lambda who=who: levels.set_level(by(who), two, until, "Triều") for who in (cast.sau, cast.ha)]
    threads = [Thread(target=go, args=[work]) for work in works]
    [one.start() for one in threads]
    [one.join() for one in threads]
    assert DutyShift.objects.filter(ended_at=None).count() == 1 == len(faults)
    assert LevelChange.objects.filter(ended_at=None).count() == 1


def test_a_form_sent_again_with_other_words_says_so(cast, client):
    sau, at = signed_in(client, cast.sau), reverse("new_incident")
    given = {"title": "Ngập Cô Bắc", "severity": 3, "lead": unit("760").pk,
             "request_id": "8b8a4b9e-3f6b-4f5e-9df7-1f6d0a5b7f10"}
    sau.post(at, given)
    assert "nội dung sửa sau chưa được gửi" in read(sau.post(at, given | {"title": "Ngập lớn"}, follow=True))
    assert Incident.objects.count() == 1


def test_no_incident_ends_without_a_review(cast):
    one = actions.open_incident(by(cast.sau), opening(on_wall=True))
    with pytest.raises(Illegal):
        actions.close(by(cast.sau), one.pk, "xong")
    closed = actions.close(by(cast.sau), one.pk, REVIEW)
    assert closed.closed_at and not closed.on_wall
    for again in (lambda: actions.join(by(cast.sau), one.pk, []), lambda: actions.note(by(cast.sau), one.pk, "x")):
        with pytest.raises(PermissionDenied):
            again()
    assert "Kết thúc sự cố" in DutyLine.objects.first().text


def test_who_sees_what(cast, client):
    one = actions.open_incident(by(cast.sau), opening(units=[unit("778")]))
    page, lists = reverse("incident", args=[one.pk]), reverse("incidents")
    for who, status in (("ha", 200), ("sau", 200), ("phuc", 200), ("lan", 200), ("khoa", 200), ("tu", 200),
                        ("quan", 404), ("nobody", 404)):
        assert signed_in(client, getattr(cast, who)).get(page).status_code == status, who
    elsewhere = actions.open_incident(by(cast.sau), opening(lead=unit("769"), area=unit("769"), playbook=None))
    assert signed_in(client, cast.lan).get(reverse("incident", args=[elsewhere.pk])).status_code == 404
    assert signed_in(client, cast.lan).get(lists).status_code == 200
    for who in ("lan", "phuc", "tu"):
        person = signed_in(client, getattr(cast, who))
        for at in (reverse("new_incident"), reverse("duty")):
            assert person.get(at).status_code == 404, (who, at)
        for at in (reverse("set_level"), reverse("incident_act", args=[one.pk, "ket-thuc"]),
                   reverse("duty_act", args=["nhan-ca"])):
            answer = person.post(at, {"review": REVIEW, "level": 1})
            assert answer.status_code == 404, (who, at)
    assert Incident.objects.get(pk=one.pk).closed_at is None


def test_from_a_list_of_reports_to_the_closing_review_in_the_pages(cast, client):
    ticket = opened()
    sau = signed_in(client, cast.sau)
    given = {"title": "Ngập Cô Bắc", "severity": 3, "lead": unit("760").pk, "on_wall": "on"}
    assert sau.post(f"{reverse('new_incident')}?ve=phan-anh:{ticket.code}", given).status_code == 302
    one = Incident.objects.get()
    assert one.joined.count() == 1 and one.source["url"] == reverse("ticket", args=[ticket.code])
    assert sau.post(reverse("incident_act", args=[one.pk, "ghi"]), {"text": "Nước rút 10 cm"}).status_code == 302
    assert sau.post(reverse("incident_act", args=[one.pk, "ghi"]), {"text": ""}).status_code == 422
    page = read(sau.get(reverse("incident", args=[one.pk])))
    assert "Nước rút 10 cm" in page and "1 phản ánh của 1 người" in page
    assert "Ngập Cô Bắc, mở lúc" in read(sau.get(reverse("situation", args=[one.pk])))
    assert sau.post(reverse("incident_act", args=[one.pk, "ket-thuc"]), {"review": "ngắn"}).status_code == 422
    assert sau.post(reverse("incident_act", args=[one.pk, "ket-thuc"]), {"review": REVIEW}).status_code == 302
    assert subjects.find(by(cast.ha), f"su-co:{one.pk}").lead == [unit("760")]


def test_the_level_always_ends_and_from_three_a_leader_sets_it(cast, client):
    three, two, until = CityLevel.objects.get(number=3), CityLevel.objects.get(number=2), \
        timezone.now() + timedelta(hours=2)
    with pytest.raises(PermissionDenied):
        levels.set_level(by(cast.sau), three, until, "Triều cường")
    with pytest.raises(Illegal):
        levels.set_level(by(cast.sau), two, timezone.now(), "Triều cường")
    levels.set_level(by(cast.sau), two, until, "Triều cường")
    levels.set_level(by(cast.ha), three, until, "Nước vượt báo động III")
    assert levels.now().level == three and LevelChange.objects.filter(ended_at=None).count() == 1
    assert "Mức 3" in read(signed_in(client, cast.lan).get(reverse("data"))), "on every header"
    assert levels.now(until + timedelta(seconds=1)).level.number == 1
    assert levels.watch(until + timedelta(minutes=1)) and not levels.watch(until + timedelta(minutes=2))


def test_a_shift_is_handed_over_only_by_being_accepted(cast):
    duty.accept(by(cast.sau))
    with pytest.raises(Illegal):
        duty.accept(by(cast.ha))
    with pytest.raises(Illegal):
        duty.offer(by(cast.sau), cast.ha, " ")
    with pytest.raises(Illegal):
        duty.offer(by(cast.sau), cast.lan, "Theo dõi ngập")
    offered = duty.offer(by(cast.sau), cast.ha, "Theo dõi ngập Cô Bắc")
    assert duty.current() == offered and Notice.objects.filter(user=cast.ha, code="duty").exists()
    later = offered.offered_at + timedelta(minutes=20)
    assert duty.watch(later) and not duty.watch(later), "told once"
    taken = duty.accept(by(cast.ha))
    assert duty.current() == taken and DutyShift.objects.filter(ended_at=None).count() == 1
    with pytest.raises(PermissionDenied):
        duty.offer(by(cast.sau), cast.ha, "Không còn ca")


def test_the_wall_is_taken_over_while_an_incident_is_shown(cast):
    city = Unit.objects.city()
    assert on_wall.incidents(city, timezone.now())["is_empty"]
    one = actions.open_incident(by(cast.sau), opening(on_wall=True))
    assert on_wall.incidents(city, timezone.now())["interrupts"]
    assert on_wall.incidents(unit("760"), timezone.now())["incidents"] == [one]
    assert on_wall.incidents(unit("769"), timezone.now())["is_empty"]
    actions.set_severity(by(cast.sau), one.pk, 2, on_wall=False)
    assert not on_wall.incidents(city, timezone.now())["interrupts"]


CAP_ORDER = ["identifier", "sender", "sent", "status", "msgType", "source", "scope", "restriction", "addresses", "code",
             "note", "references", "incidents", "info"]
INFO_ORDER = ["language", "category", "event", "responseType", "urgency", "severity", "certainty", "audience",
              "eventCode", "effective", "onset", "expires", "senderName", "headline", "description", "instruction",
              "web", "contact", "parameter", "resource", "area"]


@pytest.mark.parametrize("is_over", [False, True])
def test_cap_is_what_its_schema_wants(cast, is_over):
    """OASIS CAP 1.2: the sequence of elements, the enumerations, times with an offset, a circle as "lat,lon radius"."""
    one = actions.open_incident(by(cast.sau), opening())
    if is_over:
        one = actions.close(by(cast.sau), one.pk, REVIEW)
    root = ElementTree.fromstring(situation.cap(one, timezone.now(), "https://ioc.example/su-co/1/"))
    assert root.tag == f"{{{situation.CAP}}}alert"
    for parent, order in ((root, CAP_ORDER), (root.find(f"{{{situation.CAP}}}info"), INFO_ORDER)):
        names = [child.tag.rpartition("}")[2] for child in parent]
        assert [order.index(name) for name in names] == sorted(order.index(name) for name in names)
    text = {child.tag.rpartition("}")[2]: child.text for child in root.iter()}
    assert text["status"] == "Actual" and text["msgType"] == ("Update" if is_over else "Alert")
    assert text["scope"] == "Public" and text["certainty"] == "Observed" and text["severity"] == "Severe"
    assert text["urgency"] in ("Immediate", "Expected", "Future", "Past", "Unknown")
    assert text["sent"][-6] in "+-" and len(text["sent"]) == 25
    assert " " not in text["identifier"] and "," not in text["identifier"] + text["sender"]
    assert text["circle"] == "10.76500,106.69400 0.5" and ("references" in text) == is_over
