"""Who gets an e-mail of what (rules as rows, what a person muted), and every mail with what became of it."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from indicators.models import Notice
from notifications import kinds


class MailRule(models.Model):
    """Whether notices of a code go to people of a role by e-mail too; the row of a role wins over the one of all. What
    no row names is told by the bell alone."""

    code = models.CharField(_("loại thông báo"), max_length=16)
    role = models.CharField(_("vai trò"), max_length=20, choices=Role.choices, blank=True,
                            help_text=_("Để trống: mọi vai trò không có dòng riêng."))
    by_mail = models.BooleanField(_("gửi thư"), default=True)
    minutes = models.PositiveIntegerField(_("sau bao nhiêu phút chưa đọc"), default=0)
    in_hours = models.BooleanField(_("chỉ trong giờ làm việc"), default=True)

    class Meta:
        ordering = ("code", "role")
        verbose_name = _("quy tắc gửi thư")
        verbose_name_plural = _("quy tắc gửi thư")
        constraints = [models.UniqueConstraint(fields=["code", "role"], name="one_mail_rule_per_code_and_role")]

    def __str__(self):
        return f"{kinds.name(self.code)} · {self.get_role_display() or gettext('mọi vai trò')}"

    def clean(self) -> None:
        if self.code not in kinds.KINDS:
            raise ValidationError({"code": gettext("Không có loại thông báo này.")})


class Mute(models.Model):
    """A person wants no e-mail of this code; the bell tells all the same."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    code = models.CharField(max_length=16)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "code"], name="one_mute_per_code"),
            models.CheckConstraint(condition=~Q(code__in=sorted(kinds.ALWAYS)), name="not_everything_is_muted"),
        ]


class Mail(models.Model):
    """One e-mail about one notice as it stood at `notice_at`: made by `notifications.queueing`, brought on its way by
    `notifications.sending`."""

    class State(models.TextChoices):
        QUEUED = "queued", _("chờ gửi")
        SENDING = "sending", _("đang gửi")
        SENT = "sent", _("đã gửi")
        FAILED = "failed", _("sẽ gửi lại")
        DEAD = "dead", _("không gửi được")
        SKIPPED = "skipped", _("không cần gửi")
        UNSURE = "unsure", _("không rõ đã gửi chưa")

    notice = models.ForeignKey(Notice, models.SET_NULL, null=True, related_name="+")
    notice_at = models.DateTimeField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    code = models.CharField(max_length=16)
    address = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    in_hours = models.BooleanField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.QUEUED)
    tries = models.PositiveIntegerField(default=0)  # all of them
    refusals = models.PositiveIntegerField(default=0)  # those that count towards giving up
    made_at = models.DateTimeField(default=timezone.now)
    next_at = models.DateTimeField()
    begun_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        verbose_name = _("thư báo")
        verbose_name_plural = _("nhật ký gửi thư")
        constraints = [models.UniqueConstraint(fields=["notice", "notice_at"], name="nobody_is_mailed_twice")]
        indexes = [
            models.Index(fields=["next_at", "id"], condition=Q(state__in=["queued", "failed"]), name="mail_due"),
            models.Index(fields=["begun_at"], condition=Q(state="sending"), name="mail_under_way"),
            models.Index(fields=["made_at"], name="mail_made"),
        ]

    @property
    def kind(self):
        return kinds.name(self.code)

    @property
    def may_replay(self) -> bool:
        return self.state in REPLAYED

    @property
    def is_waiting(self) -> bool:
        return self.state in WAITING


WAITING = (Mail.State.QUEUED, Mail.State.FAILED)
REPLAYED = (Mail.State.DEAD, Mail.State.UNSURE)


class Replay(models.Model):
    """Somebody had a mail sent once more, and how it stood before."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="replays")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    state = models.CharField(max_length=8, choices=Mail.State.choices)
    error = models.CharField(max_length=300, blank=True)
