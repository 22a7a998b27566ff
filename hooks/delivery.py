"""The sending of what is due: hooks side by side, the tickets of a hook side by side, one ticket's events in order."""

import asyncio
import logging
import threading
import time
from collections import deque

from django.db import connection, connections
from django.utils import timezone

from hcmc_ioc.lib import addresses
from hooks import hooks, payload
from hooks.models import Delivery, Hook
from hooks.posting import Answer, Line

PARALLEL = 8  # messages on their way to one hook
SPAN = 5.0  # seconds in which a batch begins messages; the rest of it waits for the next
THREADS = 16  # hooks that one process serves at once
log = logging.getLogger(__name__)
_room = threading.Semaphore(THREADS)


def start() -> None:
    """Send what is due in threads of our own, so that no slow receiver holds up the other work of the background."""
    if _room.acquire(blocking=False):
        try:
            threading.Thread(target=_run, name="hooks").start()
        except RuntimeError:  # the process ends
            _room.release()


def _run() -> None:
    """One hook after the other until nothing is due, while the process lives."""
    try:
        while threading.main_thread().is_alive() and (hook := hooks.claim(timezone.now())):
            start()  # meanwhile somebody else looks for the next
            serve(hook)
    except Exception:
        log.exception("webhooks: sending failed; what was held is sent when its lease has run out")
    finally:
        connections.close_all()
        _room.release()


def send_all() -> int:
    """Here and now, one hook after the other; returns how many messages were tried."""
    tried = 0
    while hook := hooks.claim(timezone.now()):
        tried += serve(hook)
    return tried


def serve(hook: Hook) -> int:
    """One batch of a hook that is held. While it is under way no database connection is kept."""
    rows = hooks.due(hook, timezone.now())
    bodies = payload.bodies(hook, rows)
    wanted = [row for row in rows if row.pk in bodies]
    if not connection.in_atomic_block:
        connection.close()
    answers = _sent(hook, wanted, bodies) if wanted else []
    hooks.settle(hook, answers, [row for row in rows if row.pk not in bodies])
    return len(answers)


def _sent(hook: Hook, rows: list[Delivery], bodies: dict[int, bytes]) -> list[tuple[Delivery, Answer]]:
    """The answers, of as many as there was time for. The name is looked up once for all of them."""
    try:
        target = addresses.read(hook.url)
        found = addresses.resolved(target)
    except ValueError:
        return [(rows[0], Answer("url"))]
    except addresses.Forbidden:
        return [(rows[0], Answer("forbidden"))]
    except OSError:
        return [(rows[0], Answer("name"))]
    secrets = hook.secrets(timezone.now())
    lines = [Line(target, found, secrets) for _ in range(min(PARALLEL, len(rows)))]
    return asyncio.run(_Batch(rows, bodies).sent(lines))


class _Batch:
    def __init__(self, rows: list[Delivery], bodies: dict[int, bytes]):
        self.bodies, self.until, self.in_vain = bodies, time.monotonic() + SPAN, 0
        self.answers: list[tuple[Delivery, Answer]] = []
        of_ticket: dict[tuple, deque[Delivery]] = {}
        for row in rows:
            of_ticket.setdefault(("ticket", row.ticket_id) if row.ticket_id else ("row", row.pk), deque()).append(row)
        self.tickets = deque(of_ticket.values())

    async def sent(self, lines: list[Line]) -> list[tuple[Delivery, Answer]]:
        await asyncio.gather(*(self._send(line) for line in lines))
        for line in lines:
            line.close()
        return self.answers

    async def _send(self, line: Line) -> None:
        """One ticket after the other; of a ticket what failed holds up what follows."""
        while self.tickets and self._goes_on():
            waiting = self.tickets.popleft()
            while waiting and self._goes_on():
                row = waiting.popleft()
                answer = await line.post(row.webhook_id, self.bodies[row.pk])
                self.answers.append((row, answer))
                self.in_vain = self.in_vain + 1 if answer.error else 0
                if answer.error:
                    break

    def _goes_on(self) -> bool:
        """Until the time is over, or nothing gets through: a dead receiver is not tried with all that waits."""
        return time.monotonic() < self.until and self.in_vain < PARALLEL
