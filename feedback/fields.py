"""Form fields that take what people really type, and say clearly what is wrong with it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import lru_cache, partial

from django import forms
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.forms.models import ModelChoiceIterator
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from feedback.models import Category, Channel
from feedback.rules.rulebook import rulebook
from hcmc_ioc.lib.caching import per_language, ttl_cache
from hcmc_ioc.lib.markup import attributes, format_html, join
from hcmc_ioc.lib.phones import parse_phone
from hcmc_ioc.lib.text import clean, hide_phones
from hcmc_ioc.lib.words import Words

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
            lengths = {"limit": f"{self.longest:,}".replace(",", "."), "count": f"{len(value):,}".replace(",", ".")}
            raise forms.ValidationError(_("Tối đa %(limit)s ký tự, hiện có %(count)s. Hãy rút gọn.") % lengths)

    def prepare_value(self, value):
        return clean(value) if isinstance(value, str) else value


class Address(Text):
    """Where it is. A phone number does not belong there: everybody who sees the ticket reads the place."""

    def validate(self, value):
        super().validate(value)
        if hide_phones(value) != value:
            raise forms.ValidationError(_("Không ghi số điện thoại vào địa điểm; ghi vào ô điện thoại."))


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

    def __init__(self, field):
        self.field = field

    @property
    def queryset(self):
        return self.field.queryset

    def __iter__(self):
        if self.field.empty_label is not None:
            yield "", self.field.empty_label
        groups: dict[str, list] = {}
        for row in self.queryset.all():
            groups.setdefault(self.field.heading(row), []).append(self.choice(row))
        yield from groups.items()


class Options(forms.Select):
    """A select written in one go and kept: Django's own renders a template for each of a hundred options. `drawn` gives
    the options of choices that are the same for everybody, so that nobody goes through them."""

    drawn: Callable[[], SafeString] | None = None

    def use_required_attribute(self, initial):
        return self.is_required and super().use_required_attribute(initial)  # which looks at the choices

    def render(self, name, value, attrs=None, renderer=None):
        options = self.drawn() if self.drawn else _options(_plain(self.choices))
        for chosen in self.format_value(value):
            mark = format_html('value="{}"', chosen)
            options = options.replace(f"{mark}>", f"{mark} selected>", 1)
        shown = attributes({"name": name} | self.build_attrs(self.attrs, attrs))
        return format_html("<select{}>{}</select>", shown, join([options]))


def fixed_choice(choices: list, **more) -> forms.ChoiceField:
    """A filter of a list with choices that never change."""
    field = forms.ChoiceField(choices=choices, required=False, widget=Options, **more)
    field.widget.drawn = per_language(lambda: _options(_plain(choices)))
    return field


class DayInput(forms.DateInput):
    """A day to choose, written without a template as `Options` are: a list has a dozen."""

    def render(self, name, value, attrs=None, renderer=None):
        value = self.format_value(value)
        given = {"type": "date", "name": name} | ({} if value is None else {"value": value})
        return format_html("<input{}>", attributes(given | self.build_attrs(self.attrs, attrs)))


def _plain(choices) -> tuple:
    """`choices` of Django (value and label, or heading and choices) as text in tuples."""
    return tuple(
        (str(value), str(label)) if not isinstance(label, list | tuple) else (str(value or ""), _plain(label))
        for value, label in choices
    )


@lru_cache(maxsize=64)
def _options(choices: tuple) -> SafeString:
    return join(_option(*choice) if isinstance(choice[1], str) else _group(*choice) for choice in choices)


def _option(value: str, label: str) -> SafeString:
    return format_html('<option value="{}">{}</option>', value, label)


def _group(heading: str, choices: tuple) -> SafeString:
    options = _options(choices)
    return format_html('<optgroup label="{}">{}</optgroup>', heading, options) if heading else options


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
        super().__init__(None, **more)

    def __deepcopy__(self, memo):
        copied = forms.Field.__deepcopy__(self, memo)
        copied.queryset = None  # which units are in force is asked per form, not per process, and where they are wanted
        copied.widget.drawn = drawn(ANY_AREA if self.areas_only else ANY_UNIT, self.empty_label)
        return copied

    def to_python(self, value):
        """As `CategoryChoice` does, where all of them may be chosen."""
        number = _number(value)
        if self._queryset is None and number in _working(self.areas_only, timezone.localdate()):
            return rulebook().units[number]
        return super().to_python(value)

    @property
    def queryset(self):
        if self._queryset is None:
            self._queryset = in_force(self.areas_only)
        return self._queryset

    @queryset.setter
    def queryset(self, rows):
        self._set_queryset(rows)
        self.widget.drawn = None  # no longer all of them

    def heading(self, unit):
        return Unit.Kind(unit.kind).label


def in_force(areas_only: bool = False):
    """The units that tickets may go to today; areas only where the question is where, not who."""
    units = Unit.objects.in_force()
    areas = units.areas()
    return areas if areas_only else (areas | units.organisations())


@ttl_cache(seconds=10)
def _working(areas_only: bool, day: date) -> frozenset[int]:
    """The ids of those in force on the day, which is today."""
    return frozenset(in_force(areas_only).values_list("pk", flat=True)) & rulebook().units.keys()


def _number(value) -> int:
    """An id as a form sends it; 0, which no row has, for anything else."""
    text = str(value)
    return int(text) if len(text) < 12 and text.isascii() and text.isdecimal() else 0


class CategoryChoice(GroupedChoice):
    """A kind of problem that is in use (`keep`: or the one that the ticket already has), in groups by field."""

    default_error_messages = {"invalid_choice": _("Lĩnh vực này đã ngừng sử dụng, chọn lĩnh vực khác.")}

    def __init__(self, *, keep: int | None = None, **more):
        in_use = Q(is_active=True, parent__is_active=True)
        categories = Category.objects.filter(in_use | Q(pk=keep), parent__isnull=False)
        super().__init__(categories.select_related("parent").order_by("parent__position", "position"), **more)
        if keep is None:
            self.widget.drawn = drawn(ANY_CATEGORY, self.empty_label)

    def to_python(self, value):
        """From the rulebook, as routing reads it; what that does not know is asked of the database."""
        known = rulebook().categories
        row = known.get(_number(value))
        if row and row.is_active and row.parent_id and known[row.parent_id].is_active:
            return row
        return super().to_python(value)

    def heading(self, category):
        return category.parent.name


class FieldChoice(GroupedChoice):
    """A whole field, or one kind of problem in it; also what is not in use any more, for lists reach back."""

    default_error_messages = {"invalid_choice": _("Không có lĩnh vực này, chọn lĩnh vực khác.")}

    def __init__(self, **more):
        fields_first = Category.objects.select_related("parent").order_by(
            Coalesce("parent__position", "position"), Coalesce("parent_id", "pk"), F("parent").asc(nulls_first=True),
            "position")
        super().__init__(fields_first, **more)

    def heading(self, category):
        return (category.parent or category).name

    def label_from_instance(self, category):
        return category.name if category.parent_id else _("Cả lĩnh vực %(name)s") % {"name": category.name}


class ChannelInUse(forms.ModelChoiceField):
    """How a report reaches the city today."""

    widget = Options

    def __init__(self, **more):
        super().__init__(Channel.objects.filter(is_active=True), **more)
        self.widget.drawn = drawn(ANY_CHANNEL_IN_USE, self.empty_label)

    def to_python(self, value):
        """As `CategoryChoice` does."""
        row = rulebook().channels.get(_number(value))
        return row if row and row.is_active else super().to_python(value)


class ChannelChoice(GroupedChoice):
    """How a report reached the city."""

    default_error_messages = {"invalid_choice": _("Không có kênh này, chọn kênh khác.")}

    def __init__(self, **more):
        super().__init__(Channel.objects.order_by("position"), **more)

    def heading(self, channel):
        return ""


class Filter(forms.TypedChoiceField):
    """A filter of a list over the rows of a `GroupedChoice`: gives an id, and keeps its choices for ten seconds.

    A list is asked for all day; the form of a ticket asks the database which rows are in use.
    """

    widget = Options

    def __init__(self, grouped: partial, empty_label, **more):
        super().__init__(
            coerce=int, empty_value=None, required=False, error_messages=grouped.func.default_error_messages,
            choices=lambda: (("", empty_label), *_kept(grouped, get_language())), **more,
        )
        self.widget.drawn = drawn(grouped, empty_label)

    def only(self, ids) -> None:
        """Leave those choices alone whose id is in `ids`."""
        wanted = {str(pk) for pk in ids}
        empty, *groups = self.choices
        kept = [(heading, [row for row in rows if row[0] in wanted]) for heading, rows in groups]
        self.choices = [empty, *((heading, rows) for heading, rows in kept if rows)]
        self.widget.drawn = None


@ttl_cache(seconds=10)
def _kept(grouped: partial, language: str | None) -> tuple:
    return _plain(grouped().choices)


def drawn(grouped: partial, empty_label: Words | None) -> Callable[[], SafeString]:
    """All choices of such a field as options, at most ten seconds old; what is chosen is asked anew."""
    return lambda: _kept_options(grouped, empty_label if empty_label is None else str(empty_label), get_language())


@ttl_cache(seconds=10)
def _kept_options(grouped: partial, empty_label: str | None, language: str | None) -> SafeString:
    empty = () if empty_label is None else (("", empty_label),)
    return _options((*empty, *_kept(grouped, language)))


ANY_CATEGORY = partial(CategoryChoice, empty_label=None)
ANY_FIELD = partial(FieldChoice, empty_label=None)
ANY_CHANNEL_IN_USE = partial(ChannelInUse, empty_label=None)
ANY_CHANNEL = partial(ChannelChoice, empty_label=None)
ANY_UNIT = partial(UnitChoice, empty_label=None)
ANY_AREA = partial(UnitChoice, areas_only=True, empty_label=None)
