"""What is typed in the room of guidance."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attachments.forms import FilesField
from coordination.models import Guidance


class GuidanceForm(forms.Form):
    topic = forms.ChoiceField(label=_("Lĩnh vực"), choices=Guidance.Topic.choices)
    title = forms.CharField(label=_("Tên hướng dẫn"), max_length=200)
    body = forms.CharField(label=_("Nội dung"), max_length=40_000, widget=forms.Textarea(attrs={"rows": 16}))
    attached = FilesField(required=False)


class RenewForm(GuidanceForm):
    changed = forms.CharField(label=_("Khác gì bản trước"), max_length=500)
    version = forms.IntegerField(widget=forms.HiddenInput)
    field_order = ["topic", "title", "changed", "body"]


class WithdrawForm(forms.Form):
    reason = forms.CharField(label=_("Lý do thôi áp dụng"), max_length=500)


class QuestionForm(forms.Form):
    text = forms.CharField(label=_("Câu hỏi"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}),
                           help_text=_("Mọi đơn vị đều đọc được câu hỏi và câu trả lời."))


class AnswerForm(forms.Form):
    text = forms.CharField(label=_("Trả lời"), max_length=3000, widget=forms.Textarea(attrs={"rows": 3}))


class SessionForm(forms.Form):
    guidance = forms.ModelChoiceField(Guidance.objects.filter(withdrawn_at=None), label=_("Về hướng dẫn"),
                                      required=False, empty_label=_("Không gắn với hướng dẫn nào"))
    title = forms.CharField(label=_("Tên buổi"), max_length=200)
    starts_at = forms.DateTimeField(
        label=_("Bắt đầu"), widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S"])
    place = forms.CharField(label=_("Địa điểm hoặc đường dẫn họp trực tuyến"), max_length=300)


class ComingForm(forms.Form):
    people = forms.IntegerField(label=_("Số người tham dự"), min_value=0, max_value=500,
                                help_text=_("Ghi 0 nếu không tham dự."))
