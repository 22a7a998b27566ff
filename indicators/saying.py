"""Figures, periods and sheets in words, in the language in force."""

from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from hcmc_ioc.lib import words
from hcmc_ioc.lib.names import in_force
from indicators import notices, owed
from indicators.entry import Owing, Sheet, SheetCell
from indicators.models import Check, Failure, Indicator, Issue, Notice
from indicators.periods import MONTHS, Kind, Period
from indicators.uses import Readers


def measured(indicator: Indicator, value: Decimal | float | None) -> str:
    """`94,2%`, `1.284 vụ`: a value as it is said; "–" for none."""
    if value is None:
        return words.UNKNOWN
    text = words.number(value, indicator.decimals)
    return f"{text}%" if indicator.measure_vi == "%" else f"{text}\u00a0{indicator.measure}"


def period(chosen: Period | None) -> str:
    """“tháng 10/2026”, “quý 3/2026”, “tuần 41/2026”: as an office says it."""
    if chosen is None:
        return ""
    local = chosen.start.astimezone(owed.rule().zone)
    year, _dash, number = chosen.code.partition("-")
    match chosen.kind:
        case Kind.HOUR:
            return f"{local:%H}:00 {local:%d/%m/%Y}"
        case Kind.DAY:
            return f"{local:%d/%m/%Y}"
        case Kind.WEEK:
            return _("tuần %(n)s/%(year)s") % {"n": int(number[1:]), "year": year}
        case Kind.QUARTER | Kind.QUARTER_15:
            return _("quý %(n)s/%(year)s") % {"n": number[1:], "year": year}
        case Kind.HALF_YEAR | Kind.HALF_YEAR_15:
            half = _("6 tháng đầu năm %(year)s") if number == "H1" else _("6 tháng cuối năm %(year)s")
            return half % {"year": year}
        case Kind.YEAR | Kind.YEAR_15:
            return _("năm %(year)s") % {"year": chosen.code}
    return _("tháng %(month)s/%(year)s") % {"month": int(number), "year": year}


def short(chosen: Period) -> str:
    """“10/2026”: the same along an axis, where every period is of one kind."""
    if MONTHS.get(chosen.kind) != 1:
        return period(chosen)
    year, _dash, number = chosen.code.partition("-")
    return f"{int(number)}/{year}"


def saved(cell: SheetCell) -> str:
    """“đã lưu 10:42, lần 3”."""
    if cell.value is None:
        return ""
    local, today = timezone.localtime(cell.value.at), timezone.localdate()
    when = f"{local:%H:%M}" if local.date() == today else f"{local:%d/%m/%Y}"
    return _("đã lưu %(time)s, lần %(n)s") % {"time": when, "n": words.number(cell.revision)}


def left(found: Sheet | Owing) -> str:
    """“còn 7/18 ô”."""
    if found.is_complete:
        return _("đã đủ %(n)s ô") % {"n": words.number(found.size)}
    return _("còn %(n)s/%(all)s ô") % {"n": words.number(found.left), "all": words.number(found.size)}


def odd(cell: SheetCell) -> str:
    """That a value lies far from the ones before, with what is usual; "" where it does not."""
    if cell.odd is None or not cell.odd.is_odd:
        return ""
    said = {"base": measured(cell.indicator, cell.odd.base)}
    if cell.odd.is_seasonal:
        return _("Lệch nhiều so với cùng kỳ các năm trước (thường khoảng %(base)s). Hãy kiểm tra lại.") % said
    return _("Lệch nhiều so với các kỳ trước (thường khoảng %(base)s). Hãy kiểm tra lại.") % said


def read_by(found: Readers) -> str:
    """“2 báo cáo, 1 công thức, 3 người theo dõi”: who takes the figure; "" for nobody."""
    counts = [(len(found.reports), _("%(n)s báo cáo")), (len(found.formulas), _("%(n)s công thức")),
              (found.subscribers, _("%(n)s người theo dõi"))]
    return ", ".join(said % {"n": words.number(count)} for count, said in counts if count)


def failure(failed: Failure | Issue) -> str:
    """Which value fails (or opened an issue), and against what: “tháng 10/2026: 500 điểm, nhiều hơn mức 100 điểm”."""
    check, when = failed.check_row, owed.rule().at(failed.indicator.period_kind, failed.start)
    said = {"period": period(when), "value": measured(failed.indicator, failed.value),
            "base": measured(failed.indicator, failed.base)}
    match check.kind:
        case Check.Kind.JUMP:
            if failed.is_seasonal:
                return _("%(period)s: %(value)s, trong khi cùng kỳ các năm trước thường khoảng %(base)s") % said
            return _("%(period)s: %(value)s, trong khi các kỳ trước thường khoảng %(base)s") % said
        case Check.Kind.REPEAT:
            return _("%(period)s: %(value)s, y hệt kỳ trước") % said
        case Check.Kind.ORDER if check.other:
            said |= {"other": check.other.name, "base": measured(check.other, failed.base)}
            return _("%(period)s: %(value)s, nhiều hơn “%(other)s” (%(base)s)") % said
        case Check.Kind.PARTS:
            return _("%(period)s: %(value)s, trong khi các thành phần cộng lại là %(base)s") % said
        case Check.Kind.FORMULA:
            said["residual"] = measured(failed.indicator, failed.value - failed.base)
            return _("%(period)s: %(value)s, trong khi công thức cho %(base)s, chênh %(residual)s") % said
    if failed.value < failed.base:
        return _("%(period)s: %(value)s, ít hơn mức %(base)s") % said
    return _("%(period)s: %(value)s, nhiều hơn mức %(base)s") % said


def notice(found: Notice) -> str:
    """What a notice tells, in the language in force."""
    if found.code in notices.worded:
        return notices.worded[found.code](found)
    given = found.parameters
    said = {"what": found.indicator.name if found.indicator else "", "unit": given.get("unit", ""),
            "words": given.get("words", ""), "reason": given.get("reason", ""), "period": "", "day": ""}
    if "what_vi" in given:
        said["what"] = in_force(given["what_vi"], given["what_en"])
    if "set_vi" in given:
        local, start = timezone.localtime(datetime.fromisoformat(given["due"])), datetime.fromisoformat(given["start"])
        said |= {"what": in_force(given["set_vi"], given["set_en"]), "left": words.number(given["left"]),
                 "due": f"{local:%H:%M %d/%m/%Y}", "period": period(owed.rule().at(given["kind"], start))}
    if found.indicator and given.get("start"):
        said["period"] = period(owed.rule().at(found.indicator.period_kind, datetime.fromisoformat(given["start"])))
    if day := given.get("until") or given.get("begins"):
        said["day"] = f"{date.fromisoformat(day):%d/%m/%Y}"
    return _sentence(found.code) % said


def _sentence(code: str) -> str:
    return {
        Notice.Code.PERIOD: _("%(what)s: có số liệu %(period)s."),
        Notice.Code.REVISION: _("%(what)s: số liệu %(period)s đã được sửa."),
        Notice.Code.DEFINITION: _("%(what)s: có định nghĩa mới, áp dụng từ %(day)s."),
        Notice.Code.ACCESS_ASKED: _("%(unit)s đề nghị được xem: %(what)s."),
        Notice.Code.ACCESS_AGREED: _("Đơn vị được xem đến hết %(day)s: %(what)s."),
        Notice.Code.ACCESS_REFUSED: _("Đề nghị xem “%(what)s” không được đồng ý: %(reason)s"),
        Notice.Code.ACCESS_LATE: _("Quá hạn trả lời đề nghị của %(unit)s xin xem: %(what)s."),
        Notice.Code.ACCESS_ENDED: _("Thôi chia sẻ “%(what)s”: %(reason)s"),
        Notice.Code.CONSULTED: _("Lấy ý kiến đến hết %(day)s về “%(words)s”."),
        Notice.Code.OPINION_ANSWERED: _("Ý kiến của đơn vị về “%(words)s” đã được giải trình."),
        Notice.Code.ADOPTED: _("“%(words)s” được áp dụng từ %(day)s."),
        Notice.Code.DUE_SOON: _("%(what)s, %(period)s, %(unit)s: còn %(left)s ô chưa có số, hạn %(due)s."),
        Notice.Code.OVERDUE: _("%(what)s, %(period)s, %(unit)s: quá hạn từ %(due)s, còn %(left)s ô chưa có số."),
        Notice.Code.NO_KEEPER: _(
            "%(what)s, %(period)s, %(unit)s: không còn ai phụ trách; còn %(left)s ô, hạn %(due)s."),
        Notice.Code.DATA_SET: _("%(what)s: có phiên bản mới, %(words)s dòng."),
        Notice.Code.DATA_ANSWERED: _("Đề nghị “%(words)s” đã được trả lời."),
        Notice.Code.ASKED_TO_LOOK: _("%(unit)s giao bạn xem: %(words)s"),
        Notice.Code.ALERT: _("Cảnh báo: %(what)s, %(unit)s."),
        Notice.Code.REPORT_DRAFT: _("%(what)s, %(words)s, %(unit)s: xem trước và có ý kiến đến hết %(day)s."),
        Notice.Code.REPORT_READY: _("%(what)s, %(words)s, %(unit)s: đã phát hành."),
        Notice.Code.REPORT_NEW: _("%(what)s, %(words)s, %(unit)s: có bản mới, số liệu đã sửa."),
        Notice.Code.REPORT_FAILED: _("%(what)s, %(words)s, %(unit)s: chưa lập được, %(reason)s."),
        Notice.Code.REPORT_REVISED: _("%(what)s, %(words)s, %(unit)s: số liệu đã sửa sau khi phát hành."),
    }[Notice.Code(code)]
