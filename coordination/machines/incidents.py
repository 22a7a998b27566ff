"""What incidents can be, as plain tables: severities as CAP 1.2 has them, kinds of lines in the timeline. Pure."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _

CAP_SEVERITY = {1: "Minor", 2: "Moderate", 3: "Severe", 4: "Extreme"}  # OASIS CAP 1.2, §3.2.2


class Severity(IntegerChoices):
    MINOR = 1, _("nhẹ")
    MODERATE = 2, _("vừa")
    SEVERE = 3, _("nặng")
    EXTREME = 4, _("đặc biệt nghiêm trọng")


class Line(TextChoices):
    """What a line of the timeline says."""

    OPENED = "opened", _("Mở sự cố")
    NOTE = "note", _("Ghi nhận")
    STEP = "step", _("Xong bước")
    JOINED = "joined", _("Gộp phản ánh")
    PARTED = "parted", _("Bỏ gộp phản ánh")
    DIRECTED = "directed", _("Giao chỉ đạo")
    SEVERITY = "severity", _("Đổi mức độ")
    CLOSED = "closed", _("Kết thúc")


TONES = {1: "neutral", 2: "info", 3: "warn", 4: "danger"}
