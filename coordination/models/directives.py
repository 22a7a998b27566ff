"""Directives (chỉ đạo), requests (kiến nghị) and explanations (giải trình): what was asked, and one life per recipient.
Only `coordination.directives.actions` writes them."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Kind as ActorKind
from coordination.machines.directives import OPEN, WITH_UNIT, State
from districts.models import Unit
from feedback.models import Ticket
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.models import Indicator, IndicatorVersion


def person(label, **more) -> models.ForeignKey:
    """Who did something: kept as long as what they did."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more)


class Level(NamedInTwoLanguages, models.Model):
    """How pressing: the term of acceptance, and what happens while nobody accepts."""

    class Amounts(models.TextChoices):
        MINUTES = "minutes", _("phút")
        WORKING_HOURS = "working_hours", _("giờ làm việc")
        WORKING_DAYS = "working_days", _("ngày làm việc")

    code = models.SlugField(_("mã"), max_length=20, unique=True)
    name_vi = models.CharField(_("tên"), max_length=60)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=60, blank=True)
    rank = models.PositiveSmallIntegerField(_("thứ tự"), unique=True)
    amount = models.PositiveSmallIntegerField(_("tiếp nhận trong"), validators=[MinValueValidator(1)])
    amount_unit = models.CharField(_("đơn vị thời gian"), max_length=16, choices=Amounts.choices)
    any_hour = models.BooleanField(_("cả ngoài giờ làm việc"), default=False)
    rounds = models.PositiveSmallIntegerField(
        _("số vòng báo tối đa"), default=1, validators=[MinValueValidator(1), MaxValueValidator(9)])

    class Meta:
        ordering = ["rank"]
        verbose_name = _("mức khẩn của chỉ đạo")
        verbose_name_plural = _("mức khẩn của chỉ đạo")

    def __str__(self) -> str:
        return self.name

    @property
    def term_in_words(self) -> str:
        return f"{self.amount} {self.get_amount_unit_display()}"


class EscalationStep(models.Model):
    """Who is told when so much of the term of acceptance has passed and nobody accepted."""

    class Whom(models.TextChoices):
        UNIT = "unit", _("mọi người của đơn vị nhận")
        UNIT_LEADER = "unit_leader", _("lãnh đạo đơn vị nhận")
        OFFICE = "office", _("chuyên viên theo dõi của Thành phố")
        SENDER = "sender", _("người giao")

    level = models.ForeignKey(Level, models.CASCADE, related_name="steps", verbose_name=_("mức"))
    after = models.PositiveSmallIntegerField(
        _("khi đã qua (% hạn tiếp nhận)"), validators=[MinValueValidator(1), MaxValueValidator(1000)])
    whom = models.CharField(_("báo cho"), max_length=12, choices=Whom.choices)

    class Meta:
        ordering = ["level", "after"]
        verbose_name = _("bậc báo khi chưa tiếp nhận")
        verbose_name_plural = _("bậc báo khi chưa tiếp nhận")
        constraints = [models.UniqueConstraint(fields=["level", "after", "whom"], name="one_step_each")]


class Directive(models.Model):
    """What a sender asks of units. Its words are those of its latest version; what it is about stays as it was."""

    class Kind(models.TextChoices):
        DIRECTIVE = "directive", _("Chỉ đạo")
        EXPLANATION = "explanation", _("Yêu cầu giải trình")
        REQUEST = "request", _("Kiến nghị, đề nghị")

    class About(models.TextChoices):
        NOTHING = "", _("không gắn với việc nào")
        TICKET = "ticket", _("một phản ánh")
        TICKETS = "tickets", _("một danh sách phản ánh")
        FIGURE = "figure", _("một số liệu")
        SIGNAL = "signal", _("một cảnh báo")
        UNIT = "unit", _("một đơn vị")
        REPORT = "report", _("một báo cáo")
        OPINION = "opinion", _("một ý kiến về đầu tư")
        INCIDENT = "incident", _("một sự cố")

    kind = models.CharField(_("loại"), max_length=12, choices=Kind.choices, default=Kind.DIRECTIVE)
    level = models.ForeignKey(Level, models.PROTECT, related_name="+", verbose_name=_("mức"))
    sender = person(_("người giao"), null=True)  # None: the unit's own system
    sender_unit = models.ForeignKey(Unit, models.PROTECT, related_name="sent_directives", verbose_name=_("bên giao"))
    title = models.CharField(_("nhiệm vụ"), max_length=200)
    body = models.TextField(_("nội dung cụ thể"), max_length=5000, blank=True)
    result = models.CharField(_("kết quả phải đạt"), max_length=500)
    due_at = models.DateTimeField(_("thời hạn"))
    version = models.PositiveIntegerField(default=1)
    about_kind = models.CharField(max_length=8, choices=About.choices, blank=True, default="")
    about = models.JSONField(default=dict)  # as it was: `words`, `url`, and what its kind keeps
    ticket = models.ForeignKey(Ticket, models.PROTECT, null=True, related_name="directives")
    indicator = models.ForeignKey(Indicator, models.PROTECT, null=True, related_name="directives")
    figure_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    figure_start = models.DateTimeField(null=True)  # of its period
    definition = models.ForeignKey(IndicatorVersion, models.PROTECT, null=True, related_name="+")
    revision = models.PositiveIntegerField(null=True)  # of the value it is about
    sent_at = models.DateTimeField(_("giao lúc"))
    recalled_at = models.DateTimeField(null=True)
    recall_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("chỉ đạo")
        verbose_name_plural = _("chỉ đạo")
        indexes = [
            models.Index(fields=["indicator", "-sent_at"], name="directive_about_figure",
                         condition=Q(indicator__isnull=False)),
            models.Index(fields=["-sent_at"], name="directive_sent"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(about_kind="figure") | Q(about__has_key="value"),
                                   name="a_figure_is_kept_as_it_was"),
        ]

    def __str__(self) -> str:
        return f"{self.code}: {self.title}"

    @property
    def code(self) -> str:
        return {"directive": "CĐ", "explanation": "GT", "request": "KN"}[self.kind] + f"-{self.pk}"


class DirectiveVersion(models.Model):
    """The words as they were sent, and each amendment of them: never changed."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField(blank=True)
    result = models.CharField(max_length=500)
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    user = person(_("ai"), null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["directive", "number"], name="one_version_each")]


class Recipient(models.Model):
    """One unit that received it, with a life of its own."""

    class Part(models.TextChoices):
        LEAD = "lead", _("chủ trì")
        COORDINATING = "coordinating", _("phối hợp")

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="recipients")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="received_directives", verbose_name=_("đơn vị nhận"))
    part = models.CharField(_("vai trò"), max_length=12, choices=Part.choices, default=Part.LEAD)
    state = models.CharField(_("trạng thái"), max_length=12, choices=State.choices, default=State.SENT)
    version = models.PositiveIntegerField(default=1)  # raised by every move: two at once are told
    accept_by = models.DateTimeField()
    due_at = models.DateTimeField(_("thời hạn"))
    asked_at = models.DateTimeField()  # since when acceptance is waited for
    seen_at = models.DateTimeField(null=True)
    seen_by = person(_("người xem đầu tiên"), null=True)
    accepted_at = models.DateTimeField(null=True)
    in_charge = models.CharField(_("người phụ trách"), max_length=120, blank=True)
    plan = models.TextField(_("cách làm"), max_length=2000, blank=True)
    own_date = models.DateField(_("đơn vị hẹn xong"), null=True)
    reported_at = models.DateTimeField(null=True)  # since when the sender has it: a result, or a refusal
    ended_at = models.DateTimeField(null=True)
    late_since = models.DateTimeField(null=True)  # the term that passed without a result: stays, whatever comes after
    returns = models.PositiveSmallIntegerField(default=0)  # how often the sender wanted it done again
    step_at = models.DateTimeField(null=True)  # when the next step of escalation is due
    ask_at = models.DateTimeField(null=True)  # when it is asked whether the work goes on

    class Meta:
        verbose_name = _("đơn vị nhận chỉ đạo")
        verbose_name_plural = _("đơn vị nhận chỉ đạo")
        constraints = [
            models.UniqueConstraint(fields=["directive", "unit"], name="one_life_per_recipient"),
            models.CheckConstraint(condition=Q(state__in=OPEN) | Q(ended_at__isnull=False),
                                   name="an_end_has_its_time"),
        ]
        indexes = [
            models.Index(fields=["unit", "due_at"], name="recipient_open", condition=Q(ended_at=None)),
            models.Index(fields=["due_at"], name="recipient_by_term", condition=Q(ended_at=None)),
            models.Index(fields=["step_at"], name="recipient_steps", condition=Q(step_at__isnull=False)),
            models.Index(fields=["ask_at"], name="recipient_asked", condition=Q(ask_at__isnull=False)),
            models.Index(fields=["due_at"], name="recipient_falls_due",
                         condition=Q(late_since=None, reported_at=None, ended_at=None)),
        ]

    def is_late(self, now) -> bool:
        """Its term passed before its result came, or has passed now."""
        return self.late_since is not None or (self.state in OPEN and (self.reported_at or now) > self.due_at)

    def accepts_late(self, now) -> bool:
        return self.state == State.SENT and now > self.accept_by

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def is_with_unit(self) -> bool:
        return self.state in WITH_UNIT


class Extension(models.Model):
    """More time asked for, with cause and proposal; the sender decides."""

    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="extensions")
    until = models.DateTimeField(_("xin đến"))
    cause = models.CharField(_("nguyên nhân"), max_length=1000)
    proposal = models.CharField(_("đề xuất"), max_length=1000)
    asked_by = person(_("người xin"), null=True)
    asked_at = models.DateTimeField()
    agreed = models.BooleanField(null=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)
    decided_by = person(_("người quyết định"), null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient"], condition=Q(agreed=None), name="one_extension_asked"),
            models.CheckConstraint(condition=Q(agreed=None) | Q(decided_at__isnull=False), name="decided_has_time"),
        ]


class DirectiveEvent(models.Model):
    """What happened to a directive, or to one recipient of it: append-only."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="events")
    recipient = models.ForeignKey(Recipient, models.CASCADE, null=True, related_name="events")
    verb = models.CharField(max_length=12)
    from_state = models.CharField(max_length=12, blank=True)
    to_state = models.CharField(max_length=12, blank=True)
    texts = models.JSONField(default=dict)  # what was said, by field
    actor_kind = models.CharField(max_length=10, choices=ActorKind.choices)
    actor_ref = models.CharField(max_length=40, blank=True)
    user = person(_("ai"), null=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["directive", "at"], name="directive_history")]


class Escalation(models.Model):
    """That a step was taken: once per recipient, asking, step and round."""

    recipient = models.ForeignKey(Recipient, models.CASCADE, related_name="escalations")
    asked_at = models.DateTimeField()
    step = models.ForeignKey(EscalationStep, models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    reached = models.PositiveSmallIntegerField()  # how many people; 0 is an alarm of its own
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recipient", "asked_at", "step", "round"], name="one_telling_per_step")]


class DirectiveTicket(models.Model):
    """A report of citizens on the list that a directive is about, as it was when it was sent."""

    directive = models.ForeignKey(Directive, models.CASCADE, related_name="listed")
    ticket = models.ForeignKey(Ticket, models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["directive", "ticket"], name="listed_once")]
