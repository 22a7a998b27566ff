"""The life of one recipient of a directive: its states and moves, pure. Who may, where and by which side stands in the
same table; what a move needs is checked before anything is written.

sent → accepted → in progress → reported → confirmed, with refusal, release and recall beside; an explanation may be
given at once. "Seen" is no state: who saw it may still not have accepted it.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.words import Words


class State(TextChoices):
    SENT = "sent", _("Chờ tiếp nhận")
    REFUSED = "refused", _("Trả lại")
    ACCEPTED = "accepted", _("Đã tiếp nhận")
    IN_PROGRESS = "in_progress", _("Đang thực hiện")
    REPORTED = "reported", _("Chờ xác nhận")
    CONFIRMED = "confirmed", _("Đã xác nhận")
    RELEASED = "released", _("Cho thôi")
    RECALLED = "recalled", _("Thu hồi")


class Side(StrEnum):
    RECIPIENT = "recipient"
    SENDER = "sender"


OPEN = frozenset({State.SENT, State.REFUSED, State.ACCEPTED, State.IN_PROGRESS, State.REPORTED})
AT_WORK = frozenset({State.ACCEPTED, State.IN_PROGRESS})
WITH_UNIT = frozenset({State.SENT, State.ACCEPTED, State.IN_PROGRESS})  # the unit is next
WITH_SENDER = frozenset({State.REFUSED, State.REPORTED})  # the sender is next
ENDED = frozenset(State) - OPEN


@dataclass(frozen=True)
class Move:
    """`to` is None where the state stays; `needs` are the fields that must be filled, `may` those that can be."""

    verb: str
    label: Words
    side: Side
    begins: frozenset[State]
    to: State | None
    needs: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    leader_only: bool = False  # of a unit: its leader answers for it
    is_main: bool = False
    kinds: frozenset[str] = field(default=frozenset({"directive", "explanation", "request"}))


_TASKS = frozenset({"directive", "request"})
_EXPLAINED = frozenset({"explanation"})
MOVES = {move.verb: move for move in (
    Move("accept", _("Tiếp nhận"), Side.RECIPIENT, frozenset({State.SENT}), State.ACCEPTED,
         ("in_charge", "plan", "own_date"), is_main=True, kinds=_TASKS),
    Move("explain", _("Gửi giải trình"), Side.RECIPIENT, frozenset({State.SENT}) | AT_WORK, State.REPORTED,
         ("cause", "remedy", "remedy_date"), leader_only=True, is_main=True, kinds=_EXPLAINED),
    Move("refuse", _("Trả lại"), Side.RECIPIENT, frozenset({State.SENT}), State.REFUSED, ("reason",), leader_only=True),
    Move("progress", _("Báo tiến độ"), Side.RECIPIENT, AT_WORK, State.IN_PROGRESS, ("text",), kinds=_TASKS),
    Move("report", _("Báo kết quả"), Side.RECIPIENT, AT_WORK, State.REPORTED, ("text", "evidence"),
         leader_only=True, is_main=True, kinds=_TASKS),
    Move("extend", _("Xin gia hạn"), Side.RECIPIENT, AT_WORK, None, ("cause", "proposal", "until"), leader_only=True),
    Move("excuse", _("Nêu lý do quá hạn"), Side.RECIPIENT, WITH_UNIT, None, ("cause", "proposal")),
    Move("confirm", _("Xác nhận kết quả"), Side.SENDER, frozenset({State.REPORTED}), State.CONFIRMED, may=("text",),
         is_main=True),
    Move("give_back", _("Yêu cầu làm lại"), Side.SENDER, frozenset({State.REPORTED}), State.IN_PROGRESS, ("reason",)),
    Move("insist", _("Giao lại"), Side.SENDER, frozenset({State.REFUSED}), State.SENT, ("reason",), is_main=True),
    Move("release", _("Cho thôi"), Side.SENDER, OPEN - {State.REPORTED}, State.RELEASED, ("reason",)),
    Move("agree", _("Đồng ý gia hạn"), Side.SENDER, AT_WORK, None, may=("text",)),
    Move("deny", _("Không gia hạn"), Side.SENDER, AT_WORK, None, ("reason",)),
    Move("remind", _("Nhắc"), Side.SENDER, WITH_UNIT, None, may=("text",)),
)}
# What the system does at its hours, and what is done to a whole directive: in the history, never offered as a move.
SYSTEM_VERBS = {
    "send": _("Đã gửi"), "see": _("Đã xem"), "amend": _("Sửa nội dung"), "recall": _("Thu hồi"),
    "escalate": _("Báo lên cấp trên"), "ask_still": _("Hỏi: vẫn đang làm?"), "fall_due": _("Quá hạn"),
}
LABELS = {verb: move.label for verb, move in MOVES.items()} | SYSTEM_VERBS


class Illegal(ValueError):
    """The move is not possible in this state; the message says why, in the reader's language."""


def legal(kind: str, state: str, *, asks_extension: bool, is_late: bool) -> list[Move]:
    """The moves that the state allows, whoever asks; the main one first."""
    found = [move for move in MOVES.values() if kind in move.kinds and state in move.begins]
    if not asks_extension:
        found = [move for move in found if move.verb not in ("agree", "deny")]
    else:
        found = [move for move in found if move.verb != "extend"]
    if not is_late:
        found = [move for move in found if move.verb != "excuse"]
    return sorted(found, key=lambda move: not move.is_main)
