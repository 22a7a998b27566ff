"""The rows of a ticket's life. Only `feedback.actions` and `feedback.bulk` write tickets, promises and events.

Catalogue rows (categories, channels, rules) are switched off or dated, never deleted. Personal data lives in
`Reporter` alone, encrypted; events carry none, their free text lies in `EventText`.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Func, Q
from django.utils.translation import gettext_lazy as _

from accounts.actors import Kind
from districts.models import Unit
from feedback.querysets import TicketQuerySet
from feedback.rules.workflow import MOVES, State
from hcmc_ioc.lib.caching import per_language
from hcmc_ioc.lib.crypto import EncryptedTextField
from hcmc_ioc.lib.names import NamedInTwoLanguages


class Urgency(models.TextChoices):
    NORMAL = "normal", _("Thường")
    URGENT = "urgent", _("Khẩn")
    EMERGENCY = "emergency", _("Cấp cứu")


class CatalogueRow(NamedInTwoLanguages, models.Model):
    """A row that people read in their language and that is switched off, never deleted."""

    code = models.SlugField(_("Mã"), max_length=60, unique=True)
    name_vi = models.CharField(_("Tên"), max_length=160)
    name_en = models.CharField(_("Tên tiếng Anh"), max_length=160)
    is_active = models.BooleanField(_("Đang dùng"), default=True)
    position = models.PositiveSmallIntegerField(_("Thứ tự"), default=0)

    class Meta:
        abstract = True
        ordering = ["position", "code"]

    def __str__(self):
        return self.name


class Category(CatalogueRow):
    """A field of 1022 (lĩnh vực) or, below it, a kind of problem (nhóm vấn đề). Two levels."""

    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children",
                               verbose_name=_("Thuộc lĩnh vực"))
    urgency = models.CharField(_("Mức độ"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    is_public = models.BooleanField(_("Công khai mặc định"), default=True)
    needs_several = models.BooleanField(_("Cần nhiều đơn vị"), default=False)
    keywords = models.TextField(_("Từ khóa gợi ý"), blank=True, help_text=_("Cách nhau bằng dấu phẩy."))

    class Meta(CatalogueRow.Meta):
        verbose_name = _("lĩnh vực")
        verbose_name_plural = _("lĩnh vực")


class Channel(CatalogueRow):
    """How a report reached the city (kênh tiếp nhận)."""

    class Meta(CatalogueRow.Meta):
        verbose_name = _("kênh tiếp nhận")
        verbose_name_plural = _("kênh tiếp nhận")


class DatedRule(models.Model):
    """A rule in force from `valid_from` to `valid_to` (local dates, both included), tried in order of `position`."""

    code = models.SlugField(_("Mã"), max_length=60, unique=True)
    position = models.PositiveIntegerField(_("Thứ tự"), help_text=_("Quy tắc đầu tiên phù hợp được áp dụng."))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Lĩnh vực"),
                                 help_text=_("Để trống: mọi lĩnh vực."))
    urgency = models.CharField(_("Mức độ"), max_length=10, choices=Urgency.choices, blank=True)
    valid_from = models.DateField(_("Từ ngày"))
    valid_to = models.DateField(_("Đến ngày"), null=True, blank=True)
    note = models.CharField(_("Ghi chú"), max_length=300, blank=True)

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self):
        return self.code

    def clean(self):
        if self.valid_to is not None and self.valid_from is not None and self.valid_to < self.valid_from:
            raise ValidationError({"valid_to": _("Ngày kết thúc phải từ ngày bắt đầu trở đi.")})


LONGEST = 2000  # of whatever unit; eight years of working days


class DeadlineRule(DatedRule):
    """How long the city gives itself, by regulation (quy chế 1022): its promises, and the limits around them."""

    class Kind(models.TextChoices):
        RESULT = "result", _("Trả lời người dân")
        FORWARD = "forward", _("Phân loại và chuyển")
        CLARIFY = "clarify", _("Xác định thẩm quyền")
        DIRECTED = "directed", _("Sau chỉ đạo của lãnh đạo")
        HANDOVER = "handover", _("Còn ít nhất để hạn đi theo khi chuyển đơn vị")
        WAITING = "waiting", _("Chờ người dân tối đa")
        EXTENSION = "extension", _("Gia hạn tối đa")
        UNDO_MERGE = "undo_merge", _("Bỏ gộp trong vòng")
        REOPENING = "reopening", _("Mở lại trong vòng")

    class Amounts(models.TextChoices):
        MINUTES = "minutes", _("phút")
        WORKING_HOURS = "working_hours", _("giờ làm việc")
        WORKING_DAYS = "working_days", _("ngày làm việc")
        CALENDAR_DAYS = "calendar_days", _("ngày")

    kind = models.CharField(_("Loại hạn"), max_length=10, choices=Kind.choices)
    needs_several = models.BooleanField(_("Nhiều đơn vị"), null=True, blank=True)
    amount = models.PositiveIntegerField(_("Thời lượng"), validators=[MinValueValidator(1), MaxValueValidator(LONGEST)])
    amount_unit = models.CharField(_("Đơn vị thời gian"), max_length=20, choices=Amounts.choices)
    regulation = models.CharField(_("Căn cứ"), max_length=200, blank=True)

    class Meta(DatedRule.Meta):
        verbose_name = _("quy định thời hạn")
        verbose_name_plural = _("quy định thời hạn")
        constraints = [
            models.CheckConstraint(condition=Q(amount__range=(1, LONGEST)), name="deadline_rule_can_be_counted",
                                   violation_error_message=_("Thời lượng phải từ 1 đến 2000.")),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}: {self.amount_in_words}"

    @property
    def amount_in_words(self) -> str:
        return f"{self.amount} {self.get_amount_unit_display()}"


class RoutingRule(DatedRule):
    """Category × area × level × time → who is responsible. Empty conditions match everything."""

    area = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("Địa bàn"),
                             related_name="+", help_text=_("Để trống: mọi địa bàn."))
    weekdays = models.CharField(_("Thứ"), max_length=7, blank=True,
                                help_text=_("Ví dụ 12345 là thứ Hai đến thứ Sáu, 7 là Chủ nhật."))
    time_from = models.TimeField(_("Từ giờ"), null=True, blank=True)
    time_to = models.TimeField(_("Đến giờ"), null=True, blank=True)
    to_area = models.BooleanField(_("Giao đơn vị của địa bàn"), default=False)
    responsible = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
                                    verbose_name=_("Đơn vị xử lý"))
    coordinating = models.ManyToManyField(Unit, blank=True, related_name="+", verbose_name=_("Đơn vị phối hợp"))
    coordinating_ids: tuple[int, ...] = ()  # filled where rules are read together (`rules.rulebook`)

    class Meta(DatedRule.Meta):
        verbose_name = _("quy tắc chuyển")
        verbose_name_plural = _("quy tắc chuyển")
        constraints = [
            models.CheckConstraint(
                condition=Q(to_area=True, responsible=None) | Q(to_area=False, responsible__isnull=False),
                name="routing_rule_names_one_target",
                violation_error_message=_("Chọn một trong hai: giao đơn vị của địa bàn, hoặc một đơn vị xử lý."),
            )
        ]

    def __str__(self):
        return f"{self.category or _('Mọi lĩnh vực')} → {self.target_in_words}"

    @property
    def target_in_words(self) -> str:
        return str(_("Đơn vị của địa bàn") if self.to_area else self.responsible)


class TicketSearch(Func):
    """The SQL function that folds a ticket's words for searching (migration 0006)."""

    function = "ticket_search"
    output_field = SearchVectorField()


@per_language
def _state_word(state: str) -> str:
    return str(State(state).label)


class Ticket(models.Model):
    """A citizen's report as it stands now. Its history is `TicketEvent`; its promises are `Promise`.

    `unit` answers for it (the row "unassigned" when nobody does); `area` is where it is. `due_at` repeats the date in
    force so that lists stay fast, `earlier_due_at` the first date that another unit still owes; `paused_at` is set
    while the clock is stopped. Durations are working minutes of the responsible unit's calendar.
    """

    code = models.CharField(_("Mã"), max_length=20, unique=True)
    category = models.ForeignKey(Category, on_delete=models.PROTECT, verbose_name=_("Lĩnh vực"), db_index=False)
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, verbose_name=_("Kênh tiếp nhận"))
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="tickets", verbose_name=_("Đơn vị xử lý"),
                             db_index=False)
    area = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, verbose_name=_("Địa bàn"),
                             db_index=False)
    unit_source = models.CharField(max_length=12, blank=True)  # how the area was found: footprint, typed, import
    near_border = models.BooleanField(default=False)
    coordinating = models.ManyToManyField(Unit, related_name="+", blank=True, verbose_name=_("Đơn vị phối hợp"))
    recorded_by = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False,
                                    verbose_name=_("Đơn vị ghi nhận"))  # none: the hotline or the citizen

    title = models.CharField(_("Tiêu đề"), max_length=200)
    body = models.TextField(_("Nội dung"))
    address = models.CharField(_("Địa điểm"), max_length=300, blank=True)
    lat = models.FloatField(null=True)
    lon = models.FloatField(null=True)
    cell_7 = models.BigIntegerField(null=True)
    cell_8 = models.BigIntegerField(null=True)
    cell_9 = models.BigIntegerField(null=True)
    urgency = models.CharField(_("Mức độ"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL)
    needs_several = models.BooleanField(_("Cần nhiều đơn vị"), default=False)
    is_public = models.BooleanField(_("Công khai"), default=True)
    hides_name = models.BooleanField(_("Giấu tên"), default=False)
    is_disclosed = models.BooleanField(default=False, db_default=False)  # to the unit, though the name is hidden

    state = models.CharField(_("Trạng thái"), max_length=12, choices=State.choices, default=State.NEW)
    is_open = models.BooleanField(default=True)  # state in workflow.OPEN; the condition of the partial indexes
    version = models.PositiveIntegerField(default=1)
    stays = models.JSONField(null=True)  # who had it before in this round, `rules.custody` says what of it is kept
    is_routed = models.BooleanField(default=False, db_default=False)  # a rule named the unit, nobody's hand
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
                                 verbose_name=_("Người xử lý"), db_index=False)
    merged_into = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="merged",
                                    db_index=False)
    reporter_count = models.PositiveIntegerField(default=1)

    occurred_at = models.DateTimeField(_("Tiếp nhận lúc"))
    recorded_at = models.DateTimeField()
    due_at = models.DateTimeField(_("Hạn xử lý"), null=True)
    earlier_due_at = models.DateTimeField(null=True)  # the first unkept date of a unit that answered before
    paused_at = models.DateTimeField(null=True)
    paused_minutes = models.PositiveIntegerField(default=0)
    forwarded_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    minutes_to_accept = models.PositiveIntegerField(null=True)  # working minutes; null before it was measured
    resolved_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    rejected_at = models.DateTimeField(null=True)
    reopened_at = models.DateTimeField(null=True)  # the first time, which figures count; the last is `round_at`
    round_at = models.DateTimeField(null=True)
    reopened_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    reopening_asked_at = models.DateTimeField(null=True)  # by the unit; until the hotline reopens it or refuses
    handling_minutes = models.PositiveIntegerField(null=True)
    score = models.PositiveSmallIntegerField(null=True)
    rated_at = models.DateTimeField(null=True)  # as `reopened_at`: of the answer of the unit beside it, whoever
    other_ratings = models.JSONField(null=True)  # of other units' answers: [[unit, moment, score], …]
    rated_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)

    source_system = models.CharField(max_length=20, blank=True)
    source_id = models.CharField(max_length=60, blank=True)
    is_irregular = models.BooleanField(default=False)  # its dates contradict each other: kept, outside medians
    search = models.GeneratedField(
        expression=TicketSearch("title", "body", "address", "code"), output_field=SearchVectorField(), db_persist=True
    )

    made: list["Promise"]  # all its promises, at hand in a ticket that a verb has just written

    objects = TicketQuerySet.as_manager()

    class Meta:
        verbose_name = _("Phản ánh")
        verbose_name_plural = _("Phản ánh")
        indexes = [
            GinIndex(fields=["search"], name="ticket_search"),
            models.Index(fields=["occurred_at"], name="ticket_occurred"),
            models.Index(fields=["unit", "occurred_at"], name="ticket_unit_occurred"),
            models.Index(fields=["category", "occurred_at"], name="ticket_category_occurred"),
            models.Index(fields=["due_at", "id"], name="ticket_due"),  # with the id: what has no date is in order too
            models.Index(fields=["unit", "due_at", "id"], name="ticket_unit_due"),
            models.Index(fields=["unit", "resolved_at"], name="ticket_unit_resolved",
                         condition=Q(resolved_at__isnull=False)),
            models.Index(fields=["resolved_at"], name="ticket_resolved", condition=Q(resolved_at__isnull=False)),
            models.Index(fields=["accepted_at"], name="ticket_accepted", condition=Q(minutes_to_accept__isnull=False)),
            models.Index(fields=["reopened_at"], name="ticket_reopened", condition=Q(reopened_at__isnull=False)),
            models.Index(fields=["rejected_at"], name="ticket_rejected", condition=Q(rejected_at__isnull=False)),
            models.Index(fields=["rated_at"], name="ticket_rated", condition=Q(rated_at__isnull=False)),
            models.Index(fields=["unit", "due_at"], name="ticket_open_unit_dates", condition=Q(is_open=True),
                         include=["state", "paused_at", "earlier_due_at"]),
            models.Index(fields=["due_at"], name="ticket_open_due", condition=Q(is_open=True)),
            models.Index(fields=["area", "due_at"], name="ticket_open_area_due", condition=Q(is_open=True),
                         include=["unit", "paused_at"]),
            models.Index(fields=["area", "occurred_at"], name="ticket_area_occurred"),
            models.Index(fields=["cell_9"], name="ticket_open_cell", condition=Q(is_open=True)),
            models.Index(fields=["assignee"], name="ticket_open_assignee", condition=Q(is_open=True)),
            models.Index(fields=["resolved_at"], name="ticket_handled", condition=Q(handling_minutes__isnull=False),
                         include=["unit", "category", "recorded_by", "handling_minutes"]),
            models.Index(fields=["resolved_at"], name="ticket_to_close", condition=Q(state=State.RESOLVED)),
            models.Index(fields=["reopening_asked_at"], name="ticket_asked_to_reopen",
                         condition=Q(reopening_asked_at__isnull=False)),
            models.Index(fields=["rated_at"], name="ticket_rated_twice", condition=Q(other_ratings__isnull=False)),
            models.Index(fields=["merged_into"], name="ticket_merged", condition=Q(merged_into__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source_system", "source_id"], condition=~Q(source_id=""),
                                    name="one_ticket_per_source_row"),
        ]

    def __str__(self):
        return self.code

    @property
    def round_began(self):
        """When it was reopened last, after an answer; None in its first round."""
        return self.round_at or self.reopened_at

    @property
    def is_self_recorded(self) -> bool:
        """The unit that answers recorded it itself: shown apart, left out of what units are compared by."""
        return self.recorded_by_id is not None and self.recorded_by_id == self.unit_id

    @property
    def is_imported(self) -> bool:
        """History of another system, written down long after; what clients send is named by their number."""
        return bool(self.source_system) and ":" not in self.source_system

    @property
    def is_paused(self) -> bool:
        return self.paused_at is not None

    @property
    def state_label(self) -> str:
        return _state_word(self.state)

    # Django's own go through all choices, each of them translated, for every row of a list.

    def get_state_display(self) -> str:
        return _state_word(self.state)

    def get_urgency_display(self) -> str:
        return Urgency(self.urgency).label


class Reporter(models.Model):
    """Someone who reported a ticket: first the caller, then everybody who joined. All personal data is here."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="reporters")
    name = EncryptedTextField(blank=True)
    phone = EncryptedTextField(blank=True)
    email = EncryptedTextField(blank=True)
    phone_digest = models.CharField(max_length=32, blank=True)
    tail_digest = models.CharField(max_length=32, blank=True)  # the last four digits
    is_first = models.BooleanField(default=True)
    joined_at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["phone_digest", "-joined_at"], name="reporter_phone",
                         condition=~Q(phone_digest="")),
            models.Index(fields=["tail_digest", "-joined_at"], name="reporter_tail", condition=~Q(tail_digest="")),
        ]


class Promise(models.Model):
    """A date owed by a unit: to the citizen (`result`), or by the hotline to the unit (`forward`, `clarify`).

    Settled promises keep their verdict and their unit for ever; `feedback.rules.promises` says how they live. `due_at`
    is the date in force: it moves with a stopped clock and a granted extension only. `first_due_at` is the date without
    the extension, null where none was granted; `first_unit` let it pass, whoever has the promise now. What does not
    `count` binds towards the citizen and is in no rate.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="promises")
    kind = models.CharField(max_length=10, choices=DeadlineRule.Kind, default="result", db_default="result")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    rule = models.ForeignKey(DeadlineRule, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    made_at = models.DateTimeField()
    due_at = models.DateTimeField()
    first_due_at = models.DateTimeField(null=True)
    first_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", null=True, db_index=False)
    explanation = models.JSONField(default=dict)
    met_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    stopped_minutes = models.PositiveIntegerField(default=0, db_default=0)  # working minutes of all its pauses
    withdrawn_at = models.DateTimeField(null=True)
    extension_asked_at = models.DateTimeField(null=True)  # once; undecided when the date passes, it lapses
    extension_to = models.DateTimeField(null=True)
    extension_decided_at = models.DateTimeField(null=True)
    extension_granted = models.BooleanField(null=True)
    counts = models.BooleanField(default=True, db_default=True)
    is_self_made = models.BooleanField(default=False, db_default=False)  # the unit recorded the ticket itself

    class Meta:
        indexes = [
            models.Index(fields=["due_at"], name="promise_due", include=["unit", "met_at", "paused_at"],
                         condition=Q(withdrawn_at__isnull=True)),
            models.Index(fields=["unit", "due_at"], name="promise_unit_due", condition=Q(withdrawn_at__isnull=True)),
            models.Index(fields=["first_due_at"], name="promise_first_due", condition=Q(first_due_at__isnull=False)),
            models.Index(fields=["withdrawn_at"], name="promise_withdrawn", include=["unit", "due_at", "paused_at"],
                         condition=Q(withdrawn_at__isnull=False, kind="result")),
            models.Index(fields=["extension_asked_at"], name="promise_asked", condition=Q(
                extension_asked_at__isnull=False, extension_decided_at__isnull=True, met_at__isnull=True)),
            models.Index(fields=["ticket"], name="promise_extended", condition=Q(extension_granted=True)),
            models.Index(fields=["met_at"], name="promise_forwarded", condition=Q(kind="forward")),
            models.Index(fields=["met_at"], name="promise_clarified", condition=Q(kind="clarify")),
        ]


BACKDATED = timedelta(minutes=15)


class TicketEvent(models.Model):
    """One line of history, never edited. `data` holds codes and numbers, no personal data, no free text."""

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="events")
    verb = models.CharField(max_length=16)
    at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    state_before = models.CharField(max_length=12, choices=State.choices, blank=True)
    state_after = models.CharField(max_length=12, choices=State.choices)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PERSON)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+",
                              db_index=False)
    actor_ref = models.CharField(max_length=40, blank=True, default="", db_default="")  # job, or number of a device …
    origin = models.CharField(max_length=20)  # web, api, import, demo, beat, or the job
    request_id = models.UUIDField(null=True)
    version = models.PositiveIntegerField()
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["actor_ref", "id"], name="event_of_client",
                                condition=Q(actor_kind=Kind.CLIENT)),
                   models.Index(fields=["at"], name="event_of_forwarding", include=["unit", "verb", "ticket"],
                                condition=Q(verb__in=["forward", "send_back"]))]

    @property
    def move(self):
        return MOVES[self.verb]

    @property
    def is_backdated(self) -> bool:
        """Told as of a moment well before it was written down by a person; imports are history."""
        return self.recorded_at - self.at > BACKDATED and self.origin in ("web", "api")


class EventText(models.Model):
    """The words of an event, apart from it: what people typed never stands in the history itself."""

    event = models.OneToOneField(TicketEvent, on_delete=models.PROTECT, primary_key=True, related_name="text")
    words = models.TextField()
    is_public = models.BooleanField(default=False)
