"""Rows of the rooms that the city changes itself: thresholds, modules, criteria, components, tiers, words."""

from django.contrib import admin

from coordination.investments import likeness
from coordination.models import (
    CentreModule,
    CentreSetting,
    Component,
    ConnectionRule,
    Criterion,
    EscalationStep,
    Level,
    MatchRule,
    MaturityLevel,
    MaturityScale,
    Risk,
    Tier,
    WordGroup,
)


@admin.register(CentreModule)
class CentreModuleAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "position"]


@admin.register(ConnectionRule)
class ConnectionRuleAdmin(admin.ModelAdmin):
    list_display = ["sign", "good", "bad", "decides", "contradicts"]


class OneRow(admin.ModelAdmin):
    """Of these there is one row, which is changed alone."""

    def has_add_permission(self, request) -> bool:
        return not self.model._default_manager.exists()

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


class StepInline(admin.TabularInline):
    model = EscalationStep
    extra = 0


@admin.register(Level)
class LevelAdmin(admin.ModelAdmin):
    list_display = ["name", "term_in_words", "any_hour", "rounds"]
    inlines = [StepInline]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(CentreSetting)
class CentreSettingAdmin(OneRow):
    list_display = ["__str__", "lease_warning_days", "pace_days", "figures_days", "owed_months"]


@admin.register(MatchRule)
class MatchRuleAdmin(OneRow):
    list_display = ["__str__", "threshold", "least_words", "months_apart"]


class LevelInline(admin.TabularInline):
    model = MaturityLevel
    extra = 0


class CriterionInline(admin.TabularInline):
    model = Criterion
    extra = 0


@admin.register(MaturityScale)
class MaturityScaleAdmin(admin.ModelAdmin):
    """A new edition follows the one that was used; what it judged keeps it."""

    list_display = ["name_vi", "code", "valid_from"]
    inlines = [LevelInline, CriterionInline]

    def has_delete_permission(self, request, obj=None) -> bool:
        return False


@admin.register(Component)
class ComponentAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "group", "payer", "shared"]
    list_filter = ["group", "payer"]
    search_fields = ["code", "name_vi"]
    filter_horizontal = ["near"]


@admin.register(Tier)
class TierAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "position", "least_cost", "least_risks", "working_days", "signer"]


@admin.register(Risk)
class RiskAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "position"]


@admin.register(WordGroup)
class WordGroupAdmin(admin.ModelAdmin):
    """After each change every item is folded anew."""

    list_display = ["code", "weight", "words"]
    search_fields = ["code", "words"]

    def save_model(self, request, obj, form, change) -> None:
        super().save_model(request, obj, form, change)
        likeness.refold()

    def delete_model(self, request, obj) -> None:
        super().delete_model(request, obj)
        likeness.refold()

    def delete_queryset(self, request, queryset) -> None:
        super().delete_queryset(request, queryset)
        likeness.refold()
