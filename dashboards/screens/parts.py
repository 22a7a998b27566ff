"""The live pieces of the screens: drawn once for all who look, asked for by address or brought by sockets."""

from dataclasses import replace
from datetime import datetime
from functools import partial

from django.utils import timezone

from accounts.actors import Actor
from dashboards.figures import units
from dashboards.screens import numbers, overview, query
from dashboards.screens import unit as unit_screen
from dashboards.screens.query import Query
from dashboards.topics import CITY, of_unit
from districts.models import Unit
from feedback import access
from indicators import totals
from live import fragments, pieces, topics
from live.pieces import Piece


def register() -> None:
    pieces.register("overview", _of_overview)
    pieces.register("unit_screen", _of_unit)


def city(path: str, chosen: Query, now: datetime) -> tuple[int, str]:
    """The overview's version and HTML."""
    version = topics.versions([CITY])[CITY]
    return version, fragments.shared(
        "dashboards/overview_part.html", CITY, version, chosen.key,
        lambda: overview.city(chosen.period, now) | {
            "query": chosen,
            "part_url": f"{path}?{chosen.encoded}",
            "tiles_query": replace(chosen, map_form="o").encoded,
            "outlines_query": replace(chosen, map_form=query.OUTLINES).encoded,
        },
    )


def own(scope: Unit, path: str, chosen: Query, now: datetime) -> tuple[int, str]:
    """A unit's own figures."""
    topic = of_unit(scope)
    version = topics.versions([topic])[topic]
    return version, fragments.shared(
        "dashboards/unit_part.html", topic, version, chosen.key,
        lambda: unit_screen.unit(scope, chosen.period, now) | _address(path, chosen),
    )


def peers(scope: Unit, path: str, chosen: Query, now: datetime) -> tuple[int, str]:
    """A unit among those like it, which follows the whole city."""
    version = topics.versions([CITY])[CITY]
    return version, fragments.shared(
        "dashboards/peers_part.html", CITY, version, (scope.pk, *chosen.key),
        lambda: unit_screen.peers(scope, chosen.period, now) | _address(path, chosen),
    )


def numbers_of_city(path: str, chosen: Query, now: datetime) -> tuple[int, str]:
    """What districts and departments deliver; it follows its own topic, whatever period is chosen."""
    return _numbers(totals.TOPIC, path, chosen, lambda: numbers.of_city() | {"whole": True})


def numbers_of_unit(scope: Unit, path: str, chosen: Query, now: datetime) -> tuple[int, str]:
    return _numbers(totals.topic_of(scope), path, chosen, lambda: numbers.of_unit(scope) | {"scope": scope})


OF_UNIT = {"peers": peers, "numbers": numbers_of_unit}  # by the name of the part; every other name is its own figures


def _numbers(topic: str, path: str, chosen: Query, made) -> tuple[int, str]:
    version = topics.versions([topic])[topic]
    return version, fragments.shared(
        "dashboards/numbers_part.html", topic, version, (path, *chosen.key), lambda: made() | _address(path, chosen))


def _address(path: str, chosen: Query) -> dict:
    return {"query": chosen, "part_url": f"{path}?{chosen.encoded}"}


def _of_overview(actor: Actor, address: str, given) -> Piece | None:
    if not access.may(actor, "city_figures"):
        return None
    topic, draw = (totals.TOPIC, numbers_of_city) if given.get("part") == "numbers" else (CITY, city)
    return Piece(topic, address, partial(_now, draw, units.city(), address, given))


def _of_unit(actor: Actor, address: str, given, slug: str) -> Piece | None:
    scope = query.unit(actor, slug)
    topic, draw = {"peers": (CITY, peers), "numbers": (totals.topic_of(scope), numbers_of_unit)}.get(
        given.get("part"), (of_unit(scope), own))
    return Piece(topic, address, partial(_now, partial(draw, scope), scope, address, given))


def _now(draw, scope: Unit, address: str, given) -> tuple[int, str]:
    """Drawn for the period that the address means now."""
    now = timezone.now()
    return draw(address.partition("?")[0], query.period(given, scope, now), now)
