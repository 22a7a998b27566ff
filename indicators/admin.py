"""The catalogue and the sets in the admin: rows that the city changes itself."""

from django import forms
from django.contrib import admin
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from indicators import tasks
from indicators.mappings import FileMapping, Reader
from indicators.models import (
    Check,
    Indicator,
    IndicatorField,
    Keeper,
    Pull,
    PullHost,
    ReminderTerm,
    SetItem,
    Target,
    ValueSet,
)
from indicators.reading import CannotRead


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


@admin.register(PullHost)
class PullHostAdmin(admin.ModelAdmin):
    list_display = ["host", "note"]


class PullForm(forms.ModelForm):
    """The secret is never shown again: left empty, it stays."""

    secret = forms.CharField(
        label=_("giá trị bí mật"), required=False, widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Không hiện lại. Để trống là giữ giá trị đang có."))

    class Meta:
        model = Pull
        fields = ["name", "url", "form", "rows_at", "mapping", "value_set", "period_kind", "every_hours", "header",
                  "secret", "least_percent", "stale_days", "is_on"]

    def clean_secret(self) -> str:
        return self.cleaned_data["secret"] or (self.instance.secret if self.data.get("header") else "")

    def clean_mapping(self) -> str:
        try:
            Reader(FileMapping.typed(self.cleaned_data["mapping"]))
        except CannotRead as exc:
            raise forms.ValidationError(str(exc)) from exc
        return self.cleaned_data["mapping"]


@admin.register(Pull)
class PullAdmin(admin.ModelAdmin):
    form = PullForm
    list_display = ["name", "form", "every_hours", "is_on", "next_at"]
