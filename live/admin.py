from django.contrib import admin

from live.models import Device


@admin.register(Device)
class DeviceAdmin(admin.ModelAdmin):
    """To look at; devices are added and revoked on their own page, which shows the token once."""

    list_display = ["name", "place", "unit", "created_at", "last_seen_at", "revoked_at"]
    list_select_related = ["unit"]
    fields = ["name", "place", "unit", "created_at", "last_seen_at", "revoked_at"]

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False
