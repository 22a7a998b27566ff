"""Databases for commands and processes of their own: migrating an empty one takes half a minute, copying a moment."""

import subprocess
import sys
from contextlib import closing

import psycopg2
from django.conf import settings
from django.db import connection
from psycopg2 import sql

from tests import processes

MIGRATED, LOADED = "migrated", "loaded"  # never connected to, so that they can be copied at any time
COMMANDS = {MIGRATED: "migrate", LOADED: "setup_city"}
_made: set[str] = set()


def keep(name: str) -> None:
    """The test database as it is now, for copies."""
    connection.close()
    connection.close_pool()
    _copy(connection.settings_dict["NAME"], name)
    _made.add(name)


def fresh(name: str, like: str = LOADED) -> None:
    """A new database of this name: with the tables alone, or with our city in them."""
    if like not in _made:  # no test of this run asked for the test database
        _make(like)
    _copy(like, name)


def _make(name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
    settings.EMBEDDED.start(name)
    command = [sys.executable, "manage.py", COMMANDS[name]]
    done = subprocess.run(command, cwd=processes.ROOT, env=processes.environment(name), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    _made.add(name)


def _copy(source: str, name: str) -> None:
    _execute("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
    _execute("CREATE DATABASE {name} TEMPLATE {source}", name=name, source=source)


def _execute(statement: str, **names: str) -> None:
    with closing(psycopg2.connect(settings.EMBEDDED.database_url("postgres"))) as link:
        link.autocommit = True  # databases are made outside transactions
        with link.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))
