"""Two who touch the same tickets at once wait for each other; nobody is turned away by a deadlock."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from feedback import actions
from feedback.models import Ticket
from feedback.rules.workflow import IllegalMove
from tests.city import by
from tests.feedback.test_actions import opened

ROUNDS = 15


@pytest.mark.django_db(transaction=True)
def test_merges_that_cross_end_with_one_of_the_two_open(cast):
    outcomes = []
    for _round in range(ROUNDS):
        first, second = opened(), opened()
        together = Barrier(2)
        threads = [Thread(target=_merge, args=(cast.tu, *pair, together, outcomes))
                   for pair in ((first.pk, second.pk), (second.pk, first.pk))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(t.is_open for t in Ticket.objects.filter(pk__in=[first.pk, second.pk])) == [False, True]
    assert sorted(set(outcomes)) == ["merged", "refused in words"] and len(outcomes) == 2 * ROUNDS


def _merge(operator, source, target, together, outcomes):
    try:
        together.wait()
        actions.merge(actor=by(operator), ticket_id=source, target=target)
        outcomes.append("merged")
    except IllegalMove:
        outcomes.append("refused in words")
    except Exception as error:  # noqa: BLE001 - a deadlock, which the test shows
        outcomes.append(repr(error))
    finally:
        connection.close()
