"""Forms of data sets: what it is, its dictionary, a new version of its rows."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actors import Actor
from accounts.roles import Role
from districts.models import Unit
from hcmc_ioc.lib.text import clean
from indicators import datasets
from indicators.meaning import address_fault
from indicators.models import Column, DataSet

AREA = {"rows": 3}


class DataSetForm(forms.ModelForm):
    """A data set of the units that the actor keeps."""

    class Meta:
        model = DataSet
        fields = ["code", "name_vi", "name_en", "description_vi", "description_en", "field", "owner", "is_shared",
                  "unshared_reason", "access", "answer_days", "freshness_days"]
        widgets = {"description_vi": forms.Textarea(AREA), "description_en": forms.Textarea(AREA)}
        help_texts = {"code": gettext_lazy("Chữ thường không dấu, số và gạch nối; không đổi về sau.")}

    def __init__(self, actor: Actor, *args, **more) -> None:
        super().__init__(*args, **more)
        owners: Any = self.fields["owner"]
        owners.queryset = Unit.objects.in_force().exclude(kind=Unit.Kind.UNASSIGNED)
        if actor.role != Role.ANALYST:
            owners.queryset = owners.queryset.filter(pk__in=actor.scope or [])
            owners.initial = actor.own_unit_id
        if self.instance.pk:
            del self.fields["code"]
        for field in self.fields.values():
            field.label = str(field.label)[:1].upper() + str(field.label)[1:]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or self.cleaned_data
        given = {name: clean(value) if isinstance(value, str) else value for name, value in given.items()}
        if given.get("code") and (fault := address_fault(DataSet(code=given["code"]))):
            self.add_error("code", fault)
        if given.get("access"):
            self.instance.access = given["access"]
            if fault := datasets.access_fault(self.instance):
                self.add_error("access", fault)
        return given


class ColumnForm(forms.ModelForm):
    """What a column means."""

    class Meta:
        model = Column
        fields = ["meaning", "kind", "is_personal"]


Dictionary: Any = forms.modelformset_factory(Column, ColumnForm, extra=0)


class VersionForm(forms.Form):
    """The rows as a file."""

    file = forms.FileField(label=gettext_lazy("Tệp CSV, CSV.gz hoặc XLSX"))
    note = forms.CharField(label=gettext_lazy("Ghi chú"), max_length=300, required=False)

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        if file.size > MOST_BYTES:
            raise forms.ValidationError(_("Tệp lớn quá %(n)s MB.") % {"n": MOST_BYTES // 1_000_000})
        return file


MOST_BYTES = 50_000_000
