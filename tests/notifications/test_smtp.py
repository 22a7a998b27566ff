"""A real conversation with a mail server on a port of its own: what arrives, what is refused, what breaks off."""

import socketserver
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from notifications import sending
from notifications.models import Mail
from tests.notifications.test_mails import SOON, lan, state, waiting

__all__ = ["lan", "waiting"]
pytestmark = pytest.mark.django_db(transaction=True)
State = Mail.State


class Conversation(socketserver.StreamRequestHandler):
    """As much of SMTP (RFC 5321) as takes a mail."""

    def handle(self):
        self._say(b"220 mail.test ESMTP")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self._say(b"354 go on")
                if not self._take():
                    return
            elif word == b"QUIT":
                return self._say(b"221 bye")
            else:
                self._say(self.server.refusal if word == b"RCPT" and self.server.refusal else b"250 ok")

    def _take(self) -> bool:
        lines = []
        while (line := self.rfile.readline()) != b".\r\n":
            lines.append(line)
        self.server.arrived.append(message_from_bytes(b"".join(lines), policy=policy.default))
        if not self.server.breaks:
            self._say(b"250 taken")
        return not self.server.breaks

    def _say(self, words):
        self.wfile.write(words + b"\r\n")


@pytest.fixture
def server(settings):
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Conversation) as server:
        server.arrived, server.refusal, server.breaks = [], b"", False
        threading.Thread(target=server.serve_forever, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.server_address
        settings.EMAIL_USE_TLS, settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = False, "", ""
        yield server
        server.shutdown()


def test_it_arrives(waiting, server):
    assert sending.send_due(timezone.now() + SOON) == 1
    sent = server.arrived[0]
    assert (sent["To"], sent["Auto-Submitted"]) == ("lan@quan1.vn", "auto-generated")
    assert "Dọn kênh & rạch" in sent["Subject"] and "Dọn kênh & rạch" in sent.get_content()
    assert state() == State.SENT


def test_it_is_refused_then_taken(waiting, server):
    server.refusal = b"451 try later"
    sending.send_due(timezone.now() + SOON)
    assert (state(), Mail.objects.get().refusals) == (State.FAILED, 1)
    server.refusal = b""
    assert sending.send_due(Mail.objects.get().next_at) == 1


def test_the_line_breaks_after_the_mail(waiting, server):
    """It did arrive, and is not sent again."""
    server.breaks = True
    sending.send_due(timezone.now() + SOON)
    assert state() == State.UNSURE and len(server.arrived) == 1
    server.breaks = False
    assert sending.send_due(timezone.now() + timedelta(days=2)) == 0 and len(server.arrived) == 1


def test_nobody_answers(waiting, server, settings):
    with socketserver.TCPServer(("127.0.0.1", 0), None) as gone:
        settings.EMAIL_PORT = gone.server_address[1]
    sending.send_due(timezone.now() + SOON)
    assert (state(), Mail.objects.get().refusals) == (State.FAILED, 0)
