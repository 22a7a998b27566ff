"""Who is told of what happens to directives, by the bell: a taker of the feed. One notice per person and directive on
the sender's side, one per person and recipient on the other; more of the same makes it unread again."""

from collections.abc import Callable, Iterator
from functools import cache

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.roles import Role
from coordination.directives import people
from coordination.models import DirectiveEvent, EscalationStep
from hcmc_ioc.lib.names import in_force
from indicators import notices
from indicators.models import Notice
from indicators.notices import Told
from live import feed

CODE = "directive"
Sides = Callable[..., set[int]]
TO_UNIT = frozenset({
    "send", "amend", "recall", "insist", "remind", "confirm", "give_back", "release", "agree", "deny", "ask_still",
    "fall_due",
})
TO_SENDER = frozenset({"refuse", "report", "explain", "extend", "excuse", "fall_due"})


def register() -> None:
    notices.worded[CODE] = words


def take(changes: list[feed.Change]) -> None:
    """Tell whoever has to know of these events."""
    known = DirectiveEvent.objects.select_related("directive", "recipient__unit")
    events = known.filter(pk__in=[change.object_id for change in changes]).order_by("pk")
    latest: dict[tuple[int, str], Told] = {}
    of_unit, of_sender = cache(people.of_unit), cache(people.of_sender)  # many events of a batch are of the same ones
    for event in events:
        for told in _told(event, of_unit, of_sender):
            latest[told.user_id, told.key] = told
    notices.tell(latest.values())


def _told(event: DirectiveEvent, of_unit: Sides, of_sender: Sides) -> Iterator[Told]:
    for user, of_recipient in _whom(event, of_unit, of_sender):
        if user == event.user_id:
            continue  # whoever did it knows
        directive = event.directive
        key = f"directive:{directive.pk}" + (f":{of_recipient}" if of_recipient else "")
        unit = event.recipient.unit if event.recipient else None
        said = {"verb": event.verb, "kind": directive.kind, "title": directive.title, "code": directive.code,
                "unit_vi": unit.name_vi if unit else "", "unit_en": unit.name_en if unit else "",
                "whom": event.texts.get("whom", "")}
        yield Told(user, key, CODE, reverse("directive", args=[directive.pk]), event.at, parameters=said)


def _whom(event: DirectiveEvent, of_unit: Sides, of_sender: Sides) -> Iterator[tuple[int, int | None]]:
    """Each person with the recipient for whom they are told, None for those of the sender's side."""
    rows = [event.recipient] if event.recipient else list(event.directive.recipients.all())
    if event.verb == "escalate":
        yield from ((user, event.recipient_id) for user in event.texts["people"])
        return
    if event.verb in TO_UNIT:
        for row in rows:
            yield from ((user, row.pk) for user in of_unit(row.unit_id))
    if event.verb in TO_SENDER:
        yield from ((user, None) for user in of_sender(event.directive))


def words(notice: Notice) -> str:
    """What such a notice says, in the language in force."""
    given = notice.parameters
    said = given | {"unit": in_force(given["unit_vi"], given["unit_en"])}
    if given["verb"] == "escalate":
        return _escalated(said)
    return _sentences()[given["verb"]] % said


def _escalated(said: dict) -> str:
    if said["whom"] == Role.ADMINISTRATOR:
        return _("%(code)s: không còn ai ở %(unit)s để báo về việc chưa tiếp nhận “%(title)s”.") % said
    if said["whom"] == EscalationStep.Whom.SENDER:
        return _("%(unit)s vẫn chưa tiếp nhận %(code)s “%(title)s”, đã báo qua các bậc.") % said
    return _("%(unit)s chưa tiếp nhận %(code)s “%(title)s”.") % said


def _sentences() -> dict[str, str]:
    return {
        "send": _("Được giao %(code)s “%(title)s”: cần tiếp nhận."),
        "amend": _("%(code)s “%(title)s” đã sửa: cần tiếp nhận lại."),
        "recall": _("%(code)s “%(title)s” đã thu hồi."),
        "insist": _("%(code)s “%(title)s” được giao lại: cần tiếp nhận."),
        "remind": _("Nhắc việc %(code)s “%(title)s”."),
        "confirm": _("Kết quả %(code)s “%(title)s” đã được xác nhận."),
        "give_back": _("%(code)s “%(title)s”: kết quả chưa đạt, cần làm lại."),
        "release": _("%(unit)s được cho thôi %(code)s “%(title)s”."),
        "agree": _("%(code)s “%(title)s” được gia hạn."),
        "deny": _("%(code)s “%(title)s” không được gia hạn."),
        "ask_still": _("%(code)s “%(title)s” đã qua nửa thời hạn: vẫn đang làm?"),
        "fall_due": _("%(unit)s quá hạn %(code)s “%(title)s”: cần nêu lý do và đề xuất."),
        "refuse": _("%(unit)s trả lại %(code)s “%(title)s”."),
        "report": _("%(unit)s báo kết quả %(code)s “%(title)s”: chờ xác nhận."),
        "explain": _("%(unit)s đã giải trình %(code)s “%(title)s”."),
        "extend": _("%(unit)s xin gia hạn %(code)s “%(title)s”."),
        "excuse": _("%(unit)s nêu lý do quá hạn %(code)s “%(title)s”."),
    }
