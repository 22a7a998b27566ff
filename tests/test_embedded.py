"""The frame holds: servers answer, the settings are whole."""

from django.db import connection


def test_embedded_database_answers(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version_num')::int / 10000")
        assert cursor.fetchone() == (18,)
