"""The demo's commands run where nothing real is kept: in local mode, or where somebody says so."""

from django.conf import settings
from django.core.management.base import CommandError


def add_consent(parser) -> None:
    parser.add_argument("--yes-demo", action="store_true", help="needed outside local mode, where data may be real")


def check_consent(options: dict) -> None:
    if not settings.LOCAL and not options["yes_demo"]:
        raise CommandError(
            "DATABASE_URL names a database of its own, which may hold real data; --yes-demo says that it is for a demo"
        )


def check_city() -> None:
    if settings.CITY["code"] != "hcmc":
        raise CommandError(f"the demo's calls are written for hcmc, not for {settings.CITY['code']}")
