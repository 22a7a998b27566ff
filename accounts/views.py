"""Signing in and out, one's own password, language and membership."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse, reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from accounts import actions, attempts
from accounts.forms import SignInForm
from accounts.models import Membership

LONGEST_WAY = 2000  # characters of an address to go back to


class SignIn(auth_views.LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def form_valid(self, form):
        response = super().form_valid(form)
        remember_language(response, form.get_user().language)
        attempts.remember_device(self.request, response)
        return response


def admin_door(request):
    """The admin has no sign-in of its own: who may not enter signs in with us or finds nothing."""
    if request.user.is_authenticated and not request.user.is_staff:
        raise Http404
    if request.user.is_authenticated:
        return redirect("admin:index")
    return redirect_to_login(reverse("admin:index"))


class SignOut(auth_views.LogoutView):
    next_page = "sign_in"


class ChangePassword(auth_views.PasswordChangeView):
    template_name = "accounts/password.html"
    success_url = reverse_lazy("profile")

    def form_valid(self, form):
        messages.success(self.request, _("Đã đổi mật khẩu."))
        return super().form_valid(form)


def locked_out(request, credentials, *args, **kwargs):
    """Shown after too many wrong passwords (`attempts`); says when to try again, not whether the account exists."""
    minutes = round(attempts.WINDOW.total_seconds() / 60)
    answer = render(request, "accounts/locked_out.html", {"minutes": minutes}, status=429)
    answer["Retry-After"] = str(minutes * 60)
    return answer


@login_required
def profile(request):
    memberships = Membership.objects.valid().filter(user=request.user).order_by("-is_active", "unit__sort_key")
    return render(request, "accounts/profile.html", {"memberships": memberships})


@login_required
@require_POST
def switch(request):
    try:
        actions.switch_membership(user=request.user, membership_id=int(request.POST.get("membership", "0")))
    except (Membership.DoesNotExist, ValueError) as exc:
        raise Http404 from exc
    return redirect("home")


@require_POST
def set_language(request):
    """Change the language of the pages; a signed-in person's choice is remembered with the account."""
    language = request.POST.get("language", "")
    back = request.POST.get("next", "/")
    if len(back) > LONGEST_WAY or not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/"
    response = HttpResponseRedirect(back)  # `redirect` would take a bare word for the name of a view
    if check_for_language(language) and language in ("vi", "en"):
        remember_language(response, language)
        if request.user.is_authenticated:
            actions.set_language(user=request.user, language=language)
    return response


def remember_language(response, language: str) -> None:
    flags = {"samesite": "Lax", "httponly": True, "secure": settings.SESSION_COOKIE_SECURE}
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, language, max_age=365 * 86400, **flags)
