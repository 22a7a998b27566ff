"""`manage.py demo_accounts`: makes and prints who can be signed in as, with the password, and a wall screen to pair."""

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from accounts.roles import Role
from demo import cast
from districts.models import Unit
from live import devices
from live.models import Device

SCREEN = "Màn hình trung tâm điều hành"


class Command(BaseCommand):
    requires_system_checks = []  # needs no pages
    help = "Make and print one demo account per role, and a wall screen."

    def add_arguments(self, parser):
        parser.add_argument("--new-screen", action="store_true", help="pair anew: the old screen goes dark")

    def handle(self, *args, new_screen, **options):
        cast.enrol(timezone.localdate(), cast.password())
        with translation.override("vi"):
            self._table()
        self.stdout.write(f"\n  Mật khẩu chung: {cast.password()}")
        self.stdout.write(f"  Màn hình tường: {self._screen(anew=new_screen)}")

    def _table(self) -> None:
        rows = [("Vai trò", "Tài khoản", "Đơn vị", "Họ và tên")]
        for account in cast.shown():
            role, unit = str(Role(account.role).label), account.unit.short_name_vi
            rows.append((role, account.username, unit, account.full_name))
        widths = [max(len(row[i]) for row in rows) for i in range(4)]
        rows.insert(1, tuple("─" * width for width in widths))
        for row in rows:
            line = "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True))
            self.stdout.write(f"  {line}".rstrip())

    @staticmethod
    def _screen(*, anew: bool) -> str:
        """The address that pairs a device; the token is kept as a digest only, so it is shown once."""
        known = Device.objects.filter(name=SCREEN, revoked_at=None)
        if known and not anew:
            return "đã tạo trước đây; tạo địa chỉ ghép mới: manage.py demo_accounts --new-screen"
        for device in known:
            devices.revoke(device)
        _device, token = devices.register(name=SCREEN, unit=Unit.objects.city())
        return f"mở /wall/pair/{token}/ trên thiết bị của tường"
