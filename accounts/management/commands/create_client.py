"""`manage.py create_client NAME --unit CODE --scopes "tickets:read figures:read"`: a client and its secret, once.
`--key` adds a key for Open311."""

import json

from django.core.management.base import BaseCommand, CommandError

from accounts import clients
from accounts.scopes import SCOPES, split
from districts.models import Unit


class Command(BaseCommand):
    help = "Make a client of the API. Its secret and key are printed once and kept nowhere."

    def add_arguments(self, parser):
        parser.add_argument("name", help="what the other system is called")
        where = parser.add_mutually_exclusive_group(required=True)
        where.add_argument("--unit", metavar="CODE", help="the unit within which it acts, with everything below it")
        where.add_argument("--all-units", action="store_true", help="the whole city")
        parser.add_argument("--scopes", required=True, help=f"parted by blanks: {' '.join(SCOPES)}")
        parser.add_argument("--key", action="store_true", help="also a long-lived key, which Open311 takes as api_key")
        parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    def handle(self, *args, name, unit, all_units, scopes, **options):
        try:
            wanted = split(scopes)
        except ValueError as unknown:
            raise CommandError(f"there is no scope {unknown}; there are: {' '.join(SCOPES)}") from None
        if not wanted:
            raise CommandError("name at least one scope")
        place = Unit.objects.city() if all_units else Unit.objects.in_force().filter(code=unit).first()
        if place is None:
            raise CommandError(f"no unit in force has the code {unit!r}")
        try:
            client, secret = clients.register(name=name, unit=place, scopes=wanted)
        except ValueError as refused:
            raise CommandError(str(refused)) from None
        answer = {"client_id": client.client_id, "client_secret": secret, "unit": place.code, "scopes": client.scopes}
        if options["key"]:
            answer["api_key"] = clients.key(client)[0]
        if options["json"]:
            self.stdout.write(json.dumps(answer))
        else:
            self.stdout.write("\n".join(f"{key}: {value}" for key, value in answer.items()))
