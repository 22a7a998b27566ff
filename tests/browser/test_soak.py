"""`manage.py soak_wall`: no second in which the wall is old and does not say so. Two minutes here, hours by hand."""

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings

from tests import databases, processes

DATABASE = "soak"


@pytest.mark.parametrize("troubles", ["web frozen,beat killed"])
def test_the_wall_is_never_old_without_saying_so(troubles, django_db_setup):
    databases.fresh(DATABASE)
    # Another site of these tests is running: its clock must not be taken for this one's.
    own = f"{settings.EMBEDDED.redis_url}?db=6"
    surroundings = processes.environment(DATABASE, IOC_DEMO="1", REDIS_URL=own) | {"PATH": os.environ["PATH"]}

    def manage(*words):
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(command, cwd=processes.ROOT, env=surroundings, capture_output=True, text=True)

    processes.collect_static(surroundings)
    assert manage("seed_demo", "--tickets", "300", "--months", "1").returncode == 0
    done = manage("soak_wall", "--minutes", "0", "--only", troubles)
    assert done.returncode == 0, done.stdout + done.stderr
    assert len(re.findall(r"marked +[1-9]\d* s, stale but unmarked 0 s", done.stdout)) == 2, done.stdout
