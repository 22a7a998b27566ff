"""A made-up register of two years with planted near-duplicates, other words and diacritics in them: how many of them
the search finds, and how much of what it finds is one."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import product
from random import Random
from time import perf_counter

from coordination.investments import likeness
from coordination.investments.likeness import Facts
from coordination.models import Component, Item
from coordination.rows import DATA
from hcmc_ioc.lib.text import vn_norm

VERBS = ("", "Trang bị ", "Triển khai ", "Đầu tư ", "Lắp đặt ", "Thuê dịch vụ ", "Nâng cấp ")
TAILS = ("", "", " trên địa bàn", " giai đoạn 1", " phục vụ quản lý", " năm nay")
JOINTS = (" cho ", " tại ", " phục vụ ", " ở ")
WITHOUT_MARKS, MISTYPED = 0.25, 0.15  # of planted duplicates


@dataclass(frozen=True)
class Made:
    """An item of the made-up register, in the words of its author."""

    number: int
    component: str
    name: str
    purpose: str
    starts: date
    ends: date
    place: str
    unit: int
    same_as: int | None = None


@dataclass(frozen=True)
class Outcome:
    items: int
    planted: int
    found: int  # pairs
    right: int  # of these planted
    seconds: float

    @property
    def recall(self) -> float:
        return self.right / self.planted if self.planted else 1.0

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0


def register(items: int, duplicates: int, seed: int, today: date, units: Sequence[int] = tuple(range(1, 40)),
             ) -> list[Made]:
    """So many items, of which so many say again what another unit's item says, in other words."""
    rng = Random(seed)
    words = tomllib.loads((DATA / "synthetic_register.toml").read_text(encoding="utf-8"))
    meanings = [(thing, subject) for thing, subject in product(words["thing"], words["subject"])]
    rng.shuffle(meanings)
    originals = items - duplicates
    if originals > len(meanings) or duplicates > originals:
        raise ValueError(f"at most {len(meanings)} different items, and no more duplicates than these")
    made = [_item(number, *meanings[number], rng.choice(words["purpose"]), rng, today, units)
            for number in range(originals)]
    for number, first in enumerate(rng.sample(range(originals), duplicates), originals):
        made.append(_again(number, made[first], meanings[first], words["purpose"], rng, units))
    return made


def _item(number: int, thing: dict, subject: dict, purpose: dict, rng: Random, today: date, units: Sequence[int],
          way: int = 0) -> Made:
    starts = today - timedelta(days=rng.randint(0, 730))
    unit = rng.choice(units)
    name = _name(thing["ways"][way], subject["ways"][0], rng)
    return Made(number, thing["component"], name, f"{purpose['ways'][0]}{rng.choice(JOINTS)}{subject['ways'][0]}.",
                starts, starts + timedelta(days=rng.randint(90, 540)), f"đơn vị {unit}", unit)


def _again(number: int, first: Made, meaning: tuple[dict, dict], purposes: list[dict], rng: Random,
           units: Sequence[int]) -> Made:
    thing, subject = meaning
    way, other = rng.choice(thing["ways"][1:]), rng.choice(subject["ways"])
    purpose = next(one for one in purposes if first.purpose.startswith(one["ways"][0]))
    name, why = _name(way, other, rng), f"{purpose['ways'][1]}{rng.choice(JOINTS)}{other}."
    if rng.random() < WITHOUT_MARKS:
        name, why = vn_norm(name), vn_norm(why)
    if rng.random() < MISTYPED:
        name = _mistyped(name, rng)
    unit = rng.choice([one for one in units if one != first.unit] or list(units))
    starts = first.starts + timedelta(days=rng.randint(-120, 120))
    return Made(number, first.component, name, why, starts, starts + timedelta(days=rng.randint(90, 540)),
                f"đơn vị {unit}", unit, first.number)


def _name(thing: str, subject: str, rng: Random) -> str:
    text = f"{rng.choice(VERBS)}{thing}{rng.choice(JOINTS)}{subject}{rng.choice(TAILS)}"
    return text[0].upper() + text[1:]


def _mistyped(text: str, rng: Random) -> str:
    """Two neighbouring letters in the wrong order."""
    place = rng.randrange(max(1, len(text) - 2))
    return text[:place] + text[place + 1:place + 2] + text[place:place + 1] + text[place + 2:]


def as_facts(made: Sequence[Made]) -> list[Facts]:
    components = {one.code: one for one in Component.objects.all()}
    return [Facts(one.number + 1, one.unit, components[one.component].pk, components[one.component].group, one.starts,
                  one.ends, vn_norm(one.place), frozenset(likeness.folded(one.name).split()),
                  frozenset(likeness.folded(one.purpose).split()))
            for one in made]


def as_items(made: Sequence[Made], unit_id: int, now) -> list[Item]:
    """Rows for the database, not saved."""
    components = {one.code: one for one in Component.objects.all()}
    return [Item(unit_id=unit_id, name=one.name, purpose=one.purpose, component=components[one.component],
                 place=one.place, starts=one.starts, ends=one.ends, cost=1_000_000, state=Item.State.PLANNED,
                 updated_at=now, folded_name=likeness.folded(one.name), folded_purpose=likeness.folded(one.purpose))
            for one in made]


def tried(made: Sequence[Made]) -> Outcome:
    """Ask of every item what exists already, and hold the pairs against those that were planted."""
    begun, scale = perf_counter(), likeness.Scale.of_city()
    facts = as_facts(made)
    groups: dict[str, list[Facts]] = {}
    for one in facts:
        groups.setdefault(one.group, []).append(one)
    near_groups = _near_groups(facts, scale.near)
    found: set[frozenset[int]] = set()
    for one in facts:
        others = [other for group in near_groups[one.group] for other in groups.get(group, []) if other.pk > one.pk]
        found |= {frozenset((one.pk, pk)) for pk, _why in likeness.like(one, others, scale)}
    planted = {frozenset((one.number + 1, one.same_as + 1)) for one in made if one.same_as is not None}
    return Outcome(len(made), len(planted), len(found), len(found & planted), perf_counter() - begun)


def _near_groups(facts: Sequence[Facts], pairs: frozenset[frozenset[int]]) -> dict[str, set[str]]:
    of = {one.component_id: one.group for one in facts}
    found = {group: {group} for group in of.values()}
    for pair in pairs:
        groups = {of[pk] for pk in pair if pk in of}
        for group in groups:
            found[group] |= groups
    return found
