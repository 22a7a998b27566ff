"""The main navigation: the few screens each role works on, in the order of their day."""

from django import template
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role

register = template.Library()

LEADING = {Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR}
IN_UNITS = {Role.UNIT_LEADER, Role.UNIT_STAFF}
HANDLING = {Role.OPERATOR, Role.SUPERVISOR} | IN_UNITS
# name of the address, label, icon, key after "g", who sees it
ENTRIES = (
    ("overview", _("Tổng quan"), "layout-dashboard", "t", LEADING),
    ("units", _("Đơn vị"), "building-community", "u", LEADING | IN_UNITS),
    ("intake", _("Tiếp nhận 1022"), "headset", "n", {Role.OPERATOR, Role.SUPERVISOR}),
    ("intake", _("Ghi nhận"), "headset", "n", IN_UNITS),
    ("inbox", _("Hộp việc"), "inbox", "h", HANDLING | {Role.CITY_LEADER}),
    ("tickets", _("Phản ánh"), "list", "p", HANDLING | LEADING),
    ("screens", _("Màn hình tường"), "device-tv", "w", {Role.SUPERVISOR, Role.ADMINISTRATOR}),
)

PART_OF = {"unit_screen": "units"}  # pages within an entry


@register.inclusion_tag("_navigation.html", takes_context=True)
def navigation(context):
    """The entries of the person's role; `nav_current` in the context (or the page itself) marks the current one."""
    request = context.get("request")
    role = getattr(getattr(request, "user", None), "role", "")
    match = getattr(request, "resolver_match", None)
    here = context.get("nav_current") or (match.url_name if match else "")
    here = PART_OF.get(here, here)
    found = [
        {"url": url, "label": label, "icon": icon, "key": key, "current": name == here}
        for name, label, icon, key, roles in ENTRIES
        if role in roles and (name != "intake" or _records(request.user)) and (url := _address(name))
    ]
    return {"entries": found}


def _records(user) -> bool:
    """Of the units' people only those whose unit has an area: citizens come to its counter."""
    return user.role not in IN_UNITS or user.membership.unit.is_area


def _address(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
