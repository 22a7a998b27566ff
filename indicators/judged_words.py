"""Judgements in words: signals with their date and rule, the method as it is printed under a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from hcmc_ioc.lib import words
from hcmc_ioc.lib.judging import series, usual, xmr
from hcmc_ioc.lib.judging.series import Signal
from indicators import owed
from indicators.judging import Judged, Mark
from indicators.models import Indicator, Method, SavedJudgement
from indicators.periods import Period
from indicators.saying import period as named


@dataclass(frozen=True)
class Told:
    """A signal as people read it; `tone` is danger where it is to the bad, ok to the good, else warn."""

    period: Period
    words: str
    tone: str


def rule(signal: Signal, method: str) -> str:
    """Which rule, on which side."""
    above = signal.side > 0
    if signal.rule == "run":
        said = (_("%(n)s kỳ liên tiếp cao hơn mức trung bình") if above
                else _("%(n)s kỳ liên tiếp thấp hơn mức trung bình"))
        return said % {"n": series.RUN}
    if signal.rule == "trend":
        said = _("%(n)s kỳ liên tiếp tăng dần") if above else _("%(n)s kỳ liên tiếp giảm dần")
        return said % {"n": series.TREND}
    if signal.rule == "pair":
        return _("2 trong 3 kỳ gần giới hạn trên") if above else _("2 trong 3 kỳ gần giới hạn dưới")
    if method == Method.USUAL:
        return _("cao hơn hẳn các ngày cùng thứ") if above else _("thấp hơn hẳn các ngày cùng thứ")
    return _("vượt giới hạn trên") if above else _("xuống dưới giới hạn dưới")


def tone(indicator: Indicator, side: int | None) -> str:
    """Whether a side is to the good or to the bad."""
    good = {Indicator.Polarity.UP: 1, Indicator.Polarity.DOWN: -1}.get(Indicator.Polarity(indicator.polarity), 0)
    if not good or not side:
        return "warn" if side else "neutral"
    return "ok" if side == good else "danger"


def signals(found: Judged) -> list[Told]:
    """The newest first; several rules of a period in one row."""
    by_code = {one.code: one for one in found.periods}
    rows: dict[str, list[Signal]] = {}
    for signal in found.judgement.signals:
        rows.setdefault(signal.key, []).append(signal)
    return [Told(by_code[key], "; ".join(rule(one, found.plan.method) for one in own),
                 tone(found.indicator, own[0].side))
            for key, own in sorted(rows.items(), key=lambda row: by_code[row[0]].start, reverse=True)]


def caption(found: Judged) -> str:
    """What the drawing shows: the figure, or its difference to the year before, in its unit of measure."""
    if found.plan.method == Method.SEASONAL:
        return _("Chênh lệch so với cùng kỳ năm trước (%(measure)s)") % {"measure": found.indicator.measure}
    return f"{found.indicator.name} ({found.indicator.measure})"


def why_not(found: Judged) -> str:
    """Why the newest period is not judged; "" where it is."""
    if found.judgement.why is None:
        return ""
    if found.judgement.why == "break":
        return _("Chuỗi số liệu bị đứt gãy hoặc đổi định nghĩa: dừng đánh giá cho đến khi tính lại mức nền.")
    there = sum(value is not None for value in found.judgement.values)
    if found.plan.method == Method.SEASONAL:
        there, least = sum(cell.value is not None for cell in found.cells), xmr.SEASONAL
    else:
        least = usual.LEAST if found.plan.method == Method.USUAL else series.LEAST
    return _("Chưa thể đánh giá: cần ít nhất %(least)s kỳ có số liệu, mới có %(there)s.") % {
        "least": least, "there": there}


def method(found: Judged) -> list[str]:
    """How it was judged, as sentences: name and version, limits, baseline, rules."""
    ways = {
        Method.XMR: _("Giới hạn là trung bình cộng trừ %(factor)s lần khoảng biến động trung bình giữa hai kỳ liền "
                      "nhau."),
        Method.SEASONAL: _("Mỗi kỳ so với cùng kỳ năm trước (Tết theo ngày âm lịch); giới hạn là chênh lệch trung bình "
                           "cộng trừ %(factor)s lần khoảng biến động trung bình."),
        Method.PRIME: _("Giới hạn là tỷ lệ chung cộng trừ ba sai số chuẩn, nới theo mức biến động thật giữa các kỳ "
                        "(σz)."),
        Method.USUAL: _("Mỗi ngày so với tám ngày cùng thứ gần nhất không phải ngày lễ; giới hạn là trung vị cộng trừ "
                        "ba lần độ lệch tuyệt đối trung vị."),
    }
    chosen = Method(found.plan.method)
    name = _("Cách đánh giá: %(name)s, phiên bản %(version)s.") % {
        "name": chosen.label, "version": found.judgement.version}
    said = [name, ways[chosen] % {"factor": words.number(xmr.FACTOR, 2)}]
    by_code = {one.code: one for one in found.periods}
    said += [_("Mức nền: %(n)s kỳ, từ %(first)s đến %(last)s.") % {
        "n": one.baseline, "first": named(by_code[one.first]), "last": named(by_code[one.baseline_last])}
        for one in found.judgement.stretches]
    if chosen != Method.USUAL:
        said.append(_("Dấu hiệu: ngoài giới hạn; %(run)s kỳ liên tiếp một phía; %(trend)s kỳ liên tiếp cùng chiều; "
                      "2 trong 3 kỳ gần một giới hạn.") % {"run": series.RUN, "trend": series.TREND})
    return said


def mark(found: Judged, one: Mark) -> str:
    """“tính lại mức nền từ tháng 7/2025: sáp nhập (Phúc, 02/03/2026)”."""
    kind = _("Tính lại mức nền từ %(period)s") if one.kind == "rebase" else _("Không tính %(period)s")
    said = kind % {"period": named(_at(found, one.start))}
    if one.author is None:
        return said
    return f"{said}: {one.reason} ({one.author}, {words.local(one.at or one.start):%d/%m/%Y})"


def kept(found: Judged, row: SavedJudgement) -> str:
    """What the saved one said on its day."""
    here = words.local(row.at)
    return _("%(method)s, đến %(period)s, %(n)s dấu hiệu; %(who)s lưu ngày %(day)s: %(reason)s") % {
        "method": Method(row.method).label, "period": named(_at(found, row.until)), "who": row.author,
        "n": len(row.found["signals"]), "day": f"{here:%d/%m/%Y}", "reason": row.reason}


def limits(stretches: Sequence[dict], indicator: Indicator) -> str:
    """“94,2 (91,0–97,4)”: mean and limits of the last stretch; "–" for none."""
    if not stretches:
        return words.UNKNOWN
    last = stretches[-1]
    centre, low, high = (words.number(last[name], max(1, indicator.decimals)) for name in ("centre", "low", "high"))
    return f"{centre} ({low} – {high})"


def _at(found: Judged, start: datetime) -> Period:
    return owed.rule().at(found.indicator.period_kind, start)
