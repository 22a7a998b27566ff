"""Background work: the Celery application; each app's tasks.py is found by itself."""

import os
import warnings

from celery import Celery
from celery.platforms import SecurityWarning

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")

# As root Celery warns of pickled messages; ours are JSON only.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("hcmc_ioc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
