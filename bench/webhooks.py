"""Webhooks: events taken, told and received by a local receiver, per second.

`python -m bench.webhooks` is the receiver, a process of its own: it says its port and answers 200 to everything until
its input ends.
"""

import asyncio
import subprocess
import sys
import time

TOLD = 3000  # events, each of another ticket


def webhooks() -> dict:
    """From the hand-over of `TOLD` events to the last answer: the taker, and the sending as a worker does it."""
    from django.db import transaction

    from accounts import clients
    from districts.models import Unit
    from feedback.models import TicketEvent
    from hooks import delivery, hooks, taking
    from hooks.models import Delivery
    from live import feed

    _nothing_waits()
    client, _secret = clients.register(name="bench", unit=Unit.objects.city(), scopes=["tickets:read", "hooks:write"])
    newest = TicketEvent.objects.filter(verb="open").order_by("-pk").values_list("pk", flat=True)[:TOLD]
    receiver = subprocess.Popen([sys.executable, "-m", "bench.webhooks"], text=True, stdin=subprocess.PIPE,
                                stdout=subprocess.PIPE)
    try:
        hook, _secret = hooks.make(client, f"http://127.0.0.1:{receiver.stdout.readline().strip()}/in", [])
        with transaction.atomic():
            feed.hand("ticket", sorted(newest), wake=False)
        started = time.perf_counter()
        feed.take_all(taking.NAME)
        tried = delivery.send_all()
        seconds = time.perf_counter() - started
        received = Delivery.objects.filter(hook=hook, state=Delivery.State.DELIVERED).count()
    finally:
        receiver.communicate()
    assert tried == received == min(TOLD, len(newest)), (tried, received)
    _nothing_waits()
    return {"per_second": received / seconds}


def _nothing_waits() -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE live_handover, hooks_hook, hooks_delivery")


class Receiver(asyncio.Protocol):
    """As little of a server as HTTP allows: the whole of a request, then 200 on the same connection."""

    def connection_made(self, transport):
        self.transport, self.got = transport, b""

    def data_received(self, data):
        self.got += data
        while (end := self.got.find(b"\r\n\r\n")) >= 0:
            length = int(self.got[:end].lower().split(b"content-length: ")[1].split(b"\r\n")[0])
            if len(self.got) < end + 4 + length:
                return
            self.got = self.got[end + 4 + length:]
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")


async def receive() -> None:
    server = await asyncio.get_running_loop().create_server(Receiver, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(receive())
