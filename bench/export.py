"""A file as another city's system would export it, to be imported: 58,119 cases, like Boston's first half of 2015."""

import csv
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from django.conf import settings

ROWS, ROWS_QUICK = 58_119, 15_000
MAPPING = Path(__file__).parent / "export.toml"
COLUMNS = ("id", "opened", "target", "closed", "category", "channel", "body", "address", "unit", "lat", "lon", "answer")
TABLE = f"CREATE TABLE bench_import ({', '.join(f'{name} text' for name in COLUMNS)})"


def written(count: int = ROWS) -> Path:
    """The file with `count` rows, made the first time it is asked for."""
    path = Path(settings.VAR) / f"export-{count}.csv"
    if not path.is_file():
        draft = path.with_suffix(".draft")
        with draft.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(COLUMNS)
            rows.writerows(_rows(count))
        draft.rename(path)
    return path


def _rows(count: int):
    from bench import words
    from bench.fill import streets_named
    from districts import geo
    from districts.models import Unit
    from feedback.models import Category

    chance, first = Random(2015), datetime(2026, 1, 1)  # noqa: DTZ001 - local times, as such files have them
    areas = list(Unit.objects.in_force().areas())
    codes = list(Category.objects.filter(parent__isnull=False).values_list("code", flat=True))
    for number in range(count):
        area, opened = chance.choice(areas), first + timedelta(minutes=number * 4.3)
        street, (lat, lon) = chance.choice(streets_named(area.code)), geo.random_point(area.code, chance)
        closed = opened + timedelta(hours=chance.lognormvariate(3.5, 1.2)) if chance.random() < 0.9 else None
        yield (
            f"X{number}", _told(opened), _told(opened + timedelta(days=chance.choice((2, 5, 10)))), _told(closed),
            chance.choice(codes), chance.choice(("phone", "app", "web")),
            words.body(chance, "sự cố", street, area.name_vi), f"{chance.randrange(1, 300)} {street}", area.name_vi,
            f"{lat:.6f}", f"{lon:.6f}", words.REPLIES[0] if closed else "",
        )


def _told(moment: datetime | None) -> str:
    return moment.strftime("%Y-%m-%d %H:%M:%S") if moment else ""
