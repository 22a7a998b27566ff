"""One promise as a page tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from feedback.models import Promise, Ticket, TicketEvent
from feedback.rules import promises
from feedback.rules.promises import Verdict
from hcmc_ioc.lib.words import Words

ENDED_BY: dict[str, Words] = {  # the move that withdrew a date
    "merge": _("do tổng đài gộp phản ánh"), "reject": _("do tổng đài từ chối phản ánh"),
    "edit": _("do tổng đài sửa thông tin"), "withdraw": _("do trưởng ca rút hạn đã trễ"),
    "forward": _("khi tổng đài chuyển phản ánh đi"), "transfer": _("khi phản ánh được chuyển đơn vị"),
    "send_back": _("khi phản ánh được trả lại tổng đài"), "clarify": _("khi tổng đài chờ xác định thẩm quyền"),
}


@dataclass(frozen=True)
class Duty:
    """A date that a unit owes: how it stands, by how much it is late, whether a later date was asked for."""

    promise: Promise
    verdict: str
    late_by: timedelta | None
    is_asked: bool
    is_lapsed: bool  # an extension was asked for and not decided before the date
    is_earlier: bool  # of a unit that answered before
    ended: TicketEvent | None  # what withdrew it
    uncounted: Words  # why it is in no rate

    @property
    def ended_by(self) -> Words:
        return ENDED_BY.get(self.ended.verb, "") if self.ended else ""

    @property
    def was_late(self) -> bool:
        """When it was withdrawn."""
        return self.promise.withdrawn_at is not None and self.promise.withdrawn_at > self.promise.due_at

    @classmethod
    def of(cls, promise: Promise, now: datetime, is_earlier: bool, ticket: Ticket,
           events: Iterable[TicketEvent]) -> "Duty":
        ended = next((e for e in events if e.at == promise.withdrawn_at and e.verb in ENDED_BY), None)
        verdict = promises.verdict(promise, now)
        late_by = (promise.met_at or now) - promise.due_at if verdict is promises.Verdict.BROKEN else None
        is_asked = promises.is_asked(promise, now)
        is_lapsed = promise.extension_asked_at is not None and promise.extension_decided_at is None and not is_asked
        return cls(promise, verdict.value, late_by, is_asked, is_lapsed, is_earlier, ended,
                   _uncounted(promise, ticket, verdict))


def _uncounted(promise: Promise, ticket: Ticket, verdict: Verdict) -> Words:
    if promise.counts or verdict is Verdict.WITHDRAWN:
        return ""
    if verdict is Verdict.KEPT and ticket.round_began is not None and promise.met_at < ticket.round_began:
        return _("Câu trả lời bị mở lại, không tính vào tỷ lệ đúng hạn.")
    if verdict is Verdict.KEPT and promise.unit_id != ticket.unit_id:
        return _("Đơn vị khác đã trả lời, không tính vào tỷ lệ đúng hạn.")
    return _("Hạn thêm của cùng đơn vị, không tính vào tỷ lệ đúng hạn.")
