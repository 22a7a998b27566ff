"""Who signed in or tried to, from where, and what is paused, for administrators."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache

from accounts import attempts
from accounts.models import Attempt
from accounts.roles import Role
from hcmc_ioc.lib.text import clean

SHOWN = 50  # attempts of a page
FURTHEST = 2**62


class Narrowed(forms.Form):
    """What of the log is looked at."""

    account = forms.CharField(label=gettext_lazy("Tên đăng nhập"), max_length=150, required=False)
    address = forms.CharField(label=gettext_lazy("Địa chỉ"), max_length=45, required=False)
    outcome = forms.ChoiceField(label=gettext_lazy("Kết quả"), required=False,
                                choices=[("", gettext_lazy("Tất cả")), *Attempt.Outcome.choices[:3]])

    def rows(self):
        given = self.cleaned_data if self.is_valid() else {}
        asked = {"account__istartswith": given.get("account"), "address__startswith": given.get("address"),
                 "outcome": given.get("outcome")}
        rows = Attempt.objects.select_related("user", "lifted_by").order_by("-pk")
        return rows.filter(**{name: value for name, value in asked.items() if value})


def _administrator(request) -> None:
    if request.user.role != Role.ADMINISTRATOR:
        raise Http404


@never_cache
@login_required
def sign_ins(request):
    """The log, the newest first; above it what is paused now."""
    _administrator(request)
    form = Narrowed(request.GET or None)
    before = request.GET.get("before", "")
    place = int(before) if before.isascii() and before.isdecimal() and len(before) < 19 else FURTHEST
    rows = list(form.rows().filter(pk__lt=place)[: SHOWN + 1])
    context = {
        "form": form, "attempts": rows[:SHOWN], "next": rows[SHOWN - 1].pk if len(rows) > SHOWN else None,
        "is_first": place == FURTHEST, "pauses": attempts.pauses(timezone.now()), "limits": dict(Attempt.Limit.choices),
        "nav_current": "administration",
    }
    return render(request, "accounts/sign_ins.html", context)


@never_cache
@login_required
def lift_pause(request):
    """GET asks whether the pause of this account, address, or account at this address shall end; POST ends it."""
    _administrator(request)
    given = request.POST if request.method == "POST" else request.GET
    asked = {name: clean(given.get(name, ""))[:150] for name in ("account", "line")}
    paused = next((pause for pause in attempts.pauses(timezone.now())
                   if all(str(pause[name] or "") == value for name, value in asked.items())), None)
    if paused is None:
        messages.info(request, _("Không còn tạm dừng này."))
        return redirect("sign_ins")
    if request.method == "POST":
        attempts.lift(by=request.user, **asked)
        messages.success(request, _("Đã bỏ tạm dừng. Có thể đăng nhập lại ngay."))
        return redirect("sign_ins")
    context = {"pause": paused, "limit": Attempt.Limit(paused["limit"]).label, "back": reverse("sign_ins"),
               "nav_current": "administration"}
    return render(request, "accounts/lift_pause.html", context)
