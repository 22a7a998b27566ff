"""The catalogue and its rules, edited by the city. Rows are switched off or dated, never deleted; tickets are not here:
only `feedback.actions` writes them."""

from django.contrib import admin

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


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(KeptAdmin):
    list_display = ["code", "position", "kind", "category", "urgency", "needs_several", "amount", "amount_unit",
                    "valid_from", "valid_to"]
    list_filter = ["kind", "urgency"]
    list_select_related = ["category"]
    search_fields = ["code", "regulation", "note"]


@admin.register(RoutingRule)
class RoutingRuleAdmin(KeptAdmin):
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
