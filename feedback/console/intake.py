"""What an operator typed about a call → an `Intake` and a reporter, or clear messages at the fields."""

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor
from districts.explanations import explain
from districts.geo import BadPoint, check_point
from districts.models import Unit
from feedback import actions
from feedback.access import may_open_in
from feedback.console import drafts
from feedback.fields import Address, CategoryChoice, ChannelInUse, Moment, Phone, Text, UnitChoice, check_past
from feedback.models import DeadlineRule, Ticket, Urgency
from feedback.rules import reasons
from feedback.rules.lifecycle import Intake, counter_channel
from feedback.rules.rulebook import rulebook

TOO_LARGE = _("Bản nháp quá dài, hãy rút gọn nội dung.")
YES_NO = [("yes", _("Có")), ("no", _("Không"))]


class ReporterForm(forms.Form):
    """Who calls."""

    phone = Phone(label=_("Điện thoại"), required=False)
    name = Text(label=_("Họ tên"), max_length=120, required=False)
    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)


class IntakeForm(ReporterForm):
    """One report. What is left open (level, public, several units, unit) follows the category and the rules."""

    hides_name = forms.BooleanField(label=_("Giấu tên"), required=False)
    body = Text(label=_("Nội dung"), rows=5, help_text=_("Tối đa 10.000 ký tự."))
    category = CategoryChoice(label=_("Lĩnh vực"))
    address = Address(label=_("Địa điểm"), max_length=300, required=False)
    lat = forms.CharField(widget=forms.HiddenInput, required=False)
    lon = forms.CharField(widget=forms.HiddenInput, required=False)
    area = UnitChoice(label=_("Địa bàn"), areas_only=True, required=False, empty_label=_("Theo vị trí"))
    border_ok = forms.BooleanField(label=_("Đã hỏi lại người dân: đúng địa bàn này"), required=False)
    no_place = forms.BooleanField(label=_("Không có địa điểm"), required=False)
    no_place_reason = Text(label=_("Vì sao không có địa điểm"), max_length=200, required=False)
    unit = UnitChoice(label=_("Đơn vị xử lý"), required=False, empty_label=_("Theo quy tắc"))
    unit_reason = Text(label=_("Lý do chọn đơn vị khác"), max_length=300, required=False)
    urgency = forms.ChoiceField(label=_("Mức độ"), choices=Urgency.choices, widget=forms.RadioSelect, required=False)
    needs_several = forms.ChoiceField(label=_("Cần nhiều đơn vị"), choices=YES_NO, widget=forms.RadioSelect,
                                      required=False)
    is_public = forms.ChoiceField(label=_("Công khai"), choices=YES_NO, widget=forms.RadioSelect, required=False)
    channel = ChannelInUse(label=_("Kênh tiếp nhận"), empty_label=None)
    occurred_at = Moment(label=_("Tiếp nhận lúc (để trống là bây giờ)"), required=False)
    draft = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, actor: Actor, *args, **more):
        super().__init__(*args, **more)
        self.actor = actor
        self.fields["body"].error_messages["required"] = _("Ghi nội dung người dân phản ánh.")
        self.fields["category"].error_messages["required"] = _("Chọn lĩnh vực.")
        self.fields["channel"].error_messages["invalid_choice"] = _("Kênh này đã ngừng sử dụng, chọn kênh khác.")
        self.located = None
        if actor.is_of_unit:
            self._keep_to_the_counter(actor)

    def _keep_to_the_counter(self, actor: Actor) -> None:
        """A unit's own people record what citizens bring to them: places in their area, routed like any other."""
        for name in ("channel", "unit", "unit_reason", "no_place", "no_place_reason"):
            del self.fields[name]
        area = self.fields["area"]
        area.queryset = area.queryset.filter(pk__in=actor.scope)
        if actor.own_unit_id in actor.scope:
            self.initial.setdefault("area", actor.own_unit_id)

    def clean_occurred_at(self):
        check_past(self.cleaned_data["occurred_at"])
        return self.cleaned_data["occurred_at"]

    def clean(self):
        values = super().clean()
        self._check_reporter(values)
        self._check_place(values)
        if values.get("unit") and not values.get("unit_reason") and "unit_reason" not in self.errors:
            self.add_error("unit_reason", _("Ghi lý do chọn đơn vị khác với quy tắc."))
        return values

    def _check_reporter(self, values) -> None:
        if self.actor.is_of_unit:
            return  # who stands at the counter may leave no number
        channel = values.get("channel")
        by_phone = channel is not None and channel.code == "phone"
        if by_phone and not (values.get("phone") or values.get("hides_name") or "phone" in self.errors):
            self.add_error("phone", _("Ghi số điện thoại, hoặc đánh dấu “Giấu tên” nếu người dân không cho số."))

    def _check_place(self, values) -> None:
        if values.get("no_place"):
            if not values.get("no_place_reason"):
                self.add_error("no_place_reason", _("Ghi vì sao không có địa điểm."))
            return
        if values.get("lat") or values.get("lon"):
            try:
                self.located = check_point(values.get("lat"), values.get("lon"))
            except BadPoint as bad:
                self.add_error("address", str(bad))
                return
            self._check_border(values)
            self._check_own_area(values)
        elif not values.get("area") and not {"area", "address"} & set(self.errors):
            self.add_error("address", _("Chưa rõ địa điểm: chọn trong gợi ý, ghim trên bản đồ hoặc chọn địa bàn. "
                                        "Nếu không có, đánh dấu “Không có địa điểm”."))

    def _check_border(self, values) -> None:
        if not values.get("area") and self.located.unit_code:
            values["area"] = Unit.objects.in_force().areas().filter(code=self.located.unit_code).first()
        if self.located.near_border and not values.get("border_ok"):
            name = values["area"].name if values.get("area") else "?"
            message = _("Vị trí gần ranh giới %(name)s: hỏi lại người dân rồi xác nhận địa bàn.") % {"name": name}
            self.add_error("border_ok", message)

    def _check_own_area(self, values) -> None:
        area = values.get("area")
        point = self.located and (float(values["lat"]), float(values["lon"]))
        if "area" not in self.errors and not may_open_in(self.actor, area.pk if area else None, point or None):
            self.add_error("address", _("Địa điểm này không thuộc địa bàn của đơn vị. Hướng dẫn người dân gọi 1022."))

    def intake(self, now: datetime, **more) -> Intake:
        """What was typed; `more` is what only other systems send."""
        values, category = self.cleaned_data, self.cleaned_data["category"]
        no_place, unit = values.get("no_place"), values.get("unit")
        area, placed = values["area"], bool(values["lat"]) and not no_place
        found_here = placed and self.located and area and area.code == self.located.unit_code
        return Intake(
            category_id=category.pk, channel_id=self._channel_id(values), body=values["body"],
            occurred_at=values["occurred_at"] or now, address=values["address"],
            lat=float(values["lat"]) if placed else None, lon=float(values["lon"]) if placed else None,
            area_id=area.pk if area and not no_place else None,
            unit_source=self.located.source if found_here else "typed" if area else "",
            near_border=bool(placed and self.located and self.located.near_border),
            urgency=values["urgency"] or category.urgency,
            needs_several=_decided(values["needs_several"], category.needs_several),
            is_public=_decided(values["is_public"], category.is_public),
            hides_name=values["hides_name"],
            unit_id=unit.pk if unit else None, unit_reason=values.get("unit_reason", ""),
            **more,
        )

    def _channel_id(self, values) -> int:
        if channel := values.get("channel"):
            return channel.pk
        return counter_channel(rulebook())

    @property
    def reporter(self) -> dict:
        return {name: self.cleaned_data[name] for name in ("name", "phone")}


def _decided(said: str, default: bool) -> bool:
    return said == "yes" if said else default


def record(form: IntakeForm, *, actor: Actor, now: datetime | None = None) -> Ticket:
    """Save a valid form: the ticket, why it has no place, and the end of its draft. Sent twice, once."""
    now = now or timezone.now()
    remark = ""
    if form.cleaned_data.get("no_place"):
        remark = _("Không có địa điểm: %(why)s") % {"why": form.cleaned_data["no_place_reason"]}
    ticket = actions.open_ticket(actor=actor, intake=form.intake(now), reporter=form.reporter, remark=remark, at=now)
    drafts.discard(owner=actor.user, token=form.cleaned_data["draft"])
    return ticket


@dataclass(frozen=True)
class Preview:
    """Where a report would go and until when, with the reasons. `unit` is None where nobody is known."""

    unit: Unit | None
    why: str
    coordinating: list[Unit]
    due: datetime | None
    due_why: str
    regulation: str
    urgency: str
    is_public: bool
    needs_several: bool


def preview(*, category_id: int | None, area_id: int | None, urgency: str = "", needs_several: str = "",
            unit_id: int | None = None, now: datetime) -> Preview | None:
    """What saving would decide; None while there is no category in use to decide by."""
    book = rulebook()
    category = book.categories.get(category_id)
    if category is None or not category.is_active or not category.parent_id:
        return None
    urgency = urgency if urgency in Urgency.values else category.urgency
    several = _decided(needs_several, category.needs_several)
    area_id = area_id if area_id in book.units else None
    routed = book.route(category_id=category.pk, area_id=area_id, urgency=urgency, at=now)
    chosen = book.units.get(unit_id) or (book.units[routed.unit_id] if routed else None)
    due = book.due(DeadlineRule.Kind.RESULT, category_id=category.pk, urgency=urgency, needs_several=several,
                   start=now, unit_id=chosen.pk if chosen else book.unassigned_id)
    return Preview(
        unit=chosen, why=reasons.routing(routed.rule, book, area_id) if routed else "",
        coordinating=[book.units[pk] for pk in routed.coordinating_ids] if routed and not unit_id else [],
        due=due.at if due else None, due_why=explain(due.explanation, get_language() or "vi") if due else "",
        regulation=due.rule.regulation if due else "", urgency=urgency, is_public=category.is_public,
        needs_several=several,
    )
