"""The month of 1022 in four sentences: what came, what was done with it, how promises were kept, where it is worst."""

from dashboards.figures.definitions import Figures
from hcmc_ioc.lib.words import WORKING_DAY, number, percent
from reports import sentences
from reports.asked import EARLIER, Asked
from reports.report import Block

Earlier = list[tuple[Figures, str]]  # what it is compared with, and how sentences name that
WORST = 3  # units that are named


def block(asked: Asked) -> Block:
    now = asked.hotline("now")
    earlier = [(asked.hotline(span), than) for span, than in asked.run.earlier.items()]
    said = [_received(asked, now, earlier), _handled(now), _kept(now, earlier), _satisfied(now, *earlier[0]),
            _worst(asked)]
    title = "Phản ánh của người dân qua Tổng đài 1022" if "indicators" in asked.type.blocks else "Tóm tắt"
    return Block("summary", title, sentences=[one for one in said if one])


def _received(asked: Asked, now: Figures, earlier: Earlier) -> str:
    """Of a year ago there may be nothing, of the period before nothing means none."""
    trend = sentences.compared(*(
        sentences.moved(now.received, then.received if than == EARLIER["before"] else then.received or None, than)
        for then, than in earlier))
    verb = "được chuyển đến" if not asked.is_city else "tiếp nhận"
    if not now.received:
        return f"Trong kỳ không có phản ánh nào {verb if not asked.is_city else 'được tiếp nhận'}."
    return f"Trong kỳ {asked.unit.name} {verb} {number(now.received)} phản ánh qua Tổng đài 1022{trend}."


def _handled(now: Figures) -> str:
    said = f"Đã xử lý {number(now.resolved)} phản ánh; đến khi chốt số liệu còn {number(now.open)} đang xử lý"
    late = f", trong đó {number(now.overdue)} quá hạn" if now.overdue else ", không có phản ánh quá hạn"
    days = number(now.median_minutes / WORKING_DAY, 1) if now.median_minutes else ""
    median = f" Một nửa số phản ánh được xử lý trong {days} ngày làm việc." if days else ""
    return f"{said}{late if now.open else ''}.{median}"


def _kept(now: Figures, earlier: Earlier) -> str:
    if now.on_time is None:
        return "Trong kỳ không có phản ánh nào đến hạn."
    trend = sentences.compared(*(sentences.points(now.on_time, then.on_time, than) for then, than in earlier
                                 if min(now.due, then.due) >= sentences.FEW))
    return (f"{percent(now.on_time)} số phản ánh đến hạn được trả lời đúng hạn "
            f"({number(now.due_met)}/{number(now.due)}){trend}.")


def _satisfied(now: Figures, before: Figures, than: str) -> str:
    if now.rated < sentences.FEW:
        return ""
    trend = sentences.points(now.satisfaction, before.satisfaction, than) if before.rated >= sentences.FEW else ""
    return (f"{percent(now.satisfaction)} trong {number(now.rated)} lượt đánh giá của người dân là hài lòng"
            f"{sentences.compared(trend)}.")


def _worst(asked: Asked) -> str:
    """The units with most late answers; of the city alone."""
    if not asked.is_city:
        return ""
    figures = asked.run.hotline["now"]
    late = sorted((unit for unit in asked.run.units if figures[unit.pk].late), key=lambda u: -figures[u.pk].late)
    named = [f"{unit.name} ({number(figures[unit.pk].late)})" for unit in late[:WORST]]
    return f"Trả lời trễ hạn nhiều nhất: {sentences.listed(named)}." if named else ""


