"""What people and logs see when something is down or broken."""

import errno
import logging
import sys

import psycopg2
import pytest
from django.core.exceptions import PermissionDenied
from django.db.transaction import TransactionManagementError
from django.db.utils import DatabaseError, IntegrityError, InternalError, OperationalError
from kombu.exceptions import OperationalError as BrokerError

from hcmc_ioc.celery import app
from hcmc_ioc.errors import server_error, trouble_in_words
from hcmc_ioc.logs import LineFormatter, OutageFilter, is_outage


def answer_to(error, request):
    try:
        raise error
    except Exception:
        return server_error(request)


def test_an_outage_is_503_and_asks_to_come_back(rf):
    request = rf.get("/", headers={"accept": "text/html"})
    request.id = "abc12345"
    answer = answer_to(OperationalError("server closed the connection"), request)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "abc12345" in answer.content.decode()


def test_a_mistake_of_ours_is_500_and_shows_nothing_of_it(rf):
    answer = answer_to(ValueError("phone 0901234567"), rf.get("/", headers={"accept": "text/html"}))
    assert answer.status_code == 500
    assert "0901234567" not in answer.content.decode()


def test_programs_get_json(rf):
    answer = answer_to(OperationalError("gone"), rf.get("/", headers={"accept": "application/json"}))
    assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")


@pytest.mark.parametrize(("error", "traceback"), [
    (OperationalError("gone\nreally"), False), (ValueError("x"), True),
])
def test_an_outage_is_logged_without_traceback(error, traceback):
    try:
        raise error
    except Exception:
        info = sys.exc_info()
    record = logging.LogRecord("ioc", logging.ERROR, __file__, 1, "failed:\n%s", ("where from",), info)
    text = LineFormatter().format(record)
    assert ("Traceback" in text) == traceback
    assert (len(text.splitlines()) == 1) != traceback


@pytest.mark.parametrize(("name", "told"), [("celery.worker", True), ("celery.beat", True), ("ioc", False)])
def test_what_celery_stumbles_over_in_an_outage_is_the_outage(name, told):
    try:
        try:
            raise BrokerError("gone")
        except BrokerError:
            raise AttributeError("of nothing") from None
    except AttributeError:
        record = logging.LogRecord(name, logging.ERROR, __file__, 1, "failed", (), sys.exc_info())
    text = LineFormatter().format(record)
    assert ("Traceback" in text, "gone" in text) == (not told, told)


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(("error", "outage"), [
    (psycopg2.InterfaceError("connection already closed"), True),
    (psycopg2.InterfaceError("only protocol 3 supported"), False),
    (psycopg2.DatabaseError("error with status PGRES_TUPLES_OK and no message from the libpq"), True),
    (psycopg2.errors.AdminShutdown("terminating connection due to administrator command"), True),
    (InternalError("terminating connection due to idle-in-transaction timeout"), True),
    (InternalError("cannot insert into column"), False),
    (DatabaseError("server closed the connection unexpectedly"), True),
    (caused(TransactionManagementError("the transaction is broken"), OperationalError("gone")), True),
    (caused(TransactionManagementError("the transaction is broken"), IntegrityError("twice")), False),
    (IntegrityError("server"), False),
])
def test_a_connection_lost_inside_the_driver_is_an_outage(error, outage, rf):
    assert is_outage(error) == outage
    assert answer_to(error, rf.get("/")).status_code == (503 if outage else 500)


def test_a_refusal_is_a_line():
    try:
        raise PermissionDenied
    except PermissionDenied:
        info = sys.exc_info()
    record = logging.LogRecord("django.request", logging.WARNING, __file__, 1, "Forbidden: /x/", (), info)
    assert len(LineFormatter().format(record).splitlines()) == 1


def test_an_outage_is_told_once_in_a_while_and_a_mistake_each_time():
    def record(error):
        return logging.LogRecord("ioc", logging.ERROR, __file__, 1, "failed", (), (type(error), error, None))

    outages = OutageFilter()
    told = [outages.filter(record(OperationalError("gone"))) for _n in range(3)]
    assert told == [True, False, False]
    assert outages.filter(record(BrokerError("another service")))
    assert [outages.filter(record(ValueError("x"))) for _n in range(2)] == [True, True]


def test_a_probe_that_knocks_every_second_fills_no_log():
    probes = [logging.LogRecord("django.request", logging.ERROR, __file__, 1, "503", (), None) for _n in range(3)]
    for probe in probes:
        probe.status_code = 503
    outages = OutageFilter()
    assert [outages.filter(probe) for probe in probes] == [True, False, False]


def test_a_lost_broker_holds_nobody_up(monkeypatch):
    pauses = []
    monkeypatch.setattr("kombu.utils.functional.sleep", pauses.append)
    options = app.conf.broker_transport_options
    lost = app.connection_for_write("redis+socket:///nowhere/valkey.sock", transport_options=options)
    with lost, pytest.raises(BrokerError):
        app.send_task("dashboards.tasks.fold", connection=lost)
    assert sum(pauses) < 1


@pytest.mark.parametrize(("error", "told"), [
    (OSError(errno.ENOSPC, "No space left on device"), "writing failed: No space left on device"),
    (PermissionError(errno.EACCES, "Permission denied", "/srv/x"), "/srv/x: Permission denied"),
    (OperationalError("could not extend file:\nNo space left on device"), "the database has no room left: could not"),
    (OperationalError("connection refused"), "the database or Redis does not answer: connection refused"),
    (ValueError("a mistake"), ""),
    (FileNotFoundError(errno.ENOENT, "No such file", "ours"), ""),
])
def test_a_command_says_what_the_machine_lacks_in_one_line(error, told):
    said = trouble_in_words(error)
    assert said.startswith(told)
    assert bool(said) == bool(told)
    assert "\n" not in said
