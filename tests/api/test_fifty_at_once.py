"""Fifty systems at once on one ticket of the running site, each as a careful program is written: it sends again what
was not answered or was asked to come later, and reads anew where somebody was faster. Nothing is lost or doubled."""

import http.client
import json
import random
import threading
import time
from collections import Counter
from functools import partial

import pytest
from django.conf import settings
from django.db import connection

from accounts import clients
from feedback import actions
from feedback.models import Ticket
from tests import processes
from tests.city import by, unit
from tests.feedback.test_actions import opened
from tests.patience import PATIENCE

pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]
MANY, NOTES = 50, 2
NEXT = 1.0, 3.0  # seconds within which somebody who was too slow tries again, at first and at most
LATER = frozenset({429, 503})


class System:
    """One of them; `acknowledged` are the words that it was told are written down, `seen` how it was answered."""

    def __init__(self, address: str, code: str, number: int):
        client, _secret = clients.register(name=f"Hệ thống {number}", unit=unit("760"),
                                           scopes=["tickets:read", "tickets:write"])
        self.host, self.code, self.number = address.removeprefix("http://"), code, number
        self.chance, self.acknowledged, self.seen = random.Random(number), [], Counter()
        self.headers = {"Authorization": f"Bearer {clients.grant(client)[0]}", "Content-Type": "application/json"}
        self.line = http.client.HTTPConnection(self.host, timeout=PATIENCE)

    def run(self, ready: threading.Barrier) -> None:
        acts = [partial(self.noted, n) for n in range(NOTES)] + [self.reported]
        self.chance.shuffle(acts)
        ready.wait(PATIENCE)
        self.move("start", {}, "start")
        for act in acts:
            act()
        self.line.close()

    def noted(self, n: int) -> None:
        words = f"Ghi chú {n} của {self.number}"
        status, answer = self.move("note", {"note": words}, f"note-{n}")
        assert status == 200, answer
        self.acknowledged.append(words)

    def reported(self) -> None:
        """On the version that was read; where somebody was faster, after a while on what is read then."""
        words, longest = f"Tiến độ của {self.number}", NEXT[0]
        while True:
            status, answer = self.move("report_progress", {"reply": words}, "report", self.version())
            if status == 200:
                return self.acknowledged.append(words)
            assert status == 412 and answer["code"] == "stale", answer
            time.sleep(self.chance.uniform(0, longest))
            longest = min(2 * longest, NEXT[1])

    def version(self) -> int:
        status, _answer, tag = self.asked("GET", f"/api/v1/tickets/{self.code}/")
        assert status == 200
        return int(tag.strip('"'))

    def move(self, verb: str, body: dict, key: str, version: int | None = None) -> tuple[int, dict]:
        headers = {"Idempotency-Key": key} | ({"If-Match": f'"{version}"'} if version else {})
        path = f"/api/v1/tickets/{self.code}/moves/{verb}/"
        if self.chance.random() < 0.1:  # the line breaks before the answer: nobody knows whether it was done
            self.line.request("POST", path, json.dumps(body), self.headers | headers)
            self.line.close()
            self.seen["broken"] += 1
        status, answer, _tag = self.asked("POST", path, json.dumps(body), headers)
        return status, answer

    def asked(self, method: str, path: str, body: str | None = None, headers: dict | None = None) -> tuple:
        while True:
            self.line.request(method, path, body, self.headers | (headers or {}))
            answer = self.line.getresponse()
            text = answer.read()
            self.seen[answer.status] += 1
            if answer.status not in LATER:
                return answer.status, json.loads(text), answer.headers["ETag"]
            time.sleep(float(answer.headers["Retry-After"]))


@pytest.fixture
def address(town, tmp_path):
    database = connection.settings_dict["NAME"]
    settings.EMBEDDED.start(database)
    with processes.site(database, tmp_path, services=("web1",)) as site:
        yield site.address


def test_nothing_is_lost_and_nothing_doubled(address):
    ticket = opened()
    actions.accept(actor=by(), ticket_id=ticket.pk)
    systems, ready = [System(address, ticket.code, number) for number in range(MANY)], threading.Barrier(MANY)
    threads = [threading.Thread(target=system.run, args=[ready]) for system in systems]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seen = sum((system.seen for system in systems), Counter())
    assert not {status for status in seen if isinstance(status, int) and status >= 500}, seen
    assert seen["broken"] and seen[412] and seen[409] == MANY - 1, seen  # it was a crowd, and one was the first
    acknowledged = Counter(words for system in systems for words in system.acknowledged)
    assert len(acknowledged) == MANY * (NOTES + 1) and set(acknowledged.values()) == {1}
    status, told, _tag = systems[0].asked("GET", f"/api/v1/tickets/{ticket.code}/events/")
    events = told["results"]
    assert status == 200 and Counter(event["words"] for event in events if event["words"]) == acknowledged
    assert [event["verb"] for event in events if not event["words"]] == ["open", "forward", "accept", "start"]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert len({event["id"] for event in events}) == len(events)
    assert Ticket.objects.get(pk=ticket.pk).version == len(events)
