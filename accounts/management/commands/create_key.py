"""`manage.py create_key CLIENT_ID`: another key for Open311 of a client that there is; those it has go on."""

from django.core.management.base import BaseCommand, CommandError

from accounts import clients
from accounts.models import Client


class Command(BaseCommand):
    help = "Make a long-lived key of a client of the API, which Open311 takes as api_key. It is printed once."

    def add_arguments(self, parser):
        parser.add_argument("client_id", help="as create_client printed it")

    def handle(self, *args, client_id, **options):
        client = Client.objects.filter(client_id=client_id, revoked_at=None).first()
        if client is None:
            raise CommandError(f"no client in force is called {client_id!r}")
        value, row = clients.key(client)
        self.stdout.write(f"api_key: {value}\nvalid until: {row.expires_at.isoformat()}")
