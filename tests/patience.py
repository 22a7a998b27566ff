"""How long tests wait for what must come, and how. No test asserts a time: this is only where waiting ends."""

import time

PATIENCE = 240  # seconds, far more than a quiet machine needs


def wait_for(condition, told=lambda: ""):
    """Ask until `condition` holds and return its answer; `told` says what was seen instead."""
    deadline = time.monotonic() + PATIENCE
    while not (answer := condition()):
        assert time.monotonic() < deadline, told()
        time.sleep(0.05)
    return answer
