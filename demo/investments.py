"""IT items of the demo: some four hundred of every unit, overlaps among them, and consultations in every state."""

from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from coordination.investments import consulting, register, trial
from coordination.investments.consulting import NotNow
from coordination.models import Baseline, Candidate, Component, Consultation, Funding, Item, Risk
from demo import cast
from districts.models import Unit

ITEMS, OVERLAPS = 400, 44
ASKED = 36  # consultations
LEASED = {"cameras": ("camera", 380_000), "lines": ("đường truyền", 2_400_000), "walls": ("mét vuông", 5_600_000)}
GIVERS = ("Công ty công nghệ A (giả định)", "Ngân hàng B (giả định)", "Doanh nghiệp viễn thông C (giả định)")
REASONS = ("Giá thiết bị tăng so với dự toán.", "Chậm bàn giao mặt bằng.", "Mở rộng thêm phạm vi theo chỉ đạo.")
GATE = {
    "need": "Cán bộ đang ghi sổ và gọi điện, mỗi tuần mất khoảng hai ngày công để tổng hợp.",
    "goals": "Rút thời gian tổng hợp còn nửa ngày; không còn số liệu sai lệch giữa các bộ phận.",
    "running": "Đơn vị bố trí trong dự toán thường xuyên hằng năm.",
    "data": "Đã rà soát, còn khoảng một phần mười phải nhập bổ sung.",
    "why_not_shared": "Bản dùng chung chưa có phần nghiệp vụ này.",
}


def seed(seed: int, now: datetime) -> int:
    """Make them once; returns how many there are."""
    if Item.objects.exists():
        return Item.objects.count()
    return _seed(Random(f"{seed} investments"), seed, now)


@transaction.atomic
def _seed(rng: Random, seed: int, now: datetime) -> int:
    units = {unit.pk: unit for unit in [
        *Unit.objects.in_force().areas().order_by("code"), *Unit.objects.in_force().organisations().order_by("code")]}
    components = {one.code: one for one in Component.objects.all()}
    rows = [_item(one, units, components, now, rng)
            for one in trial.register(ITEMS, OVERLAPS, seed, now.date(), sorted(units))]
    items = Item.objects.bulk_create(rows)
    crew = cast.Crew()
    for item in items:
        if item.is_kept:
            _past(item, crew, rng)
            _money(item, rng)
    _consultations([item for item in items if item.state == Item.State.PLANNED], items, crew, now, rng)
    return len(items)


def _item(made: trial.Made, units: dict[int, Unit], components: dict[str, Component], now: datetime, rng: Random,
          ) -> Item:
    unit = units[made.unit]
    cost = round(10 ** rng.uniform(7.4, 10.2), -6)
    item = Item(
        unit=unit, name=made.name, purpose=made.purpose, component=components[made.component], starts=made.starts,
        ends=made.ends, place=unit.short_name_vi if unit.is_area else "toàn Thành phố", cost=cost,
        yearly_cost=round(cost * rng.uniform(0.05, 0.18), -6),
        supplier=rng.choice(GIVERS) if rng.random() < 0.6 else "",
        updated_at=now - timedelta(days=rng.randint(0, 160)), state=_state(made, now.date(), rng))
    if made.component in LEASED and rng.random() < 0.8:
        item.service_measure, price = LEASED[made.component]
        item.service_quantity = rng.randint(4, 120)
        item.monthly_price = round(item.service_quantity * price * rng.uniform(0.75, 1.5), -5)
    if item.state in (Item.State.RUNNING, Item.State.ENDED):
        _progress(item, made, now.date(), rng)
    if item.state == Item.State.LEFT:
        item.left_on = now.date() - timedelta(days=rng.randint(3, 200))
        item.left_reason = "Chuyển sang dùng bản dùng chung của Thành phố, không cần làm riêng."
    register.fold(item)
    return item


def _state(made: trial.Made, today: date, rng: Random) -> str:
    if rng.random() < 0.05:
        return Item.State.LEFT
    if made.ends < today:
        return Item.State.ENDED
    if made.starts < today - timedelta(days=120):
        return Item.State.RUNNING
    return Item.State.DRAFT if rng.random() < 0.12 else Item.State.PLANNED


def _progress(item: Item, made: trial.Made, today: date, rng: Random) -> None:
    share = min(1.0, (today - made.starts).days / max(1, (made.ends - made.starts).days))
    done = min(1.0, share * rng.uniform(0.55, 1.1)) if item.state == Item.State.RUNNING else 1.0
    item.done_percent = round(100 * done)
    item.spent = round(item.cost * min(1.05, done * rng.uniform(0.7, 1.5)), -6)
    if rng.random() < 0.7:
        item.owner_rating, item.owner_remark = rng.choices(
            [("good", "Theo kế hoạch."), ("risk", "Chờ bàn giao thiết bị."), ("bad", "Nhà thầu dừng thi công.")],
            [78, 17, 5])[0]
    if rng.random() < 0.25:
        item.independent_rating, item.independent_remark = rng.choices(
            [("good", "Kiểm tra thực tế: đúng tiến độ."), ("risk", "Tiến độ thực tế chậm so với báo cáo."),
             ("bad", "Đã chi nhiều hơn phần việc nghiệm thu.")], [50, 32, 18])[0]


def _past(item: Item, crew: cast.Crew, rng: Random) -> None:
    """The first baseline, and one or two later ones of items that grew."""
    user = crew.leader_of(item.unit_id, rng).user
    at = datetime.combine(item.starts, item.updated_at.timetz()) - timedelta(days=30)
    again = rng.choices([0, 1, 2], [80, 15, 5])[0]
    cost = float(item.cost)
    costs = [round(cost / (1.15 ** back), -6) for back in range(again, -1, -1)]
    for number, one in enumerate(costs, 1):
        Baseline.objects.create(
            item=item, number=number, scope=item.purpose, cost=one, starts=item.starts, user=user,
            ends=item.ends - timedelta(days=0 if number == len(costs) else 60 * (len(costs) - number)),
            reason=rng.choice(REASONS) if number > 1 else "", at=at + timedelta(days=70 * (number - 1)))


def _money(item: Item, rng: Random) -> None:
    source = rng.choices([*Funding.Source], [30, 40, 16, 8, 6])[0]
    social = source in Funding.SOCIAL
    pledged = float(item.cost)
    Funding.objects.create(
        item=item, source=source, pledged=pledged, received=round(pledged * rng.uniform(0, 1), -6),
        giver=rng.choice(GIVERS) if social else "",
        conflict="Bên đóng góp không tham gia gói thầu nào của đơn vị trong hai năm gần đây." if social else "")


def _consultations(planned: list[Item], items: list[Item], crew: cast.Crew, now: datetime, rng: Random) -> None:
    analyst, leader = _person(Role.ANALYST), _person(Role.CITY_LEADER)
    risks = list(Risk.objects.all())
    overlapping = items[-OVERLAPS:]
    asked = [one for one in overlapping if one.state in register.OPEN] + planned
    done: set[int] = set()
    for place, item in enumerate(asked):
        author = crew.leader_of(item.unit_id, rng)
        if len(done) >= ASKED or author.user is None or item.pk in done:
            continue
        done.add(item.pk)
        _life(place % 9, item, author, analyst, leader, rng.sample(risks, rng.choice([0, 0, 1, 2, 4])), now, rng)


def _person(role: str) -> Actor:
    held = Membership.objects.valid().filter(role=role)
    user = User.objects.filter(pk__in=held.values("user")).order_by("pk").first()
    return Actor.person(user, "demo")


def _life(kind: int, item: Item, author: Actor, analyst: Actor, leader: Actor, risks: list[Risk], now: datetime,
          rng: Random) -> None:
    """A consultation that stands where its number says."""
    begun = now - timedelta(days=rng.randint(25, 60))
    sent = begun + timedelta(days=2) if kind not in (1, 2) else now - timedelta(days=rng.choice([1, 2, 9]))
    row = consulting.begin(author, item, begun)
    consulting.save(author, row, GATE | {"risks": risks}, begun)
    if kind == 0:
        return
    try:
        consulting.submit(author, row, sent)
    except NotNow:
        _answer(author, row, sent, rng)
        consulting.submit(author, row, sent)
    row.refresh_from_db()
    if kind in (1, 2):
        return
    if kind == 3:
        consulting.ask(analyst, row, "Bổ sung chi phí vận hành ba năm và phương án chuyển dữ liệu.",
                       sent + timedelta(days=1))
        return
    if kind == 8:
        consulting.withdraw(author, row, "Đơn vị lùi sang năm sau.", sent + timedelta(days=2))
        return
    _opinion(row, analyst if row.tier and row.tier.signer == Role.ANALYST else leader, sent, rng)
    row.refresh_from_db()
    if kind == 6:
        consulting.follow(author, row, "Đã điều chỉnh hồ sơ và thực hiện theo ý kiến.", sent + timedelta(days=12))
    if kind == 7:
        consulting.withdraw(author, row, "Không bố trí được vốn.", sent + timedelta(days=15))


def _opinion(row: Consultation, signer: Actor, sent: datetime, rng: Random) -> None:
    twin = Candidate.objects.filter(consultation=row, item__isnull=False).select_related("item__unit").first()
    shared = Candidate.objects.filter(consultation=row, component__isnull=False).exists()
    opinion = "join" if twin and rng.random() < 0.7 else "shared" if shared and rng.random() < 0.6 else rng.choice(
        ["agree", "conditions", "refuse", "agree"])
    words = {"join": "Hai đơn vị làm cùng một việc: làm chung để dùng chung chi phí vận hành.",
             "shared": "Bản dùng chung đã đáp ứng nhu cầu nêu trong phiếu.", "agree": "Nhu cầu rõ, không trùng.",
             "conditions": "Đồng ý nếu bảo đảm dữ liệu lấy ra được theo chuẩn mở.",
             "refuse": "Chưa rõ mục tiêu đo được và chi phí vận hành."}
    consulting.decide(signer, row, {
        "opinion": opinion, "reasons": words[opinion],
        "join_unit": twin.item.unit if twin and opinion == "join" else None,
        "conditions": "Cam kết xuất dữ liệu theo chuẩn mở\nBáo cáo kết quả sau sáu tháng",
        "conditions_due": (sent + timedelta(days=120)).date()}, sent + timedelta(days=rng.randint(2, 9)))


def _answer(author: Actor, row: Consultation, at: datetime, rng: Random) -> None:
    for one in row.candidates.all():
        kind = "different" if one.component_id or rng.random() < 0.6 else "join"
        consulting.answer(author, one, {
            "answer": kind, "saving": round(float(row.item.cost) * 0.3, -6) if kind == "join" else None,
            "reason": "Phạm vi và đối tượng phục vụ khác." if kind == "different" else "Cùng dùng một hợp đồng."}, at)
