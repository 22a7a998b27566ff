"""`python -m bench --size SIZE [--fresh]`: measure, print the table, keep it as JSON in IOC_VAR/last.json.

full: 10 k and 1 M tickets (the databases are filled once and used again; --fresh fills them anew). small: 10 k alone,
in about a minute. history: pages and searches at 1 M and at ten times as many, for which 40 GB of disk must be free.
"""

import argparse
import json
import os
import sys
import time
from datetime import datetime
from pathlib import Path

SMALL, BIG = "bench_10k", "bench_1m"
TICKETS = {SMALL: 10_000, BIG: 1_000_000, "bench_empty": 0}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--size", choices=("full", "small", "history"), default="full")
    parser.add_argument("--fresh", action="store_true", help="fill the databases anew")
    options = parser.parse_args()
    _settle()
    from django.conf import settings

    from bench import databases, history, rows
    from bench.table import printed

    started = time.monotonic()
    sizes = {"full": [SMALL, BIG], "small": [SMALL], "history": [BIG]}[options.size]
    for database in [databases.EMPTY, *sizes]:
        databases.ensure(database, TICKETS[database], fresh=options.fresh)
    found, heads = [], ("1 M", "10 M") if options.size == "history" else ("10 k", "1 M")
    measuring = (history.rows(BIG, Path(settings.VAR) / "log" / "history") if options.size == "history"
                 else rows.measured(sizes, quick=options.size == "small"))
    try:
        for row in measuring:
            found.append(row)
    finally:  # what was measured before something broke is not lost
        print(printed(found, heads))
    took = time.monotonic() - started
    _keep(found, options.size, took)
    missed = [row.what for row in found if row.ok is False]
    print(f"\n{took:.0f} s. " + (f"Below its bar: {'; '.join(missed)}." if missed else "Every bar is reached."))
    return 0


def _settle() -> None:
    """Settings of the bench; what a shell set for a production site must not lead here."""
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "IOC_CITY", "IOC_MAP", "IOC_HTTPS", "ALLOWED_HOSTS"):
        os.environ.pop(name, None)
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    import django

    django.setup()


def _keep(found, size: str, took: float) -> None:
    from django.conf import settings

    answer = {
        "at": datetime.now().astimezone().isoformat(timespec="seconds"), "size": size, "seconds": round(took),
        "cores": os.cpu_count(), "rows": [row.as_dict() for row in found],
    }
    file = Path(settings.VAR) / "last.json"
    file.write_text(json.dumps(answer, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
