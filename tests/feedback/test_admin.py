"""The admin of the catalogue: everything opens, nothing is deleted, tickets are not there."""

import pytest

from feedback.models import Category, DeadlineRule

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


def test_tickets_are_not_in_the_admin(town, admin_client):
    assert admin_client.get("/admin/feedback/ticket/").status_code == 404
