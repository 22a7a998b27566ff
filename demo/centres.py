"""Operations centres of the demo: a roll-out late in its year, most units in step, a few behind, some whose claims do
not fit what is seen."""

import tomllib
from datetime import date, datetime, timedelta
from random import Random

from django.db import transaction

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import UNIT, Role
from coordination.centres import connection, maturity, registry
from coordination.models import Centre, CentreModule, CentreStatus, Criterion, Milestone, Rollout, Status, Step
from demo import cast, people
from demo.texts import DATA
from districts.models import Unit

WITH_CENTRE = 4  # organisations
LAGGING, ABSENT = 0.25, 0.14  # units behind the plan; units whose people hardly sign in
BLOCKED = (
    "Chưa bố trí được kinh phí thuê đường truyền.", "Chờ phê duyệt hồ sơ cấp độ an toàn thông tin.",
    "Thiếu người trực ngoài giờ hành chính.", "Phòng trực đang sửa chữa, dự kiến xong trong quý sau.",
)
LESSORS = ("Doanh nghiệp viễn thông A (giả định)", "Doanh nghiệp viễn thông B (giả định)")
ORDER = (Status.PLANNED, Status.BUILDING, Status.TRIAL, Status.RUNNING)
REACHED = (1, 4, 6, 8)  # milestones done for each of these


@transaction.atomic
def seed(seed: int, now: datetime) -> int:
    """Make them once; returns how many centres there are."""
    if Rollout.objects.exists():
        return Centre.objects.count()
    rng, today = Random(f"{seed} centres"), now.date()
    units = list(Unit.objects.in_force().areas().order_by("code"))
    units += list(Unit.objects.in_force().organisations().order_by("code")[:WITH_CENTRE])
    plan, crew = _plan(today), cast.Crew()
    milestones = list(plan.milestones.all())
    modules = list(CentreModule.objects.all())
    for unit in units:
        pace = rng.uniform(0.35, 0.65) if rng.random() < LAGGING else rng.uniform(0.9, 1.1)
        done = _steps(unit, plan, milestones, pace, today, rng)
        _centre(unit, done, modules, crew, plan, now, rng)
    _sign_ins(units, now, rng)
    _assessments(units, crew, now, rng)
    return Centre.objects.count()


def _plan(today: date) -> Rollout:
    begins, ends = date(today.year, 1, 1), date(today.year, 12, 31)
    plan = Rollout.objects.create(
        year=today.year, begins=begins, ends=ends, name_vi=f"Triển khai trung tâm điều hành năm {today.year}",
        name_en=f"Roll-out of operations centres in {today.year}")
    rows = tomllib.loads((DATA / "rollout.toml").read_text(encoding="utf-8"))["milestone"]
    for place, row in enumerate(rows, 1):
        due = begins + timedelta(days=round(row.pop("due") * 365))
        Milestone.objects.create(rollout=plan, position=place, due=due, **row)
    return plan


def _steps(unit: Unit, plan: Rollout, milestones: list[Milestone], pace: float, today: date, rng: Random) -> list[date]:
    """The days on which the unit passed its milestones; what comes next may be blocked."""
    done: list[date] = []
    for one in milestones:
        planned = (one.due - plan.begins).days
        day = plan.begins + timedelta(days=max(5, round(planned / pace + rng.gauss(-6, 10))))
        if day >= today or (done and day < done[-1]):
            if one.due < today and rng.random() < 0.7:
                Step.objects.create(milestone=one, unit=unit, blocked=rng.choice(BLOCKED))
            break
        done.append(day)
        number = f"{rng.randint(20, 900)}/QĐ-UBND" if one.code in ("decision", "security") else ""
        Step.objects.create(milestone=one, unit=unit, done_on=day, evidence=number)
    return done


def _centre(unit: Unit, done: list[date], modules: list, crew: cast.Crew, plan: Rollout, now: datetime,
            rng: Random) -> None:
    reached = [(status, done[count - 1]) for status, count in zip(ORDER, REACHED, strict=True) if len(done) >= count]
    if not reached:
        return
    leased, cameras = rng.random() < 0.55, rng.randint(40, 1200) if unit.is_area else None
    online = round(cameras * rng.uniform(0.72, 0.99)) if cameras else None
    made = Centre.objects.create(
        unit=unit, decision=f"{rng.randint(100, 4000)}/QĐ-UBND", decided_on=done[0], head=people.name(rng),
        contact=f"ioc.{unit.slug}@example.com", tenure="leased" if leased else "own",
        lessor=rng.choice(LESSORS) if leased else "",
        monthly_price=rng.randrange(38, 96) * 1_000_000 if leased else None,
        service_level="Sẵn sàng 99,5%, khắc phục sự cố trong 4 giờ" if leased else "",
        leased_until=now.date() + timedelta(days=rng.randint(-20, 700)) if leased else None,
        staff=rng.randint(4, 14), shifts=rng.choice([1, 2, 3]), rooms=rng.randint(1, 3), cameras=cameras,
        cameras_online=online, sensors=rng.randint(0, 60), sensors_online=0,
        security_level=3 if len(done) > 5 else None,
        security_decision=f"{rng.randint(10, 400)}/QĐ-STTTT" if len(done) > 5 else "", updated_at=now)
    made.sensors_online = round((made.sensors or 0) * rng.uniform(0.6, 1))
    made.save()
    made.modules.set(rng.sample(modules, min(len(modules), 2 + len(done))))
    leader = crew.leader_of(unit.pk, rng)
    for status, day in reached:
        at = datetime.combine(day, now.timetz()).replace(tzinfo=now.tzinfo)
        if leader.user is not None:
            registry.set_status(leader, unit, status, day, f"{rng.randint(10, 900)}/BC-UBND", at)
        else:
            CentreStatus.objects.create(centre=made, status=status, since=day, at=at)


def _sign_ins(units: list[Unit], now: datetime, rng: Random) -> None:
    """When the people of each unit were here last."""
    signed_in = []
    for unit in units:
        away = rng.randint(33, 80) if rng.random() < ABSENT else rng.randint(0, 4)
        for user in User.objects.filter(pk__in=Membership.objects.filter(
                unit=unit, role__in=UNIT).values("user"), last_login=None).order_by("pk"):
            user.last_login = now - timedelta(days=away + rng.randint(0, 9), hours=rng.randint(1, 20))
            signed_in.append(user)
    User.objects.bulk_update(signed_in, ["last_login"], batch_size=500)


def _assessments(units: list[Unit], crew: cast.Crew, now: datetime, rng: Random) -> None:
    """Half a year ago and lately each unit looked at itself, kindly; at most of them the department looked too."""
    chosen = maturity.scale(now.date())
    analyst = User.objects.filter(pk__in=Membership.objects.valid().filter(role=Role.ANALYST).values("user")).first()
    if chosen is None or analyst is None:
        return
    criteria, seen = list(chosen.criteria.all()), connection.measure([unit.pk for unit in units], now)
    for unit in units:
        leader = crew.leader_of(unit.pk, rng)
        if leader.user is None or leader.role != Role.UNIT_LEADER:
            continue
        reached = rng.choices([1, 2, 3, 4], [4, 9, 7, 2])[0]
        for days, less in ((190, 1), (rng.randint(6, 50), 0)):
            said = _said(criteria, reached - less, 0.01, rng)
            maturity.save(leader, unit, "self", said, seen[unit.pk], submit=True, now=now - timedelta(days=days))
        if rng.random() < 0.6:
            said = _said(criteria, reached, 0.08, rng)
            maturity.save(Actor.person(analyst, "demo"), unit, "other", said, seen[unit.pk], submit=True,
                          now=now - timedelta(days=rng.randint(1, 5)))
        maturity.aim(Actor.person(analyst, "demo"), unit, min(5, reached + 1), date(now.year + 1, 6, 30))


def _said(criteria: list[Criterion], reached: int, doubt: float, rng: Random) -> dict[int, tuple[bool, str]]:
    found = {}
    for one in criteria:
        is_met = one.level <= reached and rng.random() > doubt
        found[one.pk] = is_met, f"{rng.randint(10, 900)}/BC-UBND" if is_met else ""
    return found
