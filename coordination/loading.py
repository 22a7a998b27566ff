"""What a city begins with (`coordination/data/<city>/`), room by room: loaded once, what was changed since stays."""

from coordination.centres import loading as centres
from coordination.directives import loading as directives
from coordination.incidents import loading as incidents
from coordination.investments import loading as investments
from districts.loading import Tally


def load_city(code: str) -> dict[str, Tally]:
    """Everything that the city's files say; `BadData` names what one says wrongly."""
    return directives.load_city(code) | centres.load_city(code) | investments.load_city(code) \
        | incidents.load_city(code)
