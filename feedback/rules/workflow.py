"""The life of a ticket as one table: states, moves, who may, what a move needs, what it does to the clock.

Pure: no database, no models. States and words follow the operators' language (docs/glossary.md). Every page, API
and import reads this table; nothing else decides what may follow what.
"""

from dataclasses import dataclass
from enum import Enum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from accounts.roles import HOTLINE, UNIT, Role
from hcmc_ioc.lib.words import Words


class State(TextChoices):
    NEW = "new", _("Mới")
    FORWARDED = "forwarded", _("Đã chuyển")
    ACCEPTED = "accepted", _("Đã tiếp nhận")
    IN_PROGRESS = "in_progress", _("Đang xử lý")
    WAITING = "waiting", _("Chờ người dân")
    RETURNED = "returned", _("Trả lại")
    REOPENED = "reopened", _("Mở lại")
    RESOLVED = "resolved", _("Đã xử lý")
    CLOSED = "closed", _("Kết thúc")
    REJECTED = "rejected", _("Từ chối")


S = State
OPEN = frozenset({S.NEW, S.FORWARDED, S.ACCEPTED, S.IN_PROGRESS, S.WAITING, S.RETURNED, S.REOPENED})
DONE = frozenset(State) - OPEN
TO_FORWARD = frozenset({S.NEW, S.RETURNED})  # nobody works on these until the hotline forwards them


class Clock(Enum):
    """What a move does to the promise made to the citizen."""

    KEEP = "keep"
    START = "start"  # a new promise is made
    STOP = "stop"  # waiting for the citizen: not overdue, whatever the hour
    RESUME = "resume"  # the date moves by the time lost
    EXTEND = "extend"  # an approved new date
    MEET = "meet"
    WITHDRAW = "withdraw"
    RESTORE = "restore"  # what a merge withdrew runs on as after a pause


@dataclass(frozen=True)
class Move:
    """One verb. `target` None leaves the state; `needs` names what the person must give (see `NEEDS`)."""

    verb: str
    sources: frozenset
    target: State | None
    roles: frozenset
    label: Words  # on the button
    done: Words  # in the history
    public: Words = ""  # what the citizen reads; "" when it is no business of theirs
    needs: tuple[str, ...] = ()
    clock: Clock = Clock.KEEP
    batch: bool = False  # may be made on many tickets at once in the inbox


# What a move may need, with the message shown when it is missing.
NEEDS = {
    "unit": _("Chọn đơn vị nhận."),
    "assignee": _("Chọn người xử lý."),
    "note": _("Ghi rõ lý do."),
    "reply": _("Ghi nội dung trả lời người dân."),
    "due_at": _("Chọn hạn mới."),
    "score": _("Chọn mức độ hài lòng từ 1 đến 5."),
    "target": _("Chọn phản ánh gốc để gộp vào."),
    "promise": _("Chọn hạn đã trễ cần rút."),
    "asked_by": _("Ghi ai yêu cầu mở lại."),
}

WORKING = frozenset({S.ACCEPTED, S.IN_PROGRESS})
WITH_UNIT = frozenset({S.FORWARDED, S.REOPENED}) | WORKING
DECIDERS = frozenset({Role.SUPERVISOR, Role.CITY_LEADER})  # unless they answer for the unit themselves
NOBODY: frozenset = frozenset()  # follows from another move, or from time


class AskedBy(TextChoices):
    """Who asked for a ticket to be opened again."""

    CITIZEN = "citizen", _("Người dân")
    HOTLINE = "hotline", _("Tổng đài kiểm tra lại")
    LEADER = "leader", _("Lãnh đạo Thành phố")
    UNIT = "unit", _("Đơn vị xử lý")  # only while its request stands

_TABLE = (
    Move("open", frozenset(), S.NEW, HOTLINE | UNIT, _("Ghi nhận"), _("Ghi nhận phản ánh"),
         _("Tổng đài 1022 đã ghi nhận phản ánh của ông/bà."), clock=Clock.START),
    Move("forward", frozenset({S.NEW, S.RETURNED, S.REOPENED}), S.FORWARDED, HOTLINE, _("Chuyển xử lý"),
         _("Chuyển đơn vị xử lý"), _("Phản ánh đã được chuyển đến đơn vị có thẩm quyền."), needs=("unit",)),
    Move("accept", frozenset({S.FORWARDED, S.REOPENED}), S.ACCEPTED, UNIT, _("Tiếp nhận"), _("Tiếp nhận"),
         _("Đơn vị xử lý đã tiếp nhận phản ánh."), batch=True),
    Move("assign", frozenset({S.WAITING}) | WITH_UNIT, None, UNIT, _("Phân công"), _("Phân công"),
         needs=("assignee",), batch=True),
    Move("unassign", WITH_UNIT, S.FORWARDED, NOBODY, _("Bỏ phân công"),
         _("Bỏ phân công, người xử lý không còn ở đơn vị"), _("Đơn vị đang phân công lại người xử lý.")),
    Move("start", frozenset({S.ACCEPTED}), S.IN_PROGRESS, UNIT, _("Bắt đầu xử lý"), _("Bắt đầu xử lý"),
         _("Đơn vị đang xử lý phản ánh.")),
    Move("ask_citizen", WORKING, S.WAITING, UNIT, _("Hỏi người dân"), _("Yêu cầu bổ sung thông tin"),
         _("Đơn vị cần ông/bà bổ sung thông tin."), needs=("reply",), clock=Clock.STOP),
    Move("resume", frozenset({S.WAITING}), S.IN_PROGRESS, UNIT | HOTLINE, _("Người dân đã trả lời"),
         _("Người dân đã bổ sung thông tin"), _("Đã nhận thông tin bổ sung, đơn vị tiếp tục xử lý."),
         needs=("note",), clock=Clock.RESUME),
    Move("stop_waiting", frozenset({S.WAITING}), S.IN_PROGRESS, NOBODY, _("Hết thời gian chờ người dân"),
         _("Hết thời gian chờ người dân"), _("Chưa nhận được thông tin bổ sung, đơn vị tiếp tục xử lý."),
         clock=Clock.RESUME),
    Move("clarify", frozenset({S.NEW}), None, HOTLINE, _("Chờ xác định thẩm quyền"), _("Xác định thẩm quyền"),
         _("Tổng đài đang xác định đơn vị có thẩm quyền."), needs=("note",)),
    Move("report_progress", WORKING, None, UNIT, _("Cập nhật tiến độ"), _("Cập nhật tiến độ"),
         _("Đơn vị cập nhật tiến độ xử lý."), needs=("reply",)),
    Move("transfer", WITH_UNIT, S.FORWARDED, UNIT | {Role.SUPERVISOR}, _("Chuyển đơn vị khác"),
         _("Chuyển đơn vị khác"), _("Phản ánh đã được chuyển đến đơn vị khác có thẩm quyền."),
         needs=("unit", "note")),
    Move("send_back", frozenset({S.FORWARDED, S.ACCEPTED, S.REOPENED}), S.RETURNED, UNIT,
         _("Trả lại (không đúng thẩm quyền)"), _("Trả lại, không đúng thẩm quyền"),
         _("Tổng đài đang xác định lại đơn vị có thẩm quyền."), needs=("note",)),
    Move("resolve", WITH_UNIT, S.RESOLVED, UNIT, _("Hoàn thành và trả lời"), _("Đã xử lý"),
         _("Phản ánh đã được xử lý."), needs=("reply",), clock=Clock.MEET),
    Move("close", frozenset({S.RESOLVED}), S.CLOSED, HOTLINE, _("Kết thúc"), _("Kết thúc"),
         _("Phản ánh đã kết thúc.")),
    Move("reject", frozenset({S.NEW, S.RETURNED, S.FORWARDED, S.ACCEPTED, S.IN_PROGRESS, S.REOPENED}), S.REJECTED,
         HOTLINE, _("Từ chối"), _("Từ chối"), _("Phản ánh không được tiếp nhận xử lý."), needs=("reply",),
         clock=Clock.WITHDRAW),
    Move("merge", OPEN, S.CLOSED, HOTLINE, _("Gộp vào phản ánh khác"), _("Gộp, trùng lặp"),
         _("Phản ánh trùng với một phản ánh đang xử lý và được gộp vào đó."), needs=("target",),
         clock=Clock.WITHDRAW),
    Move("absorb", frozenset(State), None, NOBODY, _("Nhận gộp"), _("Nhận gộp phản ánh trùng")),
    Move("unmerge", frozenset({S.CLOSED}), None, HOTLINE, _("Bỏ gộp"), _("Bỏ gộp"),
         _("Phản ánh được xử lý riêng trở lại."), needs=("note",), clock=Clock.RESTORE),
    Move("release", frozenset(State), None, NOBODY, _("Bỏ gộp"), _("Bỏ gộp một phản ánh")),
    Move("reopen", DONE, S.REOPENED, HOTLINE, _("Mở lại"), _("Mở lại"),
         _("Phản ánh được mở lại để xử lý tiếp."), needs=("asked_by", "note"), clock=Clock.START),
    Move("ask_reopening", frozenset({S.RESOLVED, S.CLOSED}), None, UNIT, _("Đề nghị mở lại"), _("Đề nghị mở lại"),
         needs=("note",)),
    Move("refuse_reopening", frozenset({S.RESOLVED, S.CLOSED}), None, HOTLINE, _("Không mở lại"),
         _("Không đồng ý mở lại"), needs=("note",)),
    Move("ask_extension", frozenset({S.WAITING}) | WITH_UNIT, None, UNIT, _("Đề nghị gia hạn"), _("Đề nghị gia hạn"),
         needs=("due_at", "note")),
    Move("extend", frozenset({S.WAITING}) | WITH_UNIT, None, DECIDERS, _("Đồng ý gia hạn"), _("Gia hạn"),
         _("Thời hạn xử lý được gia hạn."), clock=Clock.EXTEND),
    Move("refuse_extension", frozenset({S.WAITING}) | WITH_UNIT, None, DECIDERS, _("Không đồng ý gia hạn"),
         _("Không đồng ý gia hạn"), _("Thời hạn xử lý giữ nguyên."), needs=("note",)),
    Move("withdraw", frozenset(State), None, frozenset({Role.SUPERVISOR}), _("Rút hạn đã trễ"), _("Rút hạn đã trễ"),
         needs=("promise", "note")),
    Move("disclose", frozenset(State), None, frozenset({Role.SUPERVISOR}), _("Cho đơn vị xem người phản ánh"),
         _("Cho đơn vị xem người phản ánh"), needs=("note",)),
    Move("edit", OPEN, None, HOTLINE, _("Sửa thông tin"), _("Sửa thông tin")),
    Move("note", frozenset(State), None, UNIT | HOTLINE | {Role.CITY_LEADER}, _("Ghi chú nội bộ"),
         _("Ghi chú nội bộ"), needs=("note",)),
    Move("join", OPEN, None, HOTLINE | UNIT, _("Thêm người báo"), _("Thêm người cùng phản ánh"),
         _("Thêm một người dân cùng phản ánh.")),
    Move("rate", frozenset({S.RESOLVED, S.CLOSED}), None, HOTLINE, _("Ghi đánh giá"), _("Người dân đánh giá"),
         needs=("score",)),
)

MOVES: dict[str, Move] = {move.verb: move for move in _TABLE}


class IllegalMove(Exception):
    """A move that the table does not allow from this state, or that lacks something; `errors` maps field → message."""

    def __init__(self, message, errors=None):
        super().__init__(str(message))
        self.errors = errors or {}


def check(verb: str, state: str, given: dict) -> Move:
    """The move, if it may happen from `state` with what is `given`; raises `IllegalMove` with readable messages."""
    move = MOVES[verb]
    if state not in move.sources:
        raise IllegalMove(
            _("Không thể “%(move)s” khi phản ánh đang ở trạng thái “%(state)s”.")
            % {"move": move.label, "state": State(state).label}
        )
    missing = {field: NEEDS[field] for field in move.needs if not given.get(field)}
    if missing:
        raise IllegalMove(" ".join(str(message) for message in missing.values()), missing)
    return move
