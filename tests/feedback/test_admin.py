"""The admin of the catalogue: everything opens, nothing is deleted, tickets are not there."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from feedback.models import Category, DeadlineRule
from tests.city import unit

pytestmark = pytest.mark.django_db
PAGES = ["category", "channel", "deadlinerule", "routingrule"]


@pytest.mark.parametrize("page", PAGES)
def test_lists_and_forms_open(town, admin_client, page):
    assert admin_client.get(f"/admin/feedback/{page}/").status_code == 200
    assert admin_client.get(f"/admin/feedback/{page}/add/").status_code == 200


def test_rows_are_switched_off_never_deleted_and_keep_their_code(town, admin_client):
    row = Category.objects.get(code="ha-tang-via-he")
    assert admin_client.post(f"/admin/feedback/category/{row.pk}/delete/", {"post": "yes"}).status_code == 403
    form = {"code": "khac", "name_vi": row.name_vi, "name_en": row.name_en, "position": row.position,
            "parent": row.parent_id, "urgency": "normal", "keywords": "", "is_public": "on"}
    assert admin_client.post(f"/admin/feedback/category/{row.pk}/change/", form).status_code == 302
    row.refresh_from_db()
    assert (row.code, row.is_active) == ("ha-tang-via-he", False)


def test_a_rule_is_changed_for_what_comes(town, admin_client):
    row = DeadlineRule.objects.get(code="result-2025")
    page = admin_client.get(f"/admin/feedback/deadlinerule/{row.pk}/change/").content.decode()
    assert "Quy chế phối hợp 1022" in page


def test_a_rule_that_has_begun_can_only_be_ended(town, admin_client):
    row = DeadlineRule.objects.get(code="result-2025")
    before = (row.amount, row.valid_from, row.position)
    form = {"amount": 60, "amount_unit": "minutes", "kind": "result", "position": 1, "code": row.code, "urgency": "",
            "valid_from": "2020-01-01", "valid_to": timezone.localdate().isoformat(), "note": "Thay bằng quy định mới"}
    assert admin_client.post(f"/admin/feedback/deadlinerule/{row.pk}/change/", form).status_code == 302
    row.refresh_from_db()
    assert (row.amount, row.valid_from, row.position) == before and row.valid_to == timezone.localdate()
    long_ago = admin_client.post(f"/admin/feedback/deadlinerule/{row.pk}/change/", form | {"valid_to": "2025-12-31"})
    assert "trước hôm qua" in long_ago.content.decode()


@pytest.mark.parametrize(("changed", "field"), [
    ({"amount": 0}, "amount"), ({"amount": 999999}, "amount"), ({"valid_from": "2020-01-01"}, "valid_from"),
])
def test_a_new_rule_counts_something_and_nothing_backwards(town, admin_client, changed, field):
    form = {"code": "moi", "position": 500, "kind": "result", "amount": 5, "amount_unit": "working_days",
            "valid_from": timezone.localdate().isoformat(), "urgency": ""}
    refused = admin_client.post("/admin/feedback/deadlinerule/add/", form | changed)
    assert refused.context["adminform"].form.errors[field]
    assert admin_client.post("/admin/feedback/deadlinerule/add/", form).status_code == 302
    assert DeadlineRule.objects.filter(code="moi").exists()


def test_who_worked_where_is_ended_not_deleted(cast, admin_client):
    page = admin_client.get(f"/admin/accounts/user/{cast.lan.pk}/change/").content.decode()
    assert 'name="memberships-0-valid_to"' in page and "memberships-0-DELETE" not in page


def test_tickets_are_not_in_the_admin(town, admin_client):
    assert admin_client.get("/admin/feedback/ticket/").status_code == 404


def test_a_unit_is_not_above_itself(cast):
    """The line of units above it, and the tree below it, would never end."""
    q1, below = unit("760"), unit("778")
    below.parent = q1
    below.save()
    for parent in (q1, below):
        q1.parent = parent
        with pytest.raises(ValidationError) as refused:
            q1.full_clean()
        assert "parent" in refused.value.error_dict


def test_a_rule_does_not_end_before_it_begins(cast):
    rule = DeadlineRule.objects.get(code="result-2025")
    rule.valid_from, rule.valid_to = date(2026, 11, 26), date(2026, 11, 25)
    with pytest.raises(ValidationError):
        rule.full_clean()
