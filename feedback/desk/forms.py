"""What a person must and may give for each move, as forms. Errors stand at their fields; what was typed is kept."""

from datetime import timedelta

from django import forms
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, Kind
from accounts.models import Membership, User
from accounts.roles import UNIT
from feedback.contacts import REASONS
from feedback.desk import corrections, earlier
from feedback.fields import Address, CategoryChoice, Moment, Phone, Text, UnitChoice, in_force
from feedback.models import Ticket, Urgency
from feedback.rules import promises
from feedback.rules.rulebook import rulebook
from feedback.rules.workflow import MOVES, NEEDS, AskedBy, IllegalMove

SCORES = [(5, _("Rất hài lòng")), (4, _("Hài lòng")), (3, _("Chấp nhận")), (2, _("Không hài lòng")),
          (1, _("Rất không hài lòng"))]

FARTHEST = timedelta(days=366)  # a later deadline is a slip of the pen


# What becomes of the date, said before the move is made.
OF_THE_DATE = {
    "transfer": _("Còn đủ thời gian thì hạn đi theo phản ánh. Không đủ, hoặc đã trễ, thì hạn ở lại với đơn vị của bạn "
                  "và đơn vị nhận có hạn mới."),
    "send_back": _("Còn đủ thời gian thì hạn đi theo phản ánh. Không đủ, hoặc đã trễ, thì hạn ở lại với đơn vị của "
                   "bạn. Phản ánh trở lại thì hạn là thời gian còn khi trả."),
    "ask_citizen": _("Đồng hồ dừng khi chờ người dân nếu hạn chưa qua; tổng thời gian chờ có giới hạn. Hạn đã trễ vẫn "
                     "là trễ."),
    "ask_extension": _("Chỉ đề nghị được một lần, trước hạn. Được đồng ý thì hạn mới thay hạn đang có; tỷ lệ đúng hạn "
                       "ban đầu vẫn tính theo hạn cũ."),
}


class MoveForm(forms.Form):
    """One move on one ticket. `given()` is what the verb takes beside actor and ticket."""

    consequences: list[str] = []

    @property
    def of_the_date(self):
        return OF_THE_DATE.get(self.move.verb, "")

    version = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=0)
    request_id = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, verb: str, ticket: Ticket, actor: Actor, data=None, initial=None):
        self.move, self.ticket, self.actor = MOVES[verb], ticket, actor
        self.asked = earlier.request_to_reopen(ticket) if verb in ("reopen", "refuse_reopening") else None
        super().__init__(data, initial={"version": ticket.version} | (initial or {}), auto_id=f"id_{verb}_%s")
        for need in self.move.needs:
            self.fields[need] = _FIELDS[need](self)
            self.fields[need].error_messages["required"] = NEEDS[need]
        more = _MORE.get(verb)
        if more:
            more(self)

    def given(self) -> dict:
        """Keyword arguments of the verb, ids in place of rows."""
        values = {k: v for k, v in self.cleaned_data.items() if k not in ("version", "request_id")}
        if self.move.verb == "edit":
            return {"values": self.changes}
        if self.move.verb == "join":
            return {"reporter": values}
        if "coordinating" in values:
            values["coordinating"] = [unit.pk for unit in values["coordinating"]]
        return {k: v.pk if hasattr(v, "pk") else v for k, v in values.items()}

    def clean_due_at(self):
        due_at = self.cleaned_data["due_at"]
        if due_at and due_at <= timezone.now():
            raise forms.ValidationError(_("Hạn mới phải ở tương lai."))
        if due_at and self.ticket.due_at and due_at <= self.ticket.due_at:
            raise forms.ValidationError(_("Hạn mới phải sau hạn đang có."))
        if due_at and due_at > timezone.now() + FARTHEST:
            raise forms.ValidationError(_("Hạn mới xa quá một năm. Kiểm tra lại ngày giờ."))
        return due_at

    def clean_target(self):
        code = "".join(self.cleaned_data["target"].upper().split())
        target = Ticket.objects.visible_to(self.actor).filter(code=code).only("pk", "code").first()
        if target is None:
            raise forms.ValidationError(_("Không có phản ánh nào mang mã này."))
        return target

    def clean_score(self):
        return int(self.cleaned_data["score"])

    def clean_promise(self):
        return int(self.cleaned_data["promise"])

    def clean(self):
        values = super().clean()
        if self.move.verb == "join" and not self.errors and not (values["name"] or values["phone"]):
            self.add_error("phone", _("Ghi số điện thoại hoặc họ tên của người cùng phản ánh."))
        if self.move.verb == "edit" and not self.errors:
            self.changes = _changes(self.ticket, values)
            if not self.changes:
                raise forms.ValidationError(_("Chưa có thông tin nào thay đổi."))
            self._ask_again()
        return values


    def _ask_again(self):
        """A correction that changes unit or date is shown first, and saved when a person sends it again as it is."""
        if self.actor.kind != Kind.PERSON:
            return
        try:
            mark, self.consequences = corrections.consequences(self.actor, self.ticket, self.changes)
        except IllegalMove:
            return  # closed meanwhile: the verb says so, and what happened
        if mark and mark != self.data.get("confirmed"):
            self.data = self.data.copy()
            self.data["confirmed"] = mark
            raise forms.ValidationError(_("Việc sửa này đổi đơn vị hoặc hạn xử lý. Xem lại bên dưới rồi lưu lần nữa."))


def assignees(ticket: Ticket):
    """The people who may be given `ticket`: those who work in its unit or above it."""
    line = rulebook().area_line(ticket.unit_id)
    working = Membership.objects.valid().filter(is_active=True, role__in=UNIT, unit_id__in=line)
    return User.objects.filter(is_active=True, pk__in=working.values("user_id")).order_by("full_name")


def _unit(form):
    field = UnitChoice(label=_("Đơn vị nhận"))
    field.queryset = field.queryset.exclude(pk=form.ticket.unit_id)
    returned = earlier.returned(form.ticket)
    _tell_who_returned(field, returned)
    if form.move.verb == "forward":
        ticket = form.ticket
        routed = rulebook().route(category_id=ticket.category_id, area_id=ticket.area_id, urgency=ticket.urgency,
                                  at=timezone.now())
        if routed and routed.unit_id not in {once.unit.pk for once in returned}:
            form.initial.setdefault("unit", routed.unit_id)
    return field


def _tell_who_returned(field: UnitChoice, returned: list[earlier.Returned]) -> None:
    """Beside the choice, and at each such unit in it."""
    names = {once.unit.pk: gettext("%(unit)s – đã trả lại") % {"unit": once.unit.name} for once in returned}
    field.label_from_instance = lambda unit: names.get(unit.pk) or str(unit)
    lines = (gettext("%(unit)s đã trả lại lúc %(at)s: %(why)s") % {
        "unit": once.unit.name, "at": f"{timezone.localtime(once.at):%H:%M, %d/%m/%Y}", "why": once.why,
    } for once in returned)
    field.help_text = format_html_join("", '<p class="warn-text">{}</p>', ((line,) for line in lines))


def _assignee(form):
    people = assignees(form.ticket)
    field = forms.ModelChoiceField(people, label=_("Người xử lý"), empty_label=_("Chọn…"))
    field.error_messages["invalid_choice"] = _("Chọn cán bộ đang làm việc tại đơn vị xử lý.")
    form.initial.setdefault("assignee", form.ticket.assignee_id or (form.actor.user and form.actor.user.pk))
    return field


def _note(form):
    label = {"note": _("Ghi chú"), "resume": _("Người dân trả lời")}.get(form.move.verb, _("Lý do"))
    return Text(label=label, rows=3, help_text=_("Chỉ cán bộ đọc được, người dân không thấy."))


def _reply(form):
    label = {"ask_citizen": _("Cần người dân bổ sung gì"), "report_progress": _("Tiến độ"),
             "reject": _("Lý do từ chối")}.get(form.move.verb, _("Trả lời người dân"))
    return Text(label=label, rows=5, help_text=_("Người dân đọc nguyên văn những lời này."))


def _due_at(form):
    ticket, latest = form.ticket, None
    promise = promises.in_force(list(ticket.promises.order_by("pk")), ticket)
    if promise:
        latest = promises.latest_extension(promise, ticket, timezone.now(), rulebook())
    day = date_format(timezone.localtime(latest), "d/m/Y H:i") if latest else ""
    return Moment(label=_("Hạn mới"), help_text=_("Muộn nhất %(day)s.") % {"day": day} if day else "")


def _promise(form):
    """The dates that have passed, each with its unit."""
    now, book = timezone.now(), rulebook()
    broken = [p for p in form.ticket.promises.order_by("pk") if promises.may_be_withdrawn(p, now, book)]
    names = [(p.pk, _("%(unit)s, hạn %(day)s") % {
        "unit": book.units[p.unit_id].name, "day": date_format(timezone.localtime(p.due_at), "d/m/Y H:i"),
    }) for p in broken]
    return forms.ChoiceField(label=_("Hạn đã trễ"), choices=names, widget=forms.RadioSelect)


def _asked_by(form):
    """The unit only while its request stands, and then first of all."""
    choices = [choice for choice in AskedBy.choices if form.asked or choice[0] != AskedBy.UNIT]
    if form.asked:
        form.initial.setdefault("asked_by", AskedBy.UNIT)
    return forms.ChoiceField(label=_("Ai yêu cầu mở lại"), choices=choices, widget=forms.RadioSelect)


def _score(form):
    return forms.ChoiceField(label=_("Mức độ hài lòng"), choices=SCORES, widget=forms.RadioSelect)


def _target(form):
    return forms.CharField(label=_("Mã phản ánh gốc"), max_length=40,
                           help_text=_("Phản ánh đang mở mà phản ánh này trùng với."))


_FIELDS = {"unit": _unit, "assignee": _assignee, "note": _note, "reply": _reply, "due_at": _due_at, "score": _score,
           "target": _target, "promise": _promise, "asked_by": _asked_by}


def _forward(form):
    form.fields["coordinating"] = forms.ModelMultipleChoiceField(
        in_force(), required=False, label=_("Đơn vị phối hợp"),
        widget=forms.CheckboxSelectMultiple({"class": "many"}),
    )
    form.fields["note"] = Text(label=_("Lời dặn"), rows=2, required=False,
                               help_text=_("Chỉ cán bộ đọc được, người dân không thấy."))


def _join(form):
    form.fields["phone"] = Phone(label=_("Điện thoại"), required=False)
    form.fields["name"] = Text(label=_("Họ tên"), max_length=120, required=False)


def _rate(form):
    form.fields["note"] = Text(label=_("Nhận xét của người dân"), rows=2, required=False)


def _extend(form):
    form.fields["note"] = Text(label=_("Ý kiến"), rows=2, required=False,
                               help_text=_("Chỉ cán bộ đọc được, người dân không thấy."))


def _edit(form):
    ticket = form.ticket
    form.fields["confirmed"] = forms.CharField(widget=forms.HiddenInput, required=False)
    form.fields["category"] = CategoryChoice(label=_("Lĩnh vực"), keep=ticket.category_id)
    form.fields["urgency"] = forms.ChoiceField(label=_("Mức độ"), choices=Urgency.choices)
    form.fields["area"] = UnitChoice(label=_("Địa bàn"), areas_only=True, required=False)
    form.fields["address"] = Address(label=_("Địa điểm"), max_length=300, required=False)
    form.fields["needs_several"] = forms.BooleanField(label=_("Cần nhiều đơn vị"), required=False)
    form.fields["is_public"] = forms.BooleanField(label=_("Công khai"), required=False)
    form.fields["hides_name"] = forms.BooleanField(label=_("Giấu tên người phản ánh"), required=False)
    for name in EDITED:
        form.initial.setdefault(name, getattr(ticket, f"{name}_id" if name in ("category", "area") else name))


_MORE = {"forward": _forward, "join": _join, "rate": _rate, "edit": _edit, "extend": _extend}
EDITED = ("category", "urgency", "area", "address", "needs_several", "is_public", "hides_name")


def _changes(ticket: Ticket, values: dict) -> dict:
    """Only what differs from the ticket, by the names that `actions.edit` takes."""
    new = {"category_id": values["category"].pk, "area_id": values["area"].pk if values["area"] else None}
    new |= {name: values[name] for name in EDITED if name not in ("category", "area")}
    changed = {name: value for name, value in new.items() if getattr(ticket, name) != value}
    if "area_id" in changed:
        changed |= {"unit_source": "typed", "near_border": False}
    return changed


class ContactForm(forms.Form):
    """Why somebody wants to read a reporter's contact data."""

    reason = forms.ChoiceField(label=_("Lý do xem"))

    def __init__(self, *args, **more):
        super().__init__(*args, **more)
        self.fields["reason"].choices = [("", _("Chọn lý do…")), *REASONS.items()]
        self.fields["reason"].error_messages["required"] = _("Chọn lý do trước khi xem.")
