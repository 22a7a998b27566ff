"""A hook's secret is changed without a message that its receiver must refuse."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from hooks import hooks
from hooks.models import Hook
from tests.feedback.pages import read, signed_in
from tests.feedback.test_actions import opened
from tests.hooks.conftest import hook_of, is_signed, note, told

pytestmark = pytest.mark.django_db
GUIDE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")
exec(re.search(r"```python\n(.+?)```", GUIDE, re.S)[1])  # noqa: S102 - `is_ours`, as the guide gives it to receivers


def as_the_guide_says(message, secret: str) -> bool:
    headers = {name.lower(): value for name, value in message.headers.items()}
    return is_ours(headers, message.body, secret)  # noqa: F821


def test_both_secrets_sign_for_a_day_then_the_new_one_alone(systems, receiver):
    hook = hook_of(systems.q1, receiver)
    ticket, old = opened(), hook.secret_shown
    new = hooks.rotate(hook)
    told()
    message = receiver.got[-1]
    assert new != old and len(message.headers["Webhook-Signature"].split()) == 2
    for secret in (old, new):
        assert is_signed(message, secret) and as_the_guide_says(message, secret)
    assert not as_the_guide_says(message, "whsec_" + "A" * 44)
    Hook.objects.update(old_until=timezone.now() - timedelta(seconds=1))
    note(ticket)
    told()
    last = receiver.got[-1]
    assert is_signed(last, new) and not is_signed(last, old) and " " not in last.headers["Webhook-Signature"]
    hooks.forget(timezone.now())
    assert Hook.objects.get().old_secret == ""


def test_changed_twice_the_first_one_ends(systems, receiver):
    hook = hook_of(systems.q1, receiver)
    second, third = hooks.rotate(hook), hooks.rotate(hook)
    opened()
    told()
    signs = [is_signed(receiver.got[-1], secret) for secret in (hook.secret_shown, second, third)]
    assert signs == [False, True, True]


def test_how_long_both_serve_is_a_setting(systems, settings):
    settings.HOOKS_OVERLAP_HOURS = 0
    hook = hook_of(systems.q1, "https://nhan.example/")
    hooks.rotate(hook)
    hook.refresh_from_db()
    assert hook.secrets(timezone.now()) == [hook.secret]


def test_a_system_changes_its_own_by_the_api(callers, receiver):
    made = callers.q1.post("hooks/", {"url": receiver.url}).json()
    assert made["old_secret_until"] is None
    changed = callers.q1.post(f"hooks/{made['id']}/rotate/")
    assert changed.status_code == 200 and changed.json()["secret"] != made["secret"]
    shown = callers.q1.get(f"hooks/{made['id']}/")
    assert shown.json()["old_secret_until"] and changed.json()["secret"] not in shown.content.decode()
    assert callers.q3.post(f"hooks/{made['id']}/rotate/").status_code == 404
    opened()
    told()
    assert all(is_signed(receiver.got[-1], secret) for secret in (made["secret"], changed.json()["secret"]))


def test_an_administrator_changes_it_and_sees_the_new_one_once(client, cast, systems, receiver):
    hook = hook_of(systems.q1, receiver)
    signed_in(client, cast.quan)
    answer = client.post(reverse("hook_rotate", args=[hook.pk]))
    secret = re.search(r"data-secret>([^<]+)<", answer.content.decode())[1]
    assert "Khóa mới của" in read(answer) and "no-store" in answer["Cache-Control"]
    page = client.get(reverse("client_hooks", args=[hook.client_id]))
    assert secret not in page.content.decode() and "cả khóa cũ và khóa mới" in read(page)
    opened()
    told()
    assert is_signed(receiver.got[-1], secret) and is_signed(receiver.got[-1], hook.secret_shown)
