"""Shared pieces: many screens at once cost one rendering; a new version costs one more."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from live import fragments
from tests.patience import PATIENCE


def test_screens_that_ask_at_once_cost_one_rendering():
    asking, renderings = Barrier(8), []

    def context():
        renderings.append(1)
        return {"title": "Không có phản ánh"}

    def ask(version):
        asking.wait(PATIENCE)
        return fragments.shared("_empty.html", "city", version, ("a-piece",), context)

    with ThreadPoolExecutor(8) as pool:
        for version in (1, 2):
            pieces = set(pool.map(ask, [version] * 8))
            assert len(pieces) == 1 and "Không có phản ánh" in pieces.pop()
            assert len(renderings) == version
