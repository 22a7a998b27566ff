"""Real files: streamed, idempotent, resumable; bad rows named, good ones kept."""

import csv
import gzip
from dataclasses import replace
from pathlib import Path

import psycopg2
import pytest
from django.db import connection

from dashboards.figures import definitions, fold
from dashboards.figures.periods import Period
from feedback import imports
from feedback.models import Promise, Ticket
from feedback.rules.rulebook import rulebook

pytestmark = pytest.mark.django_db

MAPPING = imports.Mapping(
    system="test",
    time_format="%Y-%m-%d %H:%M",
    columns={
        "source_id": "id", "occurred_at": "opened", "due_at": "target", "closed_at": "closed", "body": ["what", "more"],
        "address": "where", "unit": "district", "category": "kind", "channel": "via", "lat": "lat", "lon": "lon",
    },
    channels={"default": "phone", "App": "app"},
)
HEADER = "id,opened,target,closed,what,more,where,district,kind,via,lat,lon"
GOOD = (
    "{n},2026-01-05 08:00,2026-01-10 17:00,2026-01-09 10:00,Ổ gà lớn,,12 Lê Lợi,Quận 1,Mặt đường hư hỏng,App,10.77,106"
)


@pytest.fixture
def run(tmp_path, town):
    Category = imports.Category
    mapped = {c.name_vi: c for c in Category.objects.all()}
    Category.objects.filter(pk=mapped["Mặt đường hư hỏng"].pk).update(code="mat-duong-hu-hong")
    rulebook.clear()

    def run(content, mapping=MAPPING, name="file.csv"):
        path = tmp_path / name
        data = content if isinstance(content, bytes) else content.encode()
        is_packed = data.startswith(b"\x1f\x8b")
        path.write_bytes(gzip.compress(data) if name.endswith(".gz") and not is_packed else data)
        return imports.run(path, mapping, tmp_path / "rejects.csv", lambda outcome: None)

    run.rejects = tmp_path / "rejects.csv"
    return run


def lines(*rows):
    return "\n".join([HEADER, *rows]) + "\n"


def test_a_row_becomes_a_life_with_its_own_promise(run):
    outcome = run(lines(GOOD.format(n=1)))
    assert (outcome.read, outcome.imported, outcome.rejected) == (1, 1, 0)
    ticket = Ticket.objects.get(source_id="1")
    assert (ticket.state, ticket.unit.code, ticket.area.code, ticket.channel.code) == ("closed", "760", "760", "app")
    promise = ticket.promises.get()
    assert promise.due_at.isoformat() == "2026-01-10T10:00:00+00:00"
    assert promise.met_at == ticket.resolved_at
    assert promise.explanation == {"given": "source"}


def test_running_again_changes_nothing_and_a_killed_run_goes_on(run, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 2)
    content = lines(*(GOOD.format(n=n) for n in range(5)))
    real = imports.bulk.write

    def dies_at_the_second(stories, **options):
        if Ticket.objects.exists():
            raise KeyboardInterrupt
        return real(stories, **options)

    monkeypatch.setattr(imports.bulk, "write", dies_at_the_second)
    with pytest.raises(KeyboardInterrupt):
        run(content)
    assert Ticket.objects.count() == 2
    monkeypatch.setattr(imports.bulk, "write", real)
    outcome = run(content)
    assert (outcome.imported, outcome.known) == (3, 2)
    outcome = run(content)
    assert (outcome.imported, outcome.known, Ticket.objects.count()) == (0, 5, 5)


BAD = {
    "not a time": ("1,05/01/2026,,,x,,,Quận 1,Mặt đường hư hỏng,,,", "occurred_at"),
    "no time": ("1,,,,x,,,Quận 1,Mặt đường hư hỏng,,,", "occurred_at: empty"),
    "in the future": ("1,2999-01-01 00:00,,,x,,,Quận 1,Mặt đường hư hỏng,,,", "future"),
    "long ago": ("1,1900-01-01 00:00,,,x,,,Quận 1,Mặt đường hư hỏng,,,", "too long ago"),
    "no id": (",2026-01-05 08:00,,,x,,,Quận 1,Mặt đường hư hỏng,,,", "source_id"),
    "no words": ("1,2026-01-05 08:00,,,,,,Quận 1,Mặt đường hư hỏng,,,", "body: empty"),
    "unknown unit": ("1,2026-01-05 08:00,,,x,,,Quận 99,Mặt đường hư hỏng,,,", "unit: 'Quận 99'"),
    "unknown category": ("1,2026-01-05 08:00,,,x,,,Quận 1,Bay,,,", "category: 'Bay'"),
    "not on Earth": ("1,2026-01-05 08:00,,,x,,,Quận 1,Mặt đường hư hỏng,,1077,106", "lat: '1077'"),
    "not a number": ("1,2026-01-05 08:00,,,x,,,Quận 1,Mặt đường hư hỏng,,mười,106", "lat: 'mười'"),
    "too many fields": ("1,2026-01-05 08:00,,,x,,,Quận 1,Mặt đường hư hỏng,,,,extra", "more fields"),
    "wrong bytes": (b"1,2026-01-05 08:00,,," + "Ổ gà".encode("utf-16-le").replace(b"\x00", b"\xfe")
                    + ",,,Quận 1,Mặt đường hư hỏng,,,".encode(), "not utf-8"),
}


@pytest.mark.parametrize(("bad", "reason"), BAD.values(), ids=BAD.keys())
def test_a_bad_row_is_named_with_line_and_reason_and_loses_nobody_else(run, bad, reason):
    bad = bad if isinstance(bad, bytes) else bad.encode()
    content = b"\n".join([HEADER.encode(), GOOD.format(n="a").encode(), bad, GOOD.format(n="b").encode(), b""])
    outcome = run(content)
    assert (outcome.read, outcome.imported, outcome.rejected) == (3, 2, 1)
    with Path(outcome.rejects_file).open(encoding="utf-8", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["line"] == "3" and reason in row["reason"]


def test_a_doubled_id_in_one_file_counts_once(run):
    outcome = run(lines(GOOD.format(n=1), GOOD.format(n=1)))
    assert (outcome.imported, outcome.known) == (1, 1)


def test_an_id_that_comes_again_in_the_next_batch_counts_once(run, monkeypatch):
    """That batch is read while the one before it is not yet committed."""
    monkeypatch.setattr(imports, "BATCH", 2)
    outcome = run(lines(*(GOOD.format(n=n) for n in (1, 2, 2, 3, 3, 1, 4))))
    assert (outcome.read, outcome.imported, outcome.known) == (7, 4, 3)
    assert sorted(Ticket.objects.values_list("source_id", flat=True)) == ["1", "2", "3", "4"]


def test_new_categories_are_made_before_the_rows_are_read(run, monkeypatch):
    monkeypatch.setattr(imports, "BATCH", 1)
    mapping = replace(MAPPING, categories={"create": True})
    rows = [GOOD.format(n=n).replace("Mặt đường hư hỏng", f"Việc mới {n}") for n in (1, 2, 3)]
    outcome = run(lines(*rows), mapping)
    assert (outcome.imported, Ticket.objects.values("category").distinct().count()) == (3, 3)


def test_a_case_closed_before_it_opened_is_kept_flagged_and_outside_medians(run):
    row = GOOD.format(n=1).replace("2026-01-09 10:00", "2026-01-01 10:00")
    assert run(lines(row)).irregular == 1
    ticket = Ticket.objects.get()
    assert ticket.is_irregular and ticket.handling_minutes is None
    fold.fold_all()
    city = rulebook().city_id
    period = Period(ticket.resolved_at.date(), ticket.occurred_at.date())
    found = definitions.figures([city], period, ticket.occurred_at)[city]
    assert (found.received, found.resolved, found.median_minutes) == (1, 1, None)


def test_without_a_target_there_is_no_promise_and_without_a_unit_it_is_unassigned(run):
    row = "1,2026-01-05 08:00,,2026-01-06 08:00,x,,,,Mặt đường hư hỏng,,,"
    run(lines(row))
    ticket = Ticket.objects.get()
    assert not Promise.objects.exists()
    assert (ticket.unit.kind, ticket.state) == ("unassigned", "closed")


def test_a_gzip_file_with_a_byte_order_mark_is_read(run):
    content = b"\xef\xbb\xbf" + lines(GOOD.format(n=1)).encode()
    assert run(content, name="file.csv.gz").imported == 1


UNUSABLE = {
    "utf-16": ("\ufeff" + HEADER).encode("utf-16"),
    "empty": b"",
    "binary": b"PK\x03\x04\x00\x00\x00",
    "columns missing": b"id,opened\n1,2026-01-01 08:00\n",
}


@pytest.mark.parametrize("content", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_an_unusable_file_is_refused_before_anything_is_written(run, content):
    with pytest.raises(imports.CannotImport):
        run(content)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize("how", ["cut off", "damaged"])
def test_the_rows_before_the_place_where_a_file_breaks_off_are_imported(run, how):
    whole = gzip.compress(lines(*(GOOD.format(n=n * 7919 % 100_003) for n in range(2500))).encode())
    half = len(whole) // 2
    content = whole[:half] if how == "cut off" else whole[:half] + b"\xff" * half
    with pytest.raises(imports.CannotImport, match=r"line \d+: .*; the rows before it are imported"):
        run(content, name="file.csv.gz")
    assert 100 < Ticket.objects.count() < 2000


def test_two_imports_of_one_system_at_once_are_refused(run):
    mine = psycopg2.connect(**connection.get_connection_params() | {"cursor_factory": None})
    with mine.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext('import test'))")
    with pytest.raises(imports.CannotImport, match="another import of test is running"):
        run(lines(GOOD.format(n=1)))
    with mine.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock_all()")
    mine.close()
    assert run(lines(GOOD.format(n=1))).imported == 1


def test_rejects_that_cannot_be_written_are_said_before_anything_is_written(run):
    run.rejects.mkdir()
    with pytest.raises(imports.CannotImport, match="rejects file cannot be written"):
        run(lines(GOOD.format(n=1)))


@pytest.mark.parametrize(("content", "said"), [
    ("x = [", "Invalid value"),
    ("foo = 1", "foo is not known here"),
    ("foo = 1", "columns is missing"),
    ("columns = 1", "columns must be a table"),
    ("[columns]", "lacks body, category"),
    ('delimiter = ""', "delimiter must be one character"),
    ('encoding = "klingon"', "encoding 'klingon' is not known"),
])
def test_a_wrong_mapping_is_refused_in_words(tmp_path, content, said):
    (tmp_path / "m.toml").write_text(content)
    with pytest.raises(imports.CannotImport, match=said):
        imports.Mapping.read(str(tmp_path / "m.toml"))


def test_an_unknown_mapping_names_the_known_ones():
    with pytest.raises(imports.CannotImport, match="boston"):
        imports.Mapping.read("nowhere")
