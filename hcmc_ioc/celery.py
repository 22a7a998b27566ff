"""Background work: the Celery application; each app's tasks.py is found by itself."""

import warnings

from celery import Celery, signals
from celery.exceptions import CPendingDeprecationWarning
from celery.platforms import SecurityWarning
from django.conf import settings

from hcmc_ioc import env
from hcmc_ioc.pooled import base as pooled

env.read_settings_or_exit()

# As root Celery warns of pickled messages; ours are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("hcmc_ioc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@signals.celeryd_init.connect
@signals.beat_init.connect
def limit(**_more):
    pooled.limit(settings.DATABASE_LIMITS["worker"])


@signals.worker_ready.connect
def worker_lives(**_more):
    _leave_signs("worker")


@signals.beat_init.connect
def beat_lives(**_more):
    _leave_signs("beat")


def _leave_signs(name):
    from live import signs  # models are loaded by now

    signs.keep_leaving(name)


@signals.celeryd_after_setup.connect
def quieten(**_more):
    """A lost broker would bring six lines about a default of Celery 6, which does not concern us."""
    warnings.filterwarnings("ignore", category=CPendingDeprecationWarning)
