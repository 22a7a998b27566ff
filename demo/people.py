"""Callers who do not exist.

Their numbers begin with 095: the prefix of S-Fone, a network closed in 2012, which no operator uses. They are well
formed, so that every page treats them like real ones, and they ring nobody.
"""

import tomllib
from functools import lru_cache
from random import Random

from demo.texts import DATA
from hcmc_ioc.lib.text import vn_norm

PREFIX = "+8495"
_NUMBERS = 10_000_000  # seven digits follow
_STRIDE = 7_368_787  # coprime to the above: neighbours in our count get numbers far apart, none twice
PER_AREA = 20_000  # the people who ever call from one area


@lru_cache(maxsize=1)
def _names() -> dict:
    return tomllib.loads((DATA / "people.toml").read_text(encoding="utf-8"))


def name(rng: Random) -> str:
    names = _names()
    gender = names["women"] if rng.random() < 0.5 else names["men"]
    return f"{rng.choice(names['family'])} {rng.choice(gender['middle'])} {rng.choice(gender['given'])}"


def phone(number: int) -> str:
    """The phone (E.164) of the `number`-th person."""
    return f"{PREFIX}{(number * _STRIDE + 1022) % _NUMBERS:07d}"


def caller(area_number: int, rng: Random) -> dict:
    """Somebody of the area, as `Reporter` keeps them; some call again and again, most once."""
    number = area_number * PER_AREA + int(PER_AREA * rng.random() ** 2)
    return person(number)


def person(number: int) -> dict:
    """The same person for the same number, always."""
    return {"name": name(Random(number)), "phone": phone(number), "email": ""}


def email_of(reporter: dict) -> str:
    """An address under example.com, which is reserved for examples."""
    words = vn_norm(reporter["name"]).split()
    return f"{words[-1]}.{''.join(words[:-1])}{reporter['phone'][-3:]}@example.com"
