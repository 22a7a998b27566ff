"""Form fields that take what people really type, and say clearly what is wrong with it."""

from datetime import datetime, timedelta

from django import forms
from django.db.models import Q
from django.forms.models import ModelChoiceIterator
from django.forms.utils import flatatt
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from feedback.models import Category
from hcmc_ioc.lib.phones import parse_phone
from hcmc_ioc.lib.text import clean

LONGEST = 10_000  # characters of a report, a reply or a note
CLOCKS_DIFFER = timedelta(minutes=2)
OLDEST_REPORT = timedelta(days=366)


class Text(forms.CharField):
    """Free text: NFC, without control characters, at most `max_length` characters (over it nothing is cut)."""

    def __init__(self, *, rows: int = 0, **more):
        self.longest = more.pop("max_length", LONGEST)
        if rows:
            more.setdefault("widget", forms.Textarea({"rows": rows}))
        super().__init__(**more)

    def to_python(self, value):
        return clean(super().to_python(value)) if value else ""

    def run_validators(self, value):
        if len(value) > self.longest:
            told = {"limit": f"{self.longest:,}".replace(",", "."), "count": f"{len(value):,}".replace(",", ".")}
            raise forms.ValidationError(_("Tối đa %(limit)s ký tự, hiện có %(count)s. Hãy rút gọn.") % told)

    def prepare_value(self, value):
        return clean(value) if isinstance(value, str) else value


class Phone(forms.CharField):
    """A phone number in any shape → E.164."""

    widget = forms.TextInput({"inputmode": "tel", "autocomplete": "off"})

    def to_python(self, value):
        try:
            return parse_phone(clean(str(value or ""))[:40])
        except ValueError as exc:
            raise forms.ValidationError(str(exc)) from exc


class Moment(forms.DateTimeField):
    """A local date and time as browsers and people write it."""

    widget = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    input_formats = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%d/%m/%Y %H:%M", "%H:%M %d/%m/%Y"]
    default_error_messages = {"invalid": _("Ngày giờ không đọc được. Ví dụ đúng: 23/11/2026 14:30.")}

    def __init__(self, **more):
        super().__init__(input_formats=self.input_formats, **more)


def check_past(moment: datetime | None) -> None:
    """For the moment of a report: not in the future, not older than a year."""
    now = timezone.now()
    if moment and moment > now + CLOCKS_DIFFER:
        raise forms.ValidationError(_("Thời điểm này ở tương lai. Kiểm tra lại ngày giờ."))
    if moment and moment < now - OLDEST_REPORT:
        raise forms.ValidationError(_("Thời điểm này đã quá một năm. Kiểm tra lại ngày giờ."))


class Grouped(ModelChoiceIterator):
    """The rows of a choice under the headings that its field gives them."""

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        groups: dict[str, list] = {}
        for row in self.queryset.all():
            groups.setdefault(self.field.heading(row), []).append(self.choice(row))
        yield from groups.items()


class Options(forms.Select):
    """A select written in one go: Django's own renders a template for each of a hundred options."""

    def render(self, name, value, attrs=None, renderer=None):
        groups = self.optgroups(name, self.format_value(value))
        options = mark_safe("".join(_group(heading, options) for heading, options, _number in groups))  # noqa: S308
        shown = flatatt({"name": name} | self.build_attrs(self.attrs, attrs))
        return format_html("<select{}>{}</select>", shown, options)


def _group(heading, options) -> str:
    written = format_html_join(
        "", '<option value="{}"{}>{}</option>',
        ((o["value"], mark_safe(" selected") if o["selected"] else "", o["label"]) for o in options),
    )
    return format_html('<optgroup label="{}">{}</optgroup>', heading, written) if heading else written


class GroupedChoice(forms.ModelChoiceField):
    """A choice of rows under headings; subclasses say `heading(row)`."""

    iterator = Grouped
    widget = Options

    def __init__(self, queryset, **more):
        more.setdefault("empty_label", _("Chọn…"))
        super().__init__(queryset, **more)


class UnitChoice(GroupedChoice):
    """A unit that tickets may go to today, in groups by its kind."""

    default_error_messages = {"invalid_choice": _("Đơn vị này không còn hoạt động, chọn đơn vị khác.")}

    def __init__(self, *, areas_only: bool = False, **more):
        self.areas_only = areas_only
        super().__init__(in_force(areas_only), **more)

    def __deepcopy__(self, memo):
        copied = super().__deepcopy__(memo)
        copied.queryset = in_force(self.areas_only)  # which units are in force is asked per form, not per process
        return copied

    def heading(self, unit):
        return Unit.Kind(unit.kind).label


def in_force(areas_only: bool = False):
    """The units that tickets may go to today; areas only where the question is where, not who."""
    units = Unit.objects.in_force()
    areas = units.areas()
    return areas if areas_only else (areas | units.organisations())


class CategoryChoice(GroupedChoice):
    """A kind of problem that is in use (`keep`: or the one that the ticket already has), in groups by field."""

    default_error_messages = {"invalid_choice": _("Lĩnh vực này đã ngừng sử dụng, chọn lĩnh vực khác.")}

    def __init__(self, *, keep: int | None = None, **more):
        in_use = Q(is_active=True, parent__is_active=True)
        categories = Category.objects.filter(in_use | Q(pk=keep), parent__isnull=False)
        super().__init__(categories.select_related("parent").order_by("parent__position", "position"), **more)

    def heading(self, category):
        return category.parent.name
