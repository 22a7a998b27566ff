"""Every figure of 1022 in one place: its code, its words, how it is written, which way is better, the list behind it.

Screens, lists, the `figures` command and later reports and the API ask here; the numbers themselves come from
`definitions`. A click on a figure lists exactly what it counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.db.models import F, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.figures.contribution import FORWARD
from dashboards.figures.definitions import (
    KEPT,
    KEPT_FIRST,
    WAS_LATE,
    Figures,
    due_promises,
    first_due_promises,
    quantile,
    withdrawn_promises,
)
from dashboards.figures.periods import Period
from feedback.models import Ticket
from feedback.querysets import TicketQuerySet
from feedback.rules.promises import CLARIFY
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.words import Words, number, worktime


@dataclass(frozen=True)
class Figure:
    """`form` is how it is written: number, percent (a share 0–1) or worktime (working minutes, within 5 %).

    `better` says which way is good: more, less, or "" for neither. `tickets(rows, start, end, now)` are the tickets
    that it counted, `promises` narrows those that `base(start, end)` names; a figure with neither shows another one's
    list, `listed_as`.
    `note(figures)` says in words what belongs beside the number.
    """

    code: str
    name: Words
    definition: Words
    form: str = "number"
    better: str = ""
    tickets: Callable | None = None
    promises: Callable | None = None
    base: Callable = due_promises
    of_hotline: bool = False  # of the row "unassigned" alone, never in the city's sum
    listed_as: str = ""
    cases: str = ""  # the field of `Figures` that says on how many cases a share or a median stands
    of: str = "unit"  # the column that names whose it is: `area`, or the unit whose answer was rated or reopened
    note: Callable[[Figures], str] | None = None

    def value(self, figures: Figures) -> float | int | None:
        return getattr(figures, self.code)

    @property
    def list_code(self) -> str:
        """The figure whose list stands behind this one."""
        return self.listed_as or self.code

    @property
    def has_list(self) -> bool:
        return self.tickets is not None or self.promises is not None


def _ninth_decile(figures: Figures) -> str:
    slow = quantile(figures.histograms["handling"], 0.9)
    return "" if slow is None else _("90%% xử lý trong %(time)s") % {"time": worktime(slow)}


def _kept_of(met: int, due: int) -> str:
    return _("%(met)s trên %(due)s lượt đến hạn") % {"met": number(met), "due": number(due)}


def _rated(figures: Figures) -> str:
    return ngettext("%(n)s lượt đánh giá", "%(n)s lượt đánh giá", figures.rated) % {"n": number(figures.rated)}


_ALL = (
    Figure("received", gettext_lazy("Tiếp nhận"),
           gettext_lazy("Số phản ánh ghi nhận trong kỳ, tính cho đơn vị đang chịu trách nhiệm. Kỳ có hôm nay được "
                        "so với kỳ trước đến cùng giờ."),
           tickets=lambda rows, start, end, now: rows.received_between(start, end).order_by("-occurred_at")),
    Figure("resolved", gettext_lazy("Đã xử lý"),
           gettext_lazy("Số phản ánh có kết quả xử lý trong kỳ; phản ánh bị mở lại không còn được tính."),
           better="more",
           tickets=lambda rows, start, end, now: rows.resolved_between(start, end).order_by("-resolved_at")),
    Figure("reopened", gettext_lazy("Mở lại"),
           gettext_lazy("Số phản ánh được mở lại trong kỳ, mỗi phản ánh tính một lần, cho đơn vị đã trả lời."),
           better="less", of="reopened_unit",
           tickets=lambda rows, start, end, now: rows.reopened_between(start, end).order_by("-reopened_at")),
    Figure("rejected", gettext_lazy("Từ chối"), gettext_lazy("Số phản ánh bị từ chối trong kỳ, có nêu lý do."),
           tickets=lambda rows, start, end, now: rows.rejected_between(start, end).order_by("-rejected_at")),
    Figure("rated", gettext_lazy("Được đánh giá"),
           gettext_lazy("Số phản ánh được người dân đánh giá trong kỳ, tính cho đơn vị đã trả lời, không kể phản ánh "
                        "do chính đơn vị ghi nhận."), of="rated_unit",
           tickets=lambda rows, start, end, now: rows.rated_between(start, end).exclude(
               recorded_by_id=F("unit_id")).order_by("-rated_at")),
    Figure("open", gettext_lazy("Đang mở"), gettext_lazy("Số phản ánh chưa có kết quả tại thời điểm này."),
           tickets=lambda rows, start, end, now: rows.open().order_by("due_at"),
           note=lambda figures: _("%(n)s chờ chuyển đơn vị") % {"n": number(figures.to_forward)}),
    Figure("overdue", gettext_lazy("Quá hạn"),
           gettext_lazy("Số phản ánh đang mở đã quá hạn; phản ánh đang chờ người dân không tính là quá hạn."),
           better="less", tickets=lambda rows, start, end, now: rows.overdue(now).order_by("due_at"),
           note=lambda figures: _("%(n)s sắp đến hạn trong 24 giờ") % {"n": number(figures.due_soon)}),
    Figure("due_soon", gettext_lazy("Sắp đến hạn trong 24 giờ"),
           gettext_lazy("Số phản ánh đang mở sẽ đến hạn trong 24 giờ tới."),
           tickets=lambda rows, start, end, now: rows.due_soon(now).order_by("due_at")),
    Figure("to_forward", gettext_lazy("Chờ chuyển"),
           gettext_lazy("Số phản ánh mới hoặc bị trả lại, chưa có đơn vị xử lý."), better="less",
           tickets=lambda rows, start, end, now: rows.to_forward().order_by("occurred_at")),
    Figure("self_recorded", gettext_lazy("Đơn vị tự ghi nhận"),
           gettext_lazy("Số phản ánh trong kỳ do chính đơn vị xử lý ghi nhận tại trụ sở. Được tính riêng, không tính "
                        "vào tỷ lệ đúng hạn và thời gian xử lý dùng để so sánh các đơn vị."),
           tickets=lambda rows, start, end, now: rows.received_between(start, end).filter(
               recorded_by_id=F("unit_id")).order_by("-occurred_at")),
    Figure("area_open", gettext_lazy("Đang mở trên địa bàn"),
           gettext_lazy("Số phản ánh chưa có kết quả nằm trên địa bàn, kể cả do đơn vị khác xử lý."), of="area",
           tickets=lambda rows, start, end, now: rows.open().order_by("due_at")),
    Figure("area_overdue", gettext_lazy("Quá hạn trên địa bàn"),
           gettext_lazy("Số phản ánh quá hạn nằm trên địa bàn, kể cả do đơn vị khác xử lý."), better="less",
           of="area", tickets=lambda rows, start, end, now: rows.overdue(now).order_by("due_at")),
    Figure("due", gettext_lazy("Đến hạn trong kỳ"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ và trước thời điểm này, trừ lời hứa đã rút, đang tạm dừng hoặc "
                        "của phản ánh do chính đơn vị ghi nhận."),
           promises=lambda rows: rows),
    Figure("due_met", gettext_lazy("Trả lời đúng hạn"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ đã được trả lời trước hoặc đúng hạn."), better="more",
           promises=lambda rows: rows.filter(KEPT)),
    Figure("late", gettext_lazy("Trả lời trễ hạn hoặc chưa trả lời"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ được trả lời sau hạn hoặc chưa được trả lời."), better="less",
           promises=lambda rows: rows.exclude(KEPT)),
    Figure("on_time", gettext_lazy("Đúng hạn"),
           gettext_lazy("Lời hứa giữ đúng chia cho lời hứa đến hạn trong kỳ; để quá hạn không làm tỷ lệ đẹp hơn."),
           form="percent", better="more", listed_as="late", cases="due",
           note=lambda figures: _kept_of(figures.due_met, figures.due)),
    Figure("first_late", gettext_lazy("Trễ so với hạn ban đầu"),
           gettext_lazy("Số lời hứa không được trả lời trước hạn báo cho người dân lần đầu, kể cả khi được gia hạn."),
           better="less", base=first_due_promises, promises=lambda rows: rows.exclude(KEPT_FIRST)),
    Figure("on_time_first", gettext_lazy("Đúng hạn ban đầu"),
           gettext_lazy("Như tỷ lệ đúng hạn, nhưng tính theo hạn báo cho người dân lần đầu, không kể gia hạn."),
           form="percent", better="more", listed_as="first_late", cases="first_due",
           note=lambda figures: _kept_of(figures.first_met, figures.first_due)),
    Figure("waiting", gettext_lazy("Thời gian chờ người dân"),
           gettext_lazy("Phần thời gian làm việc từ khi tiếp nhận đến khi trả lời mà đồng hồ dừng để chờ người dân bổ "
                        "sung, của các phản ánh xử lý xong trong kỳ."), form="percent", listed_as="resolved"),
    Figure("late_open", gettext_lazy("Đã trễ ở đơn vị trước"),
           gettext_lazy("Số phản ánh đang mở mà một đơn vị xử lý trước đó đã để quá hạn; lượt trễ vẫn tính cho đơn vị "
                        "đó."), better="less", tickets=lambda rows, start, end, now: rows.late_open(now).order_by(
                            "earlier_due_at")),
    Figure("withdrawn_late", gettext_lazy("Hạn trễ đã rút"),
           gettext_lazy("Số hạn đã trễ được trưởng ca rút trong kỳ vì không thuộc trách nhiệm của Thành phố, có nêu lý "
                        "do."), base=withdrawn_promises, promises=lambda rows: rows.filter(WAS_LATE)),
    Figure("withdrawn_early", gettext_lazy("Hạn đã rút trước khi đến"),
           gettext_lazy("Số hạn trả lời không còn hiệu lực trong kỳ khi chưa đến, vì phản ánh được gộp, bị từ chối hay "
                        "sửa lĩnh vực, mức độ, địa bàn."),
           base=withdrawn_promises, promises=lambda rows: rows.exclude(WAS_LATE)),
    Figure("accept_minutes", gettext_lazy("Thời gian tiếp nhận trung vị"),
           gettext_lazy("Một nửa số phản ánh được đơn vị tiếp nhận trong thời gian này kể từ khi được chuyển đến, tính "
                        "bằng giờ làm việc, sai số 5%."), form="worktime", better="less", listed_as="resolved"),
    Figure("forward_late", gettext_lazy("Tổng đài chuyển chậm"),
           gettext_lazy("Số phản ánh mà tổng đài không chuyển đến đơn vị xử lý trong thời gian quy định."),
           better="less", base=partial(due_promises, kind=FORWARD), of_hotline=True,
           promises=lambda rows: rows.exclude(KEPT)),
    Figure("clarify_late", gettext_lazy("Xác định thẩm quyền chậm"),
           gettext_lazy("Số lần tổng đài không xác định được đơn vị có thẩm quyền trong thời gian quy định."),
           better="less", base=partial(due_promises, kind=CLARIFY), of_hotline=True,
           promises=lambda rows: rows.exclude(KEPT)),
    Figure("median_minutes", gettext_lazy("Thời gian xử lý trung vị"),
           gettext_lazy("Một nửa số phản ánh được xử lý trong thời gian này, tính bằng giờ làm việc, sai số 5%."),
           form="worktime", better="less", listed_as="resolved", cases="resolved", note=_ninth_decile),
    Figure("satisfaction", gettext_lazy("Người dân hài lòng"),
           gettext_lazy("Tỷ lệ lượt đánh giá từ 4 trên 5 trở lên."), form="percent", better="more",
           listed_as="rated", cases="rated", note=_rated),
)

FIGURES: dict[str, Figure] = {figure.code: figure for figure in _ALL}
LISTS = tuple(figure.code for figure in _ALL if figure.has_list)


def _tickets_of(figure: Figure, unit_id: int) -> TicketQuerySet:
    tickets = Ticket.objects.all()
    if figure.of == "area":
        return tickets.in_areas([unit_id])
    if unit_id == rulebook().city_id:
        return tickets
    if figure.of == "unit":
        return tickets.of_units([unit_id])
    return tickets.filter(Q(**{figure.of: unit_id}) | Q(**{figure.of: None}, unit=unit_id))


def rows_behind(figure: Figure, unit_id: int, period: Period, now: datetime) -> QuerySet:
    """Exactly the tickets (or, with `figure.promises`, the promises with their tickets) that the figure counted."""
    book = rulebook()
    start, end = period.instants(book.zone)
    if figure.tickets is not None:
        return figure.tickets(_tickets_of(figure, unit_id), start, end, now)
    if figure.promises is None:
        raise ValueError(f"{figure.code} has no list of its own")
    promises = figure.base(start, min(end - timedelta(microseconds=1), now))
    if unit_id != book.city_id or figure.of_hotline:
        promises = promises.filter(unit_id=unit_id)
    return figure.promises(promises).select_related("ticket").order_by("-due_at")
