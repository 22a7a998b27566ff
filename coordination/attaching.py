"""Files beside directives and what units answer to them, incidents, centres and consultations: whoever sees the thing
reads them; who adds stands here."""

from django.http import Http404
from django.urls import reverse

from accounts.actors import Actor, Kind
from attachments import owners
from coordination import access, topics
from coordination.centres import access as centre_access
from coordination.guidance import access as guidance_access
from coordination.incidents import access as incident_access
from coordination.investments import access as investment_access
from coordination.investments.consult_views import row_of
from coordination.models import Consultation, Directive, Guidance, Incident, Recipient
from districts.models import Unit


def register() -> None:
    owners.register("directive", owners.Owner(_directive, access.may_manage, _to_directive, _directive_changed))
    owners.register("recipient", owners.Owner(_recipient, may_prove, _to_recipient, _recipient_changed))
    owners.register("incident", owners.Owner(_incident, incident_access.may_write, _to_incident))
    owners.register("centre", owners.Owner(_centre, centre_access.may_edit, _to_centre))
    owners.register("guidance", owners.Owner(_guidance, _may_add_to_guidance, _to_guidance))
    owners.register("consultation", owners.Owner(_consultation, _may_add_to_consultation, _to_consultation))


def _directive(actor: Actor, pk: int) -> Directive | None:
    return access.readable(actor).filter(pk=pk).first()


def _to_directive(directive: Directive) -> str:
    return reverse("directive", args=[directive.pk])


def _directive_changed(directive: Directive) -> None:
    topics.changed(directive, list(directive.recipients.all()))


def _recipient(actor: Actor, pk: int) -> Recipient | None:
    """A life and its evidence are read by those who read the life."""
    row = Recipient.objects.select_related("directive").filter(pk=pk).first()
    if row is None or not access.may_read(actor) or not access.sees_recipient(actor, row):
        return None
    return row


def may_prove(actor: Actor, row: Recipient) -> bool:
    """The unit's own people, until the sender has confirmed: evidence never changes behind a confirmation."""
    return actor.kind == Kind.PERSON and row.ended_at is None and row.unit_id in access.units_of(actor)


def _to_recipient(row: Recipient) -> str:
    return f"{reverse('directive', args=[row.directive_id])}?mo={row.pk}#viec-{row.pk}"


def _recipient_changed(row: Recipient) -> None:
    topics.changed(row.directive, [row])


def _incident(actor: Actor, pk: int) -> Incident | None:
    return incident_access.readable(actor).filter(pk=pk).first()


def _to_incident(incident: Incident) -> str:
    return reverse("incident", args=[incident.pk])


def _centre(actor: Actor, pk: int) -> Unit | None:
    unit = Unit.objects.in_force().filter(pk=pk).first()
    return unit if unit is not None and centre_access.may_read(actor, unit) else None


def _to_centre(unit: Unit) -> str:
    return reverse("centre", args=[unit.slug])


def _guidance(actor: Actor, pk: int) -> Guidance | None:
    return Guidance.objects.filter(pk=pk).first() if guidance_access.may_read(actor) else None


def _may_add_to_guidance(actor: Actor, guidance: Guidance) -> bool:
    return guidance.withdrawn_at is None and guidance_access.may_give(actor)


def _to_guidance(guidance: Guidance) -> str:
    return reverse("guidance", args=[guidance.pk])


def _consultation(actor: Actor, pk: int) -> Consultation | None:
    try:
        return row_of(actor, pk)
    except Http404:
        return None


def _may_add_to_consultation(actor: Actor, row: Consultation) -> bool:
    """Whoever asks, while it is open, and whoever judges."""
    speaks = investment_access.speaks_for(actor, row.item.unit_id)
    return row.state in Consultation.OPEN and (speaks or investment_access.may_judge(actor))


def _to_consultation(row: Consultation) -> str:
    return reverse("consultation", args=[row.pk])
