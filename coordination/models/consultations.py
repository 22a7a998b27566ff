"""Consultations about an item before money is spent: their tiers, what was found that exists already, the opinion."""

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role
from coordination.models.investments import Component, Item, money
from districts.models import Unit
from hcmc_ioc.lib.names import NamedInTwoLanguages


class Risk(NamedInTwoLanguages, models.Model):
    """A question of triage; each "yes" is a risk."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("câu hỏi"), max_length=200)
    name_en = models.CharField(_("câu hỏi tiếng Anh"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), default=0)

    class Meta:
        ordering = ["position", "code"]
        verbose_name = _("rủi ro của hạng mục")
        verbose_name_plural = _("rủi ro của hạng mục")

    def __str__(self) -> str:
        return self.name


class Tier(NamedInTwoLanguages, models.Model):
    """How deep a consultation goes, until when, and who signs: the last tier whose cost or risks are reached."""

    code = models.SlugField(_("mã"), max_length=40, unique=True)
    name_vi = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120, blank=True)
    position = models.PositiveSmallIntegerField(_("thứ tự"), unique=True)
    least_cost = money(_("từ kinh phí (đồng)"), default=0)
    least_risks = models.PositiveSmallIntegerField(_("hoặc từ số rủi ro"), default=0)
    working_days = models.PositiveSmallIntegerField(
        _("hạn trả lời (ngày làm việc)"), validators=[MinValueValidator(1)])
    signer = models.CharField(_("ai ký ý kiến"), max_length=20, choices=[
        (Role.ANALYST, Role.ANALYST.label), (Role.CITY_LEADER, Role.CITY_LEADER.label)], default=Role.ANALYST)

    class Meta:
        ordering = ["position"]
        verbose_name = _("bậc lấy ý kiến")
        verbose_name_plural = _("bậc lấy ý kiến")

    def __str__(self) -> str:
        return self.name


class MatchRule(models.Model):
    """The one row of how items are compared: what each part weighs, and from which score two are candidates."""

    threshold = models.FloatField(_("trùng từ điểm"), default=0.7)
    least_words = models.FloatField(_("câu chữ giống ít nhất"), default=0.6)
    words = models.FloatField(_("trọng số câu chữ"), default=0.7)
    component = models.FloatField(_("trọng số thành phần"), default=0.15)
    period = models.FloatField(_("trọng số thời gian"), default=0.1)
    place = models.FloatField(_("trọng số nơi sử dụng"), default=0.05)
    months_apart = models.PositiveSmallIntegerField(_("cách nhau tối đa (tháng) vẫn xét"), default=12)

    class Meta:
        verbose_name = _("cách tìm hạng mục trùng")
        verbose_name_plural = _("cách tìm hạng mục trùng")

    def __str__(self) -> str:
        return str(self._meta.verbose_name)


class WordGroup(models.Model):
    """Words that mean the same where items are compared, and how much they tell of an item."""

    code = models.SlugField(_("nghĩa"), max_length=40, unique=True)
    words = models.TextField(_("các cách gọi, mỗi dòng một cách"))
    weight = models.FloatField(
        _("trọng số"), default=3, validators=[MinValueValidator(0)],
        help_text=_("Từ không thuộc nhóm nào nặng 1; nhóm nặng 0 bị bỏ qua khi so sánh."))

    class Meta:
        ordering = ["code"]
        verbose_name = _("nhóm từ đồng nghĩa")
        verbose_name_plural = _("nhóm từ đồng nghĩa")

    def __str__(self) -> str:
        return self.code


class Consultation(models.Model):
    """One asking of opinion on an item. Only `coordination.investments.consulting` writes it."""

    class State(models.TextChoices):
        DRAFT = "draft", _("nháp")
        SUBMITTED = "submitted", _("đã gửi")
        ASKED = "asked", _("chờ bổ sung")
        DECIDED = "decided", _("đã có ý kiến")
        FOLLOWED = "followed", _("đã thực hiện ý kiến")
        WITHDRAWN = "withdrawn", _("đã rút")

    class Opinion(models.TextChoices):
        AGREE = "agree", _("đồng ý")
        CONDITIONS = "conditions", _("đồng ý có điều kiện")
        SHARED = "shared", _("dùng cái dùng chung")
        JOIN = "join", _("làm chung với đơn vị khác")
        REFUSE = "refuse", _("không đồng ý")

    OPEN = (State.DRAFT, State.SUBMITTED, State.ASKED)

    item = models.ForeignKey(Item, models.PROTECT, related_name="consultations")
    state = models.CharField(_("trạng thái"), max_length=9, choices=State.choices, default=State.DRAFT)
    need = models.TextField(_("Nhu cầu: việc gì đang không làm được"), max_length=2000)
    goals = models.TextField(_("Mục tiêu đo được sau khi xong"), max_length=2000)
    running = models.TextField(_("Chi phí vận hành hằng năm và ai trả"), max_length=2000)
    data = models.TextField(_("Dữ liệu đã đủ để chạy chưa"), max_length=2000)
    why_not_shared = models.TextField(_("Vì sao không dùng cái dùng chung"), max_length=2000)
    risks = models.ManyToManyField(Risk, blank=True, verbose_name=_("rủi ro"))
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, related_name="+", editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    due_at = models.DateTimeField(null=True, editable=False)
    stopped_at = models.DateTimeField(null=True, editable=False)  # while more was asked for
    asked = models.TextField(_("cần bổ sung gì"), max_length=2000, blank=True)
    added = models.TextField(_("bổ sung của đơn vị"), max_length=2000, blank=True)
    opinion = models.CharField(_("ý kiến"), max_length=10, choices=Opinion.choices, blank=True)
    reasons = models.TextField(_("lý do"), max_length=3000, blank=True)
    join_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("làm chung với đơn vị"))
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
                                    editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+",
                                   editable=False)
    followed = models.TextField(_("đã thực hiện ý kiến thế nào"), max_length=2000, blank=True)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawal = models.TextField(_("lý do rút"), max_length=1000, blank=True)
    made_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-made_at", "-pk"]
        verbose_name = _("lấy ý kiến")
        verbose_name_plural = _("lấy ý kiến")
        constraints = [models.UniqueConstraint(
            fields=["item"], condition=Q(state__in=["draft", "submitted", "asked"]), name="one_open_consultation")]

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class Condition(models.Model):
    """A condition of an opinion, with its term; it becomes a directive."""

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="conditions")
    text = models.CharField(_("điều kiện"), max_length=500)
    due = models.DateField(_("hạn"))
    directive = models.BigIntegerField(null=True, editable=False)  # its number, once it was given

    class Meta:
        ordering = ["consultation", "due", "pk"]


class Candidate(models.Model):
    """Something that exists already and looks alike, as it was found at submission; the author answers each."""

    class Answer(models.TextChoices):
        DIFFERENT = "different", _("khác vì …")
        JOIN = "join", _("tham gia cùng")
        SHARED = "shared", _("dùng cái dùng chung")

    consultation = models.ForeignKey(Consultation, models.CASCADE, related_name="candidates")
    item = models.ForeignKey(Item, models.PROTECT, null=True, related_name="+")
    component = models.ForeignKey(Component, models.PROTECT, null=True, related_name="+")  # the shared one
    score = models.FloatField()
    why = models.JSONField(default=list)
    answer = models.CharField(_("trả lời"), max_length=9, choices=Answer.choices, blank=True)
    reason = models.TextField(_("vì sao"), max_length=1000, blank=True)
    saving = money(_("tiết kiệm được, đơn vị khai (đồng)"), null=True, blank=True)
    answered_at = models.DateTimeField(null=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["consultation", "-score", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["consultation", "item"], name="candidate_item"),
            models.CheckConstraint(condition=Q(item=None, component__isnull=False) | Q(
                item__isnull=False, component=None), name="candidate_of_one_kind")]
