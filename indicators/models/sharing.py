"""What units share: requests for restricted figures and who read them, subscriptions, requests for figures that nobody
delivers, and the register of reports that offices still demand."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Kind as ActorKind
from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages
from indicators.models.catalogue import Indicator
from indicators.models.datasets import DataSet
from indicators.periods import Kind as PeriodKind


def _person(label, **more) -> models.ForeignKey:
    return models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=label, **more)


class GrantQuerySet(models.QuerySet):
    def in_force(self, day) -> "GrantQuerySet":
        return self.filter(state=AccessRequest.State.AGREED, granted_until__gte=day)

    def about(self, shared: Indicator | DataSet) -> "GrantQuerySet":
        return self.filter(**{shared.subject: shared})

    def owned_by(self, units) -> "GrantQuerySet":
        return self.filter(Q(indicator__owner__in=units) | Q(data_set__owner__in=units))


class AccessRequest(models.Model):
    """A unit asks to see a restricted indicator or data set; agreed it is the grant, until its day or until the owner
    ends it."""

    class State(models.TextChoices):
        OPEN = "open", _("chờ trả lời")
        AGREED = "agreed", _("đã đồng ý")
        REFUSED = "refused", _("không đồng ý")
        ENDED = "ended", _("đã thôi chia sẻ")

    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, related_name="access_requests", verbose_name=_("chỉ số"))
    data_set = models.ForeignKey(
        DataSet, models.PROTECT, null=True, related_name="access_requests", verbose_name=_("bộ dữ liệu"))
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    purpose = models.CharField(_("mục đích sử dụng"), max_length=500)
    until = models.DateField(_("xin xem đến hết ngày"))
    answer_by = models.DateField(_("hạn trả lời"), null=True)
    asked_by = _person(_("người đề nghị"))
    asked_at = models.DateTimeField(_("lúc"))
    state = models.CharField(_("trạng thái"), max_length=8, choices=State.choices, default=State.OPEN)
    granted_until = models.DateField(_("được xem đến hết ngày"), null=True, blank=True)
    reason = models.CharField(_("lý do"), max_length=500, blank=True)  # of a refusal, or of the end
    answered_by = _person(_("người trả lời"), null=True, blank=True)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)

    objects = GrantQuerySet.as_manager()

    class Meta:
        verbose_name = _("đề nghị xem số liệu")
        verbose_name_plural = _("đề nghị xem số liệu")
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "unit"], condition=Q(state="open"), name="one_open_access_request"),
            models.UniqueConstraint(
                fields=["data_set", "unit"], condition=Q(state="open"), name="one_open_request_for_a_data_set"),
            models.CheckConstraint(
                condition=Q(indicator__isnull=True, data_set__isnull=False)
                | Q(indicator__isnull=False, data_set__isnull=True), name="a_request_is_about_one_thing"),
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(granted_until__isnull=False), name="a_grant_has_its_day"),
        ]


    @property
    def shared(self) -> Indicator | DataSet:
        """What it is about."""
        return self.indicator if self.indicator is not None else self.data_set  # type: ignore[return-value]


class GrantedReading(models.Model):
    """Who read restricted figures through a grant, how and when. Only `indicators.sharing` writes it; never edited."""

    class Way(models.TextChoices):
        PAGE = "page", _("xem trang")
        FILE = "file", _("tải tệp")
        API = "api", _("đọc qua API")

    grant = models.ForeignKey(AccessRequest, models.PROTECT, related_name="readings", verbose_name=_("đề nghị"))
    way = models.CharField(_("cách đọc"), max_length=4, choices=Way.choices)
    actor_kind = models.CharField(_("ai đọc"), max_length=10, choices=ActorKind.choices)
    actor_ref = models.CharField(max_length=40, blank=True)
    user = _person(_("người đọc"), null=True)
    at = models.DateTimeField(_("lúc"))

    class Meta:
        verbose_name = _("lần đọc số liệu được chia sẻ")
        verbose_name_plural = _("lần đọc số liệu được chia sẻ")


class Subscription(models.Model):
    """That a person wants to know of what comes of an indicator."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="subscriptions", verbose_name=_("chỉ số"))
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("ai"))
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("theo dõi chỉ số")
        verbose_name_plural = _("theo dõi chỉ số")
        constraints = [models.UniqueConstraint(fields=["indicator", "user"], name="subscribed_once")]


class Notice(models.Model):
    """What a person is told in the page: a code with its parameters (words are made when it is read), and where to
    look. One row per person and `key`, updated when more of the same comes. Only `indicators.notices` writes it."""

    class Code(models.TextChoices):
        PERIOD = "period", _("Có số liệu kỳ mới")
        REVISION = "revision", _("Số liệu được sửa")
        DEFINITION = "definition", _("Định nghĩa mới")
        ACCESS_ASKED = "access_asked", _("Có đề nghị xem số liệu")
        ACCESS_AGREED = "access_agreed", _("Đề nghị xem số liệu được đồng ý")
        ACCESS_REFUSED = "access_refused", _("Đề nghị xem số liệu không được đồng ý")
        ACCESS_LATE = "access_late", _("Đề nghị xem số liệu quá hạn trả lời")
        ACCESS_ENDED = "access_ended", _("Thôi chia sẻ số liệu")
        CONSULTED = "consulted", _("Lấy ý kiến về định nghĩa")
        OPINION_ANSWERED = "opinion_answered", _("Ý kiến được giải trình")
        ADOPTED = "adopted", _("Định nghĩa được áp dụng")
        DUE_SOON = "due_soon", _("Sắp đến hạn gửi số liệu")
        OVERDUE = "overdue", _("Quá hạn gửi số liệu")
        NO_KEEPER = "no_keeper", _("Biểu không còn người phụ trách")
        DATA_SET = "data_set", _("Bộ dữ liệu có phiên bản mới")
        DATA_ANSWERED = "data_answered", _("Đề nghị số liệu đã được trả lời")
        REPORT_DRAFT = "report_draft", _("Báo cáo chờ ý kiến")
        REPORT_READY = "report_ready", _("Báo cáo đã phát hành")
        REPORT_NEW = "report_new", _("Báo cáo có bản mới")
        REPORT_FAILED = "report_failed", _("Báo cáo chưa lập được")
        ALERT = "alert", _("Cảnh báo")
        ASKED_TO_LOOK = "asked_to_look", _("Được giao xem")
        REPORT_REVISED = "report_revised", _("Số liệu đã sửa sau khi phát hành")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    key = models.CharField(max_length=80)
    code = models.CharField(max_length=16, choices=Code.choices)
    parameters = models.JSONField(default=dict)
    indicator = models.ForeignKey(Indicator, models.CASCADE, null=True, related_name="+")
    link = models.CharField(max_length=300)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("thông báo")
        verbose_name_plural = _("thông báo")
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="one_notice_per_matter")]
        indexes = [
            models.Index(fields=["user", "-at"], name="notice_of_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]


class DataRequest(models.Model):
    """A figure that a unit needs and nobody delivers."""

    class State(models.TextChoices):
        OPEN = "open", _("chờ trả lời")
        MET = "met", _("đã có chỉ số")
        DECLINED = "declined", _("không thực hiện")

    words = models.CharField(_("cần số liệu gì"), max_length=200)
    purpose = models.CharField(_("để làm gì"), max_length=500)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("đơn vị"))
    asked_by = _person(_("người đề nghị"))
    asked_at = models.DateTimeField(_("lúc"))
    state = models.CharField(_("trạng thái"), max_length=8, choices=State.choices, default=State.OPEN)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("chỉ số"))
    answer = models.CharField(_("trả lời"), max_length=500, blank=True)
    answered_by = _person(_("người trả lời"), null=True, blank=True)
    answered_at = models.DateTimeField(_("trả lời lúc"), null=True, blank=True)

    class Meta:
        verbose_name = _("đề nghị số liệu")
        verbose_name_plural = _("đề nghị số liệu")


class DataVote(models.Model):
    """That another unit (or the asking one) needs the figure too: one vote per unit."""

    request = models.ForeignKey(DataRequest, models.CASCADE, related_name="votes")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    user = _person(_("ai"))
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("đơn vị cùng cần")
        verbose_name_plural = _("đơn vị cùng cần")
        constraints = [models.UniqueConstraint(fields=["request", "unit"], name="one_vote_per_unit")]


class DemandedReport(NamedInTwoLanguages, models.Model):
    """A periodic report that an office asks of the districts, until a decision replaces it."""

    class State(models.TextChoices):
        DEMANDED = "demanded", _("đang yêu cầu")
        REPLACED = "replaced", _("đã thay thế")

    code = models.SlugField(_("mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("tên báo cáo"), max_length=200)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=200, blank=True)
    demanded_by = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("cơ quan yêu cầu"))
    basis = models.CharField(_("căn cứ pháp lý"), max_length=300, blank=True)
    period_kind = models.CharField(_("kỳ"), max_length=10, choices=PeriodKind.choices, default=PeriodKind.MONTH)
    state = models.CharField(_("trạng thái"), max_length=8, choices=State.choices, default=State.DEMANDED)
    decision = models.CharField(_("số quyết định thay thế"), max_length=120, blank=True)
    decided_on = models.DateField(_("ngày quyết định"), null=True, blank=True)

    class Meta:
        ordering = ["state", "code"]
        verbose_name = _("báo cáo đang yêu cầu")
        verbose_name_plural = _("báo cáo đang yêu cầu")
        constraints = [
            models.CheckConstraint(
                condition=Q(state="demanded") | (~Q(decision="") & Q(decided_on__isnull=False)),
                name="replaced_by_a_decision",
                violation_error_message=_("Báo cáo đã thay thế phải có số và ngày quyết định.")),
        ]

    def __str__(self) -> str:
        return self.name


class DemandedLine(models.Model):
    """One line of a demanded report, and the indicator that already says it, if any."""

    report = models.ForeignKey(
        DemandedReport, models.CASCADE, related_name="lines", verbose_name=_("báo cáo"))
    text = models.CharField(_("nội dung"), max_length=300)
    indicator = models.ForeignKey(
        Indicator, models.PROTECT, null=True, blank=True, related_name="demanded_lines", verbose_name=_("chỉ số"))
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["report", "position", "id"]
        verbose_name = _("dòng của báo cáo")
        verbose_name_plural = _("dòng của báo cáo")
        constraints = [models.UniqueConstraint(fields=["report", "text"], name="one_line_per_text")]
