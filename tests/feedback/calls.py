"""What the tests of the console share: a call as the operator's form sends it, help asked, a draft kept."""

import json
import uuid

from django.urls import reverse

from districts import geo
from districts.geo import h3
from feedback.models import Category, Channel
from tests.city import unit

BEN_THANH = ("10.7725", "106.6980")
POTHOLE = "Mặt đường trước số 12 Lê Lợi có ổ gà lớn, xe máy té hai lần sáng nay."


def call(**changes):
    """A form as the operator would send it; None leaves a field out."""
    given = {
        "phone": "0900 000 001", "name": "Nguyễn Văn An", "body": POTHOLE, "address": "12 Lê Lợi, Quận 1",
        "category": Category.objects.get(code="ha-tang-mat-duong").pk, "area": unit("760").pk,
        "channel": Channel.objects.get(code="phone").pk, "request_id": str(uuid.uuid4()),
    }
    return {k: v for k, v in (given | changes).items() if v is not None}


def send(client, **changes):
    return client.post(reverse("intake"), call(**changes))


def assist(tu, **given):
    return tu.post(reverse("intake_assist"), given)


def keep(client, token, **fields):
    return client.put(reverse("draft_keep", args=[token]), json.dumps({"fields": fields}),
                      content_type="application/json")


def border_point():
    """A point of Quận 1 right beside another unit."""
    for cell in geo.cells("760"):
        lat, lon = h3.cell_to_latlng(cell)
        found = geo.locate(lat, lon)
        if found.unit_code == "760" and found.near_border:
            return f"{lat:.6f}", f"{lon:.6f}"
    raise AssertionError("Quận 1 has no border")
