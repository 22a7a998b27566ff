"""`python -m bench --size full|small [--fresh]`: measure, print the table, keep it as JSON in IOC_VAR/last.json.

full: 10 k and 1 M tickets (the databases are filled once and used again; --fresh fills them anew). small: 10 k alone,
in about a minute.
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
    parser.add_argument("--size", choices=("full", "small"), default="full")
    parser.add_argument("--fresh", action="store_true", help="fill the databases anew")
    options = parser.parse_args()
    _settle()
    from bench import databases, rows
    from bench.table import printed

    started = time.monotonic()
    sizes = [SMALL, BIG] if options.size == "full" else [SMALL]
    for database in [databases.EMPTY, *sizes]:
        databases.ensure(database, TICKETS[database], fresh=options.fresh)
    found = []
    try:
        for row in rows.measured(sizes, quick=options.size == "small"):
            found.append(row)
    finally:  # what was measured before something broke is not lost
        print(printed(found))
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
