"""Operations centres: what units say of theirs, what of it is measured, how far the roll-out of a year has come."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages, in_force


class Status(models.TextChoices):
    """How far a centre is, in the order in which it gets there."""

    NONE = "none", _("chưa có")
    PLANNED = "planned", _("kế hoạch")
    BUILDING = "building", _("xây dựng")
    TRIAL = "trial", _("chạy thử")
    RUNNING = "running", _("vận hành")


class CentreModule(NamedInTwoLanguages, models.Model):
    """Something that a centre may work with: the hotline, cameras, reports."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("phân hệ của trung tâm")
        verbose_name_plural = _("phân hệ của trung tâm")

    def __str__(self) -> str:
        return self.name


class Centre(models.Model):
    """A unit's operations centre as the unit declares it. Only `coordination.centres.registry` writes it."""

    class Tenure(models.TextChoices):
        OWN = "own", _("tự có")
        LEASED = "leased", _("thuê dịch vụ")

    unit = models.OneToOneField(Unit, models.PROTECT, related_name="operations_centre", verbose_name=_("đơn vị"))
    decision = models.CharField(_("quyết định thành lập"), max_length=120, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)
    head = models.CharField(_("người phụ trách"), max_length=120, blank=True)
    contact = models.CharField(_("điện thoại, thư điện tử công vụ"), max_length=160, blank=True)
    tenure = models.CharField(_("hình thức"), max_length=6, choices=Tenure.choices, default=Tenure.OWN)
    lessor = models.CharField(_("thuê của"), max_length=160, blank=True)
    monthly_price = models.DecimalField(
        _("giá thuê mỗi tháng (đồng)"), max_digits=16, decimal_places=0, null=True, blank=True,
        validators=[MinValueValidator(0)])
    service_level = models.CharField(_("mức dịch vụ cam kết"), max_length=200, blank=True)
    leased_until = models.DateField(_("thuê đến hết ngày"), null=True, blank=True)
    staff = models.PositiveSmallIntegerField(_("số người"), null=True, blank=True)
    shifts = models.PositiveSmallIntegerField(
        _("số ca mỗi ngày"), null=True, blank=True, validators=[MaxValueValidator(6)])
    modules = models.ManyToManyField(CentreModule, blank=True, related_name="+", verbose_name=_("phân hệ đang dùng"))
    rooms = models.PositiveSmallIntegerField(_("số phòng"), null=True, blank=True)
    cameras = models.PositiveIntegerField(_("số camera"), null=True, blank=True)
    cameras_online = models.PositiveIntegerField(_("camera đang truyền"), null=True, blank=True)
    sensors = models.PositiveIntegerField(_("số cảm biến"), null=True, blank=True)
    sensors_online = models.PositiveIntegerField(_("cảm biến đang truyền"), null=True, blank=True)
    security_level = models.PositiveSmallIntegerField(
        _("cấp độ an toàn thông tin"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)])
    security_decision = models.CharField(_("quyết định phê duyệt cấp độ"), max_length=160, blank=True)
    evidence = models.TextField(_("tài liệu chứng minh (số văn bản)"), max_length=2000, blank=True)
    updated_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["unit__sort_key"]
        verbose_name = _("trung tâm điều hành")
        verbose_name_plural = _("trung tâm điều hành")
        constraints = [
            models.CheckConstraint(
                condition=Q(cameras_online__isnull=True) | Q(cameras_online__lte=F("cameras")),
                name="centre_cameras", violation_error_message=_("Camera đang truyền không thể nhiều hơn số camera.")),
            models.CheckConstraint(
                condition=Q(sensors_online__isnull=True) | Q(sensors_online__lte=F("sensors")),
                name="centre_sensors",
                violation_error_message=_("Cảm biến đang truyền không thể nhiều hơn số cảm biến.")),
            models.CheckConstraint(
                condition=Q(tenure="own") | ~Q(lessor=""), name="centre_lessor",
                violation_error_message=_("Trung tâm thuê dịch vụ cần ghi thuê của ai.")),
        ]

    def __str__(self) -> str:
        return self.unit.name

    @property
    def cameras_share(self) -> float | None:
        return self.cameras_online / self.cameras if self.cameras and self.cameras_online is not None else None

    @property
    def sensors_share(self) -> float | None:
        return self.sensors_online / self.sensors if self.sensors and self.sensors_online is not None else None


class CentreStatus(models.Model):
    """That a centre has this status from a day on: who said so, by which decision. Never changed, only followed."""

    centre = models.ForeignKey(Centre, models.CASCADE, related_name="statuses")
    status = models.CharField(_("trạng thái"), max_length=8, choices=Status.choices)
    since = models.DateField(_("từ ngày"))
    basis = models.CharField(_("căn cứ (số văn bản)"), max_length=200, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["centre", "-since", "-pk"]
        verbose_name = _("trạng thái của trung tâm")
        verbose_name_plural = _("trạng thái của trung tâm")


class CentreSetting(models.Model):
    """The one row of what the registry goes by."""

    lease_warning_days = models.PositiveSmallIntegerField(_("báo trước khi hết hạn thuê (ngày)"), default=90)
    pace_days = models.PositiveSmallIntegerField(
        _("nhịp độ tính theo số ngày gần nhất"), default=90, validators=[MinValueValidator(7)])
    figures_days = models.PositiveSmallIntegerField(
        _("thời gian tiếp nhận 1022 tính trong (ngày)"), default=30, validators=[MinValueValidator(1)])
    owed_months = models.PositiveSmallIntegerField(
        _("số liệu phải gửi tính trong (tháng)"), default=3, validators=[MinValueValidator(1), MaxValueValidator(24)])

    class Meta:
        verbose_name = _("thông số về trung tâm")
        verbose_name_plural = _("thông số về trung tâm")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class Sign(models.TextChoices):
    """What the platform sees of a unit by itself."""

    SIGNED_IN = "signed_in", _("Cán bộ đăng nhập lần cuối")
    DELIVERED = "delivered", _("Gửi số liệu lần cuối")
    OWED = "owed", _("Số liệu phải gửi đã gửi")
    ACCEPTED = "accepted", _("Thời gian tiếp nhận phản ánh 1022")
    WALL = "wall", _("Màn hình tường báo lần cuối")
    CLIENT = "client", _("Hệ thống kết nối gọi lần cuối")


class ConnectionRule(models.Model):
    """What of a sign is good and what is bad. Days for what was seen last, working minutes for accepting, a share (0–1)
    of what was owed."""

    sign = models.CharField(_("dấu hiệu"), max_length=9, choices=Sign.choices, unique=True)
    good = models.DecimalField(_("tốt khi đạt"), max_digits=9, decimal_places=2)
    bad = models.DecimalField(_("kém khi quá"), max_digits=9, decimal_places=2)
    decides = models.BooleanField(_("quyết định trạng thái kết nối"), default=True)
    contradicts = models.BooleanField(_("kém thì mâu thuẫn với khai báo đang chạy"), default=False)

    class Meta:
        ordering = ["pk"]
        verbose_name = _("ngưỡng kết nối")
        verbose_name_plural = _("ngưỡng kết nối")
        constraints = [models.CheckConstraint(
            condition=Q(sign="owed", good__gt=F("bad")) | (~Q(sign="owed") & Q(good__lt=F("bad"))),
            name="connection_rule_in_order", violation_error_message=_("Mức tốt phải tốt hơn mức kém."))]

    def __str__(self) -> str:
        return self.get_sign_display()


class Rollout(NamedInTwoLanguages, models.Model):
    """The plan of a year: every area, and every organisation with a centre, passes the same milestones."""

    year = models.PositiveSmallIntegerField(_("năm"), unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    begins = models.DateField(_("bắt đầu"))
    ends = models.DateField(_("kết thúc"))

    class Meta:
        ordering = ["-year"]
        verbose_name = _("kế hoạch triển khai")
        verbose_name_plural = _("kế hoạch triển khai")
        constraints = [models.CheckConstraint(
            condition=Q(ends__gt=F("begins")), name="rollout_in_order",
            violation_error_message=_("Ngày kết thúc phải sau ngày bắt đầu."))]

    def __str__(self) -> str:
        return self.name


class Milestone(NamedInTwoLanguages, models.Model):
    """One step of a roll-out, with its date for all; a unit may have another (`Step.due`)."""

    rollout = models.ForeignKey(Rollout, models.CASCADE, related_name="milestones", verbose_name=_("kế hoạch"))
    code = models.SlugField(_("mã"), max_length=40)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)
    name_vi = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120, blank=True)
    advice_vi = models.TextField(_("đơn vị cần làm gì"), max_length=600)
    advice_en = models.TextField(_("đơn vị cần làm gì (tiếng Anh)"), max_length=600, blank=True)
    due = models.DateField(_("hạn chung"))
    measured = models.CharField(
        _("hệ thống tự đo"), max_length=9, choices=Sign.choices, blank=True,
        help_text=_("Mốc khai đã xong mà dấu hiệu này kém thì bảng ghi rõ cả hai."))

    class Meta:
        ordering = ["rollout", "position", "code"]
        verbose_name = _("mốc triển khai")
        verbose_name_plural = _("mốc triển khai")
        constraints = [models.UniqueConstraint(fields=["rollout", "code"], name="milestone_code")]

    def __str__(self) -> str:
        return self.name

    @property
    def advice(self) -> str:
        return in_force(self.advice_vi, self.advice_en)


class Step(models.Model):
    """A unit at a milestone, where there is something to say: done, blocked, another date."""

    milestone = models.ForeignKey(Milestone, models.CASCADE, related_name="steps")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    due = models.DateField(_("hạn của đơn vị"), null=True, blank=True)
    done_on = models.DateField(_("xong ngày"), null=True, blank=True)
    blocked = models.CharField(_("vướng mắc"), max_length=300, blank=True)
    evidence = models.CharField(_("căn cứ (số văn bản)"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mốc của đơn vị")
        verbose_name_plural = _("mốc của đơn vị")
        constraints = [models.UniqueConstraint(fields=["milestone", "unit"], name="step_of_unit")]
