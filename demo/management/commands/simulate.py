"""`manage.py simulate`: the demo city lives on until SIGTERM or Ctrl-C.

One line when the database or the broker is lost, one when they are back.
"""

import signal
from random import Random
from threading import Event

from django.core.cache import cache
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from django.utils import timezone
from redis.exceptions import RedisError

from demo import cast, seeding
from demo.office import Office
from demo.simulation import Simulator

LOST = (OperationalError, InterfaceError, RedisError, OSError)


class Command(BaseCommand):
    requires_system_checks = []  # needs no pages
    help = "Let citizens call and units work, by the ordinary verbs, at the day's rhythm."

    def add_arguments(self, parser):
        parser.add_argument("--speed", type=float, default=1.0, help="1 is a call every 8 seconds in office hours")
        parser.add_argument("--seed", type=int, help="repeatable chance")

    def handle(self, *args, speed, seed, **options):
        cast.check_city()
        if speed <= 0:
            raise CommandError("--speed must be above 0")
        self.stop = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        self._live(Random(seed), speed)

    def _live(self, rng: Random, speed: float) -> None:
        simulator, is_lost, office = None, False, Office(rng)
        while not self.stop.is_set():
            try:
                self._ask_services()
                if is_lost:
                    self._say("database and broker are back: the city lives on")
                    is_lost = False
                if simulator is None:
                    simulator = self._begin(rng, speed)
                pause = simulator.tick(timezone.localtime())
                office.tick(timezone.now())
            except LOST as exc:
                if not is_lost:
                    self._say(f"waiting for the database or the broker: {str(exc).strip().splitlines()[0]}")
                is_lost, pause = True, 2.0
                connection.close()
            self.stop.wait(pause)

    def _begin(self, rng: Random, speed: float) -> Simulator:
        if not seeding.is_seeded():
            raise CommandError("there is no demo city to live in: run manage.py seed_demo first")
        simulator = Simulator(timezone.localtime(), rng, speed)
        self._say(f"the city lives: about {simulator.level} tickets stay open")
        return simulator

    @staticmethod
    def _ask_services() -> None:
        """Raises one of `LOST` while the database or the broker does not answer."""
        close_old_connections()
        connection.ensure_connection()
        cache.get("simulator")

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
