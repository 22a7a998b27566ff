"""When an alert begins and ends: normal → pending → firing → recovering → normal; no data. Pure.

No data is a state of its own: it neither begins nor ends an alert about the value (numbers.md §4).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    NORMAL = "normal"
    PENDING = "pending"  # the condition holds, not yet for long enough
    FIRING = "firing"
    RECOVERING = "recovering"  # it holds no more, not yet for long enough
    NO_DATA = "no_data"


OPEN = frozenset({State.FIRING, State.RECOVERING})


@dataclass(frozen=True)
class Reading:
    """One period: its place, the value, whether the condition held (None: no value)."""

    key: str
    value: float | None
    met: bool | None


@dataclass(frozen=True)
class Episode:
    """An alert: the periods in which it began and ended ("" while it is open), its newest value, how long it held."""

    began: str
    ended: str
    value: float | None
    periods: int


@dataclass(frozen=True)
class Course:
    state: State
    episodes: tuple[Episode, ...]

    @property
    def open(self) -> Episode | None:
        """The alert that stands now."""
        return self.episodes[-1] if self.episodes and not self.episodes[-1].ended else None


def run(readings: Sequence[Reading], for_: int = 1, until: int = 1) -> Course:
    """Begin an alert when the condition has held in `for_` periods running, end it when it has not in `until`."""
    state, held, not_held = State.NORMAL, 0, 0
    found: list[Episode] = []
    for one in readings:
        if one.met is None:
            state = state if state in OPEN else State.NO_DATA
            continue
        held, not_held = (held + 1, 0) if one.met else (0, not_held + 1)
        if state in OPEN:
            last = found[-1]
            if not_held >= until:
                state = State.NORMAL
                found[-1] = Episode(last.began, one.key, last.value, last.periods)
                continue
            state = State.FIRING if one.met else State.RECOVERING
            found[-1] = Episode(last.began, "", one.value if one.met else last.value, last.periods + one.met)
        elif held >= for_:
            state = State.FIRING
            found.append(Episode(one.key, "", one.value, 1))
        else:
            state = State.PENDING if held else State.NORMAL
    return Course(state, tuple(found))
