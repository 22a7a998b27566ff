"""Guidance of the city's office to the units: a few pieces, one renewed, read by most; questions, sessions."""

import tomllib
from datetime import datetime, timedelta
from random import Random

from django.db import transaction

from accounts.models import Membership
from accounts.roles import UNIT, Role
from coordination.guidance import access
from coordination.models import (
    Guidance,
    GuidanceQuestion,
    GuidanceReceipt,
    GuidanceSession,
    GuidanceVersion,
    SessionUnit,
)
from demo.texts import DATA


@transaction.atomic
def seed(seed: int, now: datetime) -> int:
    """Make them once; returns how many there are."""
    office = Membership.objects.valid().filter(role=Role.ANALYST).select_related("user").first()
    if Guidance.objects.exists() or office is None:
        return Guidance.objects.count()
    rng = Random(f"{seed} guidance")
    texts = tomllib.loads((DATA / "guidance.toml").read_text(encoding="utf-8"))
    people: dict[int, list] = {}
    for row in Membership.objects.valid().filter(role__in=UNIT).select_related("user").order_by("pk"):
        people.setdefault(row.unit_id, []).append(row.user)
    units = access.units()
    for given in texts["guidance"]:
        _piece(given, units, people, office.user, now, rng)
    for given in texts["session"]:
        _session(given, units, people, office.user, now, rng)
    return Guidance.objects.count()


def _piece(given: dict, units, people, author, now: datetime, rng: Random) -> None:
    versions = given["versions"]
    last = now - timedelta(days=given["days"])
    made = Guidance.objects.create(topic=given["topic"], title=given["title"], version=len(versions), published_at=last)
    for number, version in enumerate(versions, 1):
        at = last - timedelta(days=90 * (len(versions) - number))
        GuidanceVersion.objects.create(guidance=made, number=number, title=made.title, body=version["body"].strip(),
                                       changed=version.get("changed", ""), user=author, at=at)
    share = given["read"]
    GuidanceReceipt.objects.bulk_create(
        GuidanceReceipt(guidance=made, unit=unit, number=made.version, user=rng.choice(people[unit.pk]),
                        at=last + (now - last) * rng.random() ** 2)
        for unit in units if rng.random() < share)
    for question in given.get("questions", []):
        unit, at = rng.choice(units), last + (now - last) * rng.uniform(0.2, 0.6)
        answered = {"answer": question.get("answer"), "answered_by": author, "answered_at": at + timedelta(hours=20)}
        GuidanceQuestion.objects.create(guidance=made, unit=unit, user=rng.choice(people[unit.pk]), at=at,
                                        text=question["text"], **answered if question.get("answer") else {})


def _session(given: dict, units, people, author, now: datetime, rng: Random) -> None:
    starts = (now + timedelta(days=given["days"])).replace(hour=9, minute=0, second=0)
    is_past = starts < now
    about = Guidance.objects.filter(title=given.get("about", "")).first()
    made = GuidanceSession.objects.create(
        guidance=about, title=given["title"], starts_at=starts, place=given["place"], user=author,
        held_at=starts + timedelta(hours=3) if is_past else None)
    for unit in units:
        if rng.random() < (0.85 if is_past else 0.4):
            count = rng.choice((1, 2, 2, 3, 4))
            came = max(0, count - rng.choice((0, 0, 0, 1, 2))) if is_past else None
            SessionUnit.objects.create(session=made, unit=unit, people=count, came=came,
                                       user=rng.choice(people[unit.pk]), at=min(now, starts) - timedelta(days=2))
