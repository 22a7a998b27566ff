"""A call → what the hotline records: place, words, channel, reporter. Shared by the seed and the simulator."""

from dataclasses import dataclass
from datetime import datetime
from random import Random

from demo import people, texts
from demo.places import Place, somewhere
from demo.texts import Kind
from districts.models import Unit
from districts.streets import streets_of
from feedback.models import Category
from feedback.rules.lifecycle import Intake
from feedback.rules.rulebook import Rulebook

SYSTEM = "demo"  # `source_system` of every ticket made here
CHANNELS = {  # shares in percent
    "phone": 42, "app": 30, "web": 10, "zalo": 9, "email": 3, "facebook": 3, "sms": 1, "direct": 1, "transfer": 1,
}
SPOKEN = {"phone", "direct", "transfer"}  # typed by an operator; the others are written by citizens
_UNPLACED = 0.3  # of written reports: nobody said in which area


@dataclass(frozen=True)
class Report:
    """What is known of a call before it is recorded."""

    kind: Kind
    category: Category
    channel: str
    intake: Intake
    place: Place
    reporter: dict


class Desk:
    """The hotline's catalogue and areas, looked up once."""

    def __init__(self, book: Rulebook, areas: list[Unit]):
        self.book, self.areas = book, areas
        self.kinds = texts.kinds()
        self.categories = {category.code: category for category in book.categories.values()}
        codes = {channel.code: channel.pk for channel in book.channels.values()}
        self.channels = {code: codes[code] for code in CHANNELS if code in codes}
        self.shares = [CHANNELS[code] for code in self.channels]
        self.units = {unit.code: unit for unit in book.units.values()}
        self.units_by_id = book.units

    def take(self, kind_code: str, area_number: int, at: datetime, rng: Random, *, place: Place | None = None,
             tide: bool = False) -> Report:
        """Write down a call about `kind_code` from an area at `at` (local)."""
        kind, category = self.kinds[kind_code], self.categories[kind_code]
        channel = rng.choices(list(self.channels), weights=self.shares)[0]
        place = place or somewhere(self.areas[area_number], rng, on_map=kind.placed)
        spoken = channel in SPOKEN
        title, body = kind.report(place.slots | texts.moments(at, rng), rng, spoken=spoken, tide=tide)
        unplaced = not spoken and self._goes_by_area(category, at) and rng.random() < _UNPLACED
        intake = Intake(
            category_id=category.pk, channel_id=self.channels[channel], body=body, title=title, occurred_at=at,
            urgency=category.urgency, needs_several=category.needs_several, is_public=category.is_public,
            hides_name=rng.random() < (0.14 if category.is_public else 0.45), source_system=SYSTEM,
            **({} if unplaced else _where(place, spoken=spoken)),
        )
        reporter = people.caller(area_number, rng)
        if channel == "email":
            reporter["email"] = people.email_of(reporter)
        return Report(kind, category, channel, intake, place, reporter)

    def _goes_by_area(self, category: Category, at: datetime) -> bool:
        routed = self.book.route(category_id=category.pk, area_id=None, urgency=category.urgency, at=at)
        return routed is None

    @staticmethod
    def names_place_in(unit: Unit, words: str) -> bool:
        """Whether the words name the area or one of its streets."""
        return unit.name_vi in words or any(street in words for street in streets_of(unit.code))

    def really_competent(self, kind: Kind, area_id: int, current_id: int) -> Unit | None:
        """Who takes a ticket that its unit returns; None when that is the same unit again."""
        unit = self.units_by_id[area_id] if kind.instead == "area" else self.units.get(kind.instead)
        return None if unit is None or unit.pk == current_id else unit


def _where(place: Place, *, spoken: bool) -> dict:
    known = {"address": place.address, "area_id": place.unit.pk, "unit_source": "typed"}
    if place.lat is not None:
        known |= {
            "lat": place.lat, "lon": place.lon, "near_border": place.near_border,
            "unit_source": "typed" if spoken else "footprint",
        }
    return known
