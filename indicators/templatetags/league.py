"""How units beside each other look: the funnel, bands, ranges of ranks, who is left out."""

from collections.abc import Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from districts.models import peer_group_name
from hcmc_ioc.lib import pills, svg, words
from hcmc_ioc.lib.judging import funnel
from hcmc_ioc.lib.stats import Z95, Z998
from hcmc_ioc.lib.templating import Library
from indicators.arithmetic import Why
from indicators.judging.peers import BANDS, Group, Peers, Place
from indicators.models import Indicator

register = Library()
WORDS = {"better": gettext_lazy("Tốt hơn rõ"), "usual": gettext_lazy("Trong khoảng thường"),
         "worse": gettext_lazy("Thấp hơn rõ"), "high": gettext_lazy("Cao hơn rõ"), "low": gettext_lazy("Thấp hơn rõ"),
         "unknown": gettext_lazy("Không nhận định")}
TONES = {"better": "ok", "high": "warn", "usual": "neutral", "low": "warn", "worse": "danger", "unknown": "plain"}
DOTS = TONES | {"usual": "c1", "unknown": "neutral"}


@register.simple_tag
def group_name(group: Group) -> str:
    return peer_group_name(group.code)


@register.simple_tag
def band_pill(band: str, indicator: Indicator) -> SafeString:
    return pills.pill(TONES[band], _word(band, indicator))


def _word(band: str, indicator: Indicator) -> str:
    """Where little is good, what is clearly worse is the higher one."""
    return str(WORDS["high" if band == "worse" and indicator.polarity == Indicator.Polarity.DOWN else band])


def _band(place: Place, plain: bool) -> str:
    return (place.plain_band if plain else place.band) or "unknown"


@register.simple_tag
def league_order(group: Group, plain: bool) -> list[Place]:
    """By band, within it by name."""
    return sorted(group.places, key=lambda place: (BANDS.index(_band(place, plain)), place.unit.sort_key))


@register.simple_tag
def group_words(found: Peers, group: Group, plain: bool) -> str:
    """The group's own share and how it was judged."""
    if group.funnel is None:
        return _("%(n)s đơn vị") % {"n": words.number(len(group.places))}
    said = _("%(n)s đơn vị, tỷ lệ chung %(share)s.") % {
        "n": words.number(len(group.places)), "share": words.percent(group.funnel.centre)}
    if group.funnel.phi is None:
        return said + " " + _("Dưới %(least)s đơn vị có từ %(cases)s trường hợp: không nhận định.") % {
            "least": funnel.UNITS, "cases": funnel.CASES}
    if plain:
        return said + " " + _("Giới hạn 95% và 99,8% chưa hiệu chỉnh (khoảng Wilson).")
    return said + " " + _(
        "Giới hạn 95%% và 99,8%% đã hiệu chỉnh quá phân tán: φ = %(phi)s, τ = %(tau)s; phiên bản %(n)s.") % {
        "phi": words.number(group.funnel.phi, 2), "tau": words.number(group.funnel.tau, 4), "n": funnel.VERSION}


@register.simple_tag
def one_group_words(found: Peers) -> str:
    """What one group of all would have said."""
    one = found.as_one
    if one is None or one.phi is None:
        return ""
    names = {place.unit.pk: place.unit.short_name for group in found.groups for place in group.places}
    outside = [names[int(row.share.key)] for row in one.rows if row.side]
    return _("Nếu so chung một nhóm (%(n)s đơn vị, φ = %(phi)s), nằm ngoài giới hạn: %(names)s.") % {
        "n": len(one.rows), "phi": words.number(one.phi, 2),
        "names": ", ".join(sorted(outside)) or _("không đơn vị nào")}


@register.simple_tag
def league_funnel(found: Peers, group: Group, plain: bool) -> SafeString | str:
    judged = group.funnel
    if judged is None or not judged.is_judged:
        return ""
    units = []
    for place in group.places:
        band, cell = _band(place, plain), place.cell
        units.append(svg.FunnelUnit(
            place.unit.short_name, float(cell.denominator or 0), float((cell.numerator or 0) / (cell.denominator or 1)),
            DOTS[band], _word(band, found.indicator), band not in ("usual", "unknown")))

    def limits(cases: float, is_wide: bool) -> tuple[float, float]:
        return judged.limits(cases, Z998 if is_wide else Z95, corrected=not plain)

    return svg.funnel(units, judged.centre, limits, cases=found.version.denominator)


@register.simple_tag
def league_scale(group: Group) -> tuple[float, float] | None:
    """A common scale for the dots with intervals; None where nobody has one."""
    there = [edge for place in group.places for edge in (place.low, place.high) if edge is not None]
    return (min(there), max(there)) if there and max(there) > min(there) else None


@register.simple_tag
def league_dot(found: Peers, group: Group, place: Place, scale: tuple[float, float], band: str | None) -> SafeString:
    """The figure with its 95 % interval, and the group's share as a line."""
    middle = group.funnel.centre * float(found.version.factor) if group.funnel else None
    return svg.dot_interval(float(place.cell.value or 0), place.low, place.high, target=middle, scale=scale,
                            tone=DOTS.get(band or "", "c1"), form="decimal" if found.indicator.decimals else "number")


@register.simple_tag
def rank_words(place: Place, group: Group) -> str:
    """“Hạng 3–12 trên 17”; "" for one that is not ranked."""
    if place.said_rank is None:
        return ""
    first, last = place.said_rank
    ranked = sum(one.rank is not None for one in group.places)
    return _("Hạng %(range)s trên %(n)s") % {"range": first if first == last else f"{first}–{last}", "n": ranked}


@register.simple_tag
def like_words(place: Place, contacts: Mapping[int, str]) -> str:
    """Whom the unit may ask, and where."""
    if place.like is None:
        return ""
    who = contacts.get(place.like.pk, "")
    said = _("Đơn vị tương tự làm tốt hơn: %(unit)s") % {"unit": place.like.short_name}
    return f"{said} ({who})" if who else said


@register.simple_tag
def left_out_words(group: Group) -> str:
    """The units without a figure by reason: nobody gets the average in their stead."""
    by_reason: dict[str, list[str]] = {}
    for unit, why in group.left_out:
        by_reason.setdefault(str(Why(why).label), []).append(unit.short_name)
    listed = "; ".join(f"{', '.join(names)} ({why})" for why, names in by_reason.items())
    return _("Không xếp: %(units)s.") % {"units": listed}


