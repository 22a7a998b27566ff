"""How far the printed figures may be trusted: đúng · đủ · sạch · sống, and who did not deliver."""

from hcmc_ioc.lib.words import number
from indicators import quality_board
from reports import sentences
from reports.asked import Asked
from reports.report import Block, Cell, Table, share

NAMED = 8  # units that are named


def block(asked: Asked) -> Block:
    words = asked.run.quality
    chosen = words if asked.is_city else [one for one in words if one.unit and one.unit.pk == asked.unit.pk]
    if not chosen:
        return Block("quality", "Chất lượng số liệu", reason="Đơn vị không phải gửi biểu số liệu nào trong kỳ.")
    whole = quality_board.Words(None)
    for one in chosen:
        whole.add(one)
    rows: list[list[Cell]] = [
        ["Đúng (đạt các phép kiểm tra)", share(whole.right.ratio)],
        ["Đủ (ô phải gửi đã có số liệu)", share(whole.complete.ratio)],
        ["Sạch (không có vấn đề chờ giải trình)", share(whole.clean.ratio)],
        ["Sống (số liệu còn mới)", share(whole.fresh.ratio)],
    ]
    return Block("quality", "Chất lượng số liệu", sentences=_sentences(asked, chosen, whole),
                 tables=[Table("Bốn tiêu chí chất lượng", ["Tiêu chí", "Tỷ lệ"], rows)])


def _sentences(asked: Asked, chosen: list[quality_board.Words], whole: quality_board.Words) -> list[str]:
    cells = f"{number(whole.complete.good)}/{number(whole.complete.whole)} ô số liệu phải gửi đã có"
    issues = f"còn {number(whole.issues)} vấn đề số liệu chưa xử lý xong" if whole.issues else "không còn vấn đề nào"
    said = [f"Đến thời điểm chốt có {cells}; {issues}."]
    lacking = [one.unit for one in chosen if one.unit and one.complete.good < one.complete.whole]
    if lacking and asked.is_city:
        named = [unit.name for unit in lacking[:NAMED]]
        more = f" và {number(len(lacking) - NAMED)} đơn vị khác" if len(lacking) > NAMED else ""
        said.append(f"Chưa gửi đủ: {sentences.listed(named) if not more else ', '.join(named)}{more}.")
    return said
