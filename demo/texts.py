"""The words of the demo, from readable files: what people report, what offices ask and answer.

`data/reports/<field>.toml` holds one table per category; `[field]` is what its categories share. In a table stand

* `share` (percent of all reports, of the field; bad weather and bad days come on top) and `weight` (within it),
* `rhythm` (see rhythms.toml), `pace` (hours until a usual answer), `placed` (happens at a point on the map),
* `opened` (an operator begins with "Người dân báo:"),
* `instead` (who is really competent when a unit returns it: a unit's code, or "area"),
* lists of sentences, and under `slots` lists of words.

A slot is `{house}` (given by the ticket), `{20..50/5}` (a number, here in steps of five) or the name of a list.
"""

import re
import tomllib
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from random import Random

DATA = Path(__file__).parent / "data"
SENTENCES = ("reports", "tide", "consequences", "requests", "answers", "questions", "progress")
# Slots that the ticket itself fills; every other one is a list of the category.
GIVEN = set("house no road road_cap alley alley_cap unit office handler instead hour date since".split())
_SLOT = re.compile(r"\{([^}]+)\}")
_NUMBER = re.compile(r"(\d+)\.\.(\d+)(?:/(\d+))?")


@dataclass(frozen=True)
class Sentence:
    """A sentence cut at its slots: plain parts, number ranges and names, in order."""

    parts: tuple  # str | range | ("name",)

    @classmethod
    def parse(cls, text: str) -> "Sentence":
        parts = []
        for i, part in enumerate(_SLOT.split(text)):
            if i % 2 == 0:
                parts.append(part)
            elif number := _NUMBER.fullmatch(part):
                low, high, step = int(number[1]), int(number[2]), int(number[3] or 1)
                parts.append(range(low, high + 1, step))
            else:
                parts.append((part,))
        return cls(tuple(parts))

    @property
    def names(self) -> set[str]:
        return {part[0] for part in self.parts if isinstance(part, tuple)}

    def fill(self, given: dict, lists: dict, rng: Random) -> str:
        """The sentence in full; `given` wins over the category's `lists`. Raises `KeyError` for an unknown slot."""
        words = []
        for part in self.parts:
            if isinstance(part, str):
                words.append(part)
            elif isinstance(part, range):
                words.append(str(rng.choice(part)))
            else:
                name = part[0]
                words.append(given[name] if name in given else rng.choice(lists[name]))
        return "".join(words)


@dataclass(frozen=True)
class Kind:
    """A category as the demo knows it."""

    code: str
    field: str
    weight: float  # share of all reports, in percent
    rhythm: str
    pace: float
    placed: bool
    opened: bool
    instead: str
    sentences: dict[str, tuple[Sentence, ...]]
    lists: dict[str, tuple[str, ...]]

    def say(self, what: str, given: dict, rng: Random) -> str:
        return rng.choice(self.sentences[what]).fill(given, self.lists, rng)

    def report(self, given: dict, rng: Random, *, spoken: bool, tide: bool = False) -> tuple[str, str]:
        """(title, body) of a report, as an operator types it (`spoken`) or as a citizen writes it."""
        main = self.say("tide" if tide and "tide" in self.sentences else "reports", given, rng)
        opening = rng.choice(general()["openings_spoken" if spoken else "openings_written"]) if self.opened else ""
        parts = [opening + main]
        if rng.random() < 0.6:
            parts.append(self.say("consequences", given, rng))
        if rng.random() < 0.85:
            parts.append(self.say("requests", given, rng))
        return main.rstrip("."), " ".join(parts)


@lru_cache(maxsize=1)
def kinds() -> dict[str, Kind]:
    """Every category of the files, by code; weights sum to 100."""
    found = {}
    for path in sorted((DATA / "reports").glob("*.toml")):
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        field = tables.pop("field")
        within = sum(table["weight"] for table in tables.values())
        for code, table in tables.items():
            found[code] = _kind(code, path.stem, field, table, field["share"] * table["weight"] / within)
    total = sum(kind.weight for kind in found.values())
    for code, kind in found.items():
        found[code] = Kind(**vars(kind) | {"weight": kind.weight * 100 / total})
    return found


def _kind(code: str, field_code: str, field: dict, table: dict, weight: float) -> Kind:
    known = field | table
    sentences = {name: tuple(Sentence.parse(text) for text in known[name]) for name in SENTENCES if name in known}
    lists = {name: tuple(words) for name, words in (field.get("slots", {}) | table.get("slots", {})).items()}
    return Kind(
        code=code, field=field_code, weight=weight, rhythm=known["rhythm"], pace=known["pace"],
        placed=known.get("placed", True), opened=known.get("opened", True), instead=known["instead"],
        sentences=sentences, lists=lists,
    )


@lru_cache(maxsize=1)
def general() -> dict[str, list[str]]:
    """The words that do not depend on the field (data/words.toml)."""
    return tomllib.loads((DATA / "words.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=256)
def _parsed(text: str) -> Sentence:
    return Sentence.parse(text)


def common(what: str, given: dict, rng: Random) -> str:
    """A general sentence: a reason, a note, a question."""
    return _parsed(rng.choice(general()[what])).fill(given, {}, rng)


def moments(at: datetime, rng: Random) -> dict:
    """Slots of time as somebody says them at `at` (local): earlier today, and some days ago."""
    earlier = at - timedelta(minutes=rng.randint(5, 90))
    some_day = at - timedelta(days=rng.randint(4, 26))
    return {"hour": clock(earlier), "date": f"{some_day:%d/%m}", "since": common("since", {}, rng)}


def done(at: datetime, rng: Random) -> dict:
    """Slots of time in an answer given at `at` (local): when the work was done."""
    work = at - timedelta(minutes=rng.randint(15, 100))
    return {"hour": clock(work), "date": f"{work:%d/%m/%Y}"}


def handler(unit) -> str:
    """A unit as it speaks of itself in an answer; `unit` is a `districts.models.Unit`."""
    return unit.name_vi if unit.is_organisation else f"UBND {unit.name_vi}"


def clock(at: datetime) -> str:
    minute = at.minute // 5 * 5
    return f"{at.hour} giờ {minute:02d}" if minute else f"{at.hour} giờ"
