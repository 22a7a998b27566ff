"""What is sent is what the description of the API says under `webhooks`."""

import re

import jsonschema_rs
import pytest

from feedback import actions
from feedback.models import Ticket
from hcmc_ioc.openapi import schema
from hooks import hooks
from tests.city import by, unit
from tests.feedback.test_actions import opened
from tests.hooks.conftest import hook_of, note, told

pytestmark = pytest.mark.django_db


def described(message) -> str:
    """The webhook whose description the message fits, headers and body; exactly one."""
    body = {"type": message.type, "timestamp": message.timestamp, "data": message.data}
    return next(iter(_fitting(message.headers, body)))


def _fitting(headers: dict, body: dict) -> list[str]:
    found = [name for name, item in schema()["webhooks"].items() if _fits(item["post"], headers, body)]
    assert len(found) == 1, (found, body)
    return found


def _fits(operation: dict, headers: dict, body: dict) -> bool:
    components = schema()["components"]
    for one in operation["parameters"]:
        named = components["parameters"][one["$ref"].rpartition("/")[2]]
        assert re.search(named["schema"]["pattern"], headers[named["name"].title()]), named["name"]
    wanted = operation["requestBody"]["content"]["application/json"]["schema"] | {"components": components}
    return jsonschema_rs.validator_for(wanted, validate_formats=True).is_valid(body)


def test_every_message_is_as_it_is_described(systems, receiver):
    hook = hook_of(systems.q1, receiver)
    ticket = opened()
    actions.accept(actor=by(), ticket_id=ticket.pk)
    note(ticket, "Gọi 0907 654 321")
    told()
    Ticket.objects.filter(pk=ticket.pk).update(area=None)
    hooks.rotate(hook)
    hooks.test(hook)
    actions.transfer(actor=by(), ticket_id=ticket.pk, unit=unit("778").pk, note="Sai địa bàn")
    told()
    names = {message.type: described(message) for message in receiver.got}
    assert names == {
        "ticket.open": "ticketChanged", "ticket.forward": "ticketChanged", "ticket.accept": "ticketChanged",
        "ticket.note": "ticketChanged", "hook.test": "hookTest", "ticket.left": "ticketLeft",
    }


@pytest.mark.parametrize("wrong", [
    {"type": "hook.burn"}, {"timestamp": "yesterday"}, {"data": {}}, {"data": {"ticket": {"code": "PHA1"}}},
])
def test_what_is_otherwise_fits_nothing(systems, receiver, wrong):
    hook_of(systems.q1, receiver, ["open"])
    opened()
    told()
    (message,) = receiver.got
    body = {"type": message.type, "timestamp": message.timestamp, "data": message.data} | wrong
    with pytest.raises(AssertionError):
        _fitting(message.headers, body)
