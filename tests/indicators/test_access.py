"""Who may open and who may send what: every address of numbers, every role, both verbs. What is not written here is a
failure, and so is an address that nobody wrote down."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.actors import Actor
from indicators import definitions, sharing, urls, wanted
from indicators.models import Check, DataSet, DemandedReport, Indicator, IndicatorField, Target, ValueSet
from tests.city import unit
from tests.feedback.pages import signed_in
from tests.indicators.test_definitions import changed
from tests.indicators.test_sharing import person

pytestmark = pytest.mark.django_db
ROLES = ("lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan", "nobody")


@pytest.fixture
def scene(cast):
    """Something at every address: all of Quận 1, where there is an owner."""
    soon = timezone.localdate() + timedelta(days=9)
    restricted = Indicator.objects.get(code="crimes-recorded")
    asked = sharing.ask(person("khoa", cast), restricted, "Đối chiếu", soon)
    proposal = definitions.propose(
        person("phuc", cast), changed("fires", begins="2027-01-01", over_time="max"), "Sửa", soon)
    opinion = definitions.opine(person("khoa", cast), proposal.pk, agrees=False, words="Chưa rõ")
    wish = wanted.ask(Actor.person(cast.khoa), "Số hẻm", "Quy hoạch")
    DataSet.objects.create(code="halls", name_vi="Nhà văn hóa", description_vi="x", owner=unit("760"),
                           access="restricted", field=IndicatorField.objects.first())
    return SimpleNamespace(cast=cast, asked=asked, proposal=proposal, opinion=opinion, wish=wish)


EVERY = {"lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan"}  # with a role
UNITS, OWN, LEADER, ANALYST, NOBODY = {"lan", "minh", "khoa"}, {"lan", "minh"}, {"minh"}, {"phuc"}, set()
CITY = {"ha", "phuc"}  # see the figures of all units
# Who opens the page, who may send to it. A page that takes nothing is the page again when it is sent to.
DOORS = {
    "data": (EVERY, EVERY), "indicator": (EVERY, EVERY), "notices": (EVERY, EVERY), "proposals": (EVERY, EVERY),
    "proposal": (EVERY, EVERY), "data_sets": (EVERY, EVERY), "data_set": (EVERY, EVERY), "quality": (EVERY, EVERY),
    "bell": (EVERY | {"nobody"}, EVERY | {"nobody"}),  # one's own
    "quality_unit": (OWN | CITY, OWN | CITY), "quality_answer": (NOBODY, NOBODY),
    "sharing": (UNITS | {"phuc", "quan"}, UNITS | {"phuc", "quan"}),
    "answer_to_see": (NOBODY, ANALYST), "end_grant": (NOBODY, ANALYST),
    "ask_to_see": (NOBODY, UNITS), "ask_for_data_set": (NOBODY, {"khoa"}),
    "data_requests": (EVERY, UNITS), "vote_for_data": (NOBODY, UNITS), "answer_for_data": (NOBODY, ANALYST),
    "pulls": ({"phuc", "quan"}, {"phuc", "quan"}), "pull_now": (NOBODY, NOBODY), "release_pull": (NOBODY, NOBODY),
    "demanded_reports": (EVERY, ANALYST), "demanded_report": (EVERY, ANALYST), "demanded_line": (NOBODY, ANALYST),
    "new_data_set": (LEADER | ANALYST, LEADER | ANALYST), "edit_data_set": (LEADER | ANALYST, LEADER | ANALYST),
    "bring_data_set": (NOBODY, OWN | ANALYST),
    "new_indicator": (ANALYST, ANALYST), "change_indicator": (ANALYST, ANALYST), "own_indicator": (LEADER, LEADER),
    "judgement": (EVERY, ANALYST), "pivot": (EVERY, EVERY), "league": (EVERY, EVERY), "league_unit": (EVERY, EVERY),
    "league_reply": (NOBODY, NOBODY),
    **{f"{room}{page}": (ANALYST, ANALYST) for room in ("targets", "value_sets", "checks") for page in ("", "_new")},
    "targets_one": (ANALYST, ANALYST), "value_sets_one": (ANALYST, ANALYST), "checks_one": (ANALYST, ANALYST),
    "opine": (NOBODY, UNITS), "decide": (NOBODY, ANALYST), "reply_to_opinion": (NOBODY, ANALYST),
    "subscribe": (NOBODY, EVERY), "subscribe_data_set": (NOBODY, EVERY), "owed": (UNITS, UNITS),
    "sheet": (OWN | CITY, LEADER), "save_cells": (NOBODY, OWN), "sheet_template": (OWN | CITY, OWN | CITY),
    "send_file": (NOBODY, OWN), "staged": (NOBODY, NOBODY),
}


def test_every_address_is_written_down():
    assert {pattern.name for pattern in urls.urlpatterns} == DOORS.keys()


@pytest.mark.parametrize("verb", ["get", "post"])
def test_every_role_finds_the_doors_that_are_its_own(client, scene, verb):
    addresses = {pattern.name: reverse(pattern.name, kwargs=_address(pattern, scene)) for pattern in urls.urlpatterns}
    found = {door: set() for door in addresses}
    for name in ROLES:
        signed_in(client, getattr(scene.cast, name))
        for door, address in addresses.items():
            with transaction.atomic():
                code = getattr(client, verb)(address).status_code
                transaction.set_rollback(True)
            found[door] |= set() if code in (404, 405) else {name}
    wrong = {door: f"{sorted(found[door])} instead of {sorted(DOORS[door][verb == 'post'])}"
             for door in addresses if found[door] != DOORS[door][verb == "post"]}
    assert not wrong


def _address(pattern, scene) -> dict:
    report = DemandedReport.objects.first().code
    usual = {"indicator": "fires", "code": "halls", "slug": "quan-1", "value_set": "monthly-district",
             "period": "2026-10", "number": 1, "pk": 1}
    special = {
        "demanded_report": {"code": report}, "demanded_line": {"code": report}, "answer_to_see": {"pk": scene.asked.pk},
        "end_grant": {"pk": scene.asked.pk}, "proposal": {"pk": scene.proposal.pk}, "opine": {"pk": scene.proposal.pk},
        "decide": {"pk": scene.proposal.pk}, "reply_to_opinion": {"pk": scene.opinion.pk},
        "vote_for_data": {"pk": scene.wish.pk}, "answer_for_data": {"pk": scene.wish.pk},
        "ask_to_see": {"indicator": "crimes-recorded"}, "targets_one": {"pk": Target.objects.first().pk},
        "value_sets_one": {"pk": ValueSet.objects.first().pk}, "checks_one": {"pk": Check.objects.first().pk}}
    return {name: usual[name] for name in pattern.pattern.converters} | special.get(pattern.name, {})


def test_the_hotline_sees_no_sheet_of_a_unit(client, scene):
    """It holds restricted figures too."""
    signed_in(client, scene.cast.tu)
    assert client.get("/so-lieu-phai-gui/monthly-district/quan-1/2026-10/").status_code == 404
    assert client.get("/du-lieu/chat-luong/quan-1/").status_code == 404
