"""The main navigation: the few screens each role works on, in the order of their day."""

from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from hcmc_ioc.lib.caching import per_language
from hcmc_ioc.lib.templating import Library, rendered

register = Library()

LEADING = {Role.CITY_LEADER, Role.ANALYST, Role.SUPERVISOR}
IN_UNITS = {Role.UNIT_LEADER, Role.UNIT_STAFF}
HANDLING = {Role.OPERATOR, Role.SUPERVISOR} | IN_UNITS
# name of the address, label, a shorter one where it would break on a phone, icon, key after "g", who sees it
ENTRIES = (
    ("overview", _("Tổng quan"), "", "layout-dashboard", "t", LEADING),
    ("units", _("Đơn vị"), "", "building-community", "u", LEADING | IN_UNITS),
    ("intake", _("Tiếp nhận 1022"), _("1022"), "headset", "n", {Role.OPERATOR, Role.SUPERVISOR}),
    ("intake", _("Ghi nhận"), "", "headset", "n", IN_UNITS),
    ("inbox", _("Hộp việc"), "", "inbox", "h", HANDLING | {Role.CITY_LEADER}),
    ("tickets", _("Phản ánh"), "", "list", "p", HANDLING | LEADING),
    ("data", _("Dữ liệu"), "", "database", "d", LEADING | IN_UNITS),
    ("directives", _("Điều hành"), "", "flag", "c", LEADING | IN_UNITS),
    ("reports", _("Báo cáo"), "", "file-text", "b", LEADING | IN_UNITS),
    ("owed", _("Số liệu phải gửi"), _("Số liệu"), "table", "s", IN_UNITS),
    ("administration", _("Quản trị"), "", "settings", "q", {Role.ADMINISTRATOR}),
    ("screens", _("Màn hình tường"), "", "device-tv", "w", {Role.SUPERVISOR, Role.ADMINISTRATOR}),
)

PART_OF = {  # pages within an entry
    "unit_screen": "units", "indicator": "data", "quality": "data", "quality_unit": "data", "sheet": "owed",
    "edition": "reports", "one_minute": "reports",
    "incident": "directives", "new_incident": "directives", "duty": "directives", "situation": "directives",
    "directive": "directives", "new_directive": "directives", "discipline": "directives",
}
STAND_IN = {  # whoever has no inbox comes to a ticket from the list; administrators to data from their own page
    "inbox": "tickets", "data": "administration",
    "incidents": "directives", "centres": "directives", "investments": "directives",  # rooms of one entry
    "guidances": "directives",
}
ON_A_PHONE = 5  # so many stand side by side
# Where there are more: a phone's foot keeps these under "Thêm".
BEYOND = {"units", "screens", "data", "reports"}
BEYOND_IF_NEEDED = "tickets"  # and this, where they still do not fit


@register.simple_tag(takes_context=True)
def navigation(context) -> SafeString:
    """The entries of the person's role; `nav_current` in the context (or the page itself) marks the current one."""
    request = context.get("request")
    return _drawn(_kind_of(getattr(request, "user", None)), context.get("nav_current") or _here(request))


@per_language
def _drawn(kind: tuple, current: str) -> SafeString:
    """Kept: everybody of a role reads the same on every page."""
    found = _entries(*kind)
    here = _in(found, current)
    for entry in found:
        entry["current"] = entry is here
    beyond = _beyond(found)
    return rendered("_navigation.html", {"entries": found, "beyond": beyond, "is_beyond": here in beyond})


def _beyond(found: list[dict]) -> list[dict]:
    """What a phone's foot keeps under "Thêm"."""
    if len(found) <= ON_A_PHONE:
        return []
    hidden = set(BEYOND)
    if len([entry for entry in found if entry["name"] not in hidden]) >= ON_A_PHONE:
        hidden.add(BEYOND_IF_NEEDED)
    return [entry for entry in found if entry["name"] in hidden]


@register.simple_tag(takes_context=True)
def entry(context, name):
    """What stands above a page in its crumbs: `{% set up = entry("inbox") %}` → `url` and `label`, as this person's
    navigation has them."""
    return _in(_entries(*_kind_of(context["request"].user)), name)


def _kind_of(user) -> tuple[str, bool, bool]:
    """What decides about the entries: the role, whether the admin is open, whether they record reports."""
    role = getattr(user, "role", "")
    return role, getattr(user, "is_staff", False), role not in IN_UNITS or _has_counter(user)


def _entries(role: str, is_staff: bool, records: bool) -> list[dict]:
    return [
        {"name": name, "url": url, "label": label, "short": short, "icon": icon, "key": key}
        for name, label, short, icon, key, roles in ENTRIES
        if (role in roles or name == "administration" and is_staff)
        and (name != "intake" or records)
        and (url := _address(name))
    ]


def _in(entries, name):
    by_name = {entry["name"]: entry for entry in entries}
    return by_name.get(name) or by_name.get(STAND_IN.get(name))


def _here(request) -> str:
    match = getattr(request, "resolver_match", None)
    if match is None:
        return ""
    if match.app_name == "admin":
        return "administration"
    return PART_OF.get(match.url_name, match.url_name or "")


def _has_counter(user) -> bool:
    """Of the units' people only those record whose unit has an area: citizens come to its counter."""
    return user.membership.unit.is_area


def _address(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""
