"""Files in forms: each is made safe while the form is checked, so that what is wrong is said at its field."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attachments.safe import LARGEST, Safe, Unsafe, made_safe

AT_ONCE = 6
ACCEPTED = "image/jpeg,image/png,image/webp,application/pdf,.pdf,.docx,.xlsx"  # a hint for the browser, no check


class _Several(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files up to `AT_ONCE`; cleaned it is a list of `Safe`."""

    widget = _Several

    def __init__(self, **more: Any) -> None:
        more.setdefault("label", gettext_lazy("Tệp đính kèm"))
        more.setdefault("help_text", gettext_lazy("Ảnh JPEG, PNG, WebP; PDF, DOCX, XLSX; mỗi tệp đến 10 MB."))
        super().__init__(**more, widget=_Several(attrs={"accept": ACCEPTED}))

    def clean(self, data: Any, initial: Any = None) -> list[Safe]:  # type: ignore[override]
        sent: Sequence = [one for one in (data if isinstance(data, list | tuple) else [data]) if one]
        if not sent and self.required:
            raise forms.ValidationError(_("Hãy chọn tệp."))
        if len(sent) > AT_ONCE:
            raise forms.ValidationError(_("Mỗi lần gửi được %(n)s tệp.") % {"n": AT_ONCE})
        found, faults = [], []
        for one in sent:
            try:
                found.append(_made_safe(one))
            except Unsafe as fault:
                faults.append(_("“%(name)s”: %(fault)s.") % {"name": one.name[:80], "fault": fault})
        if faults:
            raise forms.ValidationError(faults)
        return list({one.source: one for one in found}.values())


def _made_safe(sent: Any) -> Safe:
    if sent.size > LARGEST:  # not read at all
        raise Unsafe(_("lớn hơn %(n)s MB") % {"n": LARGEST // 1024 // 1024})
    return made_safe(sent.name, sent)


class UploadForm(forms.Form):
    attached = FilesField()


class TakeAwayForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Lý do gỡ"), max_length=200)
