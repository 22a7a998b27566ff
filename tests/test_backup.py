"""A backup can be restored: what `pg_dump` wrote becomes, in an empty database, the same city with the same figures."""

import subprocess
import sys
import unicodedata
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone
from psycopg2 import sql

from dashboards.figures import fold
from feedback import actions
from hcmc_ioc.lib import crypto
from hcmc_ioc.local import embedded
from tests import processes
from tests.city import by, intake

ROOT = Path(__file__).resolve().parent.parent
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
