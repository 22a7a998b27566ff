"""What single moves ask beside the state and the needs of the table: whether there is time left, a request, a way back.

Pure, as `lifecycle`, which asks `check` before it changes anything.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from districts.calendar import add_working_time
from feedback.models import DeadlineRule
from feedback.rules import promises, stars, workflow
from feedback.rules.rulebook import Rulebook


def check(verb: str, life: Any, at: datetime, given: dict, book: Rulebook) -> None:
    """Raises `workflow.IllegalMove`, with a message at its field where one is to blame."""
    if verb in _CHECKS:
        _CHECKS[verb](life, at, given, book)


def _ask_extension(life, at, given, book):
    promise = life.promise
    if promise is None or not promises.runs(promise, at):
        raise workflow.IllegalMove(_("Hạn đã qua hoặc không còn hiệu lực, không thể đề nghị gia hạn."))
    if promise.extension_asked_at is not None:
        raise workflow.IllegalMove(_("Hạn này đã được đề nghị gia hạn một lần."))
    latest = promises.latest_extension(promise, life.ticket, at, book)
    if given["due_at"] <= promise.due_at:
        _refuse("due_at", _("Hạn mới phải sau hạn đang có."))
    if latest is not None and given["due_at"] > latest:
        day = date_format(latest.astimezone(book.zone), "d/m/Y H:i")
        _refuse("due_at", _("Chỉ được gia hạn đến %(day)s.") % {"day": day})


def _decision(life, at, given, book):
    if life.promise is None or not promises.is_asked(life.promise, at):
        raise workflow.IllegalMove(_("Không có đề nghị gia hạn nào còn hiệu lực: hạn đã qua hoặc đã có quyết định."))


def _extend(life, at, given, book):
    _decision(life, at, given, book)
    if life.promise.extension_to <= life.promise.due_at:
        raise workflow.IllegalMove(_("Hạn đang có đã muộn hơn hạn được đề nghị, không còn gì để gia hạn."))


def _withdraw(life, at, given, book):
    promise = next((p for p in life.promises if p.pk is not None and p.pk == given["promise"]), None)
    if promise is None or not promises.may_be_withdrawn(promise, at, book):
        _refuse("promise", _("Chỉ rút được hạn đã trễ."))


def _clarify(life, at, given, book):
    if any(p.kind == promises.CLARIFY and not promises.is_settled(p) for p in life.promises):
        raise workflow.IllegalMove(_("Phản ánh đã được ghi là chờ xác định thẩm quyền."))


def _unmerge(life, at, given, book):
    ticket = life.ticket
    if ticket.merged_into_id is None:
        raise workflow.IllegalMove(_("Phản ánh này không được gộp vào phản ánh nào."))
    _within(DeadlineRule.Kind.UNDO_MERGE, life, ticket.closed_at, at, book,
            _("Đã quá thời gian cho phép bỏ gộp."))


def _reopen(life, at, given, book):
    """In time; what a unit asked for in time is not lost because the hotline decides later."""
    asked_at = life.ticket.reopening_asked_at
    _check_may_come_back(life, asked_at or at, book)
    if given["asked_by"] == workflow.AskedBy.UNIT and asked_at is None:
        _refuse("asked_by", _("Đơn vị xử lý chưa đề nghị mở lại phản ánh này."))


def _ask_reopening(life, at, given, book):
    if life.ticket.reopening_asked_at is not None:
        raise workflow.IllegalMove(_("Phản ánh này đã được đề nghị mở lại, đang chờ tổng đài."))
    _check_may_come_back(life, at, book)


def _refuse_reopening(life, at, given, book):
    if life.ticket.reopening_asked_at is None:
        raise workflow.IllegalMove(_("Không có đề nghị mở lại nào đang chờ."))


def _check_may_come_back(life, at, book):
    if life.ticket.merged_into_id is not None:
        raise workflow.IllegalMove(_("Phản ánh đã được gộp. Hãy bỏ gộp, hoặc ghi nhận một phản ánh mới."))
    if not may_come_back(life.ticket, at, book):
        raise workflow.IllegalMove(_("Đã quá thời gian cho phép mở lại. Hãy ghi nhận một phản ánh mới."))


def may_come_back(ticket, at: datetime, book: Rulebook) -> bool:
    """What ended not too long ago, and not as a part of another ticket, may be opened again."""
    ended = max(filter(None, (ticket.resolved_at, ticket.closed_at, ticket.rejected_at)), default=at)
    return ticket.merged_into_id is None and _in_time(DeadlineRule.Kind.REOPENING, ticket, ended, at, book)


def _disclose(life, at, given, book):
    if not life.ticket.hides_name or life.ticket.is_disclosed:
        raise workflow.IllegalMove(_("Người phản ánh không giấu tên, hoặc đơn vị đã được xem."))


def _rate(life, at, given, book):
    """Once for each answer, or lower than before, and while it can still be reopened: what an answer was worth is said
    when it is given."""
    ticket = life.ticket
    if ticket.resolved_at is None:
        raise workflow.IllegalMove(_("Phản ánh chưa có kết quả xử lý để đánh giá."))
    if not stars.may_be_rated(ticket, given["score"]):
        raise workflow.IllegalMove(_("Kết quả xử lý này đã được đánh giá. Chỉ ghi thêm được mức thấp hơn."))
    _within(DeadlineRule.Kind.REOPENING, life, ticket.resolved_at, at, book, _("Đã quá thời gian ghi đánh giá."))


def _within(kind, life, since, at, book, message) -> None:
    if not _in_time(kind, life.ticket, since, at, book):
        raise workflow.IllegalMove(message)


def _in_time(kind, ticket, since, at, book) -> bool:
    limit = book.rule(kind, ticket, at)
    return limit is None or at <= add_working_time(since, promises.amount(limit), book.calendar(ticket.unit_id)).due


def _refuse(field: str, message) -> None:
    raise workflow.IllegalMove(message, {field: message})


_CHECKS: dict[str, Callable] = {
    "ask_extension": _ask_extension, "extend": _extend, "refuse_extension": _decision, "withdraw": _withdraw,
    "clarify": _clarify, "unmerge": _unmerge, "reopen": _reopen,
    "ask_reopening": _ask_reopening, "refuse_reopening": _refuse_reopening, "disclose": _disclose, "rate": _rate,
}
