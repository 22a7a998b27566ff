"""Whatever is typed into the forms of the operations centre, the answer is a page or a message."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from coordination.guidance import actions as guidance
from coordination.incidents import actions as incidents
from tests.city import by, unit
from tests.coordination.test_directives import row, sent
from tests.coordination.test_incidents import opening
from tests.coordination.test_pages import form
from tests.feedback.pages import signed_in
from tests.test_no_500 import NASTY

pytestmark = pytest.mark.django_db
ANSWERS = {200, 302, 400, 404, 422}


@pytest.fixture
def places(cast):
    """Every form with what it is usually sent, by the person who may."""
    directive = sent(cast.ha)
    life, one = row(directive), incidents.open_incident(by(cast.ha), opening())
    move = {"version": life.version, "in_charge": "Lan", "plan": "Làm", "own_date": "2027-01-04", "reason": "vì"}
    return [
        (cast.ha, reverse("new_directive"), form()),
        (cast.minh, reverse("move_directive", args=[directive.pk, life.pk, "accept"]), move),
        (cast.ha, reverse("amend_directive", args=[directive.pk]), form(reason="vì", version=1)),
        (cast.ha, reverse("recall_directive", args=[directive.pk]), {"reason": "vì", "version": 1}),
        (cast.ha, reverse("new_incident"), {"title": "Ngập", "severity": 3, "lead": one.lead_id, "playbook": "",
                                            "area": one.area_id, "place": "x", "on_wall": "on", "units": ""}),
        (cast.ha, reverse("set_level"), {"level": 1, "until": "2027-01-04T10:00", "reason": "vì", "ket-thuc": ""}),
        *((cast.ha, reverse("incident_act", args=[one.pk, deed]), {name: "1"}) for deed, name in (
            ("ghi", "text"), ("xong-buoc", "step"), ("gop", "ve"), ("bo-gop", "batch"), ("muc-do", "severity"),
            ("ket-thuc", "review"))),
        *_of_guidance(cast),
        *((cast.sau, reverse("duty_act", args=[deed]), {name: "1"}) for deed, name in (
            ("ghi", "text"), ("ban-giao", "to"), ("ban-giao", "summary"), ("nhan-ca", "x"))),
    ]


def _of_guidance(cast):
    words = {"topic": "centre", "title": "Trực", "body": "Hai ca", "changed": "Thêm", "version": 1}
    one = guidance.publish(by(cast.phuc), words)
    asked = guidance.ask(by(cast.lan), one.pk, "Mấy người?")
    ahead = timezone.now() + timedelta(days=3)
    given = {"guidance": None, "title": "Tập huấn", "starts_at": ahead, "place": "Hội trường"}
    session = guidance.plan(by(cast.phuc), given)
    return [
        (cast.phuc, reverse("new_guidance"), words), (cast.phuc, reverse("renew_guidance", args=[one.pk]), words),
        (cast.phuc, reverse("withdraw_guidance", args=[one.pk]), {"reason": "x"}),
        (cast.lan, reverse("confirm_guidance", args=[one.pk]), {"version": "1"}),
        (cast.lan, reverse("ask_about_guidance", args=[one.pk]), {"text": "x"}),
        (cast.phuc, reverse("answer_about_guidance", args=[one.pk, asked.pk]), {"text": "x"}),
        (cast.phuc, reverse("new_session"), given | {"guidance": one.pk, "starts_at": f"{ahead:%Y-%m-%dT%H:%M}"}),
        (cast.lan, reverse("register_for_session", args=[session.pk]), {"people": "1"}),
        (cast.phuc, reverse("hold_session", args=[session.pk]), {f"came-{unit('760').pk}": "1"}),
        (cast.lan, reverse("attach", args=["guidance", one.pk]), {"attached": "no file"}),
    ]


def test_nonsense_in_every_field_of_every_form(places, client):
    for person, address, usual in places:
        signed = signed_in(client, person)
        for name in usual:
            for nasty in NASTY:
                status = signed.post(address, usual | {name: nasty}).status_code
                assert status in ANSWERS, (address, name, nasty, status)


def test_nonsense_in_every_address(places, client):
    for person, address in ((places[0][0], reverse("new_directive")), (places[-1][0], reverse("new_incident")),
                            (places[0][0], reverse("directives"))):
        signed = signed_in(client, person)
        for kind in ("", "phan-anh:", "danh-sach:", "chi-so:", "chi-so:fires::", "can-chu-y:", "don-vi:", "su-co:"):
            for nasty in NASTY:
                asked = urlencode({name: kind + nasty for name in ("ve", "xem", "don-vi", "q", "trang", "loai")},
                                  errors="replace")
                for query in (asked, urlencode({"ve": kind + nasty}, errors="replace")):
                    assert signed.get(f"{address}?{query}").status_code in ANSWERS, (address, kind, nasty)
