"""The situation report of an incident, written by rule at any moment: what happened, figures, done, open. And the same
as CAP 1.2 (OASIS Common Alerting Protocol), which other systems understand."""

from dataclasses import dataclass
from datetime import datetime
from xml.etree import ElementTree

from django.conf import settings
from django.db.models import Count, Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from coordination.directives import board
from coordination.machines.incidents import CAP_SEVERITY
from coordination.models import Directive, Incident, IncidentStep
from hcmc_ioc.lib.words import number

CAP = "urn:oasis:names:tc:emergency:cap:1.2"


@dataclass(frozen=True)
class Situation:
    """How an incident stands at `now`."""

    incident: Incident
    now: datetime
    tickets: int
    tickets_open: int
    people: int  # who reported
    steps: list[IncidentStep]
    directives: list[board.Row]
    sentences: list[str]

    @property
    def done(self) -> list[IncidentStep]:
        return [step for step in self.steps if is_done(step)]

    @property
    def open(self) -> list[IncidentStep]:
        return [step for step in self.steps if not is_done(step)]


def is_done(step: IncidentStep) -> bool:
    """Ticked, or its directive's result was confirmed."""
    if step.directive is None:
        return step.done_at is not None
    return any(row.state == "confirmed" for row in step.directive.recipients.all())


def of(incident: Incident, now: datetime) -> Situation:
    """Everything that the report says, in a handful of statements."""
    tickets = incident.joined.aggregate(n=Count("pk"), open=Count("pk", filter=Q(ticket__is_open=True)),
                                        people=Sum("ticket__reporter_count"))
    known = incident.steps.select_related("unit", "directive", "done_by").prefetch_related("directive__recipients")
    about = Directive.objects.filter(about_kind=Directive.About.INCIDENT, about__incident=incident.pk)
    rows = board.rows(list(about.select_related("level", "sender_unit")), now)
    found = Situation(incident, now, tickets["n"], tickets["open"], tickets["people"] or 0, list(known), rows, [])
    found.sentences.extend(_sentences(found))
    return found


def _sentences(found: Situation) -> list[str]:
    incident = found.incident
    opened = timezone.localtime(incident.opened_at)
    place = incident.place or (incident.area.name if incident.area else _("chưa rõ"))
    said = {"title": incident.title, "time": f"{opened:%H:%M %d/%m/%Y}", "severity": incident.get_severity_display(),
            "lead": incident.lead.name, "place": place}
    told = [_("%(title)s, mở lúc %(time)s, mức độ %(severity)s; địa điểm: %(place)s; chủ trì: %(lead)s.") % said]
    if found.tickets:
        told.append(_("%(n)s phản ánh của %(people)s người, còn %(open)s chưa xong.") % {
            "n": number(found.tickets), "people": number(found.people), "open": number(found.tickets_open)})
    if found.steps:
        late = sum(step.due_at < found.now for step in found.open)
        told.append(_("Đã xong %(done)s/%(all)s bước, %(late)s bước quá giờ.") % {
            "done": number(len(found.done)), "all": number(len(found.steps)), "late": number(late)})
    if found.directives:
        accepted, total = sum(row.accepted for row in found.directives), sum(row.total for row in found.directives)
        told.append(_("Chỉ đạo: %(n)s/%(all)s đơn vị đã tiếp nhận, %(done)s đã xong.") % {
            "n": number(accepted), "all": number(total), "done": number(sum(r.confirmed for r in found.directives))})
    if incident.closed_at:
        closed = timezone.localtime(incident.closed_at)
        told.append(_("Kết thúc lúc %(time)s.") % {"time": f"{closed:%H:%M %d/%m/%Y}"})
    return told


def cap(incident: Incident, now: datetime, address: str) -> bytes:
    """CAP 1.2 as XML: the elements in the order of the schema, times with their offset (§3.3.2)."""
    ElementTree.register_namespace("", CAP)
    alert = ElementTree.Element(f"{{{CAP}}}alert")
    sender = f"ioc-{settings.CITY['code']}"
    is_over = incident.closed_at is not None
    for name, text in (("identifier", f"{sender}-{incident.pk}-{int(now.timestamp())}"), ("sender", sender),
                       ("sent", _time(now)), ("status", "Actual"), ("msgType", "Update" if is_over else "Alert"),
                       ("scope", "Public")):
        _add(alert, name, text)
    if is_over:
        _add(alert, "references", f"{sender},{sender}-{incident.pk},{_time(incident.opened_at)}")
    info = ElementTree.SubElement(alert, f"{{{CAP}}}info")
    for name, text in (("language", "vi-VN"), ("category", "Safety"), ("event", incident.title),
                       ("responseType", "AllClear" if is_over else "Monitor"),
                       ("urgency", "Past" if is_over else "Immediate"),
                       ("severity", CAP_SEVERITY[incident.severity]), ("certainty", "Observed"),
                       ("onset", _time(incident.opened_at)), ("headline", incident.title[:160]),
                       ("description", " ".join(_sentences(of(incident, now)))), ("web", address)):
        _add(info, name, text)
    area = ElementTree.SubElement(info, f"{{{CAP}}}area")
    _add(area, "areaDesc", incident.place or (incident.area.name_vi if incident.area else settings.CITY["name_vi"]))
    if incident.lat is not None and incident.lon is not None:
        _add(area, "circle", f"{incident.lat:.5f},{incident.lon:.5f} 0.5")
    return ElementTree.tostring(alert, encoding="utf-8", xml_declaration=True)


def _add(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{CAP}}}{name}").text = text


def _time(moment: datetime) -> str:
    """As CAP wants it: to the second, with an offset, never “Z”."""
    return timezone.localtime(moment).replace(microsecond=0).isoformat()
