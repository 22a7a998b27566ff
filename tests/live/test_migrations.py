"""Wall devices and versions moved here from dashboards: nothing is lost either way, and the admin's log goes on."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

from live import devices, topics
from live.models import Device
from tests.city import unit


def _columns(sql):
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


@pytest.mark.django_db(transaction=True)
def test_devices_and_versions_survive_the_move_both_ways(cast):
    device = devices.register(name="Phòng điều hành", unit=unit("79"))
    topics.raise_versions(["city"])
    kind = ContentType.objects.get_for_model(Device)
    LogEntry.objects.create(user=cast.quan, content_type=kind, object_id=device.pk, action_flag=2)
    permissions = set(Permission.objects.filter(content_type=kind).values_list("pk", "codename"))
    try:
        call_command("migrate", "live", "zero", verbosity=0)
        assert _columns("SELECT name FROM dashboards_screen") == [("Phòng điều hành",)]
        assert _columns(f"SELECT app_label, model FROM django_content_type WHERE id = {kind.pk}") == [
            ("dashboards", "screen")]
    finally:
        call_command("migrate", verbosity=0)
    ContentType.objects.clear_cache()
    assert devices.by_cookie(devices.seal(device)) == device and topics.versions(["city"]) == {"city": 1}
    assert LogEntry.objects.get().content_type == ContentType.objects.get_for_model(Device) == kind
    assert set(Permission.objects.filter(content_type=kind).values_list("pk", "codename")) == permissions
