"""Maturity: who answers and who reads, what the platform answers itself, levels, gaps, history."""

from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils import timezone

from coordination.centres import connection, maturity
from coordination.models import Answer, Assessment, Change, Criterion, MaturityScale
from tests.city import by, unit
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()
ROLES = ["lan", "minh", "khoa", "tu", "sau", "ha", "phuc", "quan", "nobody"]


def criteria():
    return list(maturity.scale(TODAY).criteria.all())


def asked():
    return [one for one in criteria() if not one.measured]


def answers(upto, evidence="1/BC"):
    return {one.pk: (one.level <= upto, evidence if one.level <= upto else "") for one in criteria()}


def form(upto, **more):
    given = {f"evidence_{one.pk}": "1/BC" for one in asked()}
    return given | {f"met_{one.pk}": "on" for one in asked() if one.level <= upto} | more


def seen(code="760"):
    pk = unit(code).pk
    return connection.measure([pk], timezone.now())[pk]


def assessed(person, upto, kind="self", code="760"):
    return maturity.save(by(person), unit(code), kind, answers(upto), seen(code), submit=True)


@pytest.mark.parametrize("name", ROLES)
def test_who_may_ask_for_what(cast, client, name):
    signed_in(client, getattr(cast, name))
    see_levels, own = {"lan", "minh", "khoa", "sau", "ha", "phuc"}, {"lan", "minh", "sau", "ha", "phuc"}
    place = "quan-1"
    reads = [(reverse("maturity"), see_levels), (reverse("unit_maturity", args=[place]), own),
             (reverse("assess_maturity", args=[place, "self"]), {"lan", "minh"}),
             (reverse("assess_maturity", args=[place, "other"]), {"phuc"}),
             (reverse("assess_maturity", args=[place, "khac"]), set())]
    for address, allowed in reads:
        assert client.get(address).status_code == (200 if name in allowed else 404), (name, address)
    writes = [("self", "save", {"lan", "minh"}), ("self", "submit", {"minh"}), ("other", "submit", {"phuc"})]
    for kind, act, allowed in writes:
        answer = client.post(reverse("assess_maturity", args=[place, kind]), form(1, act=act))
        assert answer.status_code == (302 if name in allowed else 404), (name, kind, act)
    given = {"level": "3", "by": f"{TODAY.year + 1}-06-30"}
    answer = client.post(reverse("maturity_target", args=[place]), given)
    assert answer.status_code == (302 if name == "phuc" else 404)


def test_others_see_the_level_and_no_evidence(cast, client):
    maturity.save(by(cast.minh), unit("760"), "self", answers(2, "Biên bản mật"), seen(), submit=True)
    page = read(signed_in(client, cast.khoa).get(reverse("maturity")))
    assert "Quận 1" in page and "Biên bản mật" not in page
    assert client.get(reverse("unit_maturity", args=["quan-1"])).status_code == 404
    assert "Biên bản mật" in read(signed_in(client, cast.lan).get(reverse("unit_maturity", args=["quan-1"])))


def test_what_is_measured_is_answered_by_the_platform(cast):
    """Whatever the form says: nobody of the unit was ever here."""
    row = assessed(cast.minh, 5)
    signed = Criterion.objects.get(code="people-signed")
    told = row.answers.get(criterion=signed)
    assert told.is_computed and not told.is_met and "chưa lần nào" in told.evidence
    get_user_model().objects.filter(pk=cast.lan.pk).update(last_login=timezone.now())
    told = assessed(cast.minh, 0).answers.get(criterion=signed)
    assert told.is_computed and told.is_met


def test_a_level_is_reached_when_every_dimension_has_it(cast):
    every = criteria()
    met = {one.pk for one in every if one.level <= 3}
    assert maturity.level(every, met) == 3
    lacking = next(one for one in every if one.level == 2 and one.dimension == "people")
    assert maturity.level(every, met - {lacking.pk}) == 1
    assert maturity.levels(every, met - {lacking.pk})["data"] == 3
    assert maturity.lacking(every, met - {lacking.pk}, 3) == [lacking]
    assert maturity.level(every, set()) == 0


def test_what_is_met_needs_its_evidence(cast, client):
    signed_in(client, cast.minh)
    first = asked()[0]
    given = form(5, act="submit") | {f"evidence_{first.pk}": " "}
    answer = client.post(reverse("assess_maturity", args=["quan-1", "self"]), given)
    assert answer.status_code == 422 and "cần căn cứ" in read(answer)
    assert not Assessment.objects.exists()
    with pytest.raises(ValueError, match="evidence"):
        maturity.save(by(cast.minh), unit("760"), "self", answers(5, ""), seen(), submit=True)


def test_a_new_assessment_keeps_the_old_one(cast, client):
    first = assessed(cast.minh, 1)
    kept = set(first.answers.values_list("criterion", "is_met"))
    signed_in(client, cast.minh)
    client.post(reverse("assess_maturity", args=["quan-1", "self"]), form(4, act="save"))
    client.post(reverse("assess_maturity", args=["quan-1", "self"]), form(4, act="submit"))
    assert Assessment.objects.filter(submitted_at__isnull=False).count() == 2
    assert not Assessment.objects.filter(submitted_at=None).exists()
    assert set(Answer.objects.filter(assessment=first).values_list("criterion", "is_met")) == kept
    assert Change.objects.filter(about="maturity").count() == 3


def test_both_views_stand_side_by_side(cast, client):
    assessed(cast.minh, 5)
    assessed(cast.phuc, 0, "other")
    page = read(signed_in(client, cast.ha).get(reverse("unit_maturity", args=["quan-1"])))
    assert "hai bên khác nhau" in page and "Còn thiếu để đạt mức 1" in page
    standing, = maturity.standings([unit("760")], TODAY)
    assert standing.level == 0  # the independent one counts


def test_a_target_shows_its_gap(cast):
    maturity.aim(by(cast.phuc), unit("760"), 3, TODAY + timedelta(days=90))
    standing, = maturity.standings([unit("760")], TODAY)
    assert (standing.target.level, standing.gap) == (3, 3)
    with pytest.raises(PermissionError):
        maturity.aim(by(cast.minh), unit("760"), 2, TODAY)


def test_an_edition_counts_from_its_day(cast):
    scale = MaturityScale.objects.get()
    later = MaturityScale.objects.create(code="2031", name_vi="Bộ sau", valid_from=TODAY + timedelta(days=1))
    assert maturity.scale(TODAY) == scale
    assert maturity.scale(TODAY + timedelta(days=1)) == later
