"""Tables that units of the demo share, one of them restricted; and databases that they have and do not share yet."""

import csv
import io
from datetime import date, timedelta
from random import Random

from accounts.actors import Actor
from accounts.models import Membership
from accounts.roles import Role
from districts.models import Unit
from districts.streets import streets_of
from indicators import datasets
from indicators.models import DataSet, IndicatorField

CAMERAS, MARKETS, LODGINGS = 140, 24, 180  # rows
MEANINGS = {
    "ma": "Mã do đơn vị đặt", "tuyen_duong": "Tên đường theo danh mục của Thành phố",
    "tinh_trang": "Đang chạy, hỏng, bảo trì",
    "lap_ngay": "Ngày lắp đặt", "ten": "Tên gọi",
    "so_sap": "Số sạp đang kinh doanh", "hang": "Hạng chợ",
    "so_phong": "Số phòng cho thuê",
    "chu_tro": "Họ tên chủ cơ sở", "kiem_tra_pccc": "Ngày kiểm tra phòng cháy gần nhất",
}


def seed(seed: int) -> int:
    """Make them once; returns how many there are."""
    if DataSet.objects.exists():
        return 0
    rng = Random(f"{seed} data sets")
    _shared("camera-cong-cong", "760", "security", "Camera công cộng",
            "Camera do quận quản lý, kèm tình trạng hoạt động.", [
        {"ma": f"Q1-{n:03}", "tuyen_duong": rng.choice(streets_of("760")), "lap_ngay": _day(rng),
         "tinh_trang": rng.choices(["đang chạy", "hỏng", "bảo trì"], [90, 6, 4])[0]} for n in range(1, CAMERAS + 1)])
    _shared("cho-truyen-thong", "769", "economy", "Chợ truyền thống",
            "Chợ đang hoạt động trên địa bàn.", [
        {"ma": f"CH{n:02}", "ten": f"Chợ số {n}", "hang": str(rng.randint(1, 3)), "so_sap": str(rng.randint(40, 900))}
        for n in range(1, MARKETS + 1)])
    _shared("co-so-luu-tru", "765", "security", "Cơ sở cho thuê trọ",
            "Cơ sở cho thuê trọ đã rà soát phòng cháy, chữa cháy.", [
        {"ma": f"NT{n:03}", "tuyen_duong": rng.choice(streets_of("765")), "chu_tro": f"Chủ cơ sở {n}",
         "so_phong": str(rng.randint(4, 60)), "kiem_tra_pccc": _day(rng)} for n in range(1, LODGINGS + 1)],
        personal="chu_tro")
    _unshared("csdl-dat-dai", "SNNMT", "environment", "Cơ sở dữ liệu đất đai",
              "Đang chuẩn hóa, dự kiến chia sẻ trong quý I/2027.")
    _unshared("csdl-nguoi-co-cong", "SNV", "procedures", "Cơ sở dữ liệu người có công",
              "Dữ liệu cá nhân, chờ quy chế khai thác.")
    return DataSet.objects.count()


def _shared(code: str, owner: str, field: str, name: str, description: str, rows: list[dict],
            personal: str = "") -> None:
    unit = Unit.objects.in_force().get(code=owner)
    leader = Membership.objects.valid().filter(unit=unit, role=Role.UNIT_LEADER).first()
    if leader is None:
        return
    made = DataSet.objects.create(
        code=code, name_vi=name, description_vi=description, owner=unit, freshness_days=90,
        field=IndicatorField.objects.get(code=field), access="restricted" if personal else "open")
    table = io.StringIO()
    writer = csv.DictWriter(table, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    datasets.bring(Actor.person(leader.user), made, f"{code}.csv", io.BytesIO(table.getvalue().encode()))
    for column in made.columns.all():
        column.meaning, column.is_personal = MEANINGS[column.head], column.head == personal
        column.save()


def _unshared(code: str, owner: str, field: str, name: str, reason: str) -> None:
    DataSet.objects.create(
        code=code, name_vi=name, description_vi=name, owner=Unit.objects.in_force().get(code=owner), is_shared=False,
        unshared_reason=reason, field=IndicatorField.objects.get(code=field))


def _day(rng: Random) -> str:
    return (date(2019, 1, 1) + timedelta(days=rng.randrange(2700))).isoformat()
