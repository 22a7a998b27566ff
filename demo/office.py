"""What goes on between the city and its units in the demo: new directives at the city's rate, units that accept, work
and report, a leader who confirms; explanations and incidents of the past. By the ordinary verbs."""

from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random

from django.utils import timezone

from accounts.actors import Actor
from accounts.models import Membership, User
from accounts.roles import Role
from coordination.directives import actions, clock, subjects
from coordination.directives.actions import Draft
from coordination.directives.subjects import Subject
from coordination.incidents import actions as incidents
from coordination.incidents.actions import Opening
from coordination.machines.directives import Illegal, State
from coordination.models import Directive, Incident, Level, Playbook, Recipient
from demo.directives import PER_DAY, Past
from districts.calendars import calendar_for
from districts.models import Unit
from indicators import board, owed
from indicators.models import Notice

EVERY = timedelta(minutes=2)  # something happens
EXPLAINED = 12
INCIDENTS = 1 / 180  # of the moments at which one could begin
CAUSES = ["Hồ sơ tăng gấp rưỡi trong tháng, thiếu cán bộ một cửa", "Hệ thống gián đoạn hai ngày đầu tháng",
          "Chờ đơn vị khác cung cấp số liệu", "Thay đổi quy trình, cán bộ mới chưa quen"]
REMEDIES = ["Bổ sung cán bộ, làm thêm sáng thứ bảy", "Tách hồ sơ phức tạp cho tổ riêng",
            "Tập huấn lại, kiểm tra hằng tuần"]
PAST = (  # of incidents: days ago, title, playbook, severity, review
    (290, "Mất điện diện rộng khu vực trung tâm", "mat-dien", 3, "Báo người dân chậm 20 phút; cần mẫu tin soạn sẵn."),
    (214, "Ngập nặng do mưa lớn kết hợp triều", "ngap", 3, "Trạm bơm chạy muộn; phải vận hành trước khi có cảnh báo."),
    (160, "Cháy nhà xưởng trong hẻm", "chay-no", 4, "Đường hẻm bị lấn chiếm; giao quận giải tỏa, kiểm tra hằng quý."),
    (96, "Ngập tuyến đường ven kênh", "ngap", 2, "Phân luồng nhanh, không kẹt xe kéo dài; giữ cách làm này."),
    (41, "Triều cường vượt báo động III", "ngap", 3, "Phối hợp tốt giữa các quận ven sông; bổ sung bao cát dự trữ."),
)


class Office:
    """Goes on while the demo runs; `tick` does at most one thing."""

    def __init__(self, rng: Random) -> None:
        self.rng, self.next = rng, timezone.now()

    def tick(self, now: datetime) -> None:
        if now < self.next or not Level.objects.exists():
            return
        self.next = now + EVERY
        step = self.rng.choice([self._send, self._accept, self._accept, self._report, self._confirm, self._incident])
        try:
            step(now)
        except (Illegal, actions.Stale):
            return  # somebody at a page was quicker

    def _send(self, now: datetime) -> None:
        """In office hours, at the city's rate."""
        minutes = 8 * 60 / (EVERY.seconds / 60)
        works = clock.end_of(timezone.localdate(now), calendar_for())
        if not works or self.rng.random() > 5 * PER_DAY * 7 / 5 / minutes:
            return
        past = Past(self.rng.randrange(10**6), now)
        task = self.rng.choice(past.texts["task"])
        sender = _one(Role.CITY_LEADER)
        ahead = timezone.localdate(now) + timedelta(days=self.rng.choice((3, 7, 14)))
        due_on = clock.working_day_from(ahead, past.calendar)
        level = past.levels[self.rng.choices(["thuong", "khan"], [85, 15])[0]]
        actions.send(actor=Actor.person(sender), draft=Draft(
            kind=Directive.Kind.DIRECTIVE, level=level, title=task["title"], result=task["result"], due_on=due_on,
            lead=past.units_for(task)[:12]))

    def _accept(self, now: datetime) -> None:
        row = self._any(State.SENT)
        if row and row.directive.kind == Directive.Kind.DIRECTIVE:
            self._move(row, "accept", in_charge="Tổ công tác", plan="Kiểm tra hiện trường, xử lý trong tuần",
                       own_date=timezone.localdate(row.due_at))

    def _report(self, now: datetime) -> None:
        soon = Recipient.objects.filter(due_at__lte=now + timedelta(days=2))
        row = self._any(State.ACCEPTED, soon) or self._any(State.IN_PROGRESS, soon)
        if row and row.directive.kind == Directive.Kind.DIRECTIVE:
            self._move(row, "report", text="Đã xử lý dứt điểm", evidence="Biên bản và ảnh trước, sau")

    def _confirm(self, now: datetime) -> None:
        row = self._any(State.REPORTED)
        if row and row.directive.kind == Directive.Kind.DIRECTIVE:
            actions.move(actor=Actor.person(_one(Role.CITY_LEADER)), recipient_id=row.pk, verb="confirm", given={})

    def _incident(self, now: datetime) -> None:
        """About one every second day: opened, its steps ticked, closed with a review. Those of people are theirs."""
        runner = _one(Role.SUPERVISOR)
        if runner is None:
            return
        actor, one = Actor.person(runner), Incident.objects.filter(closed_at=None, source__demo=True).first()
        _days, title, code, _severity, review = self.rng.choice(PAST)
        if one is None:
            if self.rng.random() < INCIDENTS:
                area = self.rng.choice(list(Unit.objects.in_force().areas()))
                book = Playbook.objects.filter(code=code, is_current=True).first()
                incidents.open_incident(actor, Opening(
                    title, 2, area, area=area, place=area.name_vi, playbook=book, source={"demo": True}))
        elif step := one.steps.filter(done_at=None, directive=None).first():
            incidents.tick(actor, step.pk)
        elif now - one.opened_at > timedelta(hours=2):
            incidents.close(actor, one.pk, review)

    def _any(self, state: str, among=None) -> Recipient | None:
        rows = (Recipient.objects.all() if among is None else among).filter(state=state)
        ids = list(rows.order_by("due_at").values_list("pk", flat=True)[:40])
        known = Recipient.objects.select_related("directive", "unit")
        return known.get(pk=self.rng.choice(ids)) if ids else None

    def _move(self, row: Recipient, verb: str, **given) -> None:
        leader = _one(Role.UNIT_LEADER, row.unit_id)
        if leader:
            actions.move(actor=Actor.person(leader), recipient_id=row.pk, verb=verb, given=given)


def _one(role: str, unit_id: int | None = None) -> User | None:
    rows = Membership.objects.valid().filter(role=role, user__is_active=True).select_related("user")
    row = (rows.filter(unit=unit_id) if unit_id else rows).order_by("pk").first()
    return row.user if row else None


def seed(seed_number: int, now: datetime, progress: Callable[[int], None]) -> int:
    """Explanations of red figures and incidents of the past, once; returns how many."""
    sender = _one(Role.CITY_LEADER)
    if sender is None or Incident.objects.exists() or not Level.objects.exists():
        return Incident.objects.count()
    rng, leader = Random(seed_number), Actor.person(sender)
    made = _explanations(rng, leader, now, progress)
    for days, title, code, severity, review in PAST:
        at = now - timedelta(days=days, hours=rng.randint(1, 9))
        area = rng.choice(list(Unit.objects.in_force().areas()))
        book = Playbook.objects.filter(code=code, is_current=True).first()
        one = incidents.open_incident(Actor.person(_one(Role.SUPERVISOR) or sender), Opening(
            title, severity, area, area=area, place=area.name_vi, playbook=book), at)
        for step in one.steps.all():
            incidents.tick(leader, step.pk, at + timedelta(minutes=rng.randint(5, 150)))
        incidents.close(leader, one.pk, review, at + timedelta(hours=rng.randint(3, 10)))
        made += 1
    Notice.objects.filter(code__in=("directive", "duty")).update(read_at=now)
    return made


def _explanations(rng: Random, leader: Actor, now: datetime, progress: Callable[[int], None]) -> int:
    """Of units whose figures miss their targets, some explain, one is still asked."""
    made = 0
    for unit in rng.sample(list(Unit.objects.in_force().areas()), 8):
        for row in board.of_unit(board.catalogue(), unit.pk):
            if made == EXPLAINED or not row.is_red or row.period is None:
                continue
            what = f"{row.indicator.code}:{unit.slug}:{owed.key(row.period)}"
            subject = subjects.kinds["chi-so"](leader, what)
            if subject is not None:
                _explained(rng, leader, unit, subject, now - timedelta(days=rng.randint(2, 9)), answered=made % 4 != 3)
                made += 1
                progress(made)
            break
    return made


def _explained(rng: Random, leader: Actor, unit: Unit, subject: Subject, at: datetime, *, answered: bool) -> None:
    due_on = clock.working_day_from(timezone.localdate(at) + timedelta(days=14), calendar_for())
    draft = Draft(kind=Directive.Kind.EXPLANATION, level=Level.objects.order_by("rank")[0], lead=[unit], due_on=due_on,
                  title=f"Giải trình: {subject.words}"[:200], about=subject.kept(),
                  result="Nêu rõ nguyên nhân, cách khắc phục và ngày khắc phục xong")
    made = actions.send(actor=leader, draft=draft, at=at)
    person = _one(Role.UNIT_LEADER, unit.pk)
    if answered and person is not None:
        given = {"cause": rng.choice(CAUSES), "remedy": rng.choice(REMEDIES),
                 "remedy_date": timezone.localdate(at) + timedelta(days=45)}
        actions.move(actor=Actor.person(person), recipient_id=made.recipients.get().pk, verb="explain", given=given,
                     at=at + timedelta(days=1))


