"""Rows of the two ways without HTTP, for `bench.direct`: the board of directives, the search for what exists already,
notices. All of it is taken back at the end."""

import time
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from bench.table import quantile

RECIPIENTS, UNITS = 3574, 80  # Sài Gòn Giải Phóng, November 2025: tasks in 135 days, agencies
REGISTERS, TURNS, EVENTS = 7, 40, 2_000  # 10,500 items


def two_way() -> dict:
    """Milliseconds of a leader's and a unit's board and of one directive with all these recipients, of the search for
    candidates (median and slowest), and notices per second with their e-mails."""
    from accounts.models import User
    from coordination import loading

    with transaction.atomic():
        loading.load_city("hcmc")
        people = User.objects.in_bulk(["ha", "minh"], field_name="username")
        events = _directives(people["ha"])
        found = {"boards": _boards(people), "search": _search(), "notices": _notices(events)}
        transaction.set_rollback(True)
    return found


def _directives(sender) -> list[int]:
    """Open lives, all of them; the first directive went to every unit. Returns the ids of their events."""
    from coordination.models import Directive, DirectiveEvent, Level, Recipient
    from districts.models import Unit

    now, level = timezone.now(), Level.objects.order_by("rank").first()
    units = list(Unit.objects.in_force().exclude(kind__in=["city", "unassigned"]).order_by("pk")[:UNITS])
    city = Unit.objects.city()
    _people(units)
    made = Directive.objects.bulk_create([
        Directive(level=level, sender=sender, sender_unit=city, title=f"Nhiệm vụ {place}", result="Báo cáo kết quả",
                  due_at=now + timedelta(days=place % 40 - 10), sent_at=now - timedelta(days=place % 30))
        for place in range(RECIPIENTS - len(units) + 1)])
    to = [(made[0], unit) for unit in units] + [(one, units[n % len(units)]) for n, one in enumerate(made[1:])]
    states = ("sent", "accepted", "in_progress", "reported")
    rows = Recipient.objects.bulk_create([
        Recipient(directive=one, unit=unit, state=states[place % 4], accept_by=one.sent_at, due_at=one.due_at,
                  asked_at=one.sent_at, accepted_at=one.sent_at if place % 4 else None)
        for place, (one, unit) in enumerate(to)])
    events = DirectiveEvent.objects.bulk_create([
        DirectiveEvent(directive=row.directive, recipient=row, verb="remind", actor_kind="system", at=now)
        for row in rows[:EVENTS]])
    return [event.pk for event in events]


def _people(units) -> None:
    """Two in each unit, whom notices and e-mails are for."""
    from accounts.models import Membership, User

    made = User.objects.bulk_create([
        User(username=f"bench-{unit.pk}-{place}", email=f"bench-{unit.pk}-{place}@example.vn", password="x")  # noqa: S106
        for unit in units for place in range(2)])
    Membership.objects.bulk_create([
        Membership(user=person, unit=units[place // 2], role=("unit_leader", "unit_staff")[place % 2],
                   valid_from="2020-01-01") for place, person in enumerate(made)])


def _boards(people: dict) -> dict:
    from django.test import Client

    from coordination.models import Directive

    every = f"/chi-dao/{Directive.objects.order_by('pk').filter(title='Nhiệm vụ 0').latest('pk').pk}/"
    asked = {"leader": ("ha", "/chi-dao/"), "unit": ("minh", "/chi-dao/"), "directive": ("ha", every)}
    found = {}
    for name, (person, address) in asked.items():
        client = Client(SERVER_NAME="localhost")
        client.force_login(people[person])
        samples = []
        for _turn in range(TURNS // 4 + 2):
            begun = time.perf_counter()
            answer = client.get(address)
            samples.append(time.perf_counter() - begun)
            assert answer.status_code == 200, (address, answer.status_code)
        found[name] = 1000 * quantile(samples[2:], 0.5)
    return found


def _search() -> dict:
    from coordination.investments import likeness, trial
    from coordination.models import Item
    from districts.models import Unit

    now, unit = timezone.now(), Unit.objects.in_force().order_by("pk").first()
    made = [one for seed in range(REGISTERS) for one in trial.register(1_500, 150, seed, now.date())]
    items = Item.objects.bulk_create(trial.as_items(made, unit.pk, now), batch_size=2_000)
    samples = []
    for item in items[::len(items) // TURNS]:
        begun = time.perf_counter()
        likeness.candidates(item)
        samples.append(1000 * (time.perf_counter() - begun))
    return {"median": quantile(samples, 0.5), "slowest": max(samples)}


def _notices(events: list[int]) -> float:
    """From events on the feed to notices and e-mails in the queue, as their takers do it."""
    from coordination.directives import telling
    from indicators.models import Notice
    from live.feed import Change
    from notifications import queueing

    now = timezone.now()
    before = Notice.objects.count()
    begun = time.perf_counter()
    for place in range(0, len(events), 500):
        telling.take([Change("directive", pk, now) for pk in events[place:place + 500]])
    fresh = Notice.objects.filter(code="directive", at__gte=now - timedelta(minutes=1))
    told = list(fresh.values_list("pk", flat=True))
    for place in range(0, len(told), 500):
        queueing.take([Change("notice", pk, now) for pk in told[place:place + 500]])
    return (Notice.objects.count() - before) / (time.perf_counter() - begun)
