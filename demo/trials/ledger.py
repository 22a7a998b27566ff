"""A ledger of every acknowledged write, while parts of the site are killed and stand still: each is there exactly once.

Writers come by both doors: operators' forms, sent again by impatient hands, and other systems with keys. Each sends a
write until it is answered. What is in the database afterwards is compared with what was answered, one by one.
"""

import json
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass, field
from email.message import Message
from http.cookiejar import CookieJar
from pathlib import Path
from random import Random
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlencode, urlsplit
from urllib.request import HTTPCookieProcessor, Request, build_opener
from uuid import uuid4

from django.urls import reverse

from demo.trials.site import PROGRAMS, SERVERS, Site, frozen, killed
from feedback.models import JournalEntry, Ticket, TicketEvent

PATIENCE = 20  # seconds for one answer
PAUSE = 0.1  # seconds before it is sent again
NOTES = 3  # between accepting and resolving
OPENED = ("open", "forward")  # what is written when a report is recorded whose unit a rule names
Line = tuple[str, str, str]  # (code, verb, words)


@dataclass
class Ledger:
    """What was acknowledged by whom; `refused` are answers that no trouble explains."""

    mark: str = field(default_factory=lambda: f"Sổ {uuid4().hex[:8]}")  # in the words of every report of this trial
    lines: list[Line] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    def differences(self) -> list[str]:
        """One line per write that is lost, done too often, or was never asked for; per gap in a ticket's history; per
        change that the journal lacks or has twice."""
        events = TicketEvent.objects.filter(ticket__body__startswith=self.mark).order_by("ticket_id", "version")
        found = list(events.values_list("ticket_id", "ticket__code", "version", "verb", "text__words"))
        asked, done = Counter(self.lines), Counter((code, verb, words or "") for _, code, _, verb, words in found)
        wrong = [f"lost: {line}" for line in (asked - done).elements()]
        wrong += [f"done too often: {line}" for line in (done - asked).elements()]
        versions = Counter((ticket, version) for ticket, _, version, *_ in found)
        for pk, last in Ticket.objects.filter(body__startswith=self.mark).values_list("pk", "version"):
            if not all(versions[pk, number] for number in range(1, last + 1)):
                wrong.append(f"a gap in the history of ticket {pk}")
        told = Counter(JournalEntry.objects.filter(ticket__body__startswith=self.mark).values_list("ticket", "version"))
        keys = versions | told
        return wrong + [f"in the journal {told[key]} times: {key}" for key in keys if told[key] != (key in versions)]


class Writer(threading.Thread, ABC):
    """Writes one after another until it is `ended`; each is sent again until it is answered."""

    def __init__(self, ledger: Ledger, site: Site, number: int) -> None:
        super().__init__(name=f"writer-{number}", daemon=True)
        self.ledger, self.site, self.number = ledger, site, number
        self.chance, self.ended, self.written = Random(number), threading.Event(), 0
        self.opener = build_opener(HTTPCookieProcessor(CookieJar()))

    def run(self) -> None:
        try:
            while not self.ended.is_set():
                self.work()
        except Exception as error:  # noqa: BLE001 - told by the thread that judges
            self.ledger.refused.append(f"{self.name}: {error!r}")

    @abstractmethod
    def work(self) -> None:
        """Some writes, each until it is answered."""

    def note(self, code: str, *verbs: str, words: str = "") -> None:
        self.ledger.lines += [(code, verb, words) for verb in verbs]

    def words(self) -> str:
        self.written += 1
        return f"{self.ledger.mark} {self.number}-{self.written}: lấn chiếm vỉa hè"

    def ask(self, path: str, body: bytes | None, headers: dict[str, str]) -> tuple[int, bytes, Message]:
        """(status, answer, headers); 503 where nothing came back."""
        request = Request(f"{self.site.address}{path}", body, headers)  # noqa: S310 - our own address
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                return answer.status, answer.read(), answer.headers
        except HTTPError as refused:
            with suppress(OSError):
                return refused.code, refused.read(), refused.headers
        except OSError:
            pass
        return 503, b"", Message()


class Refused(Exception):
    """An answer that repeating does not mend."""


def _known(status: int, text: bytes) -> None:
    """Whether this answer may come on a bad day: everything else is a fault of the site."""
    if status not in (401, 429, 503):
        raise Refused(f"{status} {text[:300].decode(errors='replace')}")


class OtherSystem(Writer):
    """A district's own system: whole lives of tickets by the API, every write with a key."""

    def __init__(self, ledger: Ledger, site: Site, number: int, client: tuple[str, str]) -> None:
        super().__init__(ledger, site, number)
        self.client, self.token = client, ""

    def work(self) -> None:
        report = {"body": self.words(), "category": "trat-tu-lan-chiem", "area": "760", "address": "12 Lê Lợi"}
        code = self.send("/tickets/", report)["code"]
        self.note(code, *OPENED)
        self.move(code, "accept", {})
        for number in range(self.chance.randrange(NOTES)):
            self.move(code, "note", {"note": f"Ghi chú {number}"})
        self.move(code, "resolve", {"reply": "Đơn vị đã xử lý xong."})

    def move(self, code: str, verb: str, given: dict) -> None:
        self.send(f"/tickets/{code}/moves/{verb}/", given)
        self.note(code, verb, words=next(iter(given.values()), ""))

    def send(self, path: str, body: dict) -> dict:
        key = str(uuid4())
        while True:
            headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json",
                       "Idempotency-Key": key}
            status, text, _headers = self.ask(f"/api/v1{path}", json.dumps(body).encode(), headers)
            if status in (200, 201):
                return json.loads(text)
            _known(status, text)
            if status == 401:
                self.renew()
            time.sleep(PAUSE)

    def renew(self) -> None:
        given = dict(zip(("client_id", "client_secret"), self.client, strict=True))
        form = urlencode(given | {"grant_type": "client_credentials"}).encode()
        status, text, _headers = self.ask("/api/v1/token/", form, {})
        if status == 200:
            self.token = json.loads(text)["access_token"]


class Operator(Writer):
    """Somebody at the console, whose form is sent again until the page goes on."""

    def __init__(self, ledger: Ledger, site: Site, number: int, account: tuple[str, str], fields: dict) -> None:
        super().__init__(ledger, site, number)
        self.account, self.fields = account, fields

    def work(self) -> None:
        form = self.fields | {"body": self.words(), "request_id": uuid4(), "draft": uuid4()}
        while True:
            status, text, headers = self.post(reverse("intake"), form)
            if status == 204:
                saved = parse_qs(urlsplit(headers["HX-Redirect"]).query)["saved"]
                return self.note(saved[0], *OPENED)
            if status == 200 or status == 403:  # led to the page of signing in, or its form is of another session
                self.sign_in()
            else:
                _known(status, text)
            time.sleep(PAUSE)

    def sign_in(self) -> None:
        self.ask(reverse("sign_in"), None, {})
        self.post(reverse("sign_in"), dict(zip(("username", "password"), self.account, strict=True)))

    def post(self, path: str, form: dict) -> tuple[int, bytes, Message]:
        jar = next(one.cookiejar for one in self.opener.handlers if isinstance(one, HTTPCookieProcessor))
        token = next((cookie.value for cookie in jar if cookie.name == "ioc_csrf"), "")
        headers = {"X-CSRFToken": token or "", "Origin": self.site.address, "HX-Request": "true"}
        return self.ask(path, urlencode(form).encode(), headers)


def troubles(site: Site, rng: Random, *, servers: bool) -> dict[str, Callable]:
    """What may happen, by name; `servers`: also to PostgreSQL and Valkey, where they are ours."""
    parts = (*PROGRAMS, *site.others, *(SERVERS if servers else ()))
    found = {f"{name} killed": lambda name=name: killed(site, name) for name in parts}
    found |= {f"{name} frozen": lambda name=name: frozen(site, name) for name in parts}
    found["two killed"] = lambda: killed(site, *rng.sample(parts, 2))
    return found | {"all killed": lambda: killed(site, *parts)}


def behind(store: Path, ledger: Ledger, seconds: float) -> list[str]:
    """What the store of a system that follows the changes lacks of this trial's tickets, given so long to read."""
    mine = {code for code, *_ in ledger.lines}
    ours = dict(Ticket.objects.filter(body__startswith=ledger.mark).values_list("code", "version"))
    begun, theirs = time.monotonic(), {}
    while theirs != ours and time.monotonic() - begun < seconds:
        time.sleep(PAUSE)
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(store)) as rows:
            read = dict(rows.execute("SELECT code, version FROM tickets"))
            theirs = {code: version for code, version in read.items() if code in mine}
    return [f"the reader's store has {theirs.get(code)} of {code}, not {ours.get(code)}"
            for code in sorted(ours | theirs) if theirs.get(code) != ours.get(code)]
