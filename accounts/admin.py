"""People with their roles, and groups of rights for those who keep only a part of the catalogue."""

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.forms import AdminPasswordChangeForm
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.utils.text import capfirst, format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Membership, User
from districts.admin import ChoosesUnits

ACTS = {"add": gettext_lazy("thêm"), "change": gettext_lazy("sửa"), "delete": gettext_lazy("xóa"),
        "view": gettext_lazy("xem")}


class RightsField(forms.ModelMultipleChoiceField):
    """Rights in the words of the pages ("Đơn vị: sửa"); Django keeps their names in English."""

    def label_from_instance(self, obj):
        model = obj.content_type.model_class()
        return f"{capfirst(model._meta.verbose_name_plural)}: {ACTS[obj.codename.partition('_')[0]]}"


class GivesRights(BaseModelAdmin):
    """For the admin of who gets rights: those on what the admin shows."""

    def formfield_for_manytomany(self, db_field, request=None, **more):
        if db_field.related_model is Permission:
            shown = ContentType.objects.get_for_models(*self.admin_site._registry).values()
            rights = Permission.objects.filter(content_type__in=shown).select_related("content_type")
            more |= {"form_class": RightsField, "queryset": rights}
        return super().formfield_for_manytomany(db_field, request, **more)


class PasswordForm(AdminPasswordChangeForm):
    """Django's, whose warning has no translation."""

    usable_password_help_text = format_lazy(  # type: ignore[assignment]
        '<ul id="id_unusable_warning" class="messagelist"><li class="warning">{}</li></ul>',
        gettext_lazy("Nếu tắt, mật khẩu đang có bị xóa và người này không đăng nhập được bằng mật khẩu."),
    )


class RolesOfOne(forms.BaseInlineFormSet):
    def clean(self):
        super().clean()
        if sum(form.cleaned_data.get("is_active", False) for form in self.forms) > 1:
            raise forms.ValidationError(_(
                "Mỗi người dùng một vai trò tại một thời điểm. Hãy bỏ chọn “Đang dùng” ở các vai trò khác; người đó tự "
                "chuyển vai trò ở trang tài khoản của mình."
            ))

    def save(self, commit=True):
        """What is in use no more makes way first: the rows may stand in any order."""
        left = [form.instance.pk for form in self.initial_forms if not form.cleaned_data["is_active"]]
        self.model.objects.filter(pk__in=left).update(is_active=False)
        return super().save(commit)


class MembershipInline(ChoosesUnits, admin.TabularInline):
    model = Membership
    formset = RolesOfOne
    extra = 0

    def has_delete_permission(self, request, obj=None):
        return False  # who worked where is history: a membership is ended by its last day


@admin.register(User)
class PersonAdmin(GivesRights, UserAdmin):
    list_display = ["username", "full_name", "current_role", "email", "is_active", "is_staff"]
    list_filter = ["is_active", "memberships__role", "is_staff"]
    search_fields = ["username", "full_name", "email", "memberships__unit__name_vi", "memberships__unit__slug"]
    ordering = ["username"]
    inlines = [MembershipInline]
    change_password_form = PasswordForm
    fieldsets = [
        (None, {"fields": ["username", "password", "full_name", "email", "language"]}),
        (gettext_lazy("Quyền quản trị"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
        (gettext_lazy("Quyền từng phần"), {"classes": ["collapse"], "fields": ["groups", "user_permissions"]}),
    ]
    add_fieldsets = [(None, {"fields": ["username", "full_name", "email", "password1", "password2"]})]

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("memberships__unit")

    @admin.display(description=gettext_lazy("Vai trò đang dùng"))
    def current_role(self, user):
        held = next((held for held in user.memberships.all() if held.is_active), None)
        return f"{held.get_role_display()} · {held.unit.short_name}" if held else _("chưa có")


admin.site.unregister(Group)


@admin.register(Group)
class RightsGroupAdmin(GivesRights, GroupAdmin):
    pass
