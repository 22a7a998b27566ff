"""Real tickets from other systems: a CSV file read as a stream, through the same rules as every other ticket.

Resumable and idempotent: a row whose source id is known is passed over, whole batches are written or not at all. A bad
row goes to the rejects file with its line and reason; the good ones around it are never lost.
"""

import codecs
import csv
import gzip
import re
import tomllib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import MISSING, asdict, dataclass, field, fields
from datetime import datetime, timedelta
from pathlib import Path

from django.db import connection
from django.utils.text import slugify

from accounts.actors import Actor
from districts.models import Unit
from feedback import bulk
from feedback.bulk import Story
from feedback.models import Category
from feedback.rules.lifecycle import Intake
from feedback.rules.rulebook import Rulebook, rulebook
from hcmc_ioc.lib.metrics import IMPORTED
from hcmc_ioc.lib.text import clean, vn_norm

MAPPINGS = Path(__file__).parent / "data" / "mappings"
BATCH = 2000
ACTOR = Actor.system("import")
BROKEN = (csv.Error, EOFError, OSError, zlib.error)  # what reading a damaged file raises
_UNDECODED = re.compile("[\udc80-\udcff]")  # bytes that were not in the file's encoding
_USUAL_TIME = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", re.ASCII).fullmatch
LONGEST = {"title": 200, "address": 300}  # what a column holds; longer text is cut, the body keeps all


class CannotImport(Exception):
    """The file or the mapping as a whole is unusable; the message says why and what to do."""


class BadRow(Exception):
    """One row that cannot become a ticket; the message says why."""


@dataclass
class Outcome:
    read: int = 0
    imported: int = 0
    known: int = 0
    rejected: int = 0
    irregular: int = 0  # kept, though closed before they were opened
    rejects_file: str = ""

    def as_dict(self) -> dict:
        return asdict(self)


@dataclass(frozen=True)
class Mapping:
    """How a file's columns become our facts (see `feedback/data/mappings/boston.toml`)."""

    system: str
    time_format: str
    columns: dict
    channels: dict
    encoding: str = "utf-8"
    delimiter: str = ","
    categories: dict = field(default_factory=dict)

    @classmethod
    def read(cls, name: str) -> "Mapping":
        """The mapping of a file, or of a name under `feedback/data/mappings/`."""
        path = Path(name)
        if not path.is_file():
            path = MAPPINGS / f"{name}.toml"
        try:
            given = tomllib.loads(path.read_text(encoding="utf-8"))
        except FileNotFoundError:
            known = ", ".join(sorted(p.stem for p in MAPPINGS.glob("*.toml")))
            raise CannotImport(f"no mapping {name!r}: give a TOML file or one of: {known}") from None
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
            raise CannotImport(f"{path.name}: {exc}") from exc
        if wrong := "; ".join(cls._faults(given)):
            raise CannotImport(f"{path.name}: {wrong}")
        return cls(**given)

    @classmethod
    def _faults(cls, given: dict):
        """What is wrong with the mapping of a file, in words."""
        known = {known.name: known for known in fields(cls)}
        for name in given.keys() - known:
            yield f"{name} is not known here; known are {', '.join(known)}"
        for name, one in known.items():
            if name not in given and one.default is MISSING and one.default_factory is MISSING:
                yield f"{name} is missing"
            elif name in given and not isinstance(given[name], one.type):
                yield f"{name} must be a {'table' if one.type is dict else 'text'}"
        columns = given.get("columns")
        missing = {"source_id", "occurred_at", "body", "category"} - columns.keys() if isinstance(columns, dict) else ()
        if missing:
            yield f"[columns] lacks {', '.join(sorted(missing))}"
        if len(str(given.get("delimiter", ","))) != 1:
            yield "delimiter must be one character"
        try:
            codecs.lookup(given.get("encoding", "utf-8"))
        except (LookupError, TypeError):
            yield f"encoding {given['encoding']!r} is not known"


def run(path: Path, mapping: Mapping, rejects_path: Path, progress: Callable[[Outcome], None]) -> Outcome:
    """Import the whole file; returns what became of its rows.

    Raises `CannotImport` before anything is written, or where the file breaks off, with the rows before that imported.
    """
    outcome = Outcome()
    book = rulebook()
    with _open(path, mapping) as file, _alone(mapping.system):
        rows = csv.DictReader(file, delimiter=mapping.delimiter)
        _check_header(rows, mapping)
        with _rejects(rejects_path) as rejects_file:
            rejects = csv.writer(rejects_file)
            rejects.writerow(["line", "reason", *rows.fieldnames])
            reader = _Reader(mapping, book)
            with bulk.few_collections():
                stories: list[Story] = []
                for batch in _batches(_numbered(rows)):
                    stories = _import_batch(stories, batch, reader, outcome, rejects)
                    progress(outcome)
    for what in ("imported", "known", "rejected"):
        IMPORTED.labels(what).inc(getattr(outcome, what))
    if outcome.rejected:
        outcome.rejects_file = str(rejects_path)
    else:
        rejects_path.unlink()
    return outcome


@contextmanager
def _alone(system: str):
    """Two imports of one system at once would write the same rows; the second one is refused."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [f"import {system}"])
        if not cursor.fetchone()[0]:
            raise CannotImport(f"another import of {system} is running; wait for its end and run this one again")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [f"import {system}"])


def _import_batch(stories: list[Story], batch: list, reader: "_Reader", outcome: Outcome, rejects) -> list[Story]:
    """Write the `stories` of the batch before, and read this one while PostgreSQL takes them; returns its stories."""
    id_column, read = reader.mapping.columns["source_id"], []
    known = bulk.known_sources(reader.mapping.system, [row.get(id_column) or "" for _line, row in batch])
    known |= {story.life.ticket.source_id for story in stories}
    reader.meet(row for _line, row in batch)

    def meanwhile() -> None:
        read.extend(_read(batch, known, reader, outcome, rejects))

    bulk.write(stories, job=ACTOR, zone=reader.book.zone, wake=False, meanwhile=meanwhile)
    outcome.imported += len(stories)
    outcome.irregular += sum(s.life.ticket.is_irregular for s in stories)
    return read


def _read(batch: list, known: set[str], reader: "_Reader", outcome: Outcome, rejects) -> Iterator[Story]:
    outcome.read += len(batch)
    for line, row in batch:
        try:
            source_id = reader.text(row, "source_id")
            if source_id in known:
                outcome.known += 1
                continue
            yield reader.story(row)
            known.add(source_id)
        except BadRow as exc:
            outcome.rejected += 1
            values = ["" if v is None else str(v).encode("utf-8", "replace").decode() for v in row.values()]
            rejects.writerow([line, str(exc), *values])


def _open(path: Path, mapping: Mapping):
    """The file as text. Bytes that are not in the mapping's encoding survive as surrogates and reject their row."""
    if not path.is_file():
        raise CannotImport(f"{path}: no such file")
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rb") as raw:
            head = raw.read(4096)
    except BROKEN as exc:
        raise CannotImport(f"{path.name}: cannot be read ({exc})") from exc
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise CannotImport(f"{path.name}: this is UTF-16; save it as CSV UTF-8")
    if b"\x00" in head:
        raise CannotImport(f"{path.name}: this is not a CSV file")
    encoding = "utf-8-sig" if mapping.encoding.lower() in ("utf-8", "utf8") else mapping.encoding
    try:
        return opener(path, "rt", encoding=encoding, errors="surrogateescape", newline="")
    except LookupError:
        raise CannotImport(f"the mapping names an unknown encoding: {mapping.encoding}") from None


def _check_header(rows: csv.DictReader, mapping: Mapping) -> None:
    try:
        names = rows.fieldnames
    except BROKEN as exc:
        raise CannotImport(f"the first line cannot be read: {exc}") from exc
    if not names:
        raise CannotImport("the file is empty")
    wanted = set()
    for column in mapping.columns.values():
        wanted.update([column] if isinstance(column, str) else column)
    missing = sorted(wanted - set(names))
    if missing:
        raise CannotImport(f"the file lacks the columns {', '.join(missing)}; it has: {', '.join(names)}")


def _rejects(path: Path):
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return path.open("w", encoding="utf-8", newline="")
    except OSError as exc:
        raise CannotImport(f"the rejects file cannot be written: {exc}") from exc


def _numbered(rows: csv.DictReader) -> Iterator[tuple[int, dict]]:
    """Rows with the line of the file they end on; a row the CSV reader chokes on stops the import with its line."""
    try:
        for row in rows:
            yield rows.line_num, row
    except BROKEN as exc:
        raise CannotImport(f"line {rows.line_num}: {exc}; the rows before it are imported") from exc


def _batches(rows: Iterable) -> Iterator[list]:
    """Lists of `BATCH` rows, at last a shorter and an empty one, with which the one before it is written; where the
    file breaks off, they still come before the error."""
    batch = []
    try:
        for row in rows:
            batch.append(row)
            if len(batch) == BATCH:
                yield batch
                batch = []
    except CannotImport:
        yield from (batch, [])
        raise
    yield from (batch, [])


def _time(form: str, text: str) -> datetime:
    """`text` read by the format `form`; the usual one is read ten times faster than others."""
    if form == "%Y-%m-%d %H:%M:%S" and _USUAL_TIME(text):
        return datetime.fromisoformat(text)
    return datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows


class _Reader:
    """Turns rows into stories; remembers units, categories and channels it has met."""

    def __init__(self, mapping: Mapping, book: Rulebook):
        self.mapping, self.book = mapping, book
        self.units = {}
        for unit in Unit.objects.in_force().areas() | Unit.objects.in_force().organisations():
            for name in (unit.code, unit.name_vi, unit.short_name_vi, unit.name_en):
                self.units[vn_norm(name)] = unit
        self.categories = {c.code: c for c in book.categories.values()}
        self.met = {}  # (field, category) as the file spells them → Category
        self.channels = {c.code: c for c in book.channels.values()}

    def text(self, row: dict, fact: str) -> str:
        column = self.mapping.columns.get(fact)
        if column is None:
            return ""
        if isinstance(column, str):
            value = row.get(column) or ""
        else:
            value = " · ".join(dict.fromkeys(row[c].strip() for c in column if row.get(c)))
        if not value.isascii() and _UNDECODED.search(value):
            raise BadRow(f"{fact}: not {self.mapping.encoding}; save the file in that encoding or name the right one")
        value = clean(value)
        return value[: LONGEST.get(fact)]

    def moment(self, row: dict, fact: str) -> datetime | None:
        value = self.text(row, fact)
        if not value:
            return None
        try:
            moment = _time(self.mapping.time_format, value)
        except ValueError:
            raise BadRow(f"{fact}: {value!r} is not a time like {self.mapping.time_format}") from None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=self.book.zone)
        if moment.year < 1990:
            raise BadRow(f"{fact}: {value!r} is too long ago to be right")
        return moment

    def number(self, row: dict, fact: str, limit: float) -> float | None:
        value = self.text(row, fact)
        if not value:
            return None
        try:
            number = float(value)
        except ValueError:
            raise BadRow(f"{fact}: {value!r} is not a number") from None
        if not -limit <= number <= limit:
            raise BadRow(f"{fact}: {value!r} is not on Earth")
        return number

    def meet(self, rows: Iterable[dict]) -> None:
        """Make the categories of `rows` that are not known yet, where the mapping says so: `story` asks no database."""
        for row in rows if self.mapping.categories.get("create") else ():
            with suppress(BadRow):
                self._category(row)

    def story(self, row: dict) -> Story:
        """The row as a ticket's life; raises `BadRow`."""
        if None in row:
            raise BadRow("more fields than the header names")
        source_id = self.text(row, "source_id")
        if not source_id or len(source_id) > 60:
            raise BadRow("source_id: empty or longer than 60 characters")
        opened, closed = self.moment(row, "occurred_at"), self.moment(row, "closed_at")
        if opened is None:
            raise BadRow("occurred_at: empty")
        if opened > datetime.now(tz=self.book.zone) + timedelta(days=1):
            raise BadRow("occurred_at: lies in the future")
        body = self.text(row, "body")
        if not body:
            raise BadRow("body: empty")
        unit = self._unit(row)
        category = self._category(row)
        lat, lon = self.number(row, "lat", 90), self.number(row, "lon", 180)
        known_place = lat is not None and lon is not None
        intake = Intake(
            category_id=category.pk, channel_id=self._channel(row).pk, body=body, title=self.text(row, "title"),
            occurred_at=opened, address=self.text(row, "address"), lat=lat if known_place else None,
            lon=lon if known_place else None, area_id=unit.pk if unit and unit.is_area else None,
            unit_id=unit.pk if unit else self.book.unassigned_id, unit_source="import", urgency=category.urgency,
            promise=self.moment(row, "due_at"), source_system=self.mapping.system, source_id=source_id,
        )
        story = Story.open(intake, book=self.book, actor=ACTOR)
        if closed:
            answer = self.text(row, "answer") or "—"
            story.then("resolve", closed, book=self.book, actor=ACTOR, reply=answer)
            story.then("close", closed, book=self.book, actor=ACTOR)
        return story

    def _unit(self, row: dict) -> Unit | None:
        name = self.text(row, "unit")
        if not name:
            return None
        unit = self.units.get(name) or self.units.get(vn_norm(name))
        if unit is None:
            raise BadRow(f"unit: {name!r} is not a unit of this city that works today")
        self.units[name] = unit  # as this file spells it
        return unit

    def _category(self, row: dict) -> Category:
        name, field_name = self.text(row, "category"), self.text(row, "field")
        if not name:
            raise BadRow("category: empty")
        if (field_name, name) in self.met:
            return self.met[field_name, name]
        field_code, code = slugify(vn_norm(field_name))[:60], slugify(vn_norm(f"{field_name} {name}"))[:60]
        category = self.categories.get(code) or self.categories.get(slugify(vn_norm(name)))
        if category is None:
            if not self.mapping.categories.get("create"):
                raise BadRow(f"category: {name!r} is not in the catalogue")
            parent = self._created(field_code, field_name, None) if field_name else None
            category = self._created(code, name, parent)
        self.met[field_name, name] = category
        return category

    def _created(self, code: str, name: str, parent: Category | None) -> Category:
        if code not in self.categories:
            category, _new = Category.objects.get_or_create(
                code=code, defaults={"name_vi": name[:160], "name_en": name[:160], "parent": parent, "position": 999}
            )
            self.categories[code] = self.book.categories[category.pk] = category
        return self.categories[code]

    def _channel(self, row: dict):
        code = self.mapping.channels.get(self.text(row, "channel"), self.mapping.channels.get("default", ""))
        if code not in self.channels:
            raise BadRow(f"channel: {self.text(row, 'channel')!r} is not mapped to a channel of the catalogue")
        return self.channels[code]

