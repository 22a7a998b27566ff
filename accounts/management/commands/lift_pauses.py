"""`manage.py lift_pauses --account quantri`: whoever has the machine ends a pause of signing in, where no administrator
comes in to do it (*Quản trị › Nhật ký đăng nhập*)."""

from django.core.management.base import BaseCommand, CommandError

from accounts import attempts


class Command(BaseCommand):
    help = "End the pause of an account, of an address, or of an account at an address."

    def add_arguments(self, parser):
        parser.add_argument("--account", default="")
        parser.add_argument("--address", default="")

    def handle(self, *args, account, address, **options):
        if not account and not address:
            raise CommandError("name an --account, an --address, or both")
        count = attempts.lift(by=None, account=account, line=address)
        self.stdout.write(f"{count} attempts count no more")
