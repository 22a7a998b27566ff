"""A file of values from beginning to end: read once, staged, committed exactly as it was staged."""

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from accounts.actors import Actor
from indicators import deliveries, reading
from indicators.lookup import Lookup
from indicators.mappings import FileMapping, Reader, Reject
from indicators.models import Delivery


@dataclass(frozen=True)
class Imported:
    outcome: deliveries.Outcome
    rejects: list[Reject]

    @property
    def rejected(self) -> int:
        """Rows that came to nothing."""
        return len({(reject.row.sheet, reject.row.number) for reject in self.rejects})


def run(actor: Actor, path: Path, mapping: FileMapping, *, accept_good: bool = False,
        progress: Callable[[int], None] = lambda rows: None) -> Imported:
    """Import a file; where rows are rejected nothing is written unless the good ones are accepted. `CannotRead` for a
    file that is unusable as a whole."""
    reader = Reader(mapping)
    with reading.open_file(path) as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        rows = reading.rows(
            path.name, file, encoding=mapping.encoding, delimiter=mapping.delimiter, sheet=mapping.sheet)
        given = reader.values(_told(rows, progress))
    found = Imported(deliveries.Outcome(), reader.rejects)
    if reader.rejects and not accept_good:
        return found
    delivery = deliveries.stage(deliveries.new(
        actor, door=Delivery.Door.FILE, file_name=path.name[:200], sha256=digest, mapping=mapping.name,
        is_history=mapping.history, rejected=found.rejected), given)
    return Imported(deliveries.commit(delivery, versions()), reader.rejects)


def versions() -> Callable:
    """The id of the definition in force, by the indicator's id and the period's start, as `deliveries.commit` asks."""
    known = Lookup()
    by_id = {one.pk: one for one in known.catalogue.values()}
    return lambda indicator_id, start: known.version(by_id[indicator_id], start).pk


def _told(rows: Iterator[reading.Row], progress: Callable[[int], None]) -> Iterator[reading.Row]:
    for row in rows:
        if row.number % 1000 == 0:
            progress(row.number)
        yield row


def keep_rejects(path: Path, rejects: list[Reject]) -> None:
    """Each rejected row with its number and reason, as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    heads = list(rejects[0].row.cells)
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["sheet", "row", "reason", *heads])
        for reject in sorted(rejects, key=lambda reject: reject.row.number):
            row = reject.row
            writer.writerow([row.sheet, row.number, reject.reason, *(row.cells.get(head, "") for head in heads)])
