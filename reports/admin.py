"""Types of reports as rows: when, with which parts, for whom. Editions are nobody's to edit."""

from django.contrib import admin

from reports.models import ReportType


@admin.register(ReportType)
class ReportTypeAdmin(admin.ModelAdmin):
    list_display = ["name", "period_kind", "for_units", "remark_days", "closed_on"]
    filter_horizontal = ["fields", "replaces"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
