"""Fill a database of the bench: `python -m bench.fill --tickets N [--fresh]`, `DATABASE_URL` names the database.

Twenty-six months of tickets through the bulk verbs, by two processes, without secondary indexes until the end. The
last two weeks hold the same open tickets whatever N is: a bigger database is a longer history of the same city, and
what grows with it is what the bench asks for. A database that was filled is used again.
"""

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import lru_cache
from multiprocessing import get_context
from random import Random

import django
from django.db import connection

OPEN = 2500
MONTHS = 26
CHUNK = 4000
PROCESSES = 2
INDEXLESS_FROM = 100_000


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tickets", type=int, required=True)
    options = parser.parse_args()
    started = time.monotonic()
    prepare()
    fill(options.tickets)
    from bench.console import bar, say
    from dashboards.figures.rebuild import rebuild

    rebuild(lambda done, total: bar("Counting the figures", done, total))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_row (id bigserial PRIMARY KEY, words text, at timestamptz DEFAULT now())")
        cursor.execute("CREATE TABLE bench_filled (tickets int, last_ticket bigint)")
        cursor.execute("INSERT INTO bench_filled SELECT %s, max(id) FROM feedback_ticket", [options.tickets])
        cursor.execute("VACUUM ANALYZE")
    say(f"{options.tickets:,} tickets in {time.monotonic() - started:.0f} s")


def prepare():
    """Tables, units, rules and people."""
    from django.core.management import call_command

    from tests import city

    call_command("migrate", verbosity=0)
    city.load()
    city.make_cast()


def fill(tickets: int) -> None:
    from bench.console import bar

    now = datetime.now().astimezone().replace(microsecond=0)
    settled = max(0, tickets - OPEN)
    chunks = [(low, min(low + CHUNK, settled)) for low in range(0, settled, CHUNK)]
    connection.close()  # nothing of ours is shared with the children
    with without_indexes(tickets), ProcessPoolExecutor(PROCESSES, get_context("fork"), _begin_child) as pool:
        jobs = [pool.submit(write_settled, low, high, settled, now) for low, high in chunks]
        jobs.append(pool.submit(write_open, min(tickets, OPEN), now))
        done = 0
        for job in as_completed(jobs):
            done += job.result()
            bar("Bench tickets", done, tickets)


@contextmanager
def without_indexes(tickets: int):
    """Large fills drop the indexes that hold no promise, and build them over the whole table at the end."""
    found = []
    with connection.cursor() as cursor:
        if tickets >= INDEXLESS_FROM:
            cursor.execute(
                "SELECT indexname, indexdef FROM pg_indexes JOIN pg_index ON indexrelid = indexname::regclass "
                "WHERE tablename LIKE 'feedback_%' AND NOT indisunique"
            )
            found = cursor.fetchall()
            for name, _definition in found:
                cursor.execute(f'DROP INDEX "{name}"')
    connection.close()
    yield
    from bench.console import bar

    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE feedback_factchange")  # the rebuild counts from the tickets
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for done, (_name, definition) in enumerate(found, 1):
            cursor.execute(definition)
            bar("Building indexes", done, len(found))
        cursor.execute("ANALYZE")


def _begin_child():
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        cursor.execute("SET session_replication_role = replica")  # every reference is ours: no row asks for it again


class Maker:
    """What a process needs to make stories: catalogue, places, people."""

    def __init__(self):
        from accounts.actors import Actor
        from accounts.models import User
        from districts.models import Unit
        from feedback.models import Category, Channel
        from feedback.rules.rulebook import rulebook
        from tests.city import CAST

        self.book = rulebook()
        self.areas = list(Unit.objects.in_force().areas())
        self.categories = list(Category.objects.filter(parent__isnull=False, is_active=True))
        self.channels = list(Channel.objects.values_list("pk", flat=True))
        people = User.objects.in_bulk(CAST, field_name="username")
        self.hotline, self.staff = Actor.person(people["tu"]), Actor.person(people["lan"])
        self.job = Actor.system("demo")
        self.lan = people["lan"].pk

    def story(self, at: datetime, chance: Random):
        """A report received at `at`, routed and promised."""
        from bench import words
        from districts import geo
        from feedback.bulk import Story
        from feedback.rules.lifecycle import Intake

        area = self.areas[int(len(self.areas) * chance.random() ** 1.3)]
        category = self.categories[int(len(self.categories) * chance.random() ** 1.6)]
        street = chance.choice(streets_named(area.code))
        lat, lon = geo.random_point(area.code, chance)
        intake = Intake(
            category_id=category.pk, channel_id=chance.choice(self.channels[:5]), occurred_at=at,
            body=words.body(chance, chance.choice(_subjects(category)), street, area.name_vi),
            address=f"{int(400 * chance.random()) + 1} {street}, {area.name_vi}", area_id=area.pk,
            lat=round(lat, 6), lon=round(lon, 6), unit_source="footprint", urgency=category.urgency,
            needs_several=category.needs_several, is_public=category.is_public,
        )
        caller = words.person(chance, int(400_000 * chance.random() ** 1.5))
        return Story.open(intake, book=self.book, actor=self.hotline, reporter=caller)


@lru_cache(maxsize=100)
def streets_named(code: str) -> list[str]:
    """The streets of a unit as sentences name them."""
    from districts import streets

    return [s if s.startswith("Đường") else f"đường {s}" for s in streets.streets_of(code)] or ["đường nội bộ"]


def _subjects(category) -> list[str]:
    return [word.strip() for word in category.keywords.split(",") if word.strip()] or [category.name_vi.lower()]


@lru_cache(maxsize=1)
def _maker() -> Maker:
    return Maker()


def write_settled(low: int, high: int, total: int, now: datetime) -> int:
    """Tickets `low` … `high` of a history of `total`, answered and closed."""
    from bench import words
    from feedback import bulk

    maker, chance = _maker(), Random(low)
    start, span = now - timedelta(days=30 * MONTHS), timedelta(days=30 * MONTHS, hours=-6)
    stories = []
    for number in range(low, high):
        at = start + span * ((number + chance.random()) / total)
        story = maker.story(at, chance)
        took = min(timedelta(hours=chance.lognormvariate(3.6, 1.0)), (now - at) * 0.9)
        give = {"book": maker.book}
        if chance.random() < 0.02:
            story.then("reject", at + took, actor=maker.hotline, reply=words.REPLIES[1], **give)
        else:
            story.then("accept", at + took * 0.2, actor=maker.staff, **give)
            story.then("resolve", at + took, actor=maker.staff, reply=chance.choice(words.REPLIES), **give)
            if now - at > timedelta(days=3):
                story.then("close", at + took * 1.05, actor=maker.hotline, **give)
            if chance.random() < 0.15:
                score = chance.choice((5, 5, 5, 4, 4, 3, 1))
                story.then("rate", at + took * 1.08, actor=maker.hotline, score=score, **give)
        stories.append(story)
    return bulk.write(stories, job=maker.job, zone=maker.book.zone, wake=False)


def write_open(count: int, now: datetime) -> int:
    """The tickets that are being worked on, most of them young."""
    from feedback import bulk

    maker, chance = _maker(), Random("open")
    stories = []
    for _number in range(count):
        at = now - timedelta(days=14) * chance.random() ** 1.5
        story = maker.story(at, chance)
        rest, luck, give = now - at, chance.random(), {"book": maker.book, "actor": maker.staff}
        if luck < 0.02:
            story.then("send_back", at + rest * 0.3, note="Không thuộc địa bàn.", **give)
        elif luck > 0.3:
            story.then("accept", at + rest * 0.2, **give)
            if luck > 0.6:
                story.then("start", at + rest * 0.4, **give)
            if luck > 0.95:
                story.then("ask_citizen", at + rest * 0.6, reply="Xin cho biết thêm vị trí.", **give)
        stories.append(story)
    stories.sort(key=lambda story: story.life.ticket.occurred_at)
    return bulk.write(stories, job=maker.job, zone=maker.book.zone, wake=False)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.settings")
    django.setup()
    main()
