"""`manage.py backup FILE`: the whole city in one file, while it works on."""

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from hcmc_ioc import backups


class Command(BaseCommand):
    help = "Write the whole city into FILE, with FILE.json and in local mode FILE.keys beside it."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("file", type=Path)

    def handle(self, *args, file, **options):
        try:
            manifest = backups.write(file, self._progress)
        except backups.BackupError as error:
            raise CommandError(str(error)) from None
        self.stderr.write("")
        rows = sum(manifest["rows"].values())
        self.stdout.write(f"{file}: {manifest['bytes']:,} bytes, {rows:,} rows, sha256 {manifest['sha256']}")
        if files := manifest["files"]:
            self.stdout.write(f"{backups.beside(file, 'files')}: {files['bytes']:,} bytes, {files['count']:,} attached "
                              f"files, {len(files['missing'])} pieces missing on disk")
        if (keys := backups.beside(file, "keys")).exists():
            self.stdout.write(f"{keys} reads names and phones: keep it apart from the backup")
        else:
            self.stdout.write("IOC_FIELD_KEYS and IOC_DIGEST_KEY are not in it: keep them apart from the backup")

    def _progress(self, done, total, table):
        share = 100 * done // max(total, 1)
        self.stderr.write(f"\r{share:3} % {table:<40}", ending="")
