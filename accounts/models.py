"""Who: people and the roles they hold in units.

A person may hold several memberships over time, one of them active; it decides what the person sees and may do.
A wall screen is a device with a token (`live.Device`), never a person.
"""

from datetime import date

from django.contrib.auth.models import AbstractUser, UserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from hcmc_ioc.lib import sql


class Language(models.TextChoices):
    VIETNAMESE = "vi", "Tiếng Việt"
    ENGLISH = "en", "English"


class User(AbstractUser):
    """A person who signs in. Vietnamese names are one field: they do not split into first and last."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    full_name = models.CharField(_("Họ và tên"), max_length=120)
    language = models.CharField(
        _("Ngôn ngữ"), max_length=2, choices=Language.choices, default=Language.VIETNAMESE
    )

    objects = UserManager()  # type: ignore[misc]
    REQUIRED_FIELDS = ["email", "full_name"]

    class Meta:
        verbose_name = _("người dùng")
        verbose_name_plural = _("người dùng")

    def __str__(self):
        return self.full_name or self.username

    def get_full_name(self):
        return self.full_name

    def get_short_name(self):
        return self.full_name.split()[-1] if self.full_name else self.username

    @property
    def membership(self) -> "Membership | None":
        """The membership the person acts under now, with its unit; read once per instance."""
        if not hasattr(self, "_membership"):
            self._membership = Membership.acted_under(self.pk, timezone.localdate())
        return self._membership

    @property
    def role(self) -> str:
        """The active role's value, or "" for a person without one (who then sees nothing)."""
        return self.membership.role if self.membership else ""

    @property
    def is_administrator(self) -> bool:
        """Looks after what the others work with: by their role, or let into the admin."""
        return self.is_staff or self.role == Role.ADMINISTRATOR


class MembershipQuerySet(models.QuerySet):
    def valid(self, on=None):
        """Memberships in force on the local date `on` (today), with their units."""
        day = on or timezone.localdate()
        return self.filter(Q(valid_to__isnull=True) | Q(valid_to__gte=day), valid_from__lte=day).select_related(
            "unit"
        )


class Membership(models.Model):
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships", verbose_name=_("Người dùng"))
    unit = models.ForeignKey("districts.Unit", on_delete=models.PROTECT, verbose_name=_("Đơn vị"))
    role = models.CharField(_("Vai trò"), max_length=20, choices=Role.choices)
    valid_from = models.DateField(_("Từ ngày"), default=timezone.localdate)
    valid_to = models.DateField(_("Đến ngày"), null=True, blank=True)
    is_active = models.BooleanField(_("Đang dùng"), default=True)

    objects = MembershipQuerySet.as_manager()

    @classmethod
    def acted_under(cls, user_id: int, on: date) -> "Membership | None":
        """The one that this person has chosen, in force on the local date `on`, with person and unit. Written out,
        since every request asks for it."""
        own = cls._meta.db_table
        found = sql.read(cls, f"WHERE user_id = %s AND {own}.is_active AND {own}.valid_from <= %s "
                              f"AND ({own}.valid_to IS NULL OR {own}.valid_to >= %s)", [user_id, on, on],
                         beside=("user", "unit"))
        return found[0] if found else None

    class Meta:
        verbose_name = _("vai trò của người dùng")
        verbose_name_plural = _("vai trò của người dùng")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_active=True), name="one_active_membership_per_user"
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=models.F("valid_from")),
                name="membership_ends_after_start",
                violation_error_message=_("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.get_role_display()} · {self.unit}"


class SentRequest(models.Model):
    """One sending of a request by one actor (`accounts.keys`): what it did, so that sending it again does nothing."""

    actor = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    result = models.JSONField(default=dict)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["actor", "key"], name="one_sending_per_key")]
        indexes = [models.Index(fields=["at"], name="sent_request_at")]


class Attempt(models.Model):
    """One attempt to sign in (`accounts.attempts`, the only writer): by which name, from where, and how it ended."""

    class Outcome(models.TextChoices):
        SIGNED_IN = "in", _("Đã đăng nhập")
        WRONG = "wrong", _("Không đúng")
        PAUSED = "paused", _("Bị chặn do tạm dừng")
        BEGUN = "begun", _("Chưa xong")  # until it is known how it ends; counts as wrong, so that none slips by beside

    class Limit(models.TextChoices):
        PAIR = "pair", _("Tên đăng nhập tại một địa chỉ")
        ACCOUNT = "account", _("Tên đăng nhập tại mọi địa chỉ lạ")
        ADDRESS = "address", _("Nhiều tên đăng nhập từ một địa chỉ")

    at = models.DateTimeField(default=timezone.now)
    account = models.CharField(max_length=150)  # as it was tried, where there is one; else what `attempts.named` leaves
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    address = models.GenericIPAddressField()
    line = models.GenericIPAddressField()  # what limits count by: see `hcmc_ioc.lib.origins`
    device = models.CharField(max_length=32, blank=True)  # somebody signed in with it before
    outcome = models.CharField(max_length=6, choices=Outcome.choices, default=Outcome.BEGUN)
    limit = models.CharField(max_length=7, choices=Limit.choices, blank=True)
    times = models.PositiveIntegerField(default=1)  # refused again and again while paused: one row
    forgiven_at = models.DateTimeField(null=True)  # counts no more: signed in well since, or the pause was lifted
    lifted_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        verbose_name = _("lần đăng nhập")
        verbose_name_plural = _("nhật ký đăng nhập")
        indexes = [
            models.Index(fields=["at"], name="attempt_at"),
            models.Index(fields=["account", "at"], name="attempt_of_account"),
            models.Index(fields=["line", "at"], name="attempt_from_line"),
        ]

    def __str__(self):
        return self.account


class Client(models.Model):
    """Another system that reads and writes here, within a unit and everything below it and within its scopes. Secrets
    are kept as digests alone; `accounts.clients` is the only writer."""

    name = models.CharField(_("Tên hệ thống"), max_length=120)
    unit = models.ForeignKey("districts.Unit", on_delete=models.PROTECT, related_name="+", verbose_name=_("Đơn vị"))
    client_id = models.CharField(max_length=40, unique=True)
    secret_digest = models.CharField(max_length=64)
    scopes = models.TextField(_("Quyền"))  # parted by blanks
    contact = models.CharField(_("Người liên hệ"), max_length=200, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(_("Hết hạn"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ("name", "pk")
        verbose_name = _("Hệ thống kết nối")
        verbose_name_plural = _("Hệ thống kết nối")

    def __str__(self):
        return self.name


class ClientToken(models.Model):
    """An access token of a client, as a digest; read at every request, so that its end is immediate."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.TextField()
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
