"""What a client may be allowed: names that others rely on, each with its words. What a scope means for tickets stands
in `feedback.rules.rights`; none allows a decision that is kept for supervisors or leaders."""

from django.utils.translation import gettext_lazy as _

from hcmc_ioc.lib.words import Words

SCOPES: dict[str, Words] = {
    "tickets:read": _("Đọc phản ánh trong phạm vi đơn vị"),
    "tickets:write": _("Ghi nhận phản ánh và xử lý thay cán bộ đơn vị"),
    "tickets:dispatch": _("Chuyển, từ chối, kết thúc thay tổng đài (chỉ hệ thống của tổng đài)"),
    "contacts:read": _("Đọc thông tin người phản ánh, mỗi lần đều được ghi lại"),
    "figures:read": _("Đọc số liệu 1022"),
    "indicators:read": _("Đọc danh mục chỉ số và số liệu được chia sẻ"),
    "values:write": _("Gửi số liệu của đơn vị"),
    "reports:read": _("Đọc báo cáo đã phát hành"),
    "directives:read": _("Đọc chỉ đạo, kiến nghị đã nhận và đã gửi"),
    "directives:send": _("Gửi kiến nghị, đề nghị phối hợp của đơn vị"),
    "directives:answer": _("Tiếp nhận, báo tiến độ, báo kết quả thay đơn vị"),
    "centres:read": _("Đọc trung tâm điều hành, kết nối, mức trưởng thành"),
    "investments:read": _("Đọc danh mục hạng mục đầu tư công nghệ thông tin"),
    "incidents:read": _("Đọc sự cố, mức vận hành của Thành phố"),
    "open311:write": _("Gửi phản ánh theo chuẩn Open311"),
    "hooks:write": _("Đăng ký nhận thông báo thay đổi (webhook)"),
}
OPEN311 = frozenset({"open311:write"})  # counts at that door alone, and no other scope does there
API = frozenset(SCOPES) - OPEN311
# Of the hotline's own systems, which act in the whole city. A unit that forwarded and closed what it answers for itself
# would do without the hotline what the hotline is there for.
HOTLINE = frozenset({"tickets:dispatch"})
FOR_HOTLINE = _("Quyền thay tổng đài chỉ dành cho hệ thống của tổng đài, phạm vi toàn Thành phố: "
                "đơn vị không tự chuyển, từ chối, kết thúc phản ánh của mình.")


def split(text: str) -> list[str]:
    """Scopes as OAuth writes them, parted by blanks; ValueError names one that there is not."""
    asked = list(dict.fromkeys(text.split()))
    if unknown := [name for name in asked if name not in SCOPES]:
        raise ValueError(unknown[0])
    return asked
