"""Drafts outlive the browser and the outage."""

import uuid

import pytest
from django.db import connection
from django.urls import reverse

from feedback.console import drafts
from feedback.models import Draft
from tests.feedback.calls import keep, send
from tests.feedback.pages import read, signed_in

pytestmark = pytest.mark.django_db


def test_a_draft_outlives_the_browser_and_ends_with_the_save(tu):
    token = uuid.uuid4()
    assert keep(tu, token, body="Đang ghi dở", phone="0900000001").status_code == 200
    assert keep(tu, token, body="Đang ghi dở dang", phone="0900000001").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("SELECT fields FROM feedback_draft")
        assert "ghi" not in cursor.fetchone()[0]
    page = tu.get(reverse("intake"))
    assert "Đang ghi dở dang" in read(page) and "Đã mở lại bản nháp" in read(page)
    assert f'name="draft" value="{token}"' in page.content.decode()
    assert 'value="0900000001"' in page.content.decode()
    assert "body" not in tu.get(reverse("intake"), {"new": "1"}).context["form"].initial
    send(tu, draft=str(token))
    assert not Draft.objects.exists()


def test_drafts_are_listed_and_dropped(tu, cast):
    first, second = uuid.uuid4(), uuid.uuid4()
    keep(tu, first, body="Nháp thứ nhất")
    keep(tu, second, body="Nháp thứ hai")
    assert [d.line for d in drafts.of(cast.tu)] == ["Nháp thứ hai", "Nháp thứ nhất"]
    page = tu.get(reverse("intake"), {"draft": str(first)})
    assert page.context["form"].initial["body"] == "Nháp thứ nhất" and "Nháp thứ hai" in read(page)
    assert tu.post(reverse("draft_drop", args=[first])).status_code == 302
    assert tu.get(reverse("intake"), {"draft": str(first)}).status_code == 404


def test_a_draft_is_its_owners_alone(client, cast):
    token = uuid.uuid4()
    keep(signed_in(client, cast.tu), token, body="Của Tư")
    signed_in(client, cast.sau)
    assert keep(client, token, body="Của Sáu").status_code == 404
    assert drafts.of(cast.sau) == []
    assert "Của Tư" not in read(client.get(reverse("intake")))
    assert client.post(reverse("draft_drop", args=[token])).status_code == 404


def test_a_draft_of_any_size_or_shape_is_answered(tu):
    assert keep(tu, uuid.uuid4(), body="x" * 70_000).json()["errors"]["fields"] == [
        "Bản nháp quá dài, hãy rút gọn nội dung."]
    for body in ("{", '{"fields": 3}'):
        answer = tu.put(reverse("draft_keep", args=[uuid.uuid4()]), body, content_type="application/json")
        assert answer.status_code == 400
