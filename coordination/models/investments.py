"""The register of IT items: what they are, what they cost, who pays, how they fare. The first baseline stays for
ever."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages


def money(label, **more) -> models.DecimalField:
    return models.DecimalField(label, max_digits=18, decimal_places=0, validators=[MinValueValidator(0)], **more)


class Component(NamedInTwoLanguages, models.Model):
    """Something that IT is made of, who pays for it, and whether a shared one exists already."""

    class Group(models.TextChoices):
        PLATFORM = "platform", _("nền tảng dùng chung")
        DATA = "data", _("dữ liệu")
        DEVICES = "devices", _("thiết bị")
        CONNECTIVITY = "net", _("kết nối mạng")
        ROOM = "room", _("phòng điều hành")
        SOFTWARE = "software", _("phần mềm")

    class Payer(models.TextChoices):
        CITY = "city", _("Thành phố trả")
        UNIT = "unit", _("đơn vị trả")

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên"), max_length=160)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=160, blank=True)
    group = models.CharField(_("nhóm"), max_length=8, choices=Group.choices)
    payer = models.CharField(_("ai trả tiền"), max_length=4, choices=Payer.choices)
    shared = models.CharField(
        _("bản dùng chung đã có"), max_length=200, blank=True,
        help_text=_("Tên và nơi quản lý; để trống nếu chưa có bản dùng chung."))
    near = models.ManyToManyField(
        "self", blank=True, verbose_name=_("thành phần gần nghĩa"),
        help_text=_("Ngoài các thành phần cùng nhóm, vốn đã gần nhau."))
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["group", "position", "code"]
        verbose_name = _("thành phần công nghệ thông tin")
        verbose_name_plural = _("thành phần công nghệ thông tin")

    def __str__(self) -> str:
        return self.name


class Rating(models.TextChoices):
    """How an item fares, in somebody's judgement."""

    GOOD = "good", _("đúng hướng")
    AT_RISK = "risk", _("có rủi ro")
    TROUBLED = "bad", _("đang vướng")


class Item(models.Model):
    """An IT item, planned or running, however small. Only `coordination.investments.register` writes it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("nháp")
        PLANNED = "planned", _("dự kiến")
        RUNNING = "running", _("đang thực hiện")
        ENDED = "ended", _("đã xong")
        LEFT = "left", _("đã dừng")

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    name = models.CharField(_("tên hạng mục"), max_length=200)
    purpose = models.TextField(_("mục đích"), max_length=2000)
    component = models.ForeignKey(Component, models.PROTECT, related_name="items", verbose_name=_("thành phần"))
    place = models.CharField(_("nơi sử dụng"), max_length=160, blank=True)
    starts = models.DateField(_("bắt đầu"))
    ends = models.DateField(_("kết thúc"))
    cost = money(_("tổng kinh phí (đồng)"))
    yearly_cost = money(_("chi phí vận hành mỗi năm (đồng)"), null=True, blank=True)
    supplier = models.CharField(_("nhà cung cấp, chào giá"), max_length=200, blank=True)
    links = models.TextField(_("tài liệu (số văn bản, địa chỉ)"), max_length=1000, blank=True)
    monthly_price = money(_("giá thuê mỗi tháng (đồng)"), null=True, blank=True)
    service_quantity = models.PositiveIntegerField(
        _("khối lượng thuê"), null=True, blank=True, validators=[MinValueValidator(1)])
    service_measure = models.CharField(_("tính theo"), max_length=40, blank=True)
    state = models.CharField(_("trạng thái"), max_length=7, choices=State.choices, default=State.DRAFT)
    spent = money(_("đã chi (đồng)"), default=0)
    done_percent = models.PositiveSmallIntegerField(
        _("đã làm (%)"), default=0, validators=[MaxValueValidator(100)])
    owner_rating = models.CharField(_("đơn vị tự đánh giá"), max_length=4, choices=Rating.choices, blank=True)
    owner_remark = models.CharField(_("lý do tự đánh giá"), max_length=300, blank=True)
    independent_rating = models.CharField(_("đánh giá độc lập"), max_length=4, choices=Rating.choices, blank=True)
    independent_remark = models.CharField(_("lý do đánh giá"), max_length=300, blank=True)
    left_on = models.DateField(null=True, editable=False)
    left_reason = models.TextField(_("lý do dừng"), max_length=1000, blank=True)
    updated_at = models.DateTimeField(editable=False)
    folded_name = models.CharField(max_length=240, editable=False)  # of `likeness.folded`: what is compared
    folded_purpose = models.TextField(editable=False)

    class Meta:
        ordering = ["-updated_at", "-pk"]
        verbose_name = _("hạng mục đầu tư")
        verbose_name_plural = _("hạng mục đầu tư")
        indexes = [models.Index(fields=["component", "starts"], name="item_like"),
                   models.Index(fields=["unit", "state"], name="item_of_unit")]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gte=F("starts")), name="item_in_order",
                                   violation_error_message=_("Ngày kết thúc phải từ ngày bắt đầu trở đi.")),
            models.CheckConstraint(condition=~Q(state="left") | ~Q(left_reason=""), name="item_left_reason",
                                   violation_error_message=_("Dừng hạng mục cần lý do."))]

    def __str__(self) -> str:
        return self.name

    @property
    def code(self) -> str:
        return f"HM{self.pk:05}"

    @property
    def is_kept(self) -> bool:
        """No draft any more: what it costs and when changes by a new baseline alone."""
        return self.state != self.State.DRAFT

    @property
    def spent_share(self) -> float | None:
        return float(self.spent / self.cost) if self.cost else None

    @property
    def price_of_one(self) -> float | None:
        """What one of the leased service costs a month."""
        return float(self.monthly_price) / self.service_quantity if self.monthly_price and self.service_quantity else (
            None)


class Funding(models.Model):
    """Where the money of an item comes from."""

    class Source(models.TextChoices):
        CITY = "city", _("ngân sách Thành phố")
        UNIT = "unit", _("ngân sách đơn vị")
        LEASE = "lease", _("thuê dịch vụ")
        SOCIAL_MONEY = "social", _("xã hội hóa bằng tiền")
        SOCIAL_KIND = "kind", _("xã hội hóa bằng hiện vật")

    SOCIAL = (Source.SOCIAL_MONEY, Source.SOCIAL_KIND)

    item = models.ForeignKey(Item, models.CASCADE, related_name="funding")
    source = models.CharField(_("nguồn vốn"), max_length=6, choices=Source.choices)
    giver = models.CharField(_("bên đóng góp"), max_length=160, blank=True)
    pledged = money(_("cam kết (đồng)"))
    received = money(_("đã nhận (đồng)"), default=0)
    conflict = models.TextField(
        _("cam kết về xung đột lợi ích"), max_length=1000, blank=True,
        help_text=_("Bên đóng góp có đang hay sắp cung cấp gì cho đơn vị không."))

    class Meta:
        ordering = ["item", "source", "pk"]
        verbose_name = _("nguồn vốn")
        verbose_name_plural = _("nguồn vốn")
        constraints = [models.CheckConstraint(
            condition=~Q(source__in=["social", "kind"]) | (~Q(conflict="") & ~Q(giver="")), name="funding_conflict",
            violation_error_message=_("Xã hội hóa cần tên bên đóng góp và cam kết về xung đột lợi ích."))]


class Baseline(models.Model):
    """What an item was to be: number 1 as it began, each later one with its reason. Never changed."""

    item = models.ForeignKey(Item, models.CASCADE, related_name="baselines")
    number = models.PositiveSmallIntegerField()
    scope = models.TextField(_("phạm vi"))
    cost = money(_("tổng kinh phí (đồng)"))
    starts = models.DateField(_("bắt đầu"))
    ends = models.DateField(_("kết thúc"))
    reason = models.TextField(_("vì sao lập lại"), max_length=1000, blank=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["item", "number"]
        verbose_name = _("mốc gốc")
        verbose_name_plural = _("mốc gốc")
        constraints = [
            models.UniqueConstraint(fields=["item", "number"], name="baseline_number"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="baseline_reason")]


class ItemFile(models.Model):
    """A file of items as it was read, until somebody commits or drops it: committed exactly as it was staged."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    at = models.DateTimeField()
    rows = models.JSONField(default=list)
    faults = models.JSONField(default=list)
    done_at = models.DateTimeField(null=True)
