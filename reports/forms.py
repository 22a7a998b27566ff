"""What is typed at reports: remarks, reasons, and the filter of the library."""

from django import forms
from django.utils.translation import gettext_lazy as _

from districts.models import Unit
from reports.models import Remark, ReportType


class RemarkForm(forms.Form):
    text = forms.CharField(
        label=_("Ý kiến của đơn vị"), max_length=Remark._meta.get_field("text").max_length,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Được in trong báo cáo nếu gửi trước khi phát hành."))


class RenewForm(forms.Form):
    reason = forms.CharField(label=_("Lý do phát hành bản mới"), min_length=10, max_length=500,
                             widget=forms.Textarea(attrs={"rows": 2}))


class LibraryForm(forms.Form):
    """By `loai`, `don_vi`; what cannot be is left out."""

    loai = forms.ModelChoiceField(ReportType.objects.all(), to_field_name="code", required=False,
                                  label=_("Loại báo cáo"), empty_label=_("Mọi loại"))
    don_vi = forms.ModelChoiceField(Unit.objects.none(), to_field_name="slug", required=False, label=_("Đơn vị"),
                                    empty_label=_("Mọi đơn vị"))

    def __init__(self, data, units) -> None:
        super().__init__(data)
        field = self.fields["don_vi"]
        if isinstance(field, forms.ModelChoiceField):
            field.queryset = units

    @property
    def chosen(self) -> dict:
        """The rows that were chosen; nothing for what is not known."""
        self.is_valid()
        found = {"type": self.cleaned_data.get("loai"), "unit": self.cleaned_data.get("don_vi")}
        return {name: row for name, row in found.items() if row is not None}
