"""Where Open311 is found here, and the services it offers: the kinds of problem in use, grouped by field.

No service asks for more than the standard does itself (`metadata` is false): what the console asks besides – level,
public or not, several units – follows from the kind of problem or is for the hotline to judge, and who wants to hide
their name leaves it out.
"""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.db.models import Max
from django.utils.translation import gettext as _

from feedback.models import Category
from feedback.rules.catalogue import DATA
from feedback.rules.reasons import full_name
from feedback.rules.rulebook import rulebook

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"


def discovery(url: str) -> dict:
    since, book = w3(changed_at()), rulebook()
    return {
        "changeset": since,
        "contact": _("Tổng đài 1022, %(city)s") % {"city": book.units[book.city_id].name},
        "key_service": _("Khóa api_key do quản trị hệ thống của Tổng đài 1022 cấp."),
        "endpoints": [{
            "specification": SPECIFICATION, "url": url, "changeset": since,
            "type": "test" if settings.DEMO else "production",
            "formats": ["text/xml", "application/json"],
        }],
    }


def changed_at() -> datetime:
    """When the services last changed: in the admin, or with the files of a release."""
    of_files = datetime.fromtimestamp((DATA / settings.CITY_CODE / "categories.csv").stat().st_mtime, UTC)
    entries = LogEntry.objects.filter(content_type__app_label="feedback", content_type__model="category")
    return max(of_files, entries.aggregate(at=Max("action_time"))["at"] or of_files)


def in_use() -> list[Category]:
    """What can be reported, in the order of the catalogue."""
    rows = [row for row in rulebook().categories.values() if row.parent and row.is_active and row.parent.is_active]
    return sorted(rows, key=lambda row: (row.parent.position, row.parent.code, row.position, row.code))


def service(row: Category) -> dict:
    return {
        "service_code": row.code,
        "service_name": row.name,
        "description": full_name(row),
        "metadata": False,
        "type": "realtime",
        "keywords": row.keywords,
        "group": row.parent.name,
    }


def definition(row: Category) -> dict:
    return {"service_code": row.code, "attributes": []}


def w3(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
