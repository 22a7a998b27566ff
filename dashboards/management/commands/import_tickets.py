"""`manage.py import_tickets FILE --mapping NAME`: real tickets of another system, then exact figures at once."""

import json
import time
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from dashboards.figures import fold
from feedback import imports


class Command(BaseCommand):
    help = "Import tickets from a CSV or .csv.gz file; run it again to go on where it was stopped."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help="a TOML file, or a name under feedback/data/mappings")
        parser.add_argument("--rejects", type=Path, help="where bad rows go (default: under IOC_VAR/imports)")
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")

    def handle(self, *args, file, mapping, rejects, **options):
        rejects = rejects or Path(settings.VAR) / "imports" / f"{file.name.removesuffix('.gz')}.rejects.csv"
        started = time.monotonic()
        try:
            outcome = imports.run(file, imports.Mapping.read(mapping), rejects, self._progress)
        except imports.CannotImport as exc:
            raise CommandError(str(exc)) from exc
        seconds = time.monotonic() - started
        self.stderr.write("")
        fold.fold_all()
        self._report(outcome, seconds, as_json=options["json"])

    def _progress(self, outcome):
        counts = f"{outcome.read:,} rows, {outcome.imported:,} imported, {outcome.rejected:,} rejected"
        self.stderr.write(f"\r{counts}", ending="")

    def _report(self, outcome, seconds: float, *, as_json: bool) -> None:
        answer = outcome.as_dict() | {
            "seconds": round(seconds, 1), "per_second": round(outcome.read / seconds) if seconds else 0,
        }
        if as_json:
            self.stdout.write(json.dumps(answer))
            return
        self.stdout.write(
            f"{answer['imported']:,} imported, {answer['known']:,} known already, {answer['rejected']:,} rejected "
            f"in {answer['seconds']} s ({answer['per_second']:,} rows/s)"
        )
        if outcome.rejects_file:
            self.stdout.write(f"rejected rows and reasons: {outcome.rejects_file}")
