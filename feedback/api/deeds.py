"""What a connected system did, for administrators: its moves and its looks at contact data, without the words."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache

from accounts.actors import Kind
from accounts.models import Client
from accounts.roles import Role
from feedback.contacts import REASONS
from feedback.models import Reading, TicketEvent

SHOWN = 100


@never_cache
@login_required
def client_deeds(request, pk: int):
    """The latest deeds of a client; an administrator sees codes and verbs, no ticket."""
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404
    client = get_object_or_404(Client.objects.select_related("unit"), pk=pk)
    own = {"actor_kind": Kind.CLIENT, "actor_ref": str(client.pk)}
    events = TicketEvent.objects.filter(**own).select_related("ticket").order_by("-pk")
    looks = Reading.objects.filter(**own, kind=Reading.Kind.CONTACT).select_related("ticket").order_by("-pk")
    context = {
        "client": client, "nav_current": "administration",
        "events": events.only("verb", "at", "recorded_at", "ticket__code")[:SHOWN],
        "looks": [(look, REASONS.get(look.reason, look.reason)) for look in looks[:SHOWN]],
    }
    return render(request, "feedback/client_deeds.html", context)
