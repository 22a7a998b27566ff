"""Units and the working calendar in the admin: catalogue rows are dated, never deleted.

Wherever the admin asks for a unit it is found by typing its name, among those in force (`ChoosesUnits`).
"""

from django import forms
from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin
from django.contrib.admin.widgets import AutocompleteSelect, AutocompleteSelectMultiple
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from .calendars import calendar_for
from .models import CalendarDay, Succession, Unit, WorkingSpan

# What a field offers (`ChoosesUnits.among`): units that work now, unless it says "history".
AMONG = {
    "working": lambda units: units.in_force().exclude(kind=Unit.Kind.UNASSIGNED),
    "areas": lambda units: units.in_force().areas(),
    "organisations": lambda units: units.in_force().organisations(),
    "handling": lambda units: units.in_force().areas() | units.in_force().organisations(),
    "history": lambda units: units.all(),
}


class ByName:
    """A field of units that is searched; the site's search is told among which of them."""

    among = "working"

    def get_url(self):
        return f"{super().get_url()}?among={self.among}"

    def build_attrs(self, base_attrs, extra_attrs=None):
        return super().build_attrs(base_attrs, extra_attrs) | {"data-placeholder": _("Gõ tên đơn vị để tìm")}


class UnitByName(ByName, AutocompleteSelect):
    pass


class UnitsByName(ByName, AutocompleteSelectMultiple):
    pass


class UnitsForm(forms.ModelForm):
    """A row keeps the unit that it has, also when it is in force no more."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            queryset = getattr(field, "queryset", None)
            if queryset is not None and queryset.model is Unit and (own := self.initial.get(name)):
                kept = [getattr(unit, "pk", unit) for unit in (own if isinstance(own, list) else [own])]
                field.queryset = queryset | Unit.objects.filter(pk__in=kept)


class ChoosesUnits(BaseModelAdmin):
    """For the admin of rows that name units: `among` says for a field which it offers (default: all that work)."""

    form = UnitsForm
    among: dict[str, str] = {}

    def formfield_for_dbfield(self, db_field, request, **more):
        field = super().formfield_for_dbfield(db_field, request, **more)
        if field and db_field.related_model is Unit:  # units are not made in passing
            field.widget.can_add_related = field.widget.can_change_related = field.widget.can_view_related = False
        return field

    def formfield_for_foreignkey(self, db_field, request, **more):
        return super().formfield_for_foreignkey(db_field, request, **self._choice(db_field, UnitByName), **more)

    def formfield_for_manytomany(self, db_field, request, **more):
        return super().formfield_for_manytomany(db_field, request, **self._choice(db_field, UnitsByName), **more)

    def _choice(self, db_field, widget):
        if db_field.related_model is not Unit:
            return {}
        searched = widget(db_field, self.admin_site)
        searched.among = self.among.get(db_field.name, "working")
        return {"widget": searched, "queryset": AMONG[searched.among](Unit.objects)}


class NeverDeleted(ChoosesUnits, admin.ModelAdmin):
    def has_delete_permission(self, request, obj=None):
        return False


class InForce(admin.SimpleListFilter):
    title = _("hiệu lực")
    parameter_name = "in_force"

    def lookups(self, request, model_admin):
        return [("yes", _("Đang hoạt động")), ("no", _("Không hoạt động"))]

    def queryset(self, request, queryset):
        working = Q(pk__in=Unit.objects.in_force().values("pk"))
        return queryset.filter({"yes": working, "no": ~working}.get(self.value(), Q()))


@admin.register(Unit)
class UnitAdmin(NeverDeleted):
    list_display = ["name_vi", "kind", "parent", "code", "map", "valid_from", "valid_to", "phone"]
    list_filter = [InForce, "kind"]
    list_select_related = ["parent"]
    search_fields = ["name_vi", "name_en", "code", "slug"]  # the slug is the name without diacritics
    prepopulated_fields = {"slug": ["name_vi"]}

    def get_search_results(self, request, queryset, search_term):
        """For a field that asks for a unit, among what it offers alone."""
        if among := AMONG.get(request.GET.get("among")):
            queryset = among(queryset)
        return super().get_search_results(request, queryset, search_term)


@admin.register(Succession)
class SuccessionAdmin(NeverDeleted):
    list_display = ["old", "new", "extent", "basis"]
    list_filter = ["extent"]
    search_fields = ["old__name_vi", "new__name_vi"]
    list_select_related = ["old", "new"]
    among = {"old": "history", "new": "history"}


class CalendarAdmin(ChoosesUnits, admin.ModelAdmin):
    """What is saved here is what deadlines made from now on are counted by; promises made before stay."""

    list_select_related = ["unit"]

    @admin.display(description=_("đơn vị"), ordering="unit")
    def of_whom(self, row):
        return row.unit or str(_("Toàn Thành phố")).replace(" ", "\xa0")

    def save_model(self, request, obj, form, change):
        if isinstance(obj, CalendarDay):
            obj.origin = CalendarDay.Origin.OFFICE  # an office's word overrules the files from now on
        super().save_model(request, obj, form, change)
        calendar_for.clear()

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        calendar_for.clear()

    def delete_queryset(self, request, queryset):
        super().delete_queryset(request, queryset)
        calendar_for.clear()


@admin.register(WorkingSpan)
class WorkingSpanAdmin(CalendarAdmin):
    list_display = ["weekday", "start", "end", "of_whom"]
    list_filter = ["weekday"]
    search_fields = ["unit__name_vi", "unit__slug"]


@admin.register(CalendarDay)
class CalendarDayAdmin(CalendarAdmin):
    list_display = ["date", "kind", "name_vi", "spans", "of_whom", "decision", "remark", "origin"]
    list_filter = ["kind", "origin"]
    date_hierarchy = "date"
    search_fields = ["name_vi", "name_en", "decision", "unit__name_vi", "unit__slug"]
