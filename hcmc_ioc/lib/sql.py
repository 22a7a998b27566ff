"""Statements that are written out."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import islice
from typing import Any

from django.db import connection

Statement = tuple[str, list]  # with its parameters


def rows(statement: str, given) -> list[tuple]:
    """All rows of a SELECT; `given` are its parameters, a list or a dict."""
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        return cursor.fetchall()


def read(model: Any, rest: str, given: list, *, beside: tuple[str, ...] = ()) -> list:
    """Rows of `model` by the rest of the statement ("WHERE code = %s"), without what the database generates, and with
    the rows that their foreign keys `beside` name. Django takes longer to write such a statement than PostgreSQL to
    answer it."""
    table, keys = model._meta.db_table, [model._meta.get_field(name) for name in beside]
    parts = [_Columns.of(model), *(_Columns.of(key.related_model) for key in keys)]
    joins = " ".join(f"JOIN {part.table} ON {part.table}.id = {table}.{key.column}"
                     for key, part in zip(keys, parts[1:], strict=True))
    found = []
    for values in rows(f"SELECT {', '.join(part.text for part in parts)} FROM {table} {joins} {rest}", given):
        each = iter(values)
        row, *others = (part.row(tuple(islice(each, len(part.names)))) for part in parts)
        for name, other in zip(beside, others, strict=True):
            setattr(row, name, other)
        found.append(row)
    return found


def insert(model: Any, given: Iterable[Mapping[str, Any]], *, returning: bool = False) -> Statement:
    """New rows of `model`, each {attribute: value} with the same attributes; others than columns are passed over, ids
    are the database's, and the answer where they are wanted. Django's own way takes five times as long."""
    given = list(given)
    columns = [column for name, column in _columns(model).items() if name in given[0]]
    row = f"({', '.join(['%s'] * len(columns))})"
    text = (f"INSERT INTO {model._meta.db_table} ({', '.join(c.column for c in columns)}) "
            f"VALUES {', '.join([row] * len(given))}{' RETURNING id' if returning else ''}")
    return text, [c.get_db_prep_save(values[c.attname], connection) for values in given for c in columns]


def insert_columns(model: Any, given: Mapping[str, Sequence[Any]], rest: str = "") -> Statement:
    """Thousands of new rows of `model`, given as {attribute: its values}, with the `rest` of the statement
    (ON CONFLICT …, RETURNING …). They travel as one array for each column."""
    columns = [_columns(model)[name] for name in given]
    names, types = ", ".join(c.column for c in columns), ", ".join(f"%s::{c.db_type(connection)}[]" for c in columns)
    text = f"INSERT INTO {model._meta.db_table} ({names}) SELECT * FROM unnest({types}) {rest}"
    return text, [array(values) for values in given.values()]


def array(values: Iterable[Any]) -> str:
    """Numbers, times, truths and texts as the text of a PostgreSQL array: read several times as fast as a list of as
    many parameters."""
    return "{" + ",".join(map(_element, values)) + "}"


def _element(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


def update(model: Any, pk: int, values: Mapping[str, Any]) -> Statement:
    """One row of `model`, with {attribute: value} of some columns."""
    columns = [_columns(model)[name] for name in values]
    text = f"UPDATE {model._meta.db_table} SET {', '.join(f'{c.column} = %s' for c in columns)} WHERE id = %s"
    return text, [*(c.get_db_prep_save(values[c.attname], connection) for c in columns), pk]


def together(*statements: Statement) -> list[tuple]:
    """All of them in one go, one after the other; the rows that the last one answers."""
    with connection.cursor() as cursor:
        cursor.execute("; ".join(text for text, _given in statements),
                       [value for _text, given in statements for value in given])
        return cursor.fetchall() if cursor.description else []


class _Columns:
    """The columns of `model` that are read: as text of a statement, and how a row is made of them."""

    def __init__(self, model: Any):
        columns = [column for column in model._meta.concrete_fields if not column.generated]
        self.model, self.names = model, [column.attname for column in columns]
        self.table = model._meta.db_table
        self.text = ", ".join(f"{self.table}.{column.column}" for column in columns)
        self.read = {n: column.from_db_value for n, column in enumerate(columns) if hasattr(column, "from_db_value")}

    @classmethod
    @cache
    def of(cls, model: Any) -> "_Columns":
        return cls(model)

    def row(self, values: tuple) -> Any:
        if self.read:
            values = tuple(self.read[n](value, None, connection) if n in self.read else value
                           for n, value in enumerate(values))
        return self.model.from_db(connection.alias, self.names, values)


@cache
def _columns(model: Any) -> dict[str, Any]:
    """The columns that are written, by attribute."""
    meta = model._meta
    return {c.attname: c for c in meta.concrete_fields if not c.generated and c is not meta.auto_field}
