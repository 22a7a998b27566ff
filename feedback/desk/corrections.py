"""What a correction changes, in words: before it is saved, and in the history."""

from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from feedback.models import Promise, Ticket, Urgency
from feedback.rules import lifecycle, reasons
from feedback.rules.lifecycle import Lifecycle
from feedback.rules.rulebook import Rulebook, rulebook

LABELS = {
    "category": gettext_lazy("lĩnh vực"), "urgency": gettext_lazy("mức độ"), "several": gettext_lazy("nhiều đơn vị"),
    "public": gettext_lazy("công khai"), "hidden": gettext_lazy("giấu tên"), "area": gettext_lazy("địa bàn"),
    "unit": gettext_lazy("đơn vị xử lý"), "due": gettext_lazy("hạn"), "first": gettext_lazy("hạn ban đầu"),
}


def in_words(was: dict, now: dict) -> list[str]:
    """One line for each thing that changed: “hạn: 12/03/2026 17:00 → 16/03/2026 17:00”."""
    book = rulebook()
    said = ((label, _said(name, was[name], book), _said(name, now[name], book))
            for name, label in LABELS.items() if name in was)
    return [f"{label}: {before} → {after}" for label, before, after in said if before != after]


def _said(name: str, code, book: Rulebook) -> str:
    if code in ("", None):
        return "–"
    if name in ("due", "first"):
        return date_format(timezone.localtime(datetime.fromisoformat(code)), "d/m/Y H:i")
    if name in ("several", "public", "hidden"):
        return _("có") if code else _("không")
    if name == "urgency":
        return str(Urgency(code).label)
    if name == "category":
        return next((reasons.full_name(c) for c in book.categories.values() if c.code == code), code)
    return next((unit.name for unit in book.units.values() if unit.code == code), code)


def consequences(actor: Actor, ticket: Ticket, values: dict) -> tuple[str, list[str]]:
    """What saving these `values` would do to unit and date: a mark of it, and sentences with the reason; nothing is
    written. ("", []) where neither changes."""
    book = rulebook()
    fresh = Ticket.objects.defer("search").get(pk=ticket.pk)
    life = Lifecycle(fresh, list(Promise.objects.filter(ticket_id=ticket.pk).order_by("pk")))
    step = lifecycle.apply(life, "edit", at=timezone.now(), actor=actor, given={"values": values}, book=book)
    data = step.columns["data"]
    was, now = ({name: data.get(key, {}).get(name) for name in ("unit", "due", "first")} for key in ("was", "is"))
    changed = [name for name in now if now[name] is not None]
    if not changed:
        return "", []
    lines = in_words({name: was[name] for name in changed}, {name: now[name] for name in changed})
    if "unit" in changed:
        rule = next(rule for rule in book.routing_rules if rule.code == data["rule"])
        lines.append(reasons.routing(rule, book, fresh.area_id))
    promise = life.promise
    if "due" in changed and promise is not None and promise.rule_id:
        rule = next(rule for rule in book.deadline_rules if rule.pk == promise.rule_id)
        lines.append(rule.regulation)
    mark = " ".join(str(now[name] and now[name][:10]) for name in now)
    return mark, [line for line in lines if line]
