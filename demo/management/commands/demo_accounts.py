"""`manage.py demo_accounts`: makes and prints who can be signed in as, with the password, and how a wall is
paired."""

from django.core.management.base import BaseCommand
from django.utils import timezone, translation

from accounts.roles import Role
from demo import cast

SCREEN = "mở /wall/ trên thiết bị, bấm “Lấy mã ghép”; truongca nhập mã ở mục Màn hình tường"


class Command(BaseCommand):
    requires_system_checks = []  # needs no pages
    help = "Make and print one demo account per role, and how a wall is paired."

    def handle(self, *args, **options):
        cast.enrol(timezone.localdate(), cast.password())
        with translation.override("vi"):
            self._table()
        self.stdout.write(f"\n  Mật khẩu chung: {cast.password()}")
        self.stdout.write(f"  Màn hình tường: {SCREEN}")

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
