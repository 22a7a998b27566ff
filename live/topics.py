"""What may be listened to, by whom, and at which version it stands.

A topic is a kind and mostly a number: `city`, `unit:42`, `ticket:7`. Each app registers its kinds when it is ready;
live itself knows none of them.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from psycopg2.extras import execute_values

from accounts.actors import Actor
from hcmc_ioc.lib import sql

MOST = 20  # topics that one page may listen to


@dataclass(frozen=True)
class Kind:
    """`may_hear(actor, number)` decides; `versions(numbers)` finds versions that the app keeps in rows of its own
    (without it they are kept here, by `raise_versions`). A kind without numbers is asked with None."""

    may_hear: Callable[[Actor, int | None], bool]
    versions: Callable[[list[int]], dict[int, int]] | None = None
    numbered: bool = True


_kinds: dict[str, Kind] = {}


def register(name: str, kind: Kind) -> None:
    """Make `name` a kind of topic; called once, when the app that owns it is ready."""
    _kinds[name] = kind


def allowed(topics: Iterable[str], actor: Actor) -> list[str]:
    """Those of `topics` that the actor may hear; strangers and unknown topics get nothing."""
    return [topic for topic in list(topics)[:MOST] if _may_hear(actor, topic)]


def _may_hear(actor: Actor, topic: str) -> bool:
    name, _colon, number = topic.partition(":")
    kind = _kinds.get(name)
    if kind is None or kind.numbered != bool(number):
        return False
    if not kind.numbered:
        return kind.may_hear(actor, None)
    return number.isdecimal() and len(number) <= 18 and kind.may_hear(actor, int(number))


def versions(topics: Iterable[str]) -> dict[str, int]:
    """The version at which every topic stands now (0: never changed)."""
    standing = dict.fromkeys(topics, 0)
    apart = defaultdict(list)
    for topic in standing:
        name, _colon, number = topic.partition(":")
        if name in _kinds and _kinds[name].versions is not None:
            apart[name].append(int(number))
    for name, numbers in apart.items():
        ask = _kinds[name].versions
        standing |= {f"{name}:{number}": version for number, version in (ask(numbers) if ask else {}).items()}
    kept = [topic for topic in standing if topic.partition(":")[0] not in apart]
    if kept:
        standing |= dict(sql.rows("SELECT topic, version FROM live_topicversion WHERE topic = ANY(%s)", [kept]))
    return standing


def raise_versions(topics: Iterable[str]) -> dict[str, int]:
    """Raise the version of every topic by one; returns the new ones. Rows are taken in order, so no deadlock."""
    now = timezone.now()
    with connection.cursor() as cursor:
        return dict(
            execute_values(
                cursor.cursor,
                "INSERT INTO live_topicversion (topic, version, changed_at) VALUES %s "
                "ON CONFLICT (topic) DO UPDATE SET version = live_topicversion.version + 1, "
                "changed_at = excluded.changed_at RETURNING topic, version",
                [(topic, 1, now) for topic in sorted(topics)],
                fetch=True,
            )
        )
