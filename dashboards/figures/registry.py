"""Every figure of 1022 in one place: its code, its words, how it is written, which way is better, the list behind it.

Screens, lists, the `figures` command and later reports and the API ask here; the numbers themselves come from
`definitions`. A click on a figure lists exactly what it counted.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dashboards.figures.definitions import Figures, quantile
from dashboards.figures.periods import Period
from feedback.listing.filters import TicketFilter
from feedback.listing.pages import Listing
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.words import Words, number, worktime


@dataclass(frozen=True, eq=False)  # there is one of each
class Figure:
    """`form` is how it is written: number, percent (a share 0–1) or worktime (working minutes, within 5 %).

    `better` says which way is good: more, less, or "" for neither. The list behind it is a `TicketFilter`: `dated`
    names the date that lies in the period, `asks` what else is asked for; a figure with neither shows another one's
    list, `listed_as`. `note(figures)` says in words what belongs beside the number.
    """

    code: str
    name: Words
    definition: Words
    form: str = "number"
    better: str = ""
    dated: str = ""
    asks: Mapping[str, str] = field(default_factory=dict)
    of_hotline: bool = False  # of the row "unassigned" alone, never in the city's sum
    listed_as: str = ""
    cases: str = ""  # the field of `Figures` that says on how many cases a share or a median stands
    of: str = "unit"  # the filter that names whose it is: `area` for what lies there, whoever answers for it
    note: Callable[[Figures], str] | None = None

    def value(self, figures: Figures) -> float | int | None:
        return getattr(figures, self.code)

    @property
    def list_code(self) -> str:
        """The figure whose list stands behind this one."""
        return self.listed_as or self.code

    @property
    def is_standing(self) -> bool:
        """As of now: a period, or one before, has no meaning for it."""
        return not self.dated and not self.listed_as

    @property
    def has_list(self) -> bool:
        return bool(self.dated or self.asks)


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
           dated="received"),
    Figure("resolved", gettext_lazy("Đã xử lý"),
           gettext_lazy("Số phản ánh có kết quả xử lý trong kỳ; phản ánh bị mở lại không còn được tính."),
           better="more", dated="resolved"),
    Figure("reopened", gettext_lazy("Mở lại"),
           gettext_lazy("Số phản ánh được mở lại trong kỳ, mỗi phản ánh tính một lần, cho đơn vị đã trả lời."),
           better="less", dated="reopened"),
    Figure("rejected", gettext_lazy("Từ chối"), gettext_lazy("Số phản ánh bị từ chối trong kỳ, có nêu lý do."),
           dated="rejected"),
    Figure("rated", gettext_lazy("Được đánh giá"),
           gettext_lazy("Số phản ánh được người dân đánh giá trong kỳ, tính cho đơn vị đã trả lời, không kể phản ánh "
                        "do chính đơn vị ghi nhận."), dated="rated", asks={"has": "others"}),
    Figure("open", gettext_lazy("Đang mở"), gettext_lazy("Số phản ánh chưa có kết quả tại thời điểm này."),
           asks={"state": "open"},
           note=lambda figures: _("%(n)s chờ chuyển đơn vị") % {"n": number(figures.to_forward)}),
    Figure("overdue", gettext_lazy("Quá hạn"),
           gettext_lazy("Số phản ánh đang mở đã quá hạn; phản ánh đang chờ người dân không tính là quá hạn."),
           better="less", asks={"late": "overdue"},
           note=lambda figures: _("%(n)s sắp đến hạn trong 24 giờ") % {"n": number(figures.due_soon)}),
    Figure("due_soon", gettext_lazy("Sắp đến hạn trong 24 giờ"),
           gettext_lazy("Số phản ánh đang mở sẽ đến hạn trong 24 giờ tới."),
           asks={"late": "due_soon"}),
    Figure("to_forward", gettext_lazy("Chờ chuyển"),
           gettext_lazy("Số phản ánh mới hoặc bị trả lại, chưa có đơn vị xử lý."), better="less",
           asks={"state": "to_forward"}),
    Figure("self_recorded", gettext_lazy("Đơn vị tự ghi nhận"),
           gettext_lazy("Số phản ánh trong kỳ do chính đơn vị xử lý ghi nhận tại trụ sở. Được tính riêng, không tính "
                        "vào tỷ lệ đúng hạn và thời gian xử lý dùng để so sánh các đơn vị."),
           dated="received", asks={"has": "self"}),
    Figure("area_open", gettext_lazy("Đang mở trên địa bàn"),
           gettext_lazy("Số phản ánh chưa có kết quả nằm trên địa bàn, kể cả do đơn vị khác xử lý."), of="area",
           asks={"state": "open"}),
    Figure("area_overdue", gettext_lazy("Quá hạn trên địa bàn"),
           gettext_lazy("Số phản ánh quá hạn nằm trên địa bàn, kể cả do đơn vị khác xử lý."), better="less",
           of="area", asks={"late": "overdue"}),
    Figure("due", gettext_lazy("Đến hạn trong kỳ"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ và trước thời điểm này, trừ lời hứa đã rút, đang tạm dừng hoặc "
                        "của phản ánh do chính đơn vị ghi nhận."),
           dated="due", asks={"per": "result"}),
    Figure("due_met", gettext_lazy("Trả lời đúng hạn"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ đã được trả lời trước hoặc đúng hạn."), better="more",
           dated="due", asks={"per": "result", "late": "kept"}),
    Figure("late", gettext_lazy("Trả lời trễ hạn hoặc chưa trả lời"),
           gettext_lazy("Số lời hứa đến hạn trong kỳ được trả lời sau hạn hoặc chưa được trả lời."), better="less",
           dated="due", asks={"per": "result", "late": "late"}),
    Figure("on_time", gettext_lazy("Đúng hạn"),
           gettext_lazy("Lời hứa giữ đúng chia cho lời hứa đến hạn trong kỳ; để quá hạn không làm tỷ lệ đẹp hơn."),
           form="percent", better="more", listed_as="late", cases="due",
           note=lambda figures: _kept_of(figures.due_met, figures.due)),
    Figure("first_late", gettext_lazy("Trễ so với hạn ban đầu"),
           gettext_lazy("Số lời hứa không được trả lời trước hạn báo cho người dân lần đầu, kể cả khi được gia hạn."),
           better="less", dated="due", asks={"per": "first", "late": "late"}),
    Figure("on_time_first", gettext_lazy("Đúng hạn ban đầu"),
           gettext_lazy("Như tỷ lệ đúng hạn, nhưng tính theo hạn báo cho người dân lần đầu, không kể gia hạn."),
           form="percent", better="more", listed_as="first_late", cases="first_due",
           note=lambda figures: _kept_of(figures.first_met, figures.first_due)),
    Figure("waiting", gettext_lazy("Thời gian chờ người dân"),
           gettext_lazy("Phần thời gian làm việc từ khi tiếp nhận đến khi trả lời mà đồng hồ dừng để chờ người dân bổ "
                        "sung, của các phản ánh xử lý xong trong kỳ."), form="percent", listed_as="resolved"),
    Figure("late_open", gettext_lazy("Đã trễ ở đơn vị trước"),
           gettext_lazy("Số phản ánh đang mở mà một đơn vị xử lý trước đó đã để quá hạn; lượt trễ vẫn tính cho đơn vị "
                        "đó."), better="less", asks={"late": "late_before"}),
    Figure("withdrawn_late", gettext_lazy("Hạn trễ đã rút"),
           gettext_lazy("Số hạn đã trễ được trưởng ca rút vì không thuộc trách nhiệm của Thành phố, có nêu lý do; "
                        "tính cả vào kỳ được rút và kỳ của ngày đến hạn."),
           dated="withdrawn", asks={"per": "withdrawn", "late": "late"}),
    Figure("withdrawn_early", gettext_lazy("Hạn đã rút trước khi đến"),
           gettext_lazy("Số hạn trả lời không còn hiệu lực trong kỳ khi chưa đến, do tổng đài gộp, từ chối, sửa hay "
                        "điều chuyển phản ánh, hoặc đơn vị chuyển phản ánh tự ghi nhận đi nơi khác."),
           dated="withdrawn", asks={"per": "withdrawn", "late": "kept"}),
    Figure("accept_minutes", gettext_lazy("Thời gian tiếp nhận trung vị"),
           gettext_lazy("Một nửa số phản ánh được đơn vị tiếp nhận trong thời gian này kể từ khi được chuyển đến, tính "
                        "bằng giờ làm việc, sai số 5%."), form="worktime", better="less", listed_as="resolved"),
    Figure("forward_late", gettext_lazy("Tổng đài chuyển chậm"),
           gettext_lazy("Số phản ánh mà tổng đài không chuyển đến đơn vị xử lý trong thời gian quy định."),
           better="less", of_hotline=True, dated="due",
           asks={"per": "forward", "late": "late"}),
    Figure("clarify_late", gettext_lazy("Xác định thẩm quyền chậm"),
           gettext_lazy("Số lần tổng đài không xác định được đơn vị có thẩm quyền trong thời gian quy định."),
           better="less", of_hotline=True, dated="due",
           asks={"per": "clarify", "late": "late"}),
    Figure("median_minutes", gettext_lazy("Thời gian xử lý trung vị"),
           gettext_lazy("Một nửa số phản ánh được xử lý trong thời gian này, tính bằng giờ làm việc, sai số 5%."),
           form="worktime", better="less", listed_as="resolved", cases="resolved", note=_ninth_decile),
    Figure("satisfaction", gettext_lazy("Người dân hài lòng"),
           gettext_lazy("Tỷ lệ lượt đánh giá từ 4 trên 5 trở lên."), form="percent", better="more",
           listed_as="rated", cases="rated", note=_rated),
)

FIGURES: dict[str, Figure] = {figure.code: figure for figure in _ALL}
LISTS = tuple(figure.code for figure in _ALL if figure.has_list)


def asked(figure: Figure, unit_id: int, period: Period) -> dict:
    """What the list behind the figure is asked for: its rows are exactly what was counted."""
    of_everybody = unit_id == rulebook().city_id and figure.of == "unit" and not figure.of_hotline
    whose = {} if of_everybody else {figure.of: unit_id}
    when = {f"{figure.dated}_from": period.start, f"{figure.dated}_to": period.end} if figure.dated else {}
    return whose | when | dict(figure.asks)


def rows_behind(figure: Figure, unit_id: int, period: Period, now: datetime) -> Listing:
    """That list, as the system sees it."""
    if not figure.has_list:
        raise ValueError(f"{figure.code} has no list of its own")
    return Listing(None, TicketFilter(None, asked(figure, unit_id, period)), now)
