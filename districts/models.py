"""Where and under whom: the units of the city as a dated tree, and the rows of its working calendar."""

from datetime import date

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.names import NamedInTwoLanguages, in_force

from .calendar import parse_spans
from .cities import city, map_in_force
from .querysets import UnitQuerySet
from .sorting import vietnamese_key


class Kind(models.TextChoices):
    CITY = "city", _("Thành phố trực thuộc trung ương")
    MUNICIPALITY = "municipality", _("Thành phố thuộc thành phố")
    URBAN_DISTRICT = "urban_district", _("Quận")
    RURAL_DISTRICT = "rural_district", _("Huyện")
    WARD = "ward", _("Phường")
    COMMUNE = "commune", _("Xã")
    SPECIAL_ZONE = "special_zone", _("Đặc khu")
    NEIGHBOURHOOD = "neighbourhood", _("Khu dân cư")
    DEPARTMENT = "department", _("Sở, cơ quan")
    CENTRE = "centre", _("Trung tâm")
    BOARD = "board", _("Ban quản lý dự án")
    UTILITY = "utility", _("Doanh nghiệp dịch vụ công ích")
    UNASSIGNED = "unassigned", _("Chưa phân đơn vị")
    PROVIDER = "provider", _("Cơ sở cung cấp dịch vụ")


_PEERS = [
    ("urban", {Kind.URBAN_DISTRICT, Kind.MUNICIPALITY}),
    ("rural", {Kind.RURAL_DISTRICT}),
    ("ward", {Kind.WARD}),
    ("commune", {Kind.COMMUNE, Kind.SPECIAL_ZONE}),
    ("neighbourhood", {Kind.NEIGHBOURHOOD}),
    ("department", {Kind.DEPARTMENT}),
    ("centre", {Kind.CENTRE, Kind.BOARD}),
    ("utility", {Kind.UTILITY}),
    ("provider", {Kind.PROVIDER}),
    ("none", {Kind.CITY, Kind.UNASSIGNED}),
]


_PEER_NAMES = {
    "urban": _("Quận và thành phố thuộc Thành phố"), "rural": _("Huyện"), "ward": _("Phường"),
    "commune": _("Xã và đặc khu"), "neighbourhood": _("Khu phố"), "department": _("Sở"),
    "centre": _("Trung tâm và ban quản lý dự án"), "utility": _("Doanh nghiệp dịch vụ công"),
    "provider": _("Cơ sở cung cấp dịch vụ"),
}


class Unit(NamedInTwoLanguages, models.Model):
    """One unit in one period. Official codes come back with another extent: the key is (code, valid_from).

    `valid_to` is the last day in force by law. Which units work now is what `Unit.objects.in_force()` says.
    """

    Kind = Kind
    ORGANISATIONS = (Kind.DEPARTMENT, Kind.CENTRE, Kind.BOARD, Kind.UTILITY, Kind.PROVIDER)

    code = models.CharField(_("mã"), max_length=32)
    name_vi = models.CharField(_("tên"), max_length=120)
    short_name_vi = models.CharField(_("tên ngắn"), max_length=60)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120)
    short_name_en = models.CharField(_("tên ngắn tiếng Anh"), max_length=60, blank=True)
    kind = models.CharField(_("loại"), max_length=16, choices=Kind.choices)
    group = models.CharField(
        _("nhóm so sánh"), max_length=60, blank=True, db_default="",
        help_text=_("Để trống: nhóm theo loại đơn vị (quận với quận, phường với phường)."),
    )
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("trực thuộc")
    )
    map = models.CharField(
        _("bản đồ"),
        max_length=16,
        blank=True,
        help_text=_("Bản đồ hành chính mà địa bàn này thuộc về; để trống nếu không có địa bàn."),
    )
    valid_from = models.DateField(_("hiệu lực từ"))
    valid_to = models.DateField(_("đến hết ngày"), null=True, blank=True)
    slug = models.SlugField(
        _("tên trong địa chỉ trang"), max_length=80, unique=True, help_text=_("Không dấu, ví dụ quan-1.")
    )
    sort_key = models.CharField(max_length=250, editable=False, db_collation="C", db_index=True)
    population = models.PositiveIntegerField(_("dân số"), null=True, blank=True)
    area_km2 = models.DecimalField(_("diện tích (km²)"), max_digits=9, decimal_places=2, null=True, blank=True)
    label_lat = models.FloatField(_("vĩ độ của nhãn trên bản đồ"), null=True, blank=True)
    label_lon = models.FloatField(_("kinh độ của nhãn trên bản đồ"), null=True, blank=True)
    tile_col = models.SmallIntegerField(_("cột trên bản đồ ô"), null=True, blank=True)
    tile_row = models.SmallIntegerField(_("hàng trên bản đồ ô"), null=True, blank=True)
    phone = models.CharField(_("điện thoại"), max_length=32, blank=True)

    objects = UnitQuerySet.as_manager()

    class Meta:
        ordering = ["sort_key"]
        verbose_name = _("đơn vị")
        verbose_name_plural = _("đơn vị")
        constraints = [
            models.UniqueConstraint(fields=["code", "valid_from"], name="unit_code_period"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(kind__in=["city", "unassigned"]), name="unit_one_city",
                violation_error_message=_("Loại đơn vị này chỉ có một, và đã có rồi."),
            ),
            models.UniqueConstraint(
                fields=["map", "tile_col", "tile_row"],
                name="unit_one_tile_each",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                condition=Q(valid_to__isnull=True) | Q(valid_to__gte=F("valid_from")),
                name="unit_period_in_order",
                violation_error_message=_("Ngày kết thúc phải từ ngày bắt đầu trở đi."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self):
        """No unit is above itself: whoever walks up the tree would never arrive."""
        above, seen = self.parent, {self.pk}
        while above is not None:
            if above.pk in seen:
                message = _("Đơn vị cấp trên không thể là chính đơn vị này hay đơn vị cấp dưới.")
                raise ValidationError({"parent": message})
            seen.add(above.pk)
            above = above.parent

    def save(self, **kwargs):
        self.fill_derived()
        super().save(**kwargs)

    def fill_derived(self):
        """Sort key always, slug when empty: both follow from the names."""
        plain = self.short_name_vi.removeprefix("Quận ")  # numbered districts come first, as officials list them
        self.sort_key = f"{list(Kind).index(self.kind):02d} {vietnamese_key(plain)}"[:250]
        self.slug = self.slug or slug_of(self.name_vi)

    @property
    def short_name(self) -> str:
        return in_force(self.short_name_vi, self.short_name_en)

    @property
    def is_area(self) -> bool:
        return bool(self.map)

    @property
    def is_organisation(self) -> bool:
        return self.kind in self.ORGANISATIONS

    @property
    def peer_group(self) -> str:
        """The family this unit may fairly be ranked in: inner districts among inner districts, and so on."""
        return self.group or next(name for name, kinds in _PEERS if self.kind in kinds)

    def works_on(self, day: date) -> bool:
        """Whether it works on that day under the map in force: what `Unit.objects.in_force(day)` says of many."""
        known = city().maps.get(map_in_force())
        if self.map and (known is None or self.map != known.code):
            return False
        day = known.nearest_day(day) if self.map and known else day
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    @property
    def peer_kinds(self) -> set[str]:
        return next(kinds for _name, kinds in _PEERS if self.kind in kinds)


class Succession(models.Model):
    """Which unit took over from which; `extent` is how much of the old unit went to the new one."""

    class Extent(models.TextChoices):
        WHOLE = "whole", _("toàn bộ")
        PART = "part", _("một phần")

    old = models.ForeignKey(Unit, models.PROTECT, related_name="successors", verbose_name=_("đơn vị cũ"))
    new = models.ForeignKey(Unit, models.PROTECT, related_name="predecessors", verbose_name=_("đơn vị mới"))
    extent = models.CharField(_("phạm vi"), max_length=8, choices=Extent.choices)
    basis = models.CharField(_("căn cứ"), max_length=200, blank=True)

    class Meta:
        ordering = ["old__sort_key", "new__sort_key"]
        verbose_name = _("kế thừa đơn vị")
        verbose_name_plural = _("kế thừa đơn vị")
        constraints = [models.UniqueConstraint(fields=["old", "new"], name="succession_pair")]

    def __str__(self) -> str:
        return f"{self.old.name_vi} → {self.new.name_vi}"


class WorkingSpan(models.Model):
    """Office hours of one weekday; a unit's own rows replace the city's (`unit` empty) as a whole."""

    WEEKDAYS = list(
        enumerate([_("Thứ Hai"), _("Thứ Ba"), _("Thứ Tư"), _("Thứ Năm"), _("Thứ Sáu"), _("Thứ Bảy"), _("Chủ nhật")])
    )

    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("đơn vị"),
        help_text=_("Để trống: áp dụng cho toàn Thành phố."),
    )
    weekday = models.PositiveSmallIntegerField(_("thứ"), choices=WEEKDAYS)
    start = models.TimeField(_("từ"))
    end = models.TimeField(_("đến"))

    class Meta:
        ordering = ["unit_id", "weekday", "start"]
        verbose_name = _("giờ làm việc")
        verbose_name_plural = _("giờ làm việc")
        constraints = [
            models.UniqueConstraint(fields=["unit", "weekday", "start"], nulls_distinct=False, name="span_start"),
            models.CheckConstraint(
                condition=Q(end__gt=F("start")), name="span_in_order",
                violation_error_message=_("Giờ kết thúc phải sau giờ bắt đầu."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.start:%H:%M}–{self.end:%H:%M}"

    def clean(self):
        overlapping = WorkingSpan.objects.filter(
            unit=self.unit, weekday=self.weekday, start__lt=self.end, end__gt=self.start
        ).exclude(pk=self.pk)
        if self.start and self.end and overlapping.exists():
            raise ValidationError(_("Khoảng giờ này chồng lên một khoảng giờ đã có trong cùng ngày."))


class CalendarDay(NamedInTwoLanguages, models.Model):
    """A day that differs from its weekday: a holiday, a make-up working day, a half day."""

    class DayKind(models.TextChoices):
        HOLIDAY = "holiday", _("Nghỉ")
        WORKING = "working", _("Làm việc (làm bù)")
        HALF_DAY = "half_day", _("Làm việc một phần ngày")

    class Origin(models.TextChoices):
        COMPUTED = "computed", _("Tính theo lịch lễ")
        DECISION = "decision", _("Theo văn bản (tệp dữ liệu)")
        OFFICE = "office", _("Nhập tại đơn vị")

    unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("đơn vị"),
        help_text=_("Để trống: áp dụng cho toàn Thành phố."),
    )
    date = models.DateField(_("ngày"))
    kind = models.CharField(_("loại ngày"), max_length=8, choices=DayKind.choices)
    name_vi = models.CharField(_("tên"), max_length=120)
    name_en = models.CharField(_("tên tiếng Anh"), max_length=120)
    spans = models.CharField(
        _("giờ làm việc"),
        max_length=80,
        blank=True,
        help_text=_("Ví dụ 07:30-11:30, 13:00-17:00. Để trống: như ngày thường."),
    )
    decision = models.CharField(_("căn cứ"), max_length=200, blank=True)
    remark = models.CharField(_("ghi chú"), max_length=200, blank=True)
    origin = models.CharField(_("nguồn"), max_length=8, choices=Origin.choices, default=Origin.OFFICE, editable=False)

    class Meta:
        ordering = ["-date"]
        verbose_name = _("ngày đặc biệt")
        verbose_name_plural = _("ngày đặc biệt")
        constraints = [
            models.UniqueConstraint(fields=["unit", "date"], nulls_distinct=False, name="calendar_one_row_per_day"),
        ]

    def __str__(self) -> str:
        return f"{self.date:%d/%m/%Y} {self.name_vi}"

    def clean(self):
        if self.kind == self.DayKind.HALF_DAY and not self.spans:
            raise ValidationError({"spans": _("Ngày làm việc một phần phải ghi rõ giờ làm việc.")})
        if self.spans:
            try:
                parse_spans(self.spans)
            except ValueError as exc:
                raise ValidationError({"spans": str(exc)}) from exc


def peer_group_name(code: str) -> str:
    """What a peer group is called; one that was typed in by hand is its own name."""
    return str(_PEER_NAMES.get(code, code))


def slug_of(name: str) -> str:
    """`Quận Gò Vấp` → `quan-go-vap` (slugify alone would lose đ)."""
    return slugify(name.replace("đ", "d").replace("Đ", "D"))
