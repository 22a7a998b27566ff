"""The inbox: open tickets in saved views and under filters, the most urgent first; one move on many of them at once."""

from functools import cached_property

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from feedback import access, actions, topics
from feedback.desk import lists
from feedback.desk.forms import assignees
from feedback.listing import saved
from feedback.models import Ticket
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, IllegalMove

PAGE = 50
LAST_PAGE = 40  # deeper than 2,000 rows nobody reads: the page asks for a filter instead
PARTS = {"rows": "feedback/desk/inbox_rows.html", "views": "feedback/desk/inbox_views.html"}
UNREAD = ("search", "body")  # columns that a list does not need
LISTED = (  # columns that a row of the list shows
    "code", "version", "title", "state", "urgency", "due_at", "earlier_due_at", "paused_at", "occurred_at",
    "resolved_at", "reopening_asked_at", "reporter_count", "category", "unit", "area", "recorded_by",
    "assignee__full_name", "assignee__username",
)


class InboxPage:
    """What the templates ask of an inbox; each answer is looked up once, and only when it is asked."""

    def __init__(self, actor, get, now):
        self.actor, self.now = actor, now
        self.view = lists.chosen(actor, get.get("view", ""))
        self.filters = lists.InboxFilter(actor, get)
        self.number = _page_number(get.get("page", ""))
        self.topics = topics.of_scope(actor)
        answers, role = self.view.name not in lists.BESIDE, actor.role
        self.batch_moves = [m for m in MOVES.values() if answers and m.batch and role in m.roles]

    @cached_property
    def counts(self):
        return lists.counts(self.actor, self.now)

    @cached_property
    def views(self):
        return [(view, self.counts[view.name]) for view in lists.views_for(self.actor)]

    @property
    def list_address(self) -> str:
        """The same tickets in the list of everything: there they are taken away, and columns chosen."""
        return f"{reverse('tickets')}?{urlencode(self.view.asked(self.actor) | self.filters.given)}"

    @cached_property
    def saved(self):
        return saved.shown(self.actor)

    @cached_property
    def _found(self) -> list[Ticket]:
        rows = self.filters.sift(lists.tickets(self.view, self.actor, self.now), self.now)
        rows = rows.select_related("assignee").only(*LISTED).order_by(*self.view.order)
        start = (self.number - 1) * PAGE
        return rulebook().with_catalogue(rows[start : start + PAGE + 1])

    @property
    def rows(self):
        return self._found[:PAGE]

    @property
    def next(self):
        return self.number + 1

    @property
    def previous(self):
        return self.number - 1

    @property
    def has_next(self):
        return len(self._found) > PAGE and self.number < LAST_PAGE

    @property
    def is_cut(self):
        return len(self._found) > PAGE and self.number == LAST_PAGE

    @cached_property
    def next_due(self):
        """When the next open ticket of this person's scope falls due, for an empty view."""
        rows = lists.tickets(lists.VIEWS["all"], self.actor, self.now)
        return rows.filter(paused_at__isnull=True, due_at__gt=self.now).order_by("due_at").values_list(
            "due_at", flat=True).first()


def _page_number(text: str) -> int:
    return min(max(int(text), 1), LAST_PAGE) if text.isdecimal() and len(text) < 6 else 1


@never_cache
@login_required
def inbox(request):
    actor = Actor.person(request.user)
    if not access.may(actor, "view"):
        raise Http404
    page = InboxPage(actor, request.GET, timezone.now())
    part = request.GET.get("part")
    if part and part not in PARTS:
        raise Http404
    template = PARTS[part] if part else "feedback/desk/inbox.html"
    return render(request, template, {"page": page, "live_topics": page.topics.replace(" ", ",")})


@never_cache
@login_required
@require_POST
def batch(request):
    """Accept or assign the chosen tickets: first a preview of what would change, with `confirm` the deed."""
    verb = request.POST.get("verb", "")
    if verb not in MOVES or not MOVES[verb].batch:
        raise Http404
    actor = Actor.person(request.user)
    if not access.may(actor, verb):
        raise PermissionDenied
    move = MOVES[verb]
    chosen = _chosen(request)
    back = _back(request)
    if not chosen:
        messages.warning(request, _("Chưa chọn phản ánh nào."))
        return redirect(back)
    context = {"move": move, "back": back, "nav_current": "inbox"} | _sorted_out(actor, move, chosen)
    if verb == "assign" and context["changing"]:
        context["people"] = assignees(context["changing"][0])
    assignee = request.POST.get("assignee", "")
    if verb == "assign" and request.POST.get("confirm") and not (assignee.isdecimal() and len(assignee) < 18):
        context["error"] = _("Chọn người xử lý.")
    elif request.POST.get("confirm"):
        given = {"assignee": int(assignee)} if verb == "assign" else {}
        done, failed = _do(actor, verb, context["changing"], chosen, given)
        if done:
            message = ngettext("%(move)s: %(n)s phản ánh.", "%(move)s: %(n)s phản ánh.", done)
            messages.success(request, message % {"move": move.done, "n": done})
        if not failed:
            return redirect(back)
        context |= {"failed": failed, "changing": [], "refused": []}
    return render(request, "feedback/desk/inbox_batch.html", context)


def _chosen(request) -> dict[int, int]:
    """Ticket id → the version that the person saw, at most one page of them."""
    pairs = (value.partition(":") for value in request.POST.getlist("ticket")[:PAGE])
    return {int(pk): int(v) for pk, _colon, v in pairs if pk.isdecimal() and v.isdecimal() and len(pk + v) < 28}


def _back(request) -> str:
    query = request.POST.get("back", "")
    return f"{reverse('inbox')}?{query}" if query and "\n" not in query else reverse("inbox")


def _sorted_out(actor: Actor, move, chosen: dict[int, int]) -> dict:
    """Which of the chosen would change, and which not, with the reason."""
    units = set(actor.scope or [])
    rows = Ticket.objects.visible_to(actor).filter(pk__in=chosen).select_related("unit", "category__parent")
    changing, refused = [], []
    for ticket in rows.defer(*UNREAD).order_by(F("due_at").asc(nulls_last=True), "pk"):
        if ticket.unit_id not in units:
            refused.append((ticket, _("Đơn vị khác phụ trách.")))
        elif ticket.state not in move.sources:
            message = {"state": ticket.state_label}
            refused.append((ticket, _("Đang ở trạng thái “%(state)s”.") % message))
        else:
            changing.append(ticket)
    return {"changing": changing, "refused": refused, "chosen": chosen}


def _do(actor: Actor, verb: str, changing: list[Ticket], chosen: dict[int, int], given: dict):
    """Each ticket in its own transaction; returns how many changed and the others with their reasons."""
    done, failed = 0, []
    for ticket in changing:
        try:
            actions.VERBS[verb](actor=actor, ticket_id=ticket.pk, version=chosen[ticket.pk], **given)
            done += 1
        except actions.StaleTicket as stale:
            last = stale.events[-1] if stale.events else None
            who = str(last.actor or last.get_actor_kind_display()) if last else ""
            what = last.move.done if last else ""
            failed.append((ticket, _("%(who)s vừa thay đổi: %(what)s.") % {"who": who, "what": what}))
        except (IllegalMove, PermissionDenied) as refusal:
            failed.append((ticket, str(refusal) or _("Bạn không có quyền.")))
    return done, failed
