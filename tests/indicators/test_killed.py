"""The city's figures stay exact whoever is killed: two processes add up at once, and die at random points."""

from contextlib import ExitStack
from decimal import Decimal
from random import Random

import pytest
from django.core.management import call_command
from django.db import connection

from districts.models import Unit
from indicators import owed
from indicators.arithmetic import Parts
from indicators.models import Total, ValueSet
from indicators.topics import TAKER
from live.models import Handover
from tests import processes
from tests.indicators.test_sums import MONTHS, bring, month, value
from tests.live import taker

KILLS, AT_ONCE = 5, 24
INDICATORS = ("fires", "crimes-recorded")
pytestmark = [pytest.mark.processes, pytest.mark.django_db(transaction=True)]


def waiting():
    return Handover.objects.filter(taker=TAKER).count()


def owing():
    """The codes of all units that owe these figures: without nine in ten of them there is no sum to be wrong."""
    units = owed.owing(ValueSet.objects.get(code="monthly-district"), [month(MONTHS[0])])
    return list(Unit.objects.filter(pk__in=units[month(MONTHS[0]).start]).values_list("code", flat=True))


def test_two_that_are_killed_at_random_lose_nothing_and_count_nothing_twice(town, capsys):
    chance, codes = Random(1022), owing()
    bring([value(name, code, at, Parts(Decimal(7))) for name in INDICATORS for code in codes for at in MONTHS])
    surroundings = processes.environment(connection.settings_dict["NAME"])
    with ExitStack() as ending:
        workers = [taker.worker(TAKER, surroundings, ending) for _n in range(2)]
        for _kill in range(KILLS):
            for _n in range(AT_ONCE):
                bring([value(chance.choice(INDICATORS), chance.choice(codes), chance.choice(MONTHS),
                             Parts(Decimal(chance.randrange(100))))])
            victim, left = chance.randrange(2), chance.randrange(1, AT_ONCE)
            while waiting() > left:
                assert all(worker.poll() is None for worker in workers)
            workers[victim].kill()
            workers[victim].wait()
            workers[victim] = taker.worker(TAKER, surroundings, ending)
        while waiting():
            assert all(worker.poll() is None for worker in workers)
    assert Total.objects.exclude(value=None).count() == len(INDICATORS) * len(MONTHS)
    call_command("verify_indicators")
    assert "exact: 6 figures" in capsys.readouterr().out
