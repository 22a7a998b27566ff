"""`manage.py import_values FILE --mapping NAME`: values from a file, all or nothing unless told otherwise."""

import json
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.actors import Actor
from indicators import importing
from indicators.mappings import FileMapping
from indicators.reading import CannotRead
from indicators.topics import TAKER
from live import feed

ACTOR = Actor.system("import")


class Command(BaseCommand):
    help = "Import values from CSV, CSV.gz or XLSX; the same file twice changes nothing."

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)
        parser.add_argument("--mapping", required=True, help="a TOML file, or a name under indicators/data/mappings")
        parser.add_argument("--json", action="store_true", help="print the outcome as one JSON object")
        parser.add_argument("--accept-good", action="store_true", help="take the good values where rows are rejected")
        parser.add_argument("--rejects", type=Path, help="where bad rows go (default: under IOC_VAR/imports)")

    def handle(self, *args, file, mapping, rejects, accept_good, **options):
        try:
            found = importing.run(
                ACTOR, file, FileMapping.read(mapping), accept_good=accept_good, progress=self._progress)
        except CannotRead as exc:
            raise CommandError(str(exc)) from exc
        self.stderr.write("")
        feed.take_all(TAKER)
        outcome = found.outcome
        answer: dict[str, int | str] = {
            "new": outcome.new, "changed": outcome.changed, "same": outcome.same, "rejected": found.rejected}
        if found.rejects:
            rejects = rejects or Path(settings.VAR) / "imports" / f"{file.name}.rejects.csv"
            importing.keep_rejects(rejects, found.rejects)
            answer["rejects"] = str(rejects)
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write(", ".join(f"{number:,} {name}" for name, number in answer.items() if name != "rejects"))
        if found.rejects and not accept_good:
            raise CommandError(f"nothing was written: rejected rows and their reasons are in {rejects}; "
                               "--accept-good takes the others")

    def _progress(self, rows):
        self.stderr.write(f"\r{rows:,} rows", ending="")
