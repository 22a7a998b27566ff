"""Statements that are written out."""

from django.db import connection


def rows(statement: str, given) -> list[tuple]:
    """All rows of a SELECT; `given` are its parameters, a list or a dict."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()
