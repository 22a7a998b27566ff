"""A receiver of webhooks: a real server in a thread that answers as a test says and keeps what it got."""

import base64
import hashlib
import hmac
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import SimpleNamespace

import pytest

from accounts import clients
from accounts.scopes import HOTLINE, SCOPES
from districts.models import Unit
from feedback import actions
from hooks import delivery, hooks, taking
from live import feed
from tests.api.conftest import callers  # noqa: F401 - a fixture
from tests.city import by, unit


class Receiver:
    """`answer` is a status, or a function of the message (a dict) that gives one; every message stands in `got`."""

    def __init__(self):
        self.got, self.answer, self.headers, self.lock = [], 200, {}, threading.Lock()
        self.together = self.most_together = 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                outer.handle(self)

            def log_message(self, *_args):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            block_on_close = False

            def handle_error(self, *_args):
                pass  # the sender hung up

        self.server = Server(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, args=[0.02], daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/in?a=1"

    def handle(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"]))
        with self.lock:
            self.together += 1
            self.most_together = max(self.most_together, self.together)
            message = json.loads(body)
            headers = {name.title(): value for name, value in request.headers.items()}
            self.got.append(SimpleNamespace(headers=headers, body=body, path=request.path, **message))
            answer = self.answer(message) if callable(self.answer) else self.answer
        status = answer() if callable(answer) else answer
        with self.lock:
            self.together -= 1
        request.send_response(status)
        for name, value in ({"Content-Length": "2"} | self.headers).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(b"ok")

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    @property
    def versions(self) -> list[tuple]:
        """What came, in order: (code of the ticket, version of the event)."""
        return [(m.data["ticket"]["code"], m.data.get("version")) for m in self.got]


def is_signed(message, secret: str) -> bool:
    """As a receiver checks it, after the specification alone."""
    headers = {name.lower(): value for name, value in message.headers.items()}
    signed = b".".join([headers["webhook-id"].encode(), headers["webhook-timestamp"].encode(), message.body])
    digest = hmac.new(base64.b64decode(secret[len("whsec_"):]), signed, hashlib.sha256).digest()
    theirs = [part.split(",", 1) for part in headers["webhook-signature"].split()]
    fresh = abs(time.time() - int(headers["webhook-timestamp"])) < 300
    return fresh and ["v1", base64.b64encode(digest).decode()] in theirs


@pytest.fixture
def receiver(settings):
    settings.HOOKS_PRIVATE = True
    made = Receiver()
    yield made
    made.close()


@pytest.fixture
def systems(cast):
    """A client of the unit 760, of 778 and of the city."""
    def client(place):
        return clients.register(name=f"Hệ thống {place.code}", unit=place, scopes=sorted(set(SCOPES) - HOTLINE))[0]

    return SimpleNamespace(q1=client(unit("760")), q3=client(unit("778")), city=client(Unit.objects.city()))


def hook_of(client, receiver, verbs=()):
    made, secret = hooks.make(client, getattr(receiver, "url", receiver), list(verbs))
    made.secret_shown = secret
    return made


def told() -> int:
    """The taker takes, everything due is sent; returns how many messages were tried."""
    feed.take_all(taking.NAME)
    return delivery.send_all()


def note(ticket, words="x"):
    return actions.note(actor=by(), ticket_id=ticket.pk, note=words)
