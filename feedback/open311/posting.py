"""A report as clients of Open311 send it → a ticket, by the form and the verb that the console uses."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext as _
from rest_framework.exceptions import NotFound

from accounts import keys
from accounts.actors import Actor
from districts import streets
from feedback import actions
from feedback.console.intake import IntakeForm
from feedback.models import Category, Ticket
from feedback.open311.catalogue import in_use
from feedback.open311.door import wrong
from feedback.rules.reasons import full_name
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import IllegalMove

CHANNEL = "open311"
AGAIN = timedelta(minutes=1)  # the same words of the same client within it are one report
FIELDS = ("service_code", "lat", "long", "address_string", "first_name", "last_name", "phone", "email", "description",
          "media_url")
NAMES = {"category": "service_code", "lon": "long", "address": "address_string", "area": "address_string",
         "body": "description", "name": "last_name", "border_ok": "lat"}  # as the form has it → as the standard does


class ReportForm(IntakeForm):
    """What the standard knows beside the fields of a call."""

    email = forms.EmailField(required=False)
    media_url = forms.URLField(required=False, max_length=500, assume_scheme="https")

    @property
    def reporter(self) -> dict:
        return super().reporter | {"email": self.cleaned_data["email"]}


def post(actor: Actor, given: Mapping[str, str], now: datetime) -> Ticket:
    """The ticket made of the report; of the same one sent again within a minute, the first."""
    sent = {name: given.get(name, "").strip() for name in FIELDS}
    category = _category(sent["service_code"])
    form = ReportForm(actor, _data(sent, category, is_of_unit=actor.is_of_unit))
    if not form.is_valid():
        raise wrong({NAMES.get(name, name.strip("_")): " ".join(said) for name, said in form.errors.items()})
    content = hashlib.sha256(json.dumps(sent, sort_keys=True).encode()).hexdigest()
    actor = actor.sending(keys.within(actor, f"open311:{content}", AGAIN), content)
    try:
        return actions.open_ticket(actor=actor, intake=form.intake(now), reporter=form.reporter, remark=_remark(form),
                                   at=now)
    except IllegalMove as refused:
        raise wrong({"service_code": str(refused)}) from refused


def _category(code: str) -> Category:
    if not code:
        raise wrong({"service_code": _("Thiếu service_code.")})
    found = next((row for row in in_use() if row.code == code), None)
    if found is None:
        raise NotFound(_("Không có service_code “%(code)s”.") % {"code": code[:60]})
    return found


def _data(sent: dict[str, str], category: Category, *, is_of_unit: bool) -> dict[str, str]:
    """As the form reads it. Words are optional in the standard: without any, the service says what it is about. Nobody
    can be asked about a point near a border; the ticket keeps that it is one."""
    channel = next((row.pk for row in rulebook().channels.values() if row.code == CHANNEL), 0)
    data = {
        "category": str(category.pk), "channel": str(channel), "body": sent["description"] or full_name(category),
        "name": f"{sent['last_name']} {sent['first_name']}".strip(), "phone": sent["phone"], "email": sent["email"],
        "media_url": sent["media_url"], "address": sent["address_string"], "border_ok": "on",
    }
    return data | _place(sent, is_of_unit)


def _place(sent: dict[str, str], is_of_unit: bool) -> dict[str, str]:
    """The point; else the area that the address names; else that nobody knows the place, and why."""
    if sent["lat"] or sent["long"]:
        return {"lat": sent["lat"], "lon": sent["long"]}
    if not sent["address_string"]:
        raise wrong({"lat": _("Thiếu địa điểm: cần lat và long, hoặc address_string.")})
    if code := area_named_in(sent["address_string"]):
        areas = [unit for unit in rulebook().units.values() if unit.code == code and unit.is_area]
        return {"area": str(max(areas, key=lambda unit: unit.valid_from).pk)}
    if is_of_unit:  # takes what lies in its area alone
        return {}
    return {"no_place": "on", "no_place_reason": _("không tìm thấy địa bàn của địa chỉ đã gửi")}


def area_named_in(address: str) -> str | None:
    """The code of the one area that an address can mean: as a whole, without what ends it (the city, the country), or
    by one of its parts; None where it can mean several or none."""
    parts = [part.strip() for part in address[:300].split(",") if part.strip()]
    texts = [", ".join(parts[:end]) for end in range(len(parts), 0, -1)] + parts[::-1]
    for text in texts[:12]:
        named = {hint.unit_code for hint in streets.suggest_places(text, 50)} if not text.isdecimal() else set()
        if len(named) == 1 and None not in named:
            return named.pop()
    return None


def _remark(form: ReportForm) -> str:
    """What the handlers should know besides."""
    said = form.cleaned_data
    lines = []
    if said.get("no_place"):
        lines.append(_("Không có địa điểm: %(why)s") % {"why": said["no_place_reason"]})
    if said["media_url"]:
        lines.append(_("Ảnh, tệp của người gửi: %(url)s") % {"url": said["media_url"]})
    return "\n".join(lines)
