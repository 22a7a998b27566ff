"""A loaded city and its cast, for every test that needs people and tickets.

Lan works in Quận 1, Minh leads it, Khoa works in Quận 7 and must not see Quận 1; Tư takes calls, Sáu leads the shift,
Hà leads the city, Phúc analyses, Quân administers.
"""

from datetime import date
from io import BytesIO
from types import SimpleNamespace

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from coordination.loading import load_city as load_coordination
from districts.cities import read_city
from districts.loading import load as load_units
from districts.models import Unit
from feedback.models import Category, Channel
from feedback.rules import catalogue
from feedback.rules.lifecycle import Intake
from indicators.loading import load_city as load_indicators
from notifications.loading import load_city as load_mail_rules
from reports.loading import load_city as load_reports
from signals.loading import load_city as load_alert_rules

CAST = {
    "lan": ("Trần Thị Lan", Role.UNIT_STAFF, "760"),
    "minh": ("Lê Văn Minh", Role.UNIT_LEADER, "760"),
    "khoa": ("Phạm Đăng Khoa", Role.UNIT_STAFF, "778"),
    "tu": ("Nguyễn Thị Tư", Role.OPERATOR, "79"),
    "sau": ("Võ Văn Sáu", Role.SUPERVISOR, "79"),
    "ha": ("Đặng Thu Hà", Role.CITY_LEADER, "79"),
    "phuc": ("Bùi Hồng Phúc", Role.ANALYST, "79"),
    "quan": ("Hồ Minh Quân", Role.ADMINISTRATOR, "79"),
}


_rows: dict[str, bytes] = {}  # of a city that was loaded before, by table, as COPY writes them


def load() -> None:
    """Units, calendar and rules of the default city; nothing when they are there. Read from its files once; a database
    that a test emptied gets the same rows again."""
    if Unit.objects.exists():
        return
    if _rows:
        _bring_back()
    else:
        load_units(read_city("hcmc"))
        catalogue.load("hcmc")
        load_indicators("hcmc")
        load_reports("hcmc")
        load_alert_rules("hcmc")
        load_coordination("hcmc")
        load_mail_rules("hcmc")
        _keep()


def _keep() -> None:
    with connection.cursor() as cursor:
        apps_with_rows = ("districts", "feedback", "indicators", "coordination", "reports", "signals", "notifications")
        models = [model for app in apps_with_rows
                  for model in apps.get_app_config(app).get_models(include_auto_created=True)]
        for model in models:
            table, rows = model._meta.db_table, BytesIO()
            cursor.copy_expert(f"COPY {table} TO STDOUT", rows)
            if rows.tell():
                _rows[table] = rows.getvalue()


def _bring_back() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # in any order
        for table, rows in _rows.items():
            cursor.copy_expert(f"COPY {table} FROM STDIN", BytesIO(rows))
            cursor.execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), max(id)) FROM {table}")
        cursor.execute("SET LOCAL session_replication_role = origin")


def unit(code: str) -> Unit:
    return Unit.objects.in_force().get(code=code)


def worker(username: str, role: str, code: str, full_name: str = "") -> User:
    """Somebody who works in the unit with this code."""
    person = User.objects.create_user(username, password="mat-khau-1022", full_name=full_name or username)
    Membership.objects.create(user=person, unit=unit(code), role=role, valid_from=date(2021, 1, 1))
    return person


def make_cast() -> SimpleNamespace:
    """Everybody at once; `nobody` has no role."""
    names = {name: full_name for name, (full_name, *_rest) in CAST.items()} | {"nobody": "Người Không Vai"}
    password = make_password("mat-khau-1022")
    people = {person.username: person for person in User.objects.bulk_create(
        User(username=name, full_name=full_name, password=password) for name, full_name in names.items())}
    units = {found.code: found for found in Unit.objects.in_force()}
    Membership.objects.bulk_create(
        Membership(user=people[name], unit=units[code], role=role, valid_from=date(2021, 1, 1))
        for name, (_full_name, role, code) in CAST.items())
    return SimpleNamespace(**people)


SYSTEM = Actor.system("demo")  # may make every move


def by(person=None, key: str = "", fingerprint: str = "") -> Actor:
    """The person at a page, or at one sending of a form; without one the system."""
    return (Actor.person(person) if person else SYSTEM).sending(key, fingerprint)


def intake(category="trat-tu-lan-chiem", area="760", **changes) -> Intake:
    """A report about an occupied pavement in Quận 1, routed by its area."""
    given = {
        "category_id": Category.objects.get(code=category).pk,
        "channel_id": Channel.objects.get(code="phone").pk,
        "body": "Người dân báo: hàng quán lấn chiếm vỉa hè trước số 12 Lê Lợi. Nhờ kiểm tra, xử lý giúp.",
        "address": "12 Lê Lợi, Quận 1",
        "area_id": unit(area).pk if area else None,
        "lat": 10.7743,
        "lon": 106.7010,
    }
    return Intake(**(given | changes))
