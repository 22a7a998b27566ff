"""Background work: the Celery application; each app's tasks.py is found by itself."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hcmc_ioc.settings")

app = Celery("hcmc_ioc")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
