"""The catalogue and its rules, edited by the city. Rows are switched off or dated, never deleted; tickets are not here:
only `feedback.actions` writes them."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from feedback.models import Category, Channel, DeadlineRule, RoutingRule


class KeptAdmin(admin.ModelAdmin):
    """Rows that history points at: added and changed, never deleted; their code stays what it was."""

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ["name_vi", "parent", "urgency", "is_public", "needs_several", "is_active"]
    list_filter = ["is_active", "urgency", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name_vi", "name_en", "code", "keywords"]

    def formfield_for_foreignkey(self, db_field, request, **more):
        if db_field.name == "parent":
            more["queryset"] = Category.objects.filter(parent=None)  # two levels
        return super().formfield_for_foreignkey(db_field, request, **more)


@admin.register(Channel)
class ChannelAdmin(KeptAdmin):
    list_display = ["name_vi", "code", "is_active", "position"]


class DatedRuleAdmin(KeptAdmin):
    """A rule that has begun is ended and followed by another one: what was promised under it can still be explained,
    and nothing is promised backwards."""

    MAY_CHANGE = ("valid_to", "note", "regulation")

    def get_readonly_fields(self, request, obj=None):
        if obj is None or obj.valid_from > timezone.localdate():
            return super().get_readonly_fields(request, obj)
        return [field for field in self.get_fields(request) if field not in self.MAY_CHANGE]

    def get_form(self, request, obj=None, **more):
        return super().get_form(request, obj, **({"form": DatedRuleForm} | more))

    def get_fields(self, request, obj=None):
        model = self.model._meta
        return [f.name for f in (*model.fields, *model.many_to_many) if f.editable and not f.auto_created]


class DatedRuleForm(forms.ModelForm):
    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Quy định mới có hiệu lực từ hôm nay hoặc một ngày sau đó."))
        return day

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        if day and day != self.instance.valid_to and day < timezone.localdate() - timedelta(days=1):
            raise forms.ValidationError(_("Quy định không thể hết hiệu lực trước hôm qua."))
        return day


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(DatedRuleAdmin):
    list_display = ["code", "position", "kind", "category", "urgency", "needs_several", "amount", "amount_unit",
                    "valid_from", "valid_to"]
    list_filter = ["kind", "urgency"]
    list_select_related = ["category"]
    search_fields = ["code", "regulation", "note"]


@admin.register(RoutingRule)
class RoutingRuleAdmin(DatedRuleAdmin):
    list_display = ["code", "position", "category", "area", "urgency", "to_area", "responsible", "valid_from",
                    "valid_to"]
    list_filter = ["to_area", "urgency"]
    list_select_related = ["category", "area", "responsible"]
    search_fields = ["code", "note"]
    filter_horizontal = ["coordinating"]

    def formfield_for_foreignkey(self, db_field, request, **more):
        if db_field.name == "area":
            more["queryset"] = Unit.objects.in_force().areas()
        elif db_field.name == "responsible":
            more["queryset"] = Unit.objects.in_force().organisations()
        return super().formfield_for_foreignkey(db_field, request, **more)

    def formfield_for_manytomany(self, db_field, request, **more):
        if db_field.name == "coordinating":
            more["queryset"] = Unit.objects.in_force().areas() | Unit.objects.in_force().organisations()
        return super().formfield_for_manytomany(db_field, request, **more)
