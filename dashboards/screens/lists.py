"""The list behind a figure: exactly the tickets, or the promises, that it counted, with the figure above them."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import EmptyPage, Paginator
from django.http import Http404
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.actors import Actor
from dashboards.figures import definitions
from dashboards.figures.registry import FIGURES, LISTS, rows_behind
from dashboards.screens import query
from dashboards.topics import of_unit

PAGE = 50


@never_cache
@login_required
def figure_list(request, slug: str, name: str):
    if name not in LISTS:
        raise Http404
    scope = query.unit(Actor.person(request.user), slug)
    now = timezone.now()
    chosen = query.period(request.GET, scope, now)
    figure = FIGURES[name]
    count = figure.value(definitions.figures([scope.pk], chosen.period, now, medians=False, areas=True)[scope.pk])
    rows = rows_behind(figure, scope.pk, chosen.period, now)
    if figure.promises is not None:
        rows = rows.select_related("unit", "ticket__category").defer("ticket__search", "ticket__body")
    else:
        rows = rows.select_related("unit", "category").defer("search", "body")
    page = _page(rows, request.GET.get("trang", "1"), count)
    context = {"query": chosen, "scope": scope, "name": name, "count": count, "page": page,
               "is_promises": figure.promises is not None, "live_topics": of_unit(scope)}
    return render(request, "dashboards/figure_list.html", context)


def _page(rows, number: str, count: int):
    """A page of `rows` without counting them again: the figure is their count."""
    paginator = Paginator(rows, PAGE)
    paginator.count = count
    try:
        return paginator.page(max(1, int(number)))
    except (ValueError, EmptyPage):
        return paginator.page(1)

