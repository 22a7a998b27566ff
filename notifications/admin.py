"""The rules of e-mail, which the city changes itself."""

from django import forms
from django.contrib import admin

from notifications import kinds
from notifications.models import MailRule


@admin.register(MailRule)
class MailRuleAdmin(admin.ModelAdmin):
    """A row is switched off rather than deleted: the city's file would bring it back."""

    list_display = ["__str__", "by_mail", "minutes", "in_hours"]
    list_filter = ["role", "by_mail"]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if db_field.name == "code":
            return forms.ChoiceField(label=db_field.verbose_name, choices=list(kinds.KINDS.items()))
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    def has_delete_permission(self, request, obj=None) -> bool:
        return False
