"""`python -m bench --size SIZE [--fresh]`: measure, print the table, keep it as JSON in IOC_VAR/last.json.

full: 10 k and 1 M tickets (the databases are filled once and used again; --fresh fills them anew). small: 10 k alone,
in about a minute. history: pages and searches at 1 M and at ten times as many, for which 40 GB of disk must be free.
numbers: the numbers of 168 units, 60 k and 6 M values (5 GB); full has their rows at 60 k.
"""

import argparse
import json
import os
import sys
import time
from datetime import datetime
from itertools import chain
from pathlib import Path

SMALL, BIG = "bench_10k", "bench_1m"
TICKETS = {SMALL: 10_000, BIG: 1_000_000, "bench_empty": 0}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--size", choices=("full", "small", "history", "numbers"), default="full")
    parser.add_argument("--fresh", action="store_true", help="fill the databases anew")
    options = parser.parse_args()
    _settle()
    from django.conf import settings

    from bench import databases, history, numbers_rows, rows
    from bench.table import printed

    started = time.monotonic()
    sizes = {"full": [SMALL, BIG], "small": [SMALL], "history": [BIG], "numbers": []}[options.size]
    for database in [databases.EMPTY, *sizes] if sizes else []:
        databases.ensure(database, TICKETS[database], fresh=options.fresh)
    of_numbers = {"full": numbers_rows.SIZES[:1], "numbers": numbers_rows.SIZES}.get(options.size, [])
    numbers_rows.ensure(of_numbers, fresh=options.fresh)
    found, heads = [], {"history": ("1 M", "10 M"), "numbers": ("60 k", "6 M")}.get(options.size, ("10 k", "1 M"))
    logs = Path(settings.VAR) / "log"
    if options.size == "history":
        measuring = history.rows(BIG, logs / "history")
    else:
        of_tickets = rows.measured(sizes, quick=options.size == "small") if sizes else ()
        measuring = chain(of_tickets, numbers_rows.measured(of_numbers, logs / "numbers") if of_numbers else ())
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
