"""A backup can be restored: what `pg_dump` wrote becomes, in an empty database, the same city with the same figures."""

import fcntl
import os
import stat
import subprocess
import sys
import unicodedata
from contextlib import closing
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import psycopg2
import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from attachments import safe, storing
from dashboards.figures import fold
from feedback import actions
from hcmc_ioc.backups import SECRETS, beside
from hcmc_ioc.lib import crypto
from hcmc_ioc.local import embedded
from live import signs
from tests import processes
from tests.attachments import pictures
from tests.city import by, intake

ROOT = Path(__file__).resolve().parent.parent
PROGRAMS = embedded.program("")  # where production finds pg_dump on its PATH
PHONES = ["+84900000123", "+84900000456", "+84900000789"]
FILLED = {
    "accounts_user", "feedback_ticket", "feedback_reporter", "feedback_promise", "feedback_ticketevent",
    "feedback_eventtext", "dashboards_unitday", "dashboards_promiseday", "live_topicversion",
}

# What we wrote ourselves, not what an extension brought.
OWN_FUNCTIONS = """
    SELECT p.proname, l.lanname, pg_get_functiondef(p.oid)
    FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = 'public'::regnamespace AND p.prokind IN ('f', 'p') AND NOT EXISTS (
        SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e')
"""


def ask(database, question):
    """The rows that answer `question` in `database`; none for a statement without an answer."""
    with closing(psycopg2.connect(settings.EMBEDDED.database_url(database))) as link:
        link.autocommit = True  # databases are made and dropped outside transactions
        with link.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall() if cursor.description else None


@pytest.fixture
def empty_database():
    """The name of a new, empty database, which is dropped however the test ends."""
    name = f"{connection.settings_dict['NAME']}_restored"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    ask("postgres", drop)  # a run that was killed may have left it
    ask("postgres", sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    yield name
    ask("postgres", drop)


def live_through_a_day(cast):
    """Tickets of every kind that a dump could spoil: moved on or not, with odd letters, with a word without end."""
    plain = "Hố ga mất nắp trước số 12 Lê Lợi.\nNguy hiểm \\ cần gấp,\tgọi lại giúp."
    bodies = [plain, unicodedata.normalize("NFD", plain), "đường" * 2000]
    tickets = [
        actions.open_ticket(
            actor=by(cast.tu),
            intake=intake(body=body, occurred_at=timezone.now()),
            reporter={"name": "Trần Tám", "phone": phone},
        )
        for body, phone in zip(bodies, PHONES, strict=True)
    ]
    actions.accept(actor=by(cast.lan), ticket_id=tickets[1].pk)
    actions.resolve(actor=by(cast.lan), ticket_id=tickets[1].pk, reply="Đã xử lý\nxong \\ hẳn")
    actions.reject(actor=by(cast.sau), ticket_id=tickets[2].pk, reply="Không thuộc phạm vi")
    fold.fold_all()
    actions.accept(actor=by(cast.lan), ticket_id=tickets[0].pk)  # waits in the outbox, which is kept too


def run(*command, **surroundings):
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, **surroundings)
    assert done.returncode == 0, done.stdout + done.stderr


def move(source, target, file):
    """Dump `source` into `file` and restore that into the empty database `target`; any complaint is a failure."""
    url = settings.EMBEDDED.database_url
    run(embedded.program("pg_dump"), "--format=custom", f"--file={file}", f"--dbname={url(source)}")
    run(embedded.program("pg_restore"), "--exit-on-error", f"--dbname={url(target)}", file)


def sums_of_tables(database):
    """How many rows each table holds, and one checksum over all of them."""
    question = sql.SQL(
        "SELECT count(*), md5(string_agg(whole::text, E'\\n' ORDER BY whole::text)) FROM public.{} AS whole"
    )
    names = ask(database, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    return {name: ask(database, question.format(sql.Identifier(name)))[0] for (name,) in names}


def counters(database):
    return dict(ask(database, "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"))


def phones(database):
    return [phone for (phone,) in ask(database, "SELECT phone FROM feedback_reporter ORDER BY id")]


@pytest.mark.django_db(transaction=True)
def test_a_restored_backup_is_the_same_city(cast, empty_database, tmp_path):
    live_through_a_day(cast)
    original = connection.settings_dict["NAME"]
    move(original, empty_database, tmp_path / "city.dump")

    sums = sums_of_tables(original)
    assert {name for name in FILLED if not sums[name][0]} == set()
    assert sums_of_tables(empty_database) == sums
    assert counters(original)["ticket_number"]
    assert counters(empty_database) == counters(original)
    assert not set(phones(empty_database)) & set(PHONES)
    assert [crypto.decrypt(phone) for phone in phones(empty_database)] == PHONES
    run(sys.executable, "manage.py", "verify_aggregates", env=processes.environment(empty_database))


# --- The commands


def manage(*words, place=None, database=None, attachments=None, **more):
    """`manage.py …` in production's settings, or in the local mode of a `place` of its own."""
    given = processes.environment(database or "") if place is None else os.environ | {"IOC_VAR": str(place)}
    given |= {"IOC_ATTACHMENTS": str(attachments)} if attachments else {}
    if place is not None:
        given = {name: value for name, value in given.items() if name not in ("DATABASE_URL", "REDIS_URL", *SECRETS)}
        given |= {"DJANGO_SETTINGS_MODULE": "hcmc_ioc.settings"}
    return subprocess.run([sys.executable, "manage.py", *map(str, words)], cwd=ROOT, capture_output=True, text=True,
                          check=False, env=given | {"PATH": f"{PROGRAMS}:{os.environ['PATH']}"}, **more)


def whole(database):
    """Without the sign that a backup was made, which is left when it is there."""
    return sums_of_tables(database) | {"live_sign": None}


@pytest.fixture
def backed_up(transactional_db, cast, tmp_path):
    """A city and its backup, written by the command."""
    live_through_a_day(cast)
    file = tmp_path / "city.dump"
    done = manage("backup", file, database=connection.settings_dict["NAME"])
    assert done.returncode == 0, done.stderr
    assert "100 %" in done.stderr and "keep them apart" in done.stdout
    return file


def refused(done, words):
    """In one line, without a traceback."""
    assert done.returncode and words in done.stderr.splitlines()[-1], done.stderr
    assert "Traceback" not in done.stderr


def test_backup_and_restore_by_command(backed_up, empty_database):
    original = connection.settings_dict["NAME"]
    done = manage("restore", backed_up, database=empty_database)
    assert done.returncode == 0, done.stderr
    assert whole(empty_database) == whole(original)
    assert timezone.now() - signs.last("backup") < timedelta(minutes=10)
    again = manage("restore", backed_up, database=empty_database)
    refused(again, "is not empty")
    assert stat.S_IMODE(backed_up.stat().st_mode) == 0o600
    assert sorted(file.name for file in backed_up.parent.iterdir()) == ["city.dump", "city.dump.json"]
    refused(manage("backup", backed_up, database=original), "never overwrites")


@pytest.mark.django_db(transaction=True)
def test_attached_files_come_along(cast, empty_database, tmp_path, settings):
    settings.ATTACHMENTS = tmp_path / "here" / settings.CITY_CODE
    ticket = actions.open_ticket(actor=by(cast.tu), intake=intake(occurred_at=timezone.now()))
    sent = [("hố ga.jpg", pictures.photo()), ("Công văn.pdf", pictures.PDF), ("mất.jpg", pictures.photo(9, 9))]
    files = [safe.made_safe(name, BytesIO(content)) for name, content in sent]
    *kept, lost = storing.keep("ticket", ticket.pk, by(cast.lan), files)
    storing.place(lost.key).unlink()
    file, there = tmp_path / "city.dump", tmp_path / "there"
    done = manage("backup", file, database=connection.settings_dict["NAME"], attachments=tmp_path / "here")
    assert done.returncode == 0 and "3 attached files, 1 pieces missing" in done.stdout, done.stderr
    packed = beside(file, "files")
    content = packed.read_bytes()
    packed.write_bytes(content[:-1] + b"x")
    refused(manage("restore", file, database=empty_database, attachments=there), "files is damaged")
    packed.unlink()
    refused(manage("restore", file, database=empty_database, attachments=there), "No such file")
    assert not there.exists()
    packed.write_bytes(content)
    done = manage("restore", file, database=empty_database, attachments=there)
    assert done.returncode == 0, done.stderr
    refused(manage("verify_attachments", database=empty_database, attachments=there), "1 of 3 attached files")
    original = [storing.place(one.key).read_bytes() for one in kept]
    settings.ATTACHMENTS = there / settings.CITY_CODE
    assert [storing.place(one.key).read_bytes() for one in kept] == original


def test_a_place_of_its_own_takes_the_keys_over(backed_up, tmp_path):
    """Local mode: FILE.keys lies beside the backup and becomes the keys of an empty place."""
    given = {"IOC_SECRET_KEY": settings.SECRET_KEY, "IOC_FIELD_KEYS": ",".join(settings.FIELD_KEYS),
             "IOC_DIGEST_KEY": settings.DIGEST_KEY}
    beside(backed_up, "keys").write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    place = tmp_path / "place"
    services = embedded.Services(place)
    try:
        done = manage("restore", backed_up, place=place)
        assert done.returncode == 0, done.stderr
        phone = "from feedback.models import Reporter; print(Reporter.objects.order_by('pk').first().phone)"
        assert manage("shell", "-c", phone, place=place).stdout.strip().endswith(PHONES[0])
        assert stat.S_IMODE((place / "secrets.env").stat().st_mode) == 0o600
        copy = tmp_path / "again.dump"
        assert manage("backup", copy, place=place).returncode == 0
        assert beside(copy, "keys").read_text() == beside(backed_up, "keys").read_text()
        assert stat.S_IMODE(beside(copy, "keys").stat().st_mode) == 0o600
    finally:
        services.stop()


def test_what_cannot_be_restored_is_refused_before_anything_is_written(backed_up, empty_database, tmp_path):
    other_keys = processes.environment(empty_database, IOC_FIELD_KEYS=Fernet.generate_key().decode())
    done = subprocess.run([sys.executable, "manage.py", "restore", backed_up], cwd=ROOT, env=other_keys, text=True,
                          capture_output=True, check=False)
    refused(done, "are not those that the backup was written with")
    manifest = beside(backed_up, "json")
    kept = manifest.read_text()
    manifest.write_text(kept.replace('"city": "hcmc"', '"city": "boston"'))
    refused(manage("restore", backed_up, database=empty_database), "a backup of boston")
    manifest.write_text("{")
    refused(manage("restore", backed_up, database=empty_database), "cannot be read")
    manifest.unlink()
    refused(manage("restore", backed_up, database=empty_database), "No such file")
    manifest.write_text(kept)
    content = bytearray(backed_up.read_bytes())
    content[len(content) // 2] ^= 1
    backed_up.write_bytes(content)
    refused(manage("restore", backed_up, database=empty_database), "is damaged")
    assert sums_of_tables(empty_database) == {}


def test_two_backups_into_one_file_at_once_are_refused(backed_up, tmp_path):
    file = tmp_path / "once.dump"
    with beside(file, "part").open("w") as other:  # another one is at it, or one was killed: then nothing holds it
        fcntl.flock(other, fcntl.LOCK_EX)
        refused(manage("backup", file, database=connection.settings_dict["NAME"]), "another backup writes")
    assert not file.exists() and beside(file, "part").exists()
    assert manage("backup", file, database=connection.settings_dict["NAME"]).returncode == 0
    assert file.exists() and not beside(file, "part").exists()


def test_a_full_disk_leaves_no_backup_that_looks_whole(backed_up, tmp_path):
    full = tmp_path / "full.dump"
    beside(full, "part").symlink_to("/dev/full")
    done = manage("backup", full, database=connection.settings_dict["NAME"])
    refused(done, "No space left on device")
    assert not list(tmp_path.glob("full.dump*"))


def test_our_sql_functions_find_what_they_call_without_a_search_path(db):
    """A restore clears `search_path`. PostgreSQL looks up what an SQL function calls when it is created, so creating
    each one anew tells; it would not look into other languages, whose functions need a test that calls them."""
    with connection.cursor() as cursor:
        cursor.execute(OWN_FUNCTIONS)
        functions = cursor.fetchall()
        assert {"vn_norm", "ticket_search"} <= {name for name, _language, _definition in functions}
        assert {language for _name, language, _definition in functions} == {"sql"}
        cursor.execute("SET LOCAL search_path = ''; SET LOCAL check_function_bodies = on")
        for _name, _language, definition in functions:
            cursor.execute(definition)
