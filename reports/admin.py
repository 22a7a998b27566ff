"""Types of reports as rows: when, with which parts, for whom. Editions are nobody's to edit."""

from django import forms
from django.contrib import admin
from django.utils.translation import gettext as _

from reports.blocks import BLOCKS
from reports.models import ReportType


class ReportTypeForm(forms.ModelForm):
    def clean_blocks(self) -> list[str]:
        """Parts that there are, each once."""
        asked = self.cleaned_data["blocks"]
        if unknown := [code for code in asked if code not in BLOCKS]:
            known = ", ".join(BLOCKS)
            raise forms.ValidationError(_("Không có phần “%(code)s”; có: %(known)s.") % {
                "code": unknown[0], "known": known})
        return list(dict.fromkeys(asked))


@admin.register(ReportType)
class ReportTypeAdmin(admin.ModelAdmin):
    form = ReportTypeForm
    list_display = ["name", "period_kind", "for_units", "remark_days", "closed_on"]
    filter_horizontal = ["fields", "replaces"]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
