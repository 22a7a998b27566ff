"""The people who work in the demo city: the accounts one can sign in with, and colleagues in every unit.

All of them share one password, which is printed; so they are made only where nothing real is kept.
"""

import os
import tomllib
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import CommandError

from accounts import actions
from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import HOTLINE, Role
from demo import people
from demo.texts import DATA
from districts.models import Unit
from hcmc_ioc.lib.text import vn_norm

PASSWORD = "demo-1022-hcmc"  # noqa: S105 - printed for everybody; IOC_DEMO_PASSWORD chooses another
STAFF = 3  # colleagues in every unit, so that "assign" has a choice
ORIGIN = "demo"
JOB = Actor.system("demo")


@dataclass(frozen=True)
class Account:
    username: str
    full_name: str
    role: str
    unit: Unit


def check_city() -> None:
    """The demo's calls are written for one city; raises `CommandError` for another."""
    if settings.CITY["code"] != "hcmc":
        raise CommandError(f"the demo's calls are written for hcmc, not for {settings.CITY['code']}")


def password() -> str:
    return os.environ.get("IOC_DEMO_PASSWORD") or PASSWORD


def enrol(today: date, password: str = PASSWORD) -> int:
    """Make every person of the cast who does not exist yet, with memberships since a year; returns how many."""
    password_hash = make_password(password)
    since, known = today - timedelta(days=400), shown()
    return sum(
        actions.enrol(
            username=account.username, full_name=account.full_name, password_hash=password_hash,
            unit_id=account.unit.pk, role=account.role, since=since,
            is_administrator=account.role == Role.ADMINISTRATOR,
            email=f"{account.username}@demo.example" if account in known else "",  # leads nowhere (RFC 2606)
        )
        for account in [*known, *_others()]
    )


def shown() -> list[Account]:
    """The accounts that visitors are told about, one or more per role, as far as their units are in force."""
    return [account for account, is_shown in _from_file() if is_shown]


def working_units() -> list[Unit]:
    """Everybody who handles tickets today: areas first, then organisations."""
    in_force = Unit.objects.in_force()
    return [*in_force.areas().order_by("code"), *in_force.organisations().order_by("code")]


def _from_file() -> list[tuple[Account, bool]]:
    units = {unit.code: unit for unit in Unit.objects.in_force()} | {"city": Unit.objects.city()}
    rows = tomllib.loads((DATA / "cast.toml").read_text(encoding="utf-8"))["people"]
    found = []
    for row in rows:
        unit = next((units[code] for code in row["unit"] if code in units), None)
        if unit:
            found.append((Account(row["username"], row["full_name"], row["role"], unit), row.get("shown", False)))
    return found


def _others() -> list[Account]:
    """The file's other people, then staff and a leader for every unit."""
    found = [account for account, is_shown in _from_file() if not is_shown]
    led = {account.unit.pk for account in shown() if account.role == Role.UNIT_LEADER}
    names, taken = Random("colleagues"), set()
    for unit in working_units():
        slug = _slug(unit)
        slug = unit.code.lower() if slug in taken else slug
        taken.add(slug)
        found += [Account(f"canbo{i}.{slug}", people.name(names), Role.UNIT_STAFF, unit) for i in range(1, STAFF + 1)]
        if unit.pk not in led:
            found.append(Account(f"lanhdao.{slug}", people.name(names), Role.UNIT_LEADER, unit))
    return found


def _slug(unit: Unit) -> str:
    """`q1` for Quận 1, `govap` for Gò Vấp, `htkt` for the centre HTKT."""
    if unit.is_organisation:
        return unit.code.lower()
    return vn_norm(unit.short_name_vi).replace("quan ", "q").replace(" ", "")


class Crew:
    """Who acts, as actors by unit; the system itself where a unit has nobody."""

    def __init__(self):
        self.operators, self.supervisors, self.staff, self.leaders = [], [], {}, {}
        rows = Membership.objects.valid().filter(is_active=True).order_by("pk")
        for membership in rows.select_related("user", "unit"):
            actor = Actor.person(membership.user, ORIGIN)
            if membership.role in HOTLINE:
                self.operators.append(actor)
                if membership.role == Role.SUPERVISOR:
                    self.supervisors.append(actor)
            elif membership.role == Role.UNIT_STAFF:
                self.staff.setdefault(membership.unit_id, []).append(actor)
            elif membership.role == Role.UNIT_LEADER:
                self.leaders.setdefault(membership.unit_id, []).append(actor)
        self.nobody = JOB

    def operator(self, rng: Random) -> Actor:
        return rng.choice(self.operators) if self.operators else self.nobody

    def supervisor(self, rng: Random) -> Actor:
        return rng.choice(self.supervisors) if self.supervisors else self.nobody

    def somebody_of(self, unit_id: int, rng: Random) -> Actor:
        found = self.staff.get(unit_id)
        return rng.choice(found) if found else self.nobody

    def leader_of(self, unit_id: int, rng: Random) -> Actor:
        found = self.leaders.get(unit_id)
        return rng.choice(found) if found else self.somebody_of(unit_id, rng)
