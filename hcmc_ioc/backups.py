"""The whole city in one file, and back: `manage.py backup` and `manage.py restore`.

Beside FILE (pg_dump's own format) lie FILE.json, the manifest (checksums, rows of each table, marks of the keys), where
files are attached FILE.files, a TAR of them, and in local mode FILE.keys, without which nobody reads names and phones.
In production the keys are in the environment and are kept apart from the backups.
"""

import fcntl
import hashlib
import json
import os
import re
import subprocess
import tarfile
from collections.abc import Callable, Iterable
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import psycopg2
from django.conf import settings
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.client import DatabaseClient
from psycopg2 import sql

from attachments import packing
from hcmc_ioc.local import embedded
from live import signs

SECRETS = ("IOC_SECRET_KEY", "IOC_FIELD_KEYS", "IOC_DIGEST_KEY")
_TABLE = re.compile(r"""(?:dumping contents of|processing data for) table "(?:\w+\.)?(\w+)""").search
_SIZES = """
    SELECT c.relname, pg_table_size(c.oid) FROM pg_class c
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
"""
Progress = Callable[[int, int, str], None]  # done, of how much, which table


class BackupError(Exception):
    """A backup that could not be made or restored; the message is one line for a person."""


def beside(file: Path, kind: str) -> Path:
    return file.with_name(f"{file.name}.{kind}")


def write(file: Path, progress: Progress) -> dict:
    """The city as it is at this moment, while it works on; returns the manifest.

    Whole or not at all: FILE gets its name when everything is on disk. Raises `BackupError`.
    """
    if file.exists():
        raise BackupError(f"{file} exists already; a backup never overwrites another")
    draft = beside(file, "part")
    try:
        with _alone(draft), _snapshot() as (cursor, name):
            cursor.execute(_SIZES)
            sizes = dict(cursor.fetchall())
            _run("pg_dump", ["--format=custom", f"--snapshot={name}", f"--file={draft}"], sizes, progress)
            manifest = _manifest(draft, _rows(cursor, sizes)) | {"files": _pack(file, cursor, sizes, progress)}
            _keep(beside(file, "json"), json.dumps(manifest, indent=1), 0o644)
            if settings.LOCAL:
                _keep(beside(file, "keys"), "".join(f"{name}={os.environ[name]}\n" for name in SECRETS), 0o600)
            draft.rename(file)
            _settle(file.parent)
    except OSError as error:
        raise BackupError(f"{error.filename or file}: {error.strerror}") from error
    signs.leave("backup")
    return manifest


def _pack(file: Path, cursor, tables: Iterable[str], progress: Progress) -> dict | None:
    """The attached files that the snapshot knows, beside FILE; None where there are none."""
    if packing.TABLE not in tables:  # a city of an earlier release, backed up before it is brought to this one
        return None
    cursor.execute(packing.LISTED)
    if not (listed := [(UUID(str(key)), small) for key, small in cursor.fetchall()]):
        return None
    packed, draft = beside(file, "files"), beside(file, "files.part")
    told = packing.pack(draft, listed, progress)
    draft.replace(packed)
    return told | {"bytes": packed.stat().st_size, "sha256": _checksum(packed)}


def restore(file: Path, progress: Progress) -> dict:
    """Put a backup into this city's empty database, whole or not at all; returns the manifest.

    The keys are those of the environment, in local mode else those of FILE.keys, which this place then goes on with.
    Raises `BackupError` before anything is written where the file is damaged, the place is not empty, or the keys are
    not those that the backup was written with.
    """
    manifest = _read(file)
    with connection.cursor() as cursor:
        cursor.execute(_SIZES)
        if cursor.fetchall():
            raise BackupError(f"the database {settings.DATABASES['default']['NAME']} is not empty; nothing was changed")
    keys = _fitting_keys(file, manifest)
    if keys:  # before the city: whatever ends us in between, a city never lies beside keys that cannot read it
        _keep(settings.VAR / "secrets.env", keys, 0o600)
    if files := manifest.get("files"):  # before the rows that name them
        _unpack(beside(file, "files"), files["pieces"], progress)
    options = ["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", "--no-comments"]
    _run("pg_restore", [*options, str(file)], manifest["rows"], progress)
    with connection.cursor() as cursor:
        found = _rows(cursor, manifest["rows"])
        cursor.execute("ANALYZE")
    if found != manifest["rows"]:
        wrong = ", ".join(name for name in found if found[name] != manifest["rows"][name])
        raise BackupError(f"restored, but these tables do not hold what the backup did: {wrong}")
    cache.clear()
    return manifest


def _unpack(packed: Path, pieces: int, progress: Progress) -> None:
    try:
        packing.unpack(packed, pieces, progress)
    except (OSError, ValueError, tarfile.TarError) as error:
        raise BackupError(f"{packed}: {error}; the database was not touched") from error


@contextmanager
def _alone(draft: Path):
    """The draft, readable by its owner alone (citizens' words are in it), and ours: a second backup into the same file
    is refused, what a killed one left is written over. It is gone at the end, whatever happens."""
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup writes {draft}") from None
        try:
            yield
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _snapshot():
    """A cursor that sees one moment of the city, and the name by which pg_dump sees the same."""
    link = psycopg2.connect(**{**connection.get_connection_params(), "cursor_factory": None})
    try:
        link.set_session(isolation_level="REPEATABLE READ", readonly=True)
        with link.cursor() as cursor:
            cursor.execute("SET statement_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            yield cursor, cursor.fetchone()[0]
    finally:
        link.close()


def _run(program: str, options: list[str], weights: dict[str, int], progress: Progress) -> None:
    """pg_dump or pg_restore, with the tables that it tells of as progress; its last word where it fails."""
    path = embedded.program(program) if settings.LOCAL else program
    (_psql, *place), surroundings = DatabaseClient.settings_to_cmd_args_env(connection.settings_dict, [])
    *address, database = place
    where = [*address, f"--dbname={database}"]
    total, done, last, said = sum(weights.values()), 0, "", ""
    try:
        process = subprocess.Popen([path, "--verbose", *where, *options], stderr=subprocess.PIPE, text=True,
                                   errors="replace", env=os.environ | (surroundings or {}))
    except FileNotFoundError:
        raise BackupError(f"{program} is not installed here (on Debian: postgresql-client)") from None
    try:
        for line in process.stderr or ():
            said = line.strip() if "error" in line or not said else said
            if table := _TABLE(line):
                done, last = done + weights.get(last, 0), table[1]
                progress(done, total, last)
        failed = process.wait()
    finally:
        process.kill()  # nothing where it has ended: of an interrupted command nothing goes on
        process.wait()
    if failed:
        raise BackupError(f"{program} failed: {said}")
    progress(total, total, "")


def _rows(cursor, tables: Iterable[str]) -> dict[str, int]:
    found = {}
    for name in sorted(tables):
        cursor.execute(sql.SQL("SELECT count(*) FROM public.{}").format(sql.Identifier(name)))
        found[name] = cursor.fetchone()[0]
    return found


def _manifest(file: Path, rows: dict[str, int]) -> dict:
    return {
        "city": settings.CITY_CODE, "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "bytes": file.stat().st_size, "sha256": _checksum(file), "rows": rows,
        "field_keys": [_mark(key) for key in settings.FIELD_KEYS], "digest_key": _mark(settings.DIGEST_KEY),
    }


def _checksum(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _mark(key: str) -> str:
    """By which a key is known again, and from which nobody learns it: keys are random."""
    return hashlib.sha256(f"backup {key}".encode()).hexdigest()[:16]


def _keep(path: Path, content: str, mode: int) -> None:
    """Written whole and on disk before it gets its name."""
    draft = beside(path, "new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def _settle(folder: Path) -> None:
    """The names in a folder are on disk too."""
    place = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(place)
    finally:
        os.close(place)


def _read(file: Path) -> dict:
    """The manifest of a file that is what it says."""
    try:
        manifest = json.loads(beside(file, "json").read_text(encoding="utf-8"))
        checksum = _checksum(file)
    except OSError as error:
        raise BackupError(f"{error.filename}: {error.strerror}") from None
    except ValueError:
        raise BackupError(f"{beside(file, 'json')} cannot be read") from None
    if checksum != manifest.get("sha256"):
        raise BackupError(f"{file} is damaged: its checksum is not the one in {beside(file, 'json').name}")
    _check_files(beside(file, "files"), manifest.get("files"))
    if manifest["city"] != settings.CITY_CODE:
        raise BackupError(f"this is a backup of {manifest['city']}; IOC_CITY is {settings.CITY_CODE}")
    return manifest


def _check_files(packed: Path, told: dict | None) -> None:
    if told is None:
        return
    try:
        if _checksum(packed) != told["sha256"]:
            raise BackupError(f"{packed} is damaged: its checksum is not the one in the manifest")
    except OSError as error:
        raise BackupError(f"{error.filename}: {error.strerror}") from None


def _fitting_keys(file: Path, manifest: dict) -> str:
    """The content of FILE.keys where this place must take it over, "" where its own keys fit."""
    if _fit(settings.FIELD_KEYS, settings.DIGEST_KEY, manifest):
        return ""
    if settings.LOCAL:
        with suppress(OSError):
            kept = beside(file, "keys").read_text(encoding="utf-8")
            given = dict(line.split("=", 1) for line in kept.splitlines() if "=" in line)
            if _fit(given.get("IOC_FIELD_KEYS", "").split(","), given.get("IOC_DIGEST_KEY", ""), manifest):
                return kept
    raise BackupError("the keys given (IOC_FIELD_KEYS, IOC_DIGEST_KEY) are not those that the backup was written with; "
                      "nothing was changed")


def _fit(field_keys: list[str], digest_key: str, manifest: dict) -> bool:
    marks = {_mark(key.strip()) for key in field_keys}
    return set(manifest["field_keys"]) <= marks and _mark(digest_key) == manifest["digest_key"]
