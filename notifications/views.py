"""A person's choices of e-mail, and the log of all mails for administrators."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Case, IntegerField, Value, When
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import Role
from notifications import kinds, rules, sending
from notifications.models import REPLAYED, Mail

SHOWN = 200


class Choices(forms.Form):
    """Which of these codes the person wants by e-mail."""

    def __init__(self, codes: list[str], *given, **more):
        super().__init__(*given, **more)
        self.fields["codes"] = forms.MultipleChoiceField(
            required=False, widget=forms.CheckboxSelectMultiple, choices=[(code, kinds.name(code)) for code in codes])


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def mail_choices(request):
    """Of which kinds the person gets e-mail."""
    if not request.user.role:
        raise Http404
    offered, quiet = rules.choices(request.user), rules.muted([request.user.pk])
    free = [code for code in offered if code not in kinds.ALWAYS]
    wanted = [code for code in free if (request.user.pk, code) not in quiet]
    form = Choices(free, request.POST if request.method == "POST" else None, initial={"codes": wanted})
    if request.method == "POST" and form.is_valid():
        rules.choose(request.user, form.cleaned_data["codes"])
        messages.success(request, _("Đã lưu."))
        return redirect("mail_choices")
    always = [kinds.name(code) for code in offered if code in kinds.ALWAYS]
    context = {"form": form if free else None, "always": always, "is_on": settings.MAIL_ON}
    return render(request, "notifications/choices.html", context)


def _administrator(request) -> None:
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404


@never_cache
@login_required
def mail_log(request):
    """The latest mails; those that need somebody first. Their kind alone: what they say is for whom they are for."""
    _administrator(request)
    first = Case(When(state__in=REPLAYED, then=Value(0)), default=Value(1), output_field=IntegerField())
    rows = Mail.objects.select_related("user").prefetch_related("replays__user").defer("text", "subject")
    context = {"mails": rows.order_by(first, "-pk")[:SHOWN], "is_on": settings.MAIL_ON,
               "nav_current": "administration"}
    return render(request, "notifications/log.html", context)


@login_required
@require_POST
def mail_replay(request, pk: int):
    """Once more, by hand."""
    _administrator(request)
    if sending.replay(pk, request.user):
        messages.success(request, _("Thư được gửi lại trong vòng một phút."))
    else:
        messages.info(request, _("Thư này không cần gửi lại."))
    return redirect("mail_log")
