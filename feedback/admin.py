"""The catalogue and its rules, edited by the city. Rows are switched off or dated, never deleted; tickets are not here:
only `feedback.actions` writes them."""

from datetime import timedelta

from django import forms
from django.contrib import admin
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from districts.admin import ChoosesUnits, UnitsForm
from feedback.models import Category, Channel, DeadlineRule, RoutingRule


class KeptAdmin(admin.ModelAdmin):
    """Rows that history points at: added and changed, never deleted; their code stays what it was."""

    def has_delete_permission(self, request, obj=None):
        return False

    def get_readonly_fields(self, request, obj=None):
        return ["code"] if obj else []


@admin.register(Category)
class CategoryAdmin(KeptAdmin):
    list_display = ["name_vi", "parent", "urgency", "is_public", "needs_several", "is_active"]
    list_filter = ["is_active", "urgency", "parent"]
    list_select_related = ["parent"]
    search_fields = ["name_vi", "name_en", "code", "keywords"]

    def formfield_for_foreignkey(self, db_field, request, **more):
        if db_field.name == "parent":
            more["queryset"] = Category.objects.filter(parent=None)  # two levels
            more["empty_label"] = _("Không, đây là một lĩnh vực")
        return super().formfield_for_foreignkey(db_field, request, **more)


@admin.register(Channel)
class ChannelAdmin(KeptAdmin):
    list_display = ["name_vi", "code", "is_active", "position"]


class DatedRuleForm(UnitsForm):
    def clean_valid_from(self):
        day = self.cleaned_data["valid_from"]
        if day < timezone.localdate():
            raise forms.ValidationError(_("Quy định mới có hiệu lực từ hôm nay hoặc một ngày sau đó."))
        return day

    def clean_valid_to(self):
        day = self.cleaned_data["valid_to"]
        if day and day != self.instance.valid_to and day < timezone.localdate() - timedelta(days=1):
            raise forms.ValidationError(_("Quy định không thể hết hiệu lực trước hôm qua."))
        return day


def _has_begun(rule) -> bool:
    return rule is not None and rule.valid_from <= timezone.localdate()


class DatedRuleAdmin(KeptAdmin):
    """A rule that has begun is ended and followed by another one: what was promised under it can still be explained,
    and nothing is promised backwards."""

    form = DatedRuleForm
    autocomplete_fields = ["category"]
    MAY_CHANGE = ("valid_to", "note", "regulation")

    def get_readonly_fields(self, request, obj=None):
        if not _has_begun(obj):
            return super().get_readonly_fields(request, obj)
        return [field for field in self.get_fields(request, obj) if field not in self.MAY_CHANGE]

    def get_fields(self, request, obj=None):
        model = self.model._meta
        return [f.name for f in (*model.fields, *model.many_to_many) if f.editable and not f.auto_created]


class DeadlineRuleForm(DatedRuleForm):
    needs_several = forms.NullBooleanField(label=_("Nhiều đơn vị"), widget=forms.NullBooleanSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if field := self.fields.get("needs_several"):
            field.widget.choices = [("unknown", _("Không xét")), ("true", _("Có")), ("false", _("Không"))]


@admin.register(DeadlineRule)
class DeadlineRuleAdmin(DatedRuleAdmin):
    form = DeadlineRuleForm
    list_display = ["kind", "amount_shown", "category", "urgency", "several", "valid_from", "valid_to", "regulation",
                    "position"]
    list_filter = ["kind", "urgency"]
    list_select_related = ["category"]
    search_fields = ["code", "category__name_vi", "regulation", "note"]

    def get_fields(self, request, obj=None):
        fields = super().get_fields(request, obj)
        return ["several" if name == "needs_several" and _has_begun(obj) else name for name in fields]

    @admin.display(description=_("Thời lượng"))
    def amount_shown(self, rule):
        return rule.amount_in_words

    @admin.display(description=_("Nhiều đơn vị"))
    def several(self, rule):
        return {True: _("Có"), False: _("Không")}.get(rule.needs_several, "–")


@admin.register(RoutingRule)
class RoutingRuleAdmin(ChoosesUnits, DatedRuleAdmin):
    form = DatedRuleForm  # which keeps a row's own units, as that of ChoosesUnits does
    list_display = ["category_shown", "area", "urgency", "target", "valid_from", "valid_to", "position"]
    list_filter = ["to_area", "urgency"]
    list_select_related = ["category", "area", "responsible"]
    search_fields = ["code", "category__name_vi", "responsible__name_vi", "responsible__slug", "note"]
    among = {"area": "areas", "responsible": "organisations", "coordinating": "handling"}

    @admin.display(description=_("Lĩnh vực"), ordering="category")
    def category_shown(self, rule):
        return rule.category or _("Mọi lĩnh vực")

    @admin.display(description=_("Đơn vị xử lý"), ordering="responsible")
    def target(self, rule):
        return rule.target_in_words
