"""The roles of the platform, as plain values that rules may use without touching the database."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Role(TextChoices):
    OPERATOR = "operator", _("Tổng đài viên")
    SUPERVISOR = "supervisor", _("Trưởng ca")
    UNIT_STAFF = "unit_staff", _("Cán bộ đơn vị")
    UNIT_LEADER = "unit_leader", _("Lãnh đạo đơn vị")
    CITY_LEADER = "city_leader", _("Lãnh đạo thành phố")
    ANALYST = "analyst", _("Chuyên viên phân tích")
    ADMINISTRATOR = "administrator", _("Quản trị hệ thống")


HOTLINE = frozenset({Role.OPERATOR, Role.SUPERVISOR})
UNIT = frozenset({Role.UNIT_STAFF, Role.UNIT_LEADER})
# Roles that see every ticket of the city; an analyst sees them without the reporter's data, an administrator none.
CITYWIDE = HOTLINE | {Role.CITY_LEADER, Role.ANALYST}
