"""Open311 as its clients use it: `get`, `codes`, `post`, and what a refusal looks like."""

from urllib.parse import urlencode

from django.test import Client as Browser

CODE = "trat-tu-lan-chiem"
REPORT = {
    "service_code": CODE, "lat": "10.7743", "long": "106.7010", "address_string": "12 Lê Lợi, Quận 1",
    "first_name": "An", "last_name": "Nguyễn Văn", "phone": "0901 234 567", "email": "an@example.vn",
    "description": "Ổ gà lớn trước số 12, gọi 0907 654 321", "device_id": "x", "account_id": "7",
}


def get(path, query=None, **headers):
    return Browser().get(f"/open311/v2/{path}", query or {}, headers=headers)


def codes(query=None):
    answer = get("requests.json", query)
    assert answer.status_code == 200, answer.content
    return [row["service_request_id"] for row in answer.json()]


def post(key="", ending="json", **changes):
    body = {name: value for name, value in (REPORT | {"api_key": key} | changes).items() if value is not None}
    return Browser(enforce_csrf_checks=True).post(
        f"/open311/v2/requests.{ending}", urlencode(body), "application/x-www-form-urlencoded; charset=utf-8")


def refused(answer, status):
    assert answer.status_code == status, answer.content
    errors = answer.json()
    assert errors and all(set(error) == {"code", "description"} and error["code"] == status for error in errors)
    return " ".join(error["description"] for error in errors)
