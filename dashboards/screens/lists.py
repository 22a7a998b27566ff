"""The address of the list behind a figure as people kept it: it leads to the list of everything, narrowed to that."""

from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from dashboards.figures.registry import FIGURES, LISTS, asked
from dashboards.screens import query


@never_cache
@login_required
def figure_list(request, slug: str, name: str):
    if name not in LISTS:
        raise Http404
    scope = query.unit(Actor.person(request.user), slug)
    chosen = query.period(request.GET, scope, timezone.now())
    return redirect(f"{reverse('tickets')}?{urlencode(asked(FIGURES[name], scope.pk, chosen.period))}")
