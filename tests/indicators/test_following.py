"""What changed since a cursor, and nothing lost: how another system keeps its figures equal to ours."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from hcmc_ioc.lib.cursors import Cursor, Unknown
from indicators import deliveries, following, totals
from indicators.arithmetic import Parts
from indicators.models import FigureChange, Indicator, Total
from indicators.topics import TAKER
from live import feed
from tests.indicators.test_sums import JOB, MONTHS, value

pytestmark = pytest.mark.django_db
JULY, AUGUST, SEPTEMBER = MONTHS


def bring(number, *months, indicator="fires", unit="760"):
    given = [value(indicator, unit, code, Parts(Decimal(number))) for code in months]
    deliveries.bring(deliveries.new(JOB, door="api"), given)


def taken(number, *months, **more):
    bring(number, *months, **more)
    feed.take_all(TAKER)


def fires():
    return Indicator.objects.get(code="fires")


def changed(since):
    found = following.changed(fires(), since)
    return [period.code for period in found.periods], found


def test_only_what_changed_since(town):
    start = following.end()
    taken(1, JULY, AUGUST)
    codes, first = changed(start)
    assert codes == [JULY, AUGUST] and not first.more
    assert changed(first.cursor)[0] == []
    taken(2, AUGUST)
    taken(2, AUGUST)  # the same again is no change
    taken(7, SEPTEMBER, indicator="crimes-recorded")
    codes, second = changed(first.cursor)
    assert codes == [AUGUST] and changed(second.cursor)[0] == []
    assert changed(start)[0] == [JULY, AUGUST], "each once, as it stands now"


def test_in_pieces_that_never_part_what_changed_together(town, monkeypatch):
    monkeypatch.setattr(following, "MOST", 1)
    start = following.end()
    taken(1, JULY, AUGUST)
    taken(1, SEPTEMBER)
    codes, first = changed(start)
    assert codes == [JULY, AUGUST] and first.more
    codes, second = changed(first.cursor)
    assert codes == [SEPTEMBER] and not second.more


def test_a_change_that_is_not_taken_yet_comes_next_time(town):
    taken(1, JULY)
    bring(2, AUGUST)
    here = following.end()
    feed.take_all(TAKER)
    assert changed(here)[0] == [AUGUST]


def test_a_rebuild_tells_everything_again(town):
    taken(1, JULY, AUGUST)
    here = following.end()
    totals.rebuild()
    assert changed(here)[0] == [JULY, AUGUST]


def test_a_cursor_of_another_history_or_of_long_ago(town):
    taken(1, JULY)
    last = FigureChange.objects.get()
    for cursor in (Cursor(last.number, last.stamp + 1), Cursor(last.number + 1, 0)):
        with pytest.raises(Unknown):
            changed(cursor)
    taken(2, JULY)
    later = timezone.now() + following.KEPT + timedelta(days=1)
    assert following.forget(later) == 1 and FigureChange.objects.count() == 1
    for cursor in (Cursor(last.number, last.stamp), Cursor()):
        with pytest.raises(Unknown):
            changed(cursor)


@pytest.mark.django_db(transaction=True)
def test_no_number_is_known_before_a_smaller_one(town):
    """Who counts second waits until the first has committed: otherwise a reader would pass over the first."""
    said = []

    def second():
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SET LOCAL lock_timeout = '200ms'")
                totals.recount({(fires().pk, value("fires", "760", JULY, Parts(Decimal(1))).start)})
        except OperationalError as exc:
            said.append(str(exc))
        finally:
            connection.close()

    with transaction.atomic():
        totals.recount({(fires().pk, value("fires", "760", AUGUST, Parts(Decimal(1))).start)})
        other = threading.Thread(target=second)
        other.start()
        other.join(20)
    assert "lock timeout" in said[0] and Total.objects.count() == 1
