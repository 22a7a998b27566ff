"""`manage.py soak_ledger`: through kills and freezes of everything each acknowledged write is there exactly once, a
reader of the changes has the same, and the figures are exact. A minute here, hours by hand."""

import os
import re
import subprocess
import sys

import pytest
from django.utils import timezone

from demo.trials.ledger import Ledger
from demo.trials.site import Site
from feedback import actions, journal
from feedback.models import TicketEvent
from hcmc_ioc.local.embedded import Services
from live import feed
from tests import processes
from tests.city import by, intake

TROUBLES = "PostgreSQL killed,web frozen,PostgreSQL frozen,all killed"


@pytest.mark.processes
def test_every_acknowledged_write_is_there_exactly_once(tmp_path_factory):
    """The site has servers of its own, since they are killed."""
    folder = tmp_path_factory.mktemp("ledger") / "var"
    left_out = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
    surroundings = {name: value for name, value in os.environ.items() if name not in left_out} | {
        "IOC_VAR": str(folder), "IOC_DEMO": "1", "PYTHONUNBUFFERED": "1"}

    def manage(*words):
        done = subprocess.run([sys.executable, "manage.py", *words], cwd=processes.ROOT, env=surroundings,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    try:
        manage("setup_city")
        manage("demo_accounts")
        told = manage("soak_ledger", "--minutes", "0", "--only", TROUBLES)
    finally:
        services = Services(folder)
        services.stop()
        services.erase()
    writes = re.search(r"(\d+) acknowledged writes to \d+ tickets; 0 differences", told)
    assert writes and int(writes[1]) > 30, told


@pytest.fixture
def kept(cast):
    """A ledger with one ticket, opened, accepted and told of."""
    book = Ledger()
    ticket = actions.open_ticket(actor=by(cast.tu), intake=intake(body=f"{book.mark} 0-1", occurred_at=timezone.now()))
    actions.accept(actor=by(cast.lan), ticket_id=ticket.pk, version=ticket.version)
    feed.take_all(journal.NAME)
    book.lines = [(ticket.code, verb, "") for verb in ("open", "forward", "accept")]
    return book


@pytest.mark.django_db(transaction=True)
def test_a_ledger_finds_what_is_lost_doubled_or_not_told(kept):
    assert kept.differences() == []
    kept.lines.append((kept.lines[0][0], "note", "Đã xem"))
    assert [line.partition(":")[0] for line in kept.differences()] == ["lost"]
    kept.lines = kept.lines[:2]
    assert [line.partition(":")[0] for line in kept.differences()] == ["done too often"]
    TicketEvent.objects.filter(verb="accept").update(version=9)
    said = "\n".join(kept.differences())
    assert "a gap in the history" in said and "in the journal 0 times" in said and "in the journal 1 times" in said


def test_a_traceback_of_ours_is_told_and_celerys_about_its_lost_broker_is_not(tmp_path):
    log = tmp_path / "site.log"
    trace = "\nTraceback (most recent call last)\n"
    ours = f"2026-11-27 03:43:11,687 ERROR django.request [0f] Internal Server Error: /{trace}"
    log.write_text(f"Before any record{trace}"
                   f"2026-11-27 03:43:11,687 ERROR celery.bootsteps Error on stopping{trace}"
                   f"2026-11-27 03:43:11,695 WARNING celery.redirected {trace}" + ours
                   + f"2026-11-27 03:43:11,700 ERROR celery.app.trace Task failed{trace}")
    told = Site(0, log).tracebacks()
    assert told[1] == ours and [line[:9] for line in told] == ["Before an", "2026-11-2", "2026-11-2"]
