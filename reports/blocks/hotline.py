"""1022 in tables: its figures beside those of the period before and a year ago, by unit, by field."""

from django.utils.text import capfirst

from dashboards.figures import field_counts
from dashboards.figures.comparison import groups
from dashboards.figures.definitions import Figures
from dashboards.figures.registry import FIGURES
from districts.models import Unit, peer_group_name
from hcmc_ioc.lib.words import WORKING_DAY
from reports.asked import Asked
from reports.report import NOTHING, Block, Cell, Chart, Figure, Table, share

SHOWN = ("received", "resolved", "due", "due_met", "on_time", "on_time_first", "late", "median_minutes",
         "accept_minutes", "reopened", "rejected", "rated", "satisfaction", "open", "overdue")
OF_UNITS = ("received", "resolved", "due", "on_time", "late", "open", "overdue", "median_minutes", "satisfaction")
REPORTS = "phản ánh"
FEWEST_DAYS = 3  # that a line is drawn of
BANDS = {"worse": "thấp hơn rõ", "usual": "trong khoảng thường", "better": "tốt hơn rõ", "unknown": "chưa đủ số liệu"}


def printed(code: str, figures: Figures) -> Figure:
    """A figure of 1022 as reports print it; medians in working days."""
    figure = FIGURES[code]
    value = figure.value(figures)
    if value is None:
        return NOTHING
    match figure.form:
        case "percent":
            return share(value)
        case "worktime":
            return Figure(round(value / WORKING_DAY, 3), 1, measure="ngày làm việc")
    return Figure(value, measure="lượt đánh giá" if code == "rated" else REPORTS)


def reports(count: int) -> Figure:
    return Figure(count, measure=REPORTS)


def label(code: str) -> str:
    """The figure's name, with its unit of measure where the cells do not say it."""
    figure = FIGURES[code]
    return f"{figure.name} (ngày làm việc)" if figure.form == "worktime" else str(figure.name)


def figures(asked: Asked) -> Block:
    now, earlier = asked.hotline("now"), [asked.hotline(span) for span in asked.run.earlier]
    rows: list[list[Cell]] = [
        [label(code), printed(code, now), *(printed(code, one) if one.received else NOTHING for one in earlier)]
        for code in SHOWN]
    table = Table("Số liệu Tổng đài 1022", ["Chỉ số", "Kỳ này", *map(capfirst, asked.run.earlier.values())], rows,
                  note="Đang mở, quá hạn: tính đến thời điểm chốt số liệu của từng kỳ.")
    days = asked.run.days(asked.unit.pk)
    charts = [Chart("Phản ánh tiếp nhận và trả lời theo ngày", [f"{day:%d/%m}" for day in days], [
        (str(FIGURES[code].name), [counts[code] for counts in days.values()])
        for code in ("received", "resolved")])] if len(days) >= FEWEST_DAYS else []
    return Block("hotline", "Tình hình tiếp nhận, xử lý phản ánh", tables=[table], charts=charts)


def units(asked: Asked) -> Block:
    """Units beside their like, worst first where the difference is clear; a unit's report shows its own group."""
    found = asked.run.hotline["now"]
    there = [unit for unit in asked.peers() if unit.kind != Unit.Kind.UNASSIGNED and any(found[unit.pk].counts)]
    columns = ["Đơn vị", *(label(code) for code in OF_UNITS), "So với nhóm"]
    tables = [
        Table(f"Kết quả theo đơn vị: {peer_group_name(group)}", columns, [
            [row.unit.name, *(printed(code, row.figures) for code in OF_UNITS), BANDS[row.band]] for row in rows])
        for group, rows in groups(there, found).items()
    ]
    return Block("units", "Kết quả theo đơn vị", tables=tables,
                 reason="" if tables else "Trong kỳ không có đơn vị nào được chuyển phản ánh.")


def fields(asked: Asked) -> Block:
    """What came and what fell due by field, the largest first."""
    now, before = (asked.run.by_field[span].get(asked.unit.pk, {}) for span in ("now", "before"))
    rows: list[list[Cell]] = [
        [name, reports(row.received), reports(before.get(name, field_counts.NONE).received), reports(row.resolved),
         reports(row.due), share(row.met, row.due), reports(row.due - row.met)]
        for name, row in sorted(((name, now.get(name, field_counts.NONE)) for name in {**now, **before}),
                                key=lambda pair: (-pair[1].received, pair[0]))]
    columns = ["Lĩnh vực", "Tiếp nhận", "Kỳ trước", "Trả lời", "Đến hạn", "Đúng hạn", "Trễ hạn"]
    return Block("fields", "Theo lĩnh vực", tables=[Table("Phản ánh theo lĩnh vực", columns, rows)] if rows else [],
                 reason="" if rows else "Trong kỳ không có phản ánh nào.")
