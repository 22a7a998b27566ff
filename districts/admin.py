"""Units and the working calendar in the admin: catalogue rows are dated, never deleted."""

from django.contrib import admin

from .calendars import calendar_for
from .models import CalendarDay, Succession, Unit, WorkingSpan


class NeverDeleted(admin.ModelAdmin):
    def has_delete_permission(self, request, obj=None):
        return False


@admin.register(Unit)
class UnitAdmin(NeverDeleted):
    list_display = ["name_vi", "code", "kind", "map", "valid_from", "valid_to", "phone"]
    list_filter = ["kind", "map"]
    search_fields = ["name_vi", "name_en", "code", "slug"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name_vi"]}


@admin.register(Succession)
class SuccessionAdmin(NeverDeleted):
    list_display = ["old", "new", "extent", "basis"]
    list_filter = ["extent"]
    search_fields = ["old__name_vi", "new__name_vi"]
    autocomplete_fields = ["old", "new"]
    list_select_related = ["old", "new"]


class CalendarAdmin(admin.ModelAdmin):
    """What is saved here is what deadlines made from now on are counted by; promises made before stay."""

    autocomplete_fields = ["unit"]
    list_select_related = ["unit"]

    def save_model(self, request, obj, form, change):
        if isinstance(obj, CalendarDay):
            obj.origin = CalendarDay.Origin.OFFICE  # an office's word overrules the files from now on
        super().save_model(request, obj, form, change)
        calendar_for.clear()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        calendar_for.clear()


@admin.register(WorkingSpan)
class WorkingSpanAdmin(CalendarAdmin):
    list_display = ["weekday", "start", "end", "unit"]
    list_filter = ["weekday"]


@admin.register(CalendarDay)
class CalendarDayAdmin(CalendarAdmin):
    list_display = ["date", "kind", "name_vi", "spans", "unit", "decision", "remark", "origin"]
    list_filter = ["kind", "origin"]
    date_hierarchy = "date"
    search_fields = ["name_vi", "name_en", "decision"]
