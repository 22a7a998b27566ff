"""What a citizen said is in the database and nowhere beside it: in no log of PostgreSQL or ours, on no error page."""

import io
import logging

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models.functions import Cast
from django.http import HttpResponse
from django.test import override_settings
from django.urls import path

from feedback.models import Reporter, Ticket
from hcmc_ioc import health
from hcmc_ioc.logs import LineFormatter
from tests.feedback.test_actions import opened

WORDS, PHONE, NAME = "Nhà bà Bảy bị ngập tới gối", "+84909123456", "Trần Thị Bảy"


def failing():
    """One statement after the other that holds what a citizen said, and fails."""
    ticket = Ticket.objects.get()
    copy = {field.attname: getattr(ticket, field.attname) for field in Ticket._meta.concrete_fields
            if not field.generated}
    yield lambda: Ticket.objects.create(**copy | {"id": None, "body": WORDS})  # its code is another's
    yield lambda: Ticket.objects.create(**copy | {"id": None, "code": "PHA1", "body": WORDS, "unit_id": None})
    yield lambda: Reporter.objects.create(ticket_id=ticket.pk, name=NAME, phone=PHONE, is_first=None)
    yield lambda: list(Ticket.objects.annotate(n=Cast(models.Value(f"{WORDS} {PHONE}"), models.IntegerField())))
    yield lambda: connection.cursor().execute("SELECT %s::date", [WORDS])
    yield lambda: connection.cursor().execute(f"SELECT '{WORDS}' '{PHONE}'")


def failed(act):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        act()
    return caught.value


@pytest.mark.django_db(transaction=True)
def test_a_statement_that_fails_leaves_no_word_in_any_log(cast, settings):
    opened(body=WORDS)
    ours, log = io.StringIO(), logging.getLogger("tests.wordless")
    handler = logging.StreamHandler(ours)
    handler.setFormatter(LineFormatter())
    log.addHandler(handler)
    theirs = settings.EMBEDDED.var / "log" / "postgres.log"
    before = theirs.stat().st_size
    try:
        errors = [failed(act) for act in failing()]
        for error in errors:
            log.error("Task raised unexpected: %r", error, exc_info=error)
    finally:
        log.removeHandler(handler)
    assert any(isinstance(error, IntegrityError) for error in errors)
    told = ours.getvalue()
    assert "duplicate key value violates unique constraint" in told and "(23505)" in told, "the fault itself is told"
    with theirs.open("rb") as file:
        file.seek(before)
        told += file.read().decode(errors="replace")
    for words in (WORDS, PHONE, NAME, "bà Bảy", "909123456"):
        assert words not in told, words


def broken(request):
    with transaction.atomic():
        next(failing())()
    return HttpResponse()


urlpatterns = [path("", broken)]


@pytest.mark.django_db
def test_the_page_of_an_error_holds_no_word(cast, client, caplog):
    opened(body=WORDS)
    client.raise_request_exception = False
    with override_settings(ROOT_URLCONF=__name__):
        for kind in ("text/html", "application/json"):
            answer = client.get("/", headers={"accept": kind})
            assert answer.status_code == 500 and WORDS not in answer.content.decode()
    assert WORDS not in caplog.text and "duplicate key" in caplog.text


@pytest.mark.django_db
def test_a_server_that_logs_errors_or_statements_is_told_of(town):
    assert health.database_log() is None
    with connection.cursor() as cursor:
        for name, value in (("log_min_messages", "warning"), ("log_statement", "all"),
                            ("log_min_duration_statement", "0")):
            cursor.execute(f"SET LOCAL {name} = '{value}'")
            assert health.database_log()
            cursor.execute(f"RESET {name}")
    assert health.database_log() is None
