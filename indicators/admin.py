"""The catalogue and the sets in the admin: rows that the city changes itself."""

from django.contrib import admin
from django.db import transaction

from indicators import tasks
from indicators.models import Check, Indicator, IndicatorField, Keeper, ReminderTerm, SetItem, Target, ValueSet


class TargetInline(admin.TabularInline):
    model = Target
    extra = 0
    autocomplete_fields = ["unit"]


@admin.register(IndicatorField)
class IndicatorFieldAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "position"]


@admin.register(Indicator)
class IndicatorAdmin(admin.ModelAdmin):
    """Its targets; the rest changes on the pages of definitions, where it is previewed, asked and kept."""

    list_display = ["name_vi", "code", "field", "source", "access"]
    list_filter = ["field", "source", "access"]
    search_fields = ["code", "name_vi", "name_en"]
    fields = ["code", "name_vi", "name_en", "field"]
    readonly_fields = ["code", "name_vi", "name_en", "field"]
    inlines = [TargetInline]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False  # it is closed instead


class ItemInline(admin.TabularInline):
    model = SetItem
    extra = 0
    autocomplete_fields = ["indicator"]


class KeeperInline(admin.TabularInline):
    model = Keeper
    extra = 0
    autocomplete_fields = ["unit", "user", "substitute"]


@admin.register(ValueSet)
class ValueSetAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "period_kind", "due_days", "cut_off_days", "needs_approval"]
    filter_horizontal = ["owing_units"]
    inlines = [ItemInline, KeeperInline]


@admin.register(ReminderTerm)
class ReminderTermAdmin(admin.ModelAdmin):
    list_display = ["value_set", "days", "who", "is_on"]
    list_display_links = ["days"]

    def has_delete_permission(self, request, obj=None):
        return False  # the city's file would bring it back: it is switched off


@admin.register(Check)
class CheckAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "kind", "indicator", "begins", "ends"]
    list_filter = ["kind"]
    search_fields = ["code", "name_vi", "name_en"]
    autocomplete_fields = ["indicator", "other", "summands"]

    def save_related(self, request, form, formsets, change):
        super().save_related(request, form, formsets, change)
        transaction.on_commit(lambda: tasks.judge_again.delay(), robust=True)

    def has_delete_permission(self, request, obj=None):
        return False  # its issues are kept: it ends on a day
