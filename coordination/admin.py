"""Rows of the rooms that the city changes itself: thresholds, modules, settings."""

from django.contrib import admin

from coordination.models import CentreModule, CentreSetting, ConnectionRule, EscalationStep, Level


@admin.register(CentreModule)
class CentreModuleAdmin(admin.ModelAdmin):
    list_display = ["name_vi", "code", "position"]


@admin.register(ConnectionRule)
class ConnectionRuleAdmin(admin.ModelAdmin):
    list_display = ["sign", "good", "bad", "decides", "contradicts"]


@admin.register(CentreSetting)
class CentreSettingAdmin(admin.ModelAdmin):
    list_display = ["__str__", "lease_warning_days", "pace_days", "figures_days", "owed_months"]

    def has_add_permission(self, request) -> bool:
        return not CentreSetting.objects.exists()

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
