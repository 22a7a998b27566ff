"""`manage.py verify_attachments`: every attached file is there, and is what it was."""

from django.core.management.base import BaseCommand, CommandError

from attachments import storing
from attachments.models import Attachment


class Command(BaseCommand):
    help = "Read every attached file and compare it with its checksum; 1 where one is missing or changed."

    def handle(self, *args, **options):
        rows = Attachment.objects.filter(gone_at=None)
        total, faults = rows.count(), 0
        for done, row in enumerate(rows.order_by("pk").iterator()):
            if done % 100 == 0:
                self.stderr.write(f"\r{100 * done // max(total, 1):3} %", ending="")
            for _row, fault in storing.faulty([row]):
                faults += 1
                self.stdout.write(f"{row.owner_kind} {row.owner_id}: {row.name} ({row.key}) {fault}")
        self.stderr.write("\r", ending="")
        if faults:
            raise CommandError(f"{faults} of {total} attached files are not what they were")
        self.stdout.write(f"{total} attached files are whole")
