"""Pages of directives: what leaders watch and units have to do (`/chi-dao/`), making one, one with its lives."""

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from accounts.actors import Actor
from accounts.keys import KeyReused
from accounts.requests import acting, fresh_id
from attachments import storing
from coordination import access, topics
from coordination.directives import actions, board, pages, subjects
from coordination.directives.forms import AmendForm, DraftForm, MoveForm, RecallForm
from coordination.machines.directives import MOVES, Illegal
from coordination.models import Directive, Recipient
from live import topics as live_topics


def reader(request) -> Actor:
    """Who asks; 404 for whoever has no business with directives."""
    actor = acting(request)
    if not access.may_read(actor):
        raise Http404
    return actor


@never_cache
@login_required
def directives(request):
    """Leaders see how all fare, units what they have to do."""
    actor, now = reader(request), timezone.now()
    context = pages.overview(actor, request.GET, now)
    found = board.directives(actor, context["asked"], now)
    page = Paginator(found, board.SHOWN).get_page(request.GET.get("trang"))
    topic = topics.DIRECTIVES if access.reads_all(actor) else f"{topics.OF_UNIT}:{actor.own_unit_id}"
    context |= {"page": page, "rows": board.rows(list(page), now), "now": now, "live_topics": topic, "topic": topic,
                "version": live_topics.versions([topic])[topic], "nav_current": "directives"}
    part = "coordination/directives/board_part.html"
    return render(request, part if request.GET.get("part") else "coordination/directives/board.html", context)


@login_required
def discipline(request):
    """How units keep their terms in the last twelve months, the city itself among them."""
    actor, now = reader(request), timezone.now()
    units = None if access.reads_all(actor) else access.units_of(actor)
    context = {"rows": board.discipline(board.year_back(now), now, units), "since": now - timedelta(days=365),
               "nav_current": "directives"}
    return render(request, "coordination/directives/discipline.html", context)


@login_required
def new(request):
    """One form, prefilled from what it is about (`ve`)."""
    actor = reader(request)
    offered = access.kinds_sent(actor)
    asked = request.GET.get("loai") or (offered[0] if offered else "")
    if asked not in offered:
        raise Http404
    subject = subjects.find(actor, request.GET.get("ve", ""))
    own = access.units_of(actor) if asked == Directive.Kind.REQUEST else []
    form = DraftForm(request.POST or None, request.FILES or None, kind=asked, subject=subject, own=own)
    if request.method == "POST" and form.is_valid():
        try:
            with transaction.atomic():
                sent = actions.send(actor=actor, draft=form.draft())
                storing.keep("directive", sent.pk, actor, form.cleaned_data["attached"])
        except storing.Full as full:
            form.add_error("attached", full.words)
        except Illegal as exc:
            form.add_error(None, str(exc))
        except KeyReused as exc:
            messages.warning(request, _("Biểu mẫu này đã gửi trước đó; nội dung sửa sau chưa được gửi."))
            return redirect("directive", pk=exc.result["directive"])
        else:
            messages.success(request, _("Đã gửi %(code)s đến %(n)s đơn vị.") % {
                "code": sent.code, "n": sent.recipients.count()})
            return redirect("directive", pk=sent.pk)
    context = {"form": form, "kind": Directive.Kind(asked), "offered": [Directive.Kind(kind) for kind in offered],
               "subject": subject, "about": request.GET.get("ve", ""), "request_id": fresh_id(),
               "without_people": pages.without_people(), "nav_current": "directives"}
    return render(request, "coordination/directives/new.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
def directive(request, pk: int):
    """One directive: its words, what it is about then and now, each life with what can be done."""
    actor = reader(request)
    chosen = _readable(actor, pk)
    return _page(request, actor, chosen)


def _page(request, actor: Actor, chosen: Directive, *, forms=None, amend=None, recall=None, status: int = 200):
    now = timezone.now()
    context = pages.one(actor, chosen, now, forms or {}, request.GET.get("mo", ""))
    topic = f"{topics.ONE}:{chosen.pk}"
    context |= {"now": now, "topic": topic, "version": live_topics.versions([topic])[topic], "live_topics": topic,
                "nav_current": "directives", "request_id": fresh_id()}
    if access.may_manage(actor, chosen) and context["is_open"]:
        context |= {"amend_form": amend or pages.amend_form(chosen),
                    "recall_form": recall or RecallForm(initial={"version": chosen.version}, auto_id="recall_%s")}
    part = "coordination/directives/directive_part.html"
    name = part if request.GET.get("part") else "coordination/directives/directive.html"
    return render(request, name, context, status=status)


def _readable(actor: Actor, pk: int) -> Directive:
    known = access.readable(actor).select_related("level", "sender", "sender_unit", "indicator", "figure_unit",
                                                  "definition", "ticket")
    return get_object_or_404(known, pk=pk)


@login_required
@require_POST
def move(request, pk: int, recipient: int, verb: str):
    """One move for one recipient; what lacks is said at its form, whose words stay."""
    actor = reader(request)
    chosen = _readable(actor, pk)
    row = get_object_or_404(board.recipients(actor), pk=recipient, directive=chosen)
    if verb not in MOVES:
        raise Http404
    form = MoveForm(MOVES[verb], request.POST, request.FILES)
    if form.is_valid():
        try:
            with transaction.atomic():
                actions.move(actor=actor, recipient_id=row.pk, verb=verb, given=form.cleaned_data,
                             version=form.cleaned_data["version"])
                storing.keep("recipient", row.pk, actor, form.cleaned_data.get("attached", []))
        except storing.Full as full:
            form.add_error("attached", full.words)
        except PermissionDenied as exc:
            raise Http404 from exc
        except Illegal as exc:
            form.add_error(None, str(exc))
        except actions.Stale:
            form.add_error(None, _("Việc vừa được người khác cập nhật; hãy xem lại rồi làm tiếp."))
            form.data = {**request.POST.dict(), "version": Recipient.objects.get(pk=row.pk).version}
        except KeyReused:
            return redirect("directive", pk=pk)
        else:
            messages.success(request, _("Đã ghi: %(what)s.") % {"what": MOVES[verb].label})
            return redirect("directive", pk=pk)
    return _page(request, actor, chosen, forms={(row.pk, verb): form}, status=422)


@login_required
@require_POST
def amend(request, pk: int):
    """Other words, another term: each recipient accepts anew."""
    actor = reader(request)
    chosen = _readable(actor, pk)
    form = AmendForm(request.POST, auto_id="amend_%s")
    if form.is_valid():
        given = form.cleaned_data
        words = {name: given[name] for name in ("title", "body", "result")}

        def work():
            actions.amend(actor=actor, directive_id=pk, version=given["version"], words=words,
                          due_on=given["due_on"], reason=given["reason"])
        if _managed(form, work):
            messages.success(request, _("Đã sửa; các đơn vị cần tiếp nhận lại."))
            return redirect("directive", pk=pk)
    return _page(request, actor, chosen, amend=form, status=422)


@login_required
@require_POST
def recall(request, pk: int):
    """Nobody has to do it any more."""
    actor = reader(request)
    chosen = _readable(actor, pk)
    form = RecallForm(request.POST, auto_id="recall_%s")
    if form.is_valid():
        given = form.cleaned_data
        if _managed(form, lambda: actions.recall(actor=actor, directive_id=pk, version=given["version"],
                                                 reason=given["reason"])):
            messages.success(request, _("Đã thu hồi."))
            return redirect("directive", pk=pk)
    return _page(request, actor, chosen, recall=form, status=422)


def _managed(form, work) -> bool:
    """Do it; a fault is said at the form."""
    try:
        work()
    except PermissionDenied as exc:
        raise Http404 from exc
    except Illegal as exc:
        form.add_error(None, str(exc))
    except actions.Stale:
        form.add_error(None, _("Người khác vừa sửa; hãy xem lại bản mới nhất."))
    return not form.errors


@login_required
@require_POST
def remind(request, pk: int):
    """Remind everybody who is next, with one press."""
    actor = reader(request)
    chosen = _readable(actor, pk)
    if not access.may_manage(actor, chosen):
        raise Http404
    messages.success(request, _("Đã nhắc %(n)s đơn vị.") % {"n": actions.remind_all(actor=actor, directive=chosen)})
    return redirect("directives") if request.POST.get("from") == "board" else redirect("directive", pk=pk)


